// SPDX-License-Identifier: GPL-2.0-only
/*
 * css_groups: one for each distinct set of memberships
 *
 * However many tasks and hierarchies there are, tasks that are in the same containers
 * everywhere share one css_group. When all tasks are in the tops again, only the init group
 * is left.
 */
#include "tools.h"

static struct css_group *group_of(int tid)
{
	struct container_task *task = container_task_find(host_key(tid));

	return task ? container_task_group(task) : css_group_init();
}

START_TEST(shared_by_all_with_the_same_set)
{
	struct container *ns = mount_top("ns"), *x = mount_top("none,name=x"), *d = mount_top("debug");
	struct container *a = make_dir(ns, "a"), *b = make_dir(x, "b"), *c = make_dir(d, "c");
	struct css_group *group;
	long live;

	for (int tid = 10; tid < 210; tid++)
		host_fork(1, tid);
	ck_assert_uint_eq(inspect_groups(), 1);
	live = host_objects();
	for (int tid = 10; tid < 210; tid++) {
		/* in whatever order they came */
		struct container *way[3] = { a, b, c };

		for (int i = 0; i < 3; i++)
			ck_assert_int_eq(attach(way[(i + tid) % 3], tid), 0);
	}
	ck_assert_uint_eq(inspect_groups(), 2);
	group = group_of(10);
	for (int tid = 10; tid < 210; tid++) {
		ck_assert_ptr_eq(group_of(tid), group);
		ck_assert(is_in(a, tid) && is_in(b, tid) && is_in(c, tid));
	}
	sane();
	host_fork(10, 500);
	ck_assert_ptr_eq(group_of(500), group);
	ck_assert_int_eq(attach(x, 20), 0);
	ck_assert_uint_eq(inspect_groups(), 3);
	ck_assert_int_eq(attach(b, 20), 0);
	ck_assert_ptr_eq(group_of(20), group);
	ck_assert_uint_eq(inspect_groups(), 2);
	host_exit(500);

	for (int tid = 10; tid < 210; tid++) {
		if (tid & 1) {
			host_exit(tid);
			continue;
		}
		ck_assert_int_eq(attach(ns, tid), 0);
		ck_assert_int_eq(attach(d, tid), 0);
		ck_assert_int_eq(attach(x, tid), 0);
		ck_assert_ptr_eq(group_of(tid), css_group_init());
	}
	ck_assert_uint_eq(inspect_groups(), 1);
	for (int tid = 10; tid < 210; tid += 2)
		host_exit(tid);
	ck_assert_uint_eq(inspect_init_refs(), 1);
	/* except for kept texts */
	ck_assert_int_le(host_objects(), live + 8);
	sane();
	umount_top(ns);
	umount_top(x);
	umount_top(d);
}
END_TEST

/*
 * Ids are consecutive and hashes of sets are sums, so that (1st, 4th) and (2nd, 3rd) mostly have
 * the same hash: with the same third container, only a comparison of all links tells the two
 * sets apart.
 */
START_TEST(every_pair_is_a_set)
{
	struct container *ns = mount_top("ns"), *x = mount_top("none,name=x"), *a[20], *b[20];
	struct container *d = mount_top("debug"), *c = make_dir(d, "c");
	char name[8];

	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "%d", i);
		a[i] = make_dir(ns, name);
		b[i] = make_dir(x, name);
	}
	for (int i = 0; i < 400; i++) {
		host_fork(1, 100 + i);
		ck_assert_int_eq(attach(a[i / 20], 100 + i), 0);
		ck_assert_int_eq(attach(b[i % 20], 100 + i), 0);
		ck_assert_int_eq(attach(c, 100 + i), 0);
	}
	ck_assert_uint_eq(inspect_groups(), 401);
	for (int i = 0; i < 400; i++) {
		ck_assert_ptr_eq(inspect_where(host_key(100 + i), ns), a[i / 20]);
		ck_assert_ptr_eq(inspect_where(host_key(100 + i), x), b[i % 20]);
	}
	sane();
	umount_top(ns);
	umount_top(x);
	umount_top(d);
}
END_TEST

/* A new hierarchy, or one that dies, touches no group and no task. */
START_TEST(hierarchies_come_and_go)
{
	struct container *ns = mount_top("ns"), *a = make_dir(ns, "a"), *x;
	struct css_group *group;

	host_fork(1, 10);
	attach(a, 10);
	group = group_of(10);
	x = mount_top("none,name=x");
	ck_assert_ptr_eq(group_of(10), group);
	ck_assert(is_in(x, 10) && is_in(x, 1) && is_in(a, 10));
	sane();
	umount_top(x);
	ck_assert_ptr_eq(group_of(10), group);
	ck_assert(is_in(a, 10));
	umount_top(ns);
}
END_TEST

