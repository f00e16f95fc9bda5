// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules of the kernel's former ns_cgroup
 *
 * Moving another task needs CAP_SYS_ADMIN and a destination at or below the
 * actor's own container; the destination must be empty and a direct child of
 * where the task is. So tasks only descend, one level at a time. The rules also
 * show that an attach has two phases: a refusal moves no task.
 */
#include "tools.h"

static struct container *top, *a, *b, *c;

static void rules_setup(void)
{
	host_reset();
	top = mount_top("ns,ns_rules");
	a = make_dir(top, "a");
	b = make_dir(a, "b");
	c = make_dir(top, "c");
	host_fork(1, 10);
}

static void rules_teardown(void)
{
	sane();
	umount_top(top);
	host_finish();
}

START_TEST(only_down_one_level_into_the_empty)
{
	ck_assert_int_eq(attach(b, 10), -EPERM);	/* two levels */
	ck_assert_int_eq(attach(a, 10), 0);
	ck_assert_int_eq(attach(top, 10), -EPERM);	/* up */
	ck_assert_int_eq(attach(c, 10), -EPERM);	/* across */
	host_fork(1, 11);
	ck_assert_int_eq(attach(a, 11), -EPERM);	/* not empty */
	ck_assert_int_eq(attach(b, 10), 0);
	ck_assert_int_eq(attach(a, 10), -EPERM);
	ck_assert_int_eq(attach(b, 10), 0);		/* there already */
	ck_assert_int_eq(attach(a, 11), 0);
	ck_assert(is_in(b, 10) && is_in(a, 11));
}
END_TEST

START_TEST(oneself_and_others)
{
	struct container_actor admin = host_actor(10, 0, true), plain = host_actor(10, 0, false);

	host_fork(1, 11);
	ck_assert_int_eq(write_as(&plain, a, "tasks", "11"), -EPERM);
	ck_assert_int_eq(write_as(&plain, a, "tasks", "0"), 0);
	/* from within a, only to containers below a */
	ck_assert_int_eq(write_as(&admin, c, "tasks", "11"), -EPERM);
	ck_assert_int_eq(write_as(&admin, b, "tasks", "11"), -EPERM);
	host_fork(10, 12);
	ck_assert_int_eq(write_as(&admin, b, "tasks", "12"), 0);
	ck_assert(is_in(b, 12));
}
END_TEST

START_TEST(mkdir_below_oneself)
{
	struct container_actor admin = host_actor(10, 0, true), plain = host_actor(10, 0, false);
	struct container *child;

	ck_assert_int_eq(container_mkdir(top, "d", 0755, 0, 0, &plain, &child), -EPERM);
	ck_assert_int_eq(container_mkdir(top, "d", 0755, 0, 0, &admin, &child), 0);
	container_put(child);
	ck_assert_int_eq(attach(a, 10), 0);
	ck_assert_int_eq(container_mkdir(top, "e", 0755, 0, 0, &admin, &child), -EPERM);
	ck_assert_int_eq(container_mkdir(c, "e", 0755, 0, 0, &admin, &child), -EPERM);
	ck_assert_int_eq(container_mkdir(a, "e", 0755, 0, 0, &admin, &child), 0);
	container_put(child);
	ck_assert_int_eq(container_mkdir(b, "e", 0755, 0, 0, &admin, &child), 0);
	container_put(child);
	ck_assert_str_eq(children_of(a), "b e");
}
END_TEST

/* Clones are made by the engine, not by the actor: the rules let them. */
START_TEST(clones_descend_by_themselves)
{
	ck_assert_int_eq(attach(a, 10), 0);
	host_fork(10, 11);
	ck_assert(host_unshare(10, NEW_USER));
	ck_assert_str_eq(path_of(find_dir(a, "node1")), "/a/node1");
	ck_assert(is_in(find_dir(a, "node1"), 10));
	ck_assert_int_eq(attach(a, 10), -EPERM);
}
END_TEST

/* All threads are asked before the first moves. */
START_TEST(refusal_moves_nobody)
{
	for (int tid = 11; tid < 20; tid++)
		host_thread(10, tid);
	ck_assert_int_eq(attach(a, 15), 0);
	ck_assert_int_eq(attach(b, 15), 0);
	/* 15 would have to go up; the others could be moved */
	ck_assert_int_eq(write_to(a, "cgroup.procs", "10"), -EPERM);
	ck_assert_uint_eq(inspect_container(a).nr_tasks, 0);
	ck_assert_uint_eq(inspect_groups(), 2);
	ck_assert_ptr_null(container_task_find(host_key(10)));
	host_exit(15);
	ck_assert_int_eq(write_to(a, "cgroup.procs", "10"), 0);
	ck_assert_uint_eq(inspect_container(a).nr_tasks, 9);
}
END_TEST

static void another_thread(void)
{
	host.on_walked = NULL;
	host_thread(10, 30);
}

/* A process moves whole although it takes several passes: its own threads do not count. */
START_TEST(process_in_several_passes)
{
	host_thread(10, 11);
	host.on_walked = another_thread;
	ck_assert_int_eq(write_to(a, "cgroup.procs", "10"), 0);
	ck_assert_uint_eq(inspect_container(a).nr_tasks, 3);

	host_fork(1, 40);
	host_thread(40, 41);
	host_thread(40, 42);
	host.again = 2;
	ck_assert_int_eq(write_to(c, "cgroup.procs", "40"), 0);
	ck_assert_uint_eq(inspect_container(c).nr_tasks, 3);

	/* but the threads of another process do */
	host_fork(1, 50);
	ck_assert_int_eq(attach(c, 50), -EPERM);
}
END_TEST

TCase *ns_rules_tests(void)
{
	TCase *tc = tcase_create("ns_rules");

	tcase_add_checked_fixture(tc, rules_setup, rules_teardown);
	tcase_add_test(tc, only_down_one_level_into_the_empty);
	tcase_add_test(tc, oneself_and_others);
	tcase_add_test(tc, mkdir_below_oneself);
	tcase_add_test(tc, clones_descend_by_themselves);
	tcase_add_test(tc, refusal_moves_nobody);
	tcase_add_test(tc, process_in_several_passes);
	return tc;
}
