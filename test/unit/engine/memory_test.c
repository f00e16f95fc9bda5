// SPDX-License-Identifier: GPL-2.0-only
/*
 * container_clone() without memory, at every allocation
 *
 * The nth allocation fails, for every n, until all succeed. There must never be a leak or a
 * half made container, and the task stays where it was.
 */
#include "tools.h"

static struct container *top, *a, *other;

static void memory_setup(void)
{
	host_reset();
	top = mount_top("ns,debug");
	a = make_dir(top, "a");
	other = mount_top("none,name=other");
	attach(a, 1);
	attach(make_dir(other, "b"), 1);
	host_fork(1, 10);
	ck_assert_int_eq(write_to(a, "ns.clone_name", "box%d"), 0);
	ck_assert_int_eq(write_to(a, "ns.keep_empty", "0"), 0);
}

static void memory_teardown(void)
{
	umount_top(top);
	umount_top(other);
	host_finish();
}

static bool by_unshare(unsigned long nth)
{
	shim_fail_nth(nth);
	return host_unshare(10, NEW_UTS);
}

static bool by_clone_task(unsigned long nth)
{
	struct container_clone_info info = { .pid = 10, .namer = host_key(10), .flags = NEW_UTS,
					     .comm = "x" };

	shim_fail_nth(nth);
	container_clone_task(host_key(10), 10, 10, &info);
	return true;
}

/* The child of clone(2), which has no record yet. */
static bool by_clone_of_child(unsigned long nth)
{
	struct container_clone_info info = { .pid = 11, .namer = host_key(10), .flags = NEW_UTS,
					     .comm = "x" };

	if (!host.task[11].live)
		host_spawn(11, 11, 0);
	shim_fail_nth(nth);
	container_clone_task(host_key(11), 11, 11, &info);
	return true;
}

START_TEST(clone_without_memory)
{
	static bool (*const how[])(unsigned long) = { by_unshare, by_clone_task, by_clone_of_child };
	unsigned long nth, refused = 0, generation;
	long live;

	ck_assert(is_in(a, 10));	/* its text is kept from here on */

	for (nth = 1;; nth++) {
		if (_i == 2 && host.task[11].live)
			host_exit(11);
		container_run_work();
		live = host_objects();
		generation = container_generation(a);
		how[_i](nth);
		if (shim_fail_nth(0))
			break;
		ck_assert_uint_gt(nth, 0);
		sane();
		/* first the record of a child can fail: then the child is in the top */
		ck_assert(is_in(_i == 2 && nth == 1 ? top : a, _i == 2 ? 11 : 10));
		refused++;
		ck_assert_uint_eq(number_in(a, "ns.events", "refused "), refused);
		ck_assert_str_eq(children_of(a), "");
		ck_assert_uint_ge(container_generation(a), generation);
		if (_i == 2 && container_task_tracked(host_key(11)))
			live++;		/* its record */
		ck_assert_int_eq(host_objects(), live);
	}
	/* user, container, its name, ns, debug, group; for the child, a record */
	ck_assert_uint_eq(nth, 7 + (_i == 2));
	ck_assert_uint_eq(number_in(a, "ns.events", "clones "), 1);
	ck_assert_uint_eq(inspect_container(a).nr_children, 1);
	sane();
}
END_TEST

/* With or without a record, the fork goes on. */
START_TEST(work_without_memory)
{
	unsigned long nth;

	ck_assert_int_eq(write_to(top, "release_agent", "/agent"), 0);
	ck_assert_int_eq(write_to(a, "notify_on_release", "1"), 0);
	for (nth = 1; nth < 6; nth++) {
		int tid = 100 + nth;
		unsigned int agents = host.agents;

		host_fork(10, tid);
		ck_assert(host_unshare(tid, NEW_UTS));
		host_exit(tid);
		shim_fail_nth(nth);
		container_run_work();
		shim_fail_nth(0);
		/* no agent and no removal is lost */
		ck_assert_uint_eq(host.agents, agents + 1);
		ck_assert_str_eq(children_of(a), "");
		sane();
	}
}
END_TEST

START_TEST(kill_without_memory)
{
	unsigned long nth;

	for (nth = 1; nth < 6; nth++) {
		host_fork(1, 100 + nth);
		ck_assert_int_eq(attach(make_dir(a, "k"), 100 + nth), 0);
		host.die_of_kill = true;
		struct container_file *f = open_as(&root_actor, find_dir(a, "k"), "container.kill");

		shim_fail_nth(nth);
		ck_assert_int_eq(write_bytes(f, &root_actor, "1", 1), 0);
		shim_fail_nth(0);
		container_file_release(f);
		container_run_work();
		ck_assert(!host.task[100 + nth].live);
		ck_assert_int_eq(container_rmdir(a, "k"), 0);
	}
}
END_TEST

TCase *memory_tests(void)
{
	TCase *tc = tcase_create("memory");

	tcase_add_checked_fixture(tc, memory_setup, memory_teardown);
	tcase_add_loop_test(tc, clone_without_memory, 0, 3);
	tcase_add_test(tc, work_without_memory);
	tcase_add_test(tc, kill_without_memory);
	return tc;
}