/* References of the host keep a group and its names, but not its containers in the tree. */
START_TEST(host_references)
{
	struct container *ns = mount_top("ns"), *a = make_dir(ns, "a");
	struct css_group *group;
	unsigned int freed;

	host_fork(1, 10);
	attach(a, 10);
	group = css_group_get(group_of(10));
	ck_assert(host_group_knows(group));
	freed = host.groups_forgotten;
	host_exit(10);
	ck_assert_uint_eq(host.groups_forgotten, freed);
	host_fork(1, 11);
	attach(a, 11);
	ck_assert_ptr_eq(group_of(11), group);
	host_exit(11);
	ck_assert_int_eq(container_rmdir(ns, "a"), 0);
	ck_assert_uint_eq(host_group_facts(group).watch, 0);
	ck_assert_uint_ne(host_group_facts(group).clone_mask, 0);

	/* A new container of the same name is not the one of the group. */
	a = make_dir(ns, "a");
	host_fork(1, 12);
	attach(a, 12);
	ck_assert_ptr_ne(group_of(12), group);
	umount_top(ns);
	css_group_put(group);
	ck_assert_uint_eq(host.groups_forgotten, freed + 1);
}
END_TEST

/* The host meets a group before it is told to move somebody there, and once. */
START_TEST(host_meets_groups)
{
	struct container *ns = mount_top("ns,pids,cpuacct,clone_flags=none"), *a = make_dir(ns, "a");
	const struct css_group_facts *told = host_group_told(css_group_init());
	struct css_group *group;

	ck_assert_uint_eq(told->clone_mask, 0);
	ck_assert(told->clones_counted && told->clones_charged && !told->charged && !told->counter);
	ck_assert_uint_eq(told->clone_levels, 32);
	ck_assert_uint_eq(told->user_clones, 4096);
	host_fork(1, 10);
	host_fork(1, 11);
	ck_assert_int_eq(write_to(a, "ns.max_depth", "1"), 0);
	ck_assert_int_eq(write_to(a, "ns.max_clones", "0"), 0);
	ck_assert_uint_eq(host.groups_met, 0);
	host.meet_err = -ENOSPC;
	ck_assert_int_eq(attach(a, 10), -ENOSPC);
	ck_assert(!is_in(a, 10));
	host.meet_err = 0;
	sane();
	attach(a, 10);
	group = group_of(10);
	told = host_group_told(group);
	ck_assert(told->charged && told->counter == container_id(a) && told->clone_full);
	ck_assert_uint_eq(told->clone_levels, 1);
	attach(a, 11);
	ck_assert_ptr_eq(group_of(11), group);
	ck_assert_uint_eq(host.groups_met, 1);

	/* Only of what it knows is it told, and that it forgets when the group is gone. */
	host_group_forget(group);
	host.groups_changed = 0;
	ck_assert_int_eq(write_to(a, "notify_on_release", "1"), 0);
	ck_assert_uint_eq(host.groups_changed, 0);
	host_fork(1, 12);
	attach(a, 12);
	ck_assert_uint_eq(host.groups_met, 2);
	ck_assert_uint_eq(host_group_told(group)->watch, CSS_GROUP_WATCH_EMPTY);
	ck_assert_int_eq(write_to(a, "notify_on_release", "0"), 0);
	ck_assert_uint_eq(host.groups_changed, 1);
	ck_assert_uint_eq(host_group_told(group)->watch, 0);
	sane();
	host_exit(10);
	host_exit(11);
	host_exit(12);
	ck_assert_int_eq(container_rmdir(ns, "a"), 0);
	umount_top(ns);
	sane();
	told = host_group_told(css_group_init());
	ck_assert(!told->clones_counted && !told->clones_charged);
	ck_assert_uint_eq(told->clone_levels, ~0u);
	ck_assert_uint_eq(told->user_clones, ~0u);
}
END_TEST

