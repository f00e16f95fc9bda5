// SPDX-License-Identifier: GPL-2.0-only
/*
 * Release agents: when they run, and when not
 *
 * As recorded from cgroup v1: after the last exit, the last move out, and the rmdir of the last
 * child; not when the flag is set on an empty container, and not while a child remains; for
 * each container by itself.
 */
#include "tools.h"

static struct container *top, *a;

static void release_setup(void)
{
	host_reset();
	top = mount_top("ns,release_agent=/bin/agent arg");
	a = make_dir(top, "a");
	ck_assert_int_eq(write_to(a, "notify_on_release", "1"), 0);
	host_fork(1, 10);
	host_fork(1, 11);
}

static void release_teardown(void)
{
	sane();
	umount_top(top);
	host_finish();
}

/* How often an agent has run since the last call; checks that no work is left. */
static unsigned int ran(void)
{
	unsigned int before = host.agents, agents;

	container_run_work();
	agents = host.agents - before;
	container_run_work();
	ck_assert_uint_eq(host.agents, before + agents);
	return agents;
}

START_TEST(last_exit)
{
	attach(a, 10);
	attach(a, 11);
	ck_assert_uint_eq(ran(), 0);
	host_exit(10);
	ck_assert_uint_eq(ran(), 0);
	host.works = 0;
	host_exit(11);
	ck_assert_uint_gt(host.works, 0);
	ck_assert_uint_eq(host.agents, 0);	/* not in the hook */
	ck_assert_uint_eq(ran(), 1);
	ck_assert_str_eq(host.agent, "/bin/agent arg");
	ck_assert_str_eq(host.agent_path, "/a");
	/* and the next time again */
	host_fork(1, 12);
	attach(a, 12);
	host_exit(12);
	ck_assert_uint_eq(ran(), 1);
}
END_TEST

START_TEST(last_move_out)
{
	attach(a, 10);
	attach(a, 11);
	attach(top, 10);
	ck_assert_uint_eq(ran(), 0);
	attach(make_dir(top, "b"), 11);
	ck_assert_uint_eq(ran(), 1);
}
END_TEST

START_TEST(last_child)
{
	struct container *b = make_dir(a, "b");

	make_dir(b, "c");
	ck_assert_int_eq(write_to(b, "notify_on_release", "0"), 0);
	attach(a, 10);
	attach(top, 10);
	ck_assert_uint_eq(ran(), 0);		/* a child remains */
	attach(b, 10);
	host_exit(10);
	ck_assert_uint_eq(ran(), 0);
	ck_assert_int_eq(container_rmdir(b, "c"), 0);
	ck_assert_uint_eq(ran(), 0);		/* b has no flag */
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	ck_assert_uint_eq(ran(), 1);
	ck_assert_str_eq(host.agent_path, "/a");
	/* each container has its own agent */
	make_dir(make_dir(a, "b"), "c");
	ck_assert_int_eq(container_rmdir(find_dir(a, "b"), "c"), 0);
	ck_assert_uint_eq(ran(), 1);
	ck_assert_str_eq(host.agent_path, "/a/b");
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	ck_assert_uint_eq(ran(), 1);
	ck_assert_str_eq(host.agent_path, "/a");
}
END_TEST

START_TEST(not_then)
{
	struct container *b = make_dir(top, "b");

	/* the flag is set, twice, on an empty container that was in use */
	attach(b, 10);
	attach(top, 10);
	ck_assert_int_eq(write_to(b, "notify_on_release", "1"), 0);
	ck_assert_int_eq(write_to(b, "notify_on_release", "1"), 0);
	ck_assert_uint_eq(ran(), 0);
	/* the flag is cleared before the last exit */
	attach(b, 10);
	ck_assert_int_eq(write_to(b, "notify_on_release", "0"), 0);
	attach(top, 10);
	ck_assert_uint_eq(ran(), 0);
	/* the top container never runs it */
	ck_assert_int_eq(write_to(top, "notify_on_release", "1"), 0);
	ck_assert_int_eq(container_rmdir(top, "b"), 0);
	host_exit(10);
	ck_assert_uint_eq(ran(), 0);
	/* no agent */
	ck_assert_int_eq(write_to(top, "release_agent", "\n"), 0);
	attach(a, 11);
	host_exit(11);
	ck_assert_uint_eq(ran(), 0);
	ck_assert_uint_eq(host.agents, 0);
}
END_TEST

/* Changes between the release and the agent. */
START_TEST(in_between)
{
	struct container *b = make_dir(top, "b");

	/* removed: no agent for a container that does not exist */
	ck_assert_int_eq(write_to(b, "notify_on_release", "1"), 0);
	attach(b, 10);
	attach(top, 10);
	ck_assert(inspect_container(b).pending);
	ck_assert_int_eq(container_rmdir(top, "b"), 0);
	ck_assert_uint_eq(ran(), 0);
	/* empty twice: one agent, because the first has not run yet */
	attach(a, 10);
	attach(top, 10);
	attach(a, 10);
	attach(top, 10);
	ck_assert_uint_eq(ran(), 1);
	/* renamed: the agent gets the present path */
	attach(a, 10);
	attach(top, 10);
	ck_assert_int_eq(container_rename(top, "a", top, "z"), 0);
	ck_assert_uint_eq(ran(), 1);
	ck_assert_str_eq(host.agent_path, "/z");
	/* another agent is set: that one runs */
	attach(a, 10);
	attach(top, 10);
	ck_assert_int_eq(write_to(top, "release_agent", "/other"), 0);
	ck_assert_uint_eq(ran(), 1);
	ck_assert_str_eq(host.agent, "/other");
	/* unmounted while it is pending */
	attach(a, 10);
	attach(top, 10);
	umount_top(top);
	ck_assert_uint_eq(host.agents, 4);
	top = mount_top("ns");
	ck_assert_uint_eq(ran(), 0);
}
END_TEST

START_TEST(inherited)
{
	struct container *b = make_dir(a, "b");

	ck_assert_str_eq(read_of(b, "notify_on_release"), "1\n");
	attach(b, 10);
	ck_assert(host_unshare(10, NEW_USER));
	ck_assert_str_eq(read_of(find_dir(b, "node1"), "notify_on_release"), "1\n");
	host_exit(10);
	ck_assert_uint_eq(ran(), 1);
	ck_assert_str_eq(host.agent_path, "/a/b/node1");
}
END_TEST

TCase *release_tests(void)
{
	TCase *tc = tcase_create("release");

	tcase_add_checked_fixture(tc, release_setup, release_teardown);
	tcase_add_test(tc, last_exit);
	tcase_add_test(tc, last_move_out);
	tcase_add_test(tc, last_child);
	tcase_add_test(tc, not_then);
	tcase_add_test(tc, in_between);
	tcase_add_test(tc, inherited);
	return tc;
}
