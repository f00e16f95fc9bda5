// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clones that have become empty: how many stay, and which are removed
 *
 * A clone is empty when no task is in it or below, and no container below was made by mkdir. A
 * container that mkdir made, or that holds a task, is never removed.
 */
#include "tools.h"

static struct container *top, *a;

static void empties_setup(void)
{
	host_reset();
	top = mount_top("ns");
	a = make_dir(top, "a");
}

static void empties_teardown(void)
{
	sane();
	umount_top(top);
	host_finish();
}

static int next_tid = 10;

/* Make a task that gets a clone in @dir; its tid. */
static int sandbox(struct container *dir)
{
	host_spawn(next_tid, next_tid, 0);
	ck_assert_int_eq(attach(dir, next_tid), 0);
	ck_assert(host_unshare(next_tid, NEW_USER));
	return next_tid++;
}

static void keep(struct container *dir, const char *limit)
{
	ck_assert_int_eq(write_to(dir, "ns.keep_empty", limit), 0);
}

START_TEST(oldest_go_first)
{
	int tid[6];

	keep(a, "2");
	for (int i = 1; i < 6; i++)
		tid[i] = sandbox(a);
	container_run_work();
	ck_assert_str_eq(children_of(a), "node1 node2 node3 node4 node5");
	/* in the order in which they became empty, not of their birth */
	host_exit(tid[4]);
	host_exit(tid[2]);
	container_run_work();
	ck_assert_str_eq(children_of(a), "node1 node2 node3 node4 node5");
	ck_assert_uint_eq(host.removed, 0);
	host.works = 0;
	host_exit(tid[5]);
	ck_assert_uint_gt(host.works, 0);
	ck_assert_str_eq(children_of(a), "node1 node2 node3 node4 node5");	/* not in the hook */
	container_run_work();
	ck_assert_str_eq(children_of(a), "node1 node2 node3 node5");
	host_exit(tid[1]);
	container_run_work();
	ck_assert_str_eq(children_of(a), "node1 node3 node5");
	ck_assert_str_eq(read_of(a, "ns.events"), "clones 5\nrefused 0\nremoved 2\n");
	/* one that is used again is not old any more */
	host_spawn(500, 500, 0);
	ck_assert_int_eq(attach(find_dir(a, "node5"), 500), 0);
	host_exit(tid[3]);
	container_run_work();
	ck_assert_str_eq(children_of(a), "node1 node3 node5");
	host_exit(500);
	container_run_work();
	ck_assert_str_eq(children_of(a), "node3 node5");
	/* fewer: at once */
	host.works = 0;
	keep(a, "1");
	ck_assert_uint_gt(host.works, 0);
	container_run_work();
	ck_assert_str_eq(children_of(a), "node5");
	keep(a, "0");
	container_run_work();
	ck_assert_str_eq(children_of(a), "");
}
END_TEST

static const struct {
	const char *limit;
	unsigned int kept;
} limits[] = { { "0", 0 }, { "1", 1 }, { "7", 7 }, { "16", 16 }, { "max", 40 } };

START_TEST(so_many_are_kept)
{
	keep(a, limits[_i].limit);
	for (int i = 0; i < 40; i++) {
		host_exit(sandbox(a));
		container_run_work();
	}
	ck_assert_uint_eq(inspect_container(a).nr_children, limits[_i].kept);
	ck_assert_uint_eq(inspect_container(a).nr_empties, limits[_i].kept);
	ck_assert_uint_eq(host.removed, 40 - limits[_i].kept);
	ck_assert_uint_eq(number_in(a, "ns.events", "removed "), 40 - limits[_i].kept);
	sane();
}
END_TEST

/* The clone that is being entered is not one of the empty ones. */
START_TEST(new_ones_do_not_push_out)
{
	keep(a, "1");
	host_exit(sandbox(a));
	sandbox(a);
	container_run_work();
	ck_assert_str_eq(children_of(a), "node1 node2");
}
END_TEST

/* Nor does it call for work, if the hook moves the task itself; a clone without a task does. */
START_TEST(new_ones_make_no_work)
{
	struct container_clone_info info = { .pid = 500, .namer = host_key(500), .flags = NEW_USER,
					     .comm = "x" };

	keep(a, "1");
	host_exit(sandbox(a));
	host_spawn(500, 500, 0);
	ck_assert_int_eq(attach(a, 500), 0);
	host.works = 0;
	container_clone_task(host_key(500), 500, 500, &info);
	ck_assert(is_in(find_dir(a, "node2"), 500));
	ck_assert_uint_eq(host.works, 0);
	host_exit(500);
	ck_assert_uint_gt(host.works, 0);
	container_run_work();
	ck_assert_str_eq(children_of(a), "node2");
	host.works = 0;
	host_spawn(501, 501, 0);
	ck_assert_int_eq(attach(a, 501), 0);
	css_group_put(container_clone(container_task_group(container_task_find(host_key(501))), &info,
				      NULL));
	ck_assert_uint_gt(host.works, 0);
	container_run_work();
	ck_assert_str_eq(children_of(a), "node3");
}
END_TEST