/* A remount that brings subsystems also changes what clones get of them. */
START_TEST(remount_tells_of_clones)
{
	struct container *top = mount_top("ns");
	const struct css_group_facts *told = host_group_told(css_group_init());

	ck_assert(!told->clones_counted && !told->clones_charged);
	ck_assert_int_eq(hierarchy_remount(container_root(top), "ns,pids", &root_actor, mount_msg,
					   sizeof(mount_msg)), 0);
	ck_assert(told->clones_counted && !told->clones_charged);
	sane();
	ck_assert_int_eq(hierarchy_remount(container_root(top), "cpuacct", &root_actor, mount_msg,
					   sizeof(mount_msg)), 0);
	ck_assert(!told->clones_counted && !told->clones_charged);
	ck_assert_uint_eq(told->clone_mask, 0);
	sane();
	ck_assert_int_eq(hierarchy_remount(container_root(top), "cpuacct,ns,max_user_clones=7",
					   &root_actor, mount_msg, sizeof(mount_msg)), 0);
	ck_assert(!told->clones_counted && told->clones_charged);
	ck_assert_uint_eq(told->user_clones, 7);
	sane();
	umount_top(top);
	sane();
}
END_TEST

START_TEST(records)
{
	struct container *ns = mount_top("ns"), *a = make_dir(ns, "a");
	struct container_task *task;
	int tid, tgid;
	long live;

	host.use_cookies = true;
	host_fork(1, 10);
	host_thread(10, 11);
	ck_assert_ptr_null(container_task_find(host_key(11)));
	ck_assert_int_eq(attach(a, 11), 0);
	task = container_task_find(host_key(11));
	ck_assert_uint_eq(container_task_cookie(task), 11);
	container_task_set_cookie(task, 12);
	ck_assert_uint_eq(container_task_cookie(task), 12);
	container_task_ids(task, &tid, &tgid);
	ck_assert_int_eq(tid, 11);
	ck_assert_int_eq(tgid, 10);

	/* no memory for the record of a child: it is in the top, and its parent does not change */
	live = host_objects();
	shim_fail_nth(1);
	ck_assert_int_eq(container_task_fork(host_key(11), host_key(12), 12, 10), -ENOMEM);
	ck_assert_ptr_null(container_task_find(host_key(12)));
	shim_fail_nth(1);
	ck_assert_int_eq(container_task_enter(host_key(12), 12, 10, container_task_group(task), 0),
			 -ENOMEM);
	ck_assert_uint_eq(shim_fail_nth(0), 0);
	ck_assert_int_eq(host_objects(), live);
	/* an unknown task may exit */
	container_task_exit(host_key(12));
	container_task_rename(host_key(12), 13, 13);
	sane();
	umount_top(ns);
}
END_TEST

static int count_tasks(struct container_task *task, unsigned long key, void *arg)
{
	int *counts = arg, tid, tgid;

	container_task_ids(task, &tid, &tgid);
	ck_assert_uint_eq(key, host_key(tid));
	return ++counts[0] == counts[1] ? 5 : 0;
}

START_TEST(walk_of_records)
{
	struct container *ns = mount_top("ns"), *a = make_dir(ns, "a");
	int counts[2] = { 0, 0 };

	for (int i = 10; i < 30; i++) {
		host_fork(1, i);
		if (i < 25)
			attach(a, i);
	}
	ck_assert_int_eq(container_task_for_each(count_tasks, counts), 0);
	ck_assert_int_eq(counts[0], 15);
	counts[0] = 0;
	counts[1] = 4;
	ck_assert_int_eq(container_task_for_each(count_tasks, counts), 5);
	ck_assert_int_eq(counts[0], 4);
	umount_top(ns);
}
END_TEST

/* The engine may end with records and containers left, because hosts end when they are told to. */
START_TEST(end_with_everything_left)
{
	struct container *ns = mount_top("all"), *x = mount_top("none,name=x"), *a, *b;

	a = make_dir(ns, "a");
	b = make_dir(make_dir(x, "b"), "c");
	for (int i = 10; i < 20; i++) {
		host_fork(1, i);
		attach(a, i);
		attach(b, i);
	}
	ck_assert(host_unshare(10, NEW_UTS));
	umount_top(ns);
	umount_top(x);
	container_engine_exit();
	for (int i = 10; i < 20; i++)
		host.task[i].live = false;
	ck_assert_int_eq(hierarchy_count(), 0);
	ck_assert_int_eq(host_objects(), 0);
	ck_assert(!host.cloning);
}
END_TEST

TCase *groups_tests(void)
{
	TCase *tc = tcase_of("groups");

	tcase_add_test(tc, shared_by_all_with_the_same_set);
	tcase_add_test(tc, every_pair_is_a_set);
	tcase_add_test(tc, hierarchies_come_and_go);
	tcase_add_test(tc, host_references);
	tcase_add_test(tc, host_meets_groups);
	tcase_add_test(tc, remount_tells_of_clones);
	tcase_add_test(tc, records);
	tcase_add_test(tc, walk_of_records);
	tcase_add_test(tc, end_with_everything_left);
	return tc;
}
