// SPDX-License-Identifier: GPL-2.0-only
/*
 * max_clones and max_depth: which clones are refused, and how that is reported
 *
 * Beyond a limit the task stays where it is, its call succeeds, and ns.events of the container
 * that it stays in counts one more refusal.
 */
#include "tools.h"

static unsigned long refused(struct container *cont)
{
	return number_in(cont, "ns.events", "refused ");
}

static void spawn_in(struct container *cont, int tid)
{
	host_spawn(tid, tid, 1000);
	ck_assert_int_eq(attach(cont, tid), 0);
}

START_TEST(max_clones)
{
	struct container *top = mount_top("ns"), *a = make_dir(top, "a");

	ck_assert_int_eq(write_to(a, "ns.max_clones", "2"), 0);
	for (int tid = 10; tid < 16; tid++)
		spawn_in(a, tid);
	make_dir(a, "mine");		/* not a clone */
	ck_assert(host_unshare(10, NEW_USER));
	ck_assert(host_unshare(11, NEW_USER));
	ck_assert(!host_unshare(12, NEW_USER));
	ck_assert(is_in(a, 12));
	ck_assert_uint_eq(refused(a), 1);
	ck_assert_uint_eq(refused(top), 0);
	ck_assert(!host_unshare(12, NEW_UTS));
	ck_assert_uint_eq(refused(a), 2);
	ck_assert_str_eq(children_of(a), "mine node1 node2");
	/* the child of clone(2) stays with its creator */
	host_clone(13, 50, NEW_PID);
	ck_assert(is_in(a, 50));
	ck_assert_uint_eq(refused(a), 3);
	/* inside of a clone the clone's own (inherited) limit counts */
	ck_assert(host_unshare(10, NEW_USER));
	/* an empty clone does not count, though it is kept */
	host_exit(11);
	container_run_work();
	ck_assert_str_eq(children_of(a), "mine node1 node2");
	ck_assert(host_unshare(12, NEW_USER));
	ck_assert_str_eq(children_of(a), "mine node1 node2 node3");
	ck_assert(!host_unshare(13, NEW_USER));
	/* a clone that is used again counts */
	host_exit(12);
	spawn_in(find_dir(a, "node2"), 20);
	ck_assert(!host_unshare(13, NEW_USER));
	ck_assert_int_eq(write_to(a, "ns.max_clones", "3"), 0);
	ck_assert(host_unshare(13, NEW_USER));
	ck_assert_int_eq(write_to(a, "ns.max_clones", "0"), 0);
	ck_assert(!host_unshare(14, NEW_USER));
	ck_assert_int_eq(write_to(a, "ns.max_clones", "max"), 0);
	ck_assert(host_unshare(14, NEW_USER));
	sane();
	umount_top(top);
}
END_TEST

START_TEST(max_depth)
{
	struct container *top = mount_top("ns"), *a = make_dir(top, "a");
	char path[400] = "";

	/* 32 for the top, by default */
	host_spawn(10, 10, 0);
	for (int i = 1; i <= 32; i++) {
		ck_assert(host_unshare(10, NEW_USER));
		snprintf(path + strlen(path), sizeof(path) - strlen(path), "%snode1", i > 1 ? "/" : "");
	}
	ck_assert(!host_unshare(10, NEW_USER));
	ck_assert(is_in(find_dir(top, path), 10));
	ck_assert_uint_eq(refused(find_dir(top, path)), 1);
	ck_assert_uint_eq(inspect_container(find_dir(top, path)).depth, 32);

	/* the tightest limit of the containers above counts */
	ck_assert_int_eq(write_to(a, "ns.max_depth", "2"), 0);
	spawn_in(a, 11);
	ck_assert(host_unshare(11, NEW_USER));
	ck_assert(host_unshare(11, NEW_USER));
	ck_assert(!host_unshare(11, NEW_USER));
	ck_assert_int_eq(write_to(find_dir(a, "node1"), "ns.max_depth", "max"), 0);
	ck_assert(!host_unshare(11, NEW_USER));
	ck_assert_int_eq(write_to(a, "ns.max_depth", "3"), 0);
	ck_assert(host_unshare(11, NEW_USER));
	ck_assert_int_eq(write_to(a, "ns.max_depth", "max"), 0);
	ck_assert_int_eq(write_to(top, "ns.max_depth", "4"), 0);
	ck_assert(!host_unshare(11, NEW_USER));
	ck_assert_int_eq(write_to(top, "ns.max_depth", "0"), 0);
	spawn_in(top, 12);
	ck_assert(!host_unshare(12, NEW_USER));
	ck_assert_uint_eq(refused(top), 1);
	/* mkdir has no limit */
	ck_assert_int_eq(try_mkdir(find_dir(top, path), "deeper"), 0);
	sane();
	umount_top(top);
}
END_TEST

