// SPDX-License-Identifier: GPL-2.0-only
/*
 * container_clone(): which task gets a container, and where
 *
 * The name is free, child and membership appear in one step, other hierarchies do not change,
 * and a refused clone leaves the task where it is.
 */
#include "tools.h"

/* Comparisons of names where there are thousands: twelve steps, a few times, and the files. */
#define BY_HALVES	100

START_TEST(numbered_per_directory)
{
	struct container *top = mount_top("ns");

	host_fork(1, 10);
	host_fork(1, 11);
	ck_assert(host_unshare(10, NEW_MNT));
	ck_assert(host_unshare(10, NEW_UTS));
	ck_assert(host_unshare(11, NEW_NET));
	ck_assert_str_eq(children_of(top), "node1 node2");
	ck_assert_str_eq(children_of(find_dir(top, "node1")), "node1");
	ck_assert(is_in(find_dir(top, "node1/node1"), 10));
	ck_assert(is_in(find_dir(top, "node2"), 11));
	ck_assert(is_in(top, 1));
	ck_assert_uint_eq(host.added, 3);
	ck_assert_uint_eq(host.last_added, container_id(find_dir(top, "node2")));
	ck_assert(container_is_clone(find_dir(top, "node2")) && !container_is_clone(top));
	ck_assert_str_eq(read_of(top, "ns.events"), "clones 2\nrefused 0\nremoved 0\n");
	sane();
	umount_top(top);
}
END_TEST

/* clone(2): the child gets the container, its creator stays. */
START_TEST(the_child_of_clone)
{
	struct container *top = mount_top("ns"), *a = make_dir(top, "a");

	attach(a, 1);
	host_clone(1, 10, NEW_PID);
	ck_assert(is_in(find_dir(a, "node1"), 10));
	ck_assert(is_in(a, 1));
	host_clone(10, 11, NEW_PID | NEW_NET);
	ck_assert(is_in(find_dir(a, "node1/node1"), 11));
	host_clone(10, 12, 0);
	ck_assert(is_in(find_dir(a, "node1"), 12));
	sane();
	umount_top(top);
}
END_TEST

/* One step for a host whose hook runs on the task. */
START_TEST(clone_and_move_in_one)
{
	struct container_clone_info info = { .pid = 10, .namer = host_key(10), .flags = NEW_UTS,
					     .comm = "x" };
	struct container *top = mount_top("ns"), *a = make_dir(top, "a");

	host_spawn(10, 10, 0);
	ck_assert(!container_task_tracked(host_key(10)));
	container_clone_task(host_key(10), 10, 10, &info);
	ck_assert(container_task_tracked(host_key(10)));
	ck_assert(is_in(find_dir(top, "node1"), 10));
	info.flags = 0;
	container_clone_task(host_key(10), 10, 10, &info);
	ck_assert(is_in(find_dir(top, "node1"), 10));
	/* a child goes where its creator is, or below */
	host_spawn(11, 11, 0);
	container_clone_task(host_key(11), 11, 11, &info);
	ck_assert(is_in(find_dir(top, "node1"), 11));
	info.flags = NEW_UTS;
	host_spawn(12, 12, 0);
	container_clone_task(host_key(12), 12, 12, &info);
	ck_assert(is_in(find_dir(top, "node1/node1"), 12));
	/* it was attached before its hook ran: it is cloned from there */
	host_spawn(13, 13, 0);
	attach(a, 13);
	container_clone_task(host_key(13), 13, 13, &info);
	ck_assert(is_in(find_dir(a, "node1"), 13));
	sane();

	/* no memory: the task stays, and the refusal is counted */
	shim_fail_nth(1);
	container_clone_task(host_key(13), 13, 13, &info);
	shim_fail_nth(0);
	ck_assert(is_in(find_dir(a, "node1"), 13));
	ck_assert_str_eq(read_of(find_dir(a, "node1"), "ns.events"),
			 "clones 0\nrefused 1\nremoved 0\n");
	host_spawn(14, 14, 0);
	info = (struct container_clone_info){ .pid = 14, .namer = host_key(1), .comm = "y" };
	container_clone_task(host_key(14), 14, 14, &info);
	ck_assert(!container_task_tracked(host_key(14)));
	sane();
	umount_top(top);
}
END_TEST

START_TEST(flags_that_count)
{
	struct container *top = mount_top("ns,clone_flags=uts+user"), *a = make_dir(top, "a");

	attach(a, 1);
	ck_assert(!host_unshare(1, 0));
	ck_assert(!host_unshare(1, NEW_NET | NEW_MNT));
	ck_assert_str_eq(read_of(a, "ns.events"), "clones 0\nrefused 0\nremoved 0\n");
	ck_assert(host_unshare(1, NEW_NET | NEW_UTS));
	ck_assert_int_eq(write_to(find_dir(a, "node1"), "ns.clone_flags", "none"), 0);
	ck_assert(!host_unshare(1, ~0u));
	ck_assert_str_eq(path_of(find_dir(a, "node1")), "/a/node1");
	umount_top(top);
}
END_TEST