START_TEST(made_by_mkdir_stays)
{
	int tid;

	keep(a, "0");
	make_dir(a, "mine");
	tid = sandbox(a);
	ck_assert_int_eq(attach(find_dir(a, "mine"), tid), 0);
	host_exit(tid);
	container_run_work();
	ck_assert_str_eq(children_of(a), "mine");

	/* and keeps the clone that it is in, and those above */
	tid = sandbox(a);
	ck_assert(host_unshare(tid, NEW_USER));
	make_dir(find_dir(a, "node2/node1"), "data");
	host_exit(tid);
	container_run_work();
	ck_assert_str_eq(children_of(a), "mine node2");
	ck_assert_ptr_nonnull(find_dir(a, "node2/node1/data"));
	sane();
	ck_assert_int_eq(container_rmdir(find_dir(a, "node2/node1"), "data"), 0);
	container_run_work();
	ck_assert_str_eq(children_of(a), "mine");
}
END_TEST

START_TEST(nested_ones_go_together)
{
	int tid = sandbox(a);

	keep(a, "0");
	for (int i = 0; i < 10; i++)
		ck_assert(host_unshare(tid, NEW_USER));
	container_run_work();
	ck_assert_str_eq(path_of(find_dir(a, "node1/node1/node1")), "/a/node1/node1/node1");
	ck_assert_uint_eq(host.removed, 0);
	sane();
	host_exit(tid);
	sane();
	container_run_work();
	ck_assert_str_eq(children_of(a), "");
	ck_assert_uint_eq(host.removed, 11);
	/* of those that it has counted as clones, not of those below them */
	ck_assert_str_eq(read_of(a, "ns.events"), "clones 1\nrefused 0\nremoved 1\n");

	/* a task in the middle keeps all above; those below may be removed by their own rule */
	tid = sandbox(a);
	keep(find_dir(a, "node2"), "16");
	ck_assert(host_unshare(tid, NEW_USER));
	host_fork(tid, 600);
	ck_assert(host_unshare(tid, NEW_USER));
	host_exit(tid);
	container_run_work();
	ck_assert_ptr_nonnull(find_dir(a, "node2/node1/node1"));
	keep(find_dir(a, "node2/node1"), "0");
	container_run_work();
	ck_assert_ptr_null(find_dir(a, "node2/node1/node1"));
	ck_assert_ptr_nonnull(find_dir(a, "node2/node1"));
	host_exit(600);
	container_run_work();
	ck_assert_str_eq(children_of(a), "");
}
END_TEST

START_TEST(removed_by_hand)
{
	int first = sandbox(a), second = sandbox(a);

	keep(a, "1");
	host_exit(first);
	ck_assert_int_eq(container_rmdir(a, "node2"), -EBUSY);
	ck_assert_int_eq(container_rmdir(a, "node1"), 0);
	ck_assert_uint_eq(inspect_container(a).nr_empties, 0);
	host_exit(second);
	container_run_work();
	ck_assert_str_eq(children_of(a), "node2");
	ck_assert_uint_eq(host.removed, 0);
	ck_assert_uint_eq(number_in(a, "ns.events", "removed "), 0);
	/* too many, but removed by hand before the work is done */
	host_exit(sandbox(a));
	ck_assert_int_eq(container_rmdir(a, "node3"), 0);
	container_run_work();
	ck_assert_str_eq(children_of(a), "node2");
	/* the directory itself is removed while it is on the list of those to trim */
	host_exit(sandbox(a));
	ck_assert_int_eq(container_rmdir(a, "node2"), 0);
	ck_assert_int_eq(container_rmdir(a, "node4"), 0);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	container_run_work();
}
END_TEST

/* Open files and references keep the memory of a clone, not its place. */
START_TEST(held_ones_go_too)
{
	int tid = sandbox(a);
	struct container *clone = container_get(find_dir(a, "node1"));
	struct container_file *f = open_as(&root_actor, clone, "tasks");
	const char *data;

	keep(a, "0");
	host_exit(tid);
	container_run_work();
	ck_assert(container_is_removed(clone));
	ck_assert_int_eq(container_file_read(f, &root_actor, 0, &data), -ENODEV);
	ck_assert_str_eq(children_of(a), "");
	container_file_release(f);
	container_put(clone);
}
END_TEST

/* With notify_on_release each clone that becomes empty has its agent before it may be removed. */
START_TEST(with_release_agents)
{
	int tid;

	ck_assert_int_eq(write_to(top, "release_agent", "/agent"), 0);
	ck_assert_int_eq(write_to(a, "notify_on_release", "1"), 0);
	keep(a, "0");
	tid = sandbox(a);
	host_exit(tid);
	ck_assert_uint_eq(host.agents, 0);
	container_run_work();
	ck_assert_str_eq(children_of(a), "");
	/* node1 became empty; then, with node1 gone, a */
	ck_assert_uint_eq(host.agents, 2);
	ck_assert_str_eq(host.agent_path, "/a");

	keep(a, "16");
	tid = sandbox(a);
	host_exit(tid);
	container_run_work();
	ck_assert_uint_eq(host.agents, 3);
	ck_assert_str_eq(host.agent_path, "/a/node2");
	ck_assert_str_eq(children_of(a), "node2");
}
END_TEST

TCase *empties_tests(void)
{
	TCase *tc = tcase_create("empties");

	tcase_add_checked_fixture(tc, empties_setup, empties_teardown);
	tcase_add_test(tc, oldest_go_first);
	tcase_add_loop_test(tc, so_many_are_kept, 0, ARRAY_LEN(limits));
	tcase_add_test(tc, new_ones_do_not_push_out);
	tcase_add_test(tc, new_ones_make_no_work);
	tcase_add_test(tc, made_by_mkdir_stays);
	tcase_add_test(tc, nested_ones_go_together);
	tcase_add_test(tc, removed_by_hand);
	tcase_add_test(tc, held_ones_go_too);
	tcase_add_test(tc, with_release_agents);
	return tc;
}