/* A user who unshares in a loop: refused at the limit, and nothing grows. */
START_TEST(loop)
{
	struct container *top = mount_top("ns,keep_empty=3,max_clones=5"), *a = make_dir(top, "a");
	long live = 0;
	int tid = 100;

	for (int round = 0; round < 300; round++) {
		spawn_in(a, tid);
		while (host_unshare(tid, NEW_USER))
			;
		if (round >= 5)
			host_exit(tid - 5);
		tid++;
		container_run_work();
		if (round == 20)
			live = host_objects();
	}
	ck_assert_int_le(host_objects(), live + 20);
	ck_assert_uint_le(inspect_container(a).nr_children, 8);
	ck_assert_uint_gt(refused(a), 0);
	sane();
	umount_top(top);
}
END_TEST

/* A refusal uses up neither a number nor a wish. */
START_TEST(nothing_is_used_up)
{
	struct container *top = mount_top("ns,max_clones=0");
	struct container_actor self;

	host_spawn(10, 10, 0);
	self = host_actor(10, 0, false);
	ck_assert_int_eq(write_as(&self, top, "ns.next_name", "web"), 0);
	for (int i = 0; i < 5; i++)
		ck_assert(!host_unshare(10, NEW_USER));
	ck_assert_uint_eq(refused(top), 5);
	ck_assert_int_eq(write_to(top, "ns.max_clones", "max"), 0);
	ck_assert(host_unshare(10, NEW_USER));
	ck_assert_str_eq(children_of(top), "web");
	host_spawn(11, 11, 0);
	ck_assert(host_unshare(11, NEW_USER));
	ck_assert_str_eq(children_of(top), "web node1");
	umount_top(top);
}
END_TEST

static void sandbox(struct container *dir, int tid, unsigned int uid, bool made)
{
	host_spawn(tid, tid, uid);
	ck_assert_int_eq(attach(dir, tid), 0);
	ck_assert(host_unshare(tid, NEW_USER) == made);
}

/* What one user causes, anywhere, empty or not, is bounded; other users are not concerned. */
START_TEST(max_user_clones)
{
	struct container *top = mount_top("ns,max_user_clones=8"), *a = make_dir(top, "a"), *b = make_dir(top, "b");

	for (int i = 0; i < 8; i++)
		sandbox(i & 1 ? a : b, 10 + i, 1000, true);
	sandbox(a, 20, 1000, false);
	ck_assert_uint_eq(refused(a), 1);
	ck_assert(!host_unshare(10, NEW_UTS));
	ck_assert_int_eq(host.charged[1000], 8);
	sandbox(a, 21, 1001, true);
	/* an empty clone still exists */
	host_exit(10);
	container_run_work();
	ck_assert(!host_unshare(20, NEW_UTS));
	/* but only a quarter is kept, over all directories; the oldest are removed first */
	ck_assert_str_eq(children_of(b), "node1 node2 node3 node4");
	host_exit(11);
	host_exit(12);
	container_run_work();
	ck_assert_str_eq(children_of(b), "node2 node3 node4");
	ck_assert_str_eq(children_of(a), "node1 node2 node3 node4 node5");
	ck_assert_int_eq(host.charged[1000], 7);
	ck_assert(host_unshare(20, NEW_UTS));
	ck_assert(!host_unshare(20, NEW_UTS));
	/* other users are not concerned */
	ck_assert(is_in(find_dir(a, "node5"), 21));
	for (int tid = 13; tid < 18; tid++)
		host_exit(tid);
	host_exit(20);
	host_exit(21);
	container_run_work();
	ck_assert_int_eq(host.charged[1000], 2);
	ck_assert_int_eq(host.charged[1001], 1);
	sane();
	umount_top(top);
	ck_assert_int_eq(host.charged[1000] + host.charged[1001], 0);
}
END_TEST

/* A branch that becomes empty at once, with a share that keeps a part of it. */
START_TEST(deep_share)
{
	struct container *top = mount_top("ns,max_user_clones=16");

	host_spawn(10, 10, 1000);
	for (int i = 0; i < 16; i++)
		ck_assert(host_unshare(10, NEW_USER));
	ck_assert(!host_unshare(10, NEW_USER));
	host_exit(10);
	container_run_work();
	ck_assert_int_le(host.charged[1000], 4);
	sane();
	umount_top(top);
}
END_TEST

/*
 * A deeper clone is no more work, nor is the removal of all of them. The test counts steps from
 * one container to another.
 */
START_TEST(deep_chain)
{
	struct container *top = mount_top("ns,max_depth=max,max_user_clones=max");
	const unsigned int depth = 2000;
	unsigned long steps;

	host_spawn(10, 10, 0);
	for (unsigned int i = 0; i < depth; i++)
		ck_assert(host_unshare(10, NEW_USER));
	steps = shim_rb_firsts();
	host_exit(10);
	if (_i == 0)		/* time for its agent */
		ck_assert_int_eq(write_to(top, "ns.keep_empty", "0"), 0);
	container_run_work();
	umount_top(top);
	ck_assert_uint_le(shim_rb_firsts() - steps, 8 * depth);
}
END_TEST

TCase *limits_tests(void)
{
	TCase *tc = tcase_of("limits");

	tcase_add_test(tc, max_clones);
	tcase_add_test(tc, max_depth);
	tcase_add_test(tc, loop);
	tcase_add_test(tc, nothing_is_used_up);
	tcase_add_test(tc, max_user_clones);
	tcase_add_test(tc, deep_share);
	tcase_add_loop_test(tc, deep_chain, 0, 2);
	return tc;
}