/* A hierarchy that is not mounted does not clone, and other hierarchies do not change. */
START_TEST(other_hierarchies)
{
	struct container *x = mount_top("none,name=x"), *c = make_dir(x, "c"), *top;
	unsigned long long generation, tasks;
	unsigned int events;

	attach(c, 1);
	host_fork(1, 10);
	ck_assert(!host_unshare(10, ~0u));
	ck_assert_str_eq(children_of(c), "");
	top = mount_top("ns");
	generation = container_generation(c);
	tasks = inspect_container(c).tasks_generation;
	events = inspect_container(c).events;
	ck_assert(host_unshare(10, NEW_USER));
	ck_assert(is_in(c, 10) && is_in(find_dir(top, "node1"), 10));
	ck_assert_uint_eq(container_generation(c), generation);
	ck_assert_uint_eq(inspect_container(c).tasks_generation, tasks);
	ck_assert_uint_eq(inspect_container(c).events, events);
	sane();
	umount_top(top);
	umount_top(x);
}
END_TEST

/* A thread clones alone; the other threads of its process stay. */
START_TEST(one_thread)
{
	struct container *top = mount_top("ns");

	host_fork(1, 10);
	host_thread(10, 11);
	ck_assert(host_unshare(11, NEW_UTS));
	ck_assert_str_eq(read_of(find_dir(top, "node1"), "tasks"), "11\n");
	ck_assert_str_eq(read_of(find_dir(top, "node1"), "cgroup.procs"), "10\n");
	ck_assert(is_in(top, 10));
	umount_top(top);
}
END_TEST

/* The host had no memory for the task. */
START_TEST(failed_entry_leaves_an_empty_clone)
{
	struct container_clone_info info = { .pid = 10, .namer = host_key(10), .flags = NEW_UTS,
					     .comm = "x" };
	struct container *top = mount_top("ns,keep_empty=0");
	struct css_group *group = container_clone(css_group_init(), &info, NULL);

	/* The host could not move the task: the clone is one more that is empty. */
	ck_assert_ptr_ne(group, css_group_init());
	ck_assert_str_eq(children_of(top), "node1");
	css_group_put(group);
	ck_assert_uint_gt(host.works, 0);
	container_run_work();
	ck_assert_str_eq(children_of(top), "");
	ck_assert_uint_eq(host.removed, 1);
	ck_assert_uint_eq(host.last_removed, host.last_added);
	sane();
	umount_top(top);
}
END_TEST

/* The cost does not grow with the siblings: as many allocations and as few comparisons. */
START_TEST(many_siblings)
{
	struct container *top = mount_top("ns,keep_empty=max");
	unsigned long left, before;

	for (int tid = 10; tid < 3010; tid++) {
		host_spawn(tid, tid, 0);
		ck_assert(host_unshare(tid, NEW_UTS));
	}
	ck_assert_uint_eq(number_in(top, "ns.events", "clones "), 3000);
	ck_assert_ptr_nonnull(find_dir(top, "node3000"));
	ck_assert_uint_eq(number_in(top, "container.events", "children "), 3000);
	host_spawn(5000, 5000, 0);
	shim_fail_nth(100);
	before = comparisons;
	ck_assert(host_unshare(5000, NEW_UTS));
	ck_assert_uint_le(comparisons - before, BY_HALVES);
	left = shim_fail_nth(0);
	ck_assert_uint_ge(left, 90);
	umount_top(top);
}
END_TEST

/* A name is searched by halves: for being looked up, made, renamed and removed. */
START_TEST(names_by_halves)
{
	struct container *top = mount_top("ns"), *child;
	unsigned long before;
	unsigned int node;
	char name[16];

	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "d%d", i * 7 % 3000);
		make_dir(top, name);
	}
	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		before = comparisons;
		ck_assert_int_eq(container_lookup(top, name, &child, &node), 0);
		ck_assert_uint_le(comparisons - before, BY_HALVES);
		container_put(child);
	}
	before = comparisons;
	ck_assert_int_eq(container_lookup(top, "d2999x", &child, &node), -ENOENT);
	ck_assert_int_eq(try_mkdir(top, "d1500"), -EEXIST);
	ck_assert_int_eq(try_mkdir(top, "d1500x"), 0);
	ck_assert_int_eq(container_rename(top, "d1500x", top, "d1500y"), 0);
	ck_assert_int_eq(container_rmdir(top, "d1500y"), 0);
	ck_assert_uint_le(comparisons - before, 8 * BY_HALVES);
	umount_top(top);
}
END_TEST

TCase *clone_tests(void)
{
	TCase *tc = tcase_of("clone");

	tcase_add_test(tc, numbered_per_directory);
	tcase_add_test(tc, the_child_of_clone);
	tcase_add_test(tc, clone_and_move_in_one);
	tcase_add_test(tc, flags_that_count);
	tcase_add_test(tc, other_hierarchies);
	tcase_add_test(tc, one_thread);
	tcase_add_test(tc, failed_entry_leaves_an_empty_clone);
	tcase_add_test(tc, many_siblings);
	tcase_add_test(tc, names_by_halves);
	return tc;
}
