// SPDX-License-Identifier: GPL-2.0-only
/*
 * freezer.state and its effects, on a fake host
 *
 * Each test runs in two ways: on a host that stops a task at once, like the module; and on a
 * host that must sleep for it, and whose children are born stopped if their creator is
 * stopped, like the groups of the FUSE host.
 */
#include "tools.h"

static struct container *top, *a, *b, *c;

static void freezer_setup(void)
{
	host_reset();
	top = mount_top("freezer,ns");
	a = make_dir(top, "a");
	b = make_dir(a, "b");
	c = make_dir(top, "c");
	for (int tid = 10; tid < 14; tid++)
		host_fork(1, tid);
	attach(a, 10);
	attach(b, 11);
	attach(c, 12);
}

static void freezer_setup_later(void)
{
	freezer_setup();
	host.freeze_later = true;
	host.use_cookies = true;
}

static void freezer_teardown(void)
{
	sane();
	umount_top(top);
	host_finish();
}

static void set(struct container *cont, const char *state)
{
	ck_assert_int_eq(write_to(cont, "freezer.state", state), 0);
}

/* Do the work that is due, as the host would before the next request. */
static bool frozen(int tid)
{
	container_run_work();
	return host.task[tid].account;
}

#define state_is(cont, text)	ck_assert_str_eq(read_of(cont, "freezer.state"), text "\n")

static void flags_are(struct container *cont, int self, int parent)
{
	ck_assert_int_eq(atoi(read_of(cont, "freezer.self_freezing")), self);
	ck_assert_int_eq(atoi(read_of(cont, "freezer.parent_freezing")), parent);
}

START_TEST(state_and_flags)
{
	state_is(a, "THAWED");
	flags_are(a, 0, 0);
	set(a, "FROZEN");
	ck_assert(host.task[10].account && host.task[11].account);
	ck_assert(!frozen(12) && !frozen(13) && !frozen(1));
	state_is(a, "FROZEN");
	state_is(b, "FROZEN");
	state_is(c, "THAWED");
	flags_are(a, 1, 0);
	flags_are(b, 0, 1);
	flags_are(c, 0, 0);
	set(a, "FROZEN");
	set(a, " THAWED \n");
	ck_assert(!host.task[10].account && !host.task[11].account);
	state_is(a, "THAWED");
	state_is(b, "THAWED");
	flags_are(b, 0, 0);
}
END_TEST

START_TEST(what_may_be_written)
{
	static const char *const bad[] = { "frozen", "FREEZING", "1", "\n", "FROZEN THAWED", "FROZE" };

	for (unsigned int i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_int_eq(write_to(a, "freezer.state", bad[i]), -EINVAL);
	ck_assert_int_eq(write_to(a, "freezer.self_freezing", "1"), -EINVAL);
	ck_assert_int_eq(write_to(a, "freezer.parent_freezing", "1"), -EINVAL);
	state_is(a, "THAWED");
	host.freeze_start_err = -EOPNOTSUPP;
	ck_assert_int_eq(write_to(a, "freezer.state", "FROZEN"), -EOPNOTSUPP);
	flags_are(a, 0, 0);
	ck_assert_int_eq(write_to(a, "freezer.state", "THAWED"), 0);
}
END_TEST

START_TEST(below_a_frozen_parent)
{
	struct container *d;

	set(b, "FROZEN");
	set(a, "FROZEN");
	set(b, "THAWED");
	ck_assert(frozen(11));
	state_is(b, "FROZEN");
	flags_are(b, 0, 1);
	set(b, "FROZEN");
	set(a, "THAWED");
	ck_assert(!frozen(10) && frozen(11));
	state_is(a, "THAWED");
	state_is(b, "FROZEN");
	flags_are(b, 1, 0);

	d = make_dir(b, "d");
	state_is(d, "FROZEN");
	flags_are(d, 0, 1);
	attach(d, 13);
	ck_assert(frozen(13));
	set(b, "THAWED");
	ck_assert(!frozen(13) && !frozen(11));
}
END_TEST

START_TEST(freezing_until_all_stopped)
{
	host.stop_later = true;
	set(a, "FROZEN");
	state_is(a, "FREEZING");
	state_is(b, "FREEZING");
	host_stop(10);
	state_is(a, "FREEZING");
	host_stop(11);
	state_is(a, "FROZEN");
	state_is(b, "FROZEN");
	/* a task that comes makes it FREEZING again */
	attach(b, 13);
	container_run_work();
	state_is(a, "FREEZING");
	attach(c, 13);
	state_is(a, "FROZEN");
	set(c, "FROZEN");
	state_is(c, "FREEZING");
	host_exit(12);
	host_exit(13);
	state_is(c, "FROZEN");
	set(c, "THAWED");
	state_is(c, "THAWED");
}
END_TEST

START_TEST(fork_clone_attach)
{
	set(a, "FROZEN");
	host_fork(10, 20);
	if (!host.freeze_later)
		ck_assert(host.task[20].account);
	ck_assert(frozen(20));
	host_thread(11, 21);
	ck_assert(frozen(21));
	host_clone(10, 22, NEW_UTS);
	ck_assert(find_dir(a, "node1") && frozen(22));
	ck_assert(host_unshare(11, NEW_UTS));
	ck_assert(frozen(11));
	state_is(find_dir(b, "node1"), "FROZEN");

	attach(a, 13);
	ck_assert(frozen(13));
	attach(c, 13);
	ck_assert(!frozen(13));
	attach(b, 13);
	attach(top, 13);
	ck_assert(!frozen(13));
	/* from one frozen container to another */
	set(c, "FROZEN");
	attach(c, 10);
	ck_assert(frozen(10));
	set(a, "THAWED");
	ck_assert(frozen(10) && !frozen(20) && !frozen(21) && !frozen(22) && !frozen(11));
	set(c, "THAWED");
	ck_assert(!frozen(10));
}
END_TEST

/* The engine hears of a child only after the thaw. */
START_TEST(thaw_reaches_unseen_children)
{
	set(a, "FROZEN");
	if (host.freeze_later) {
		host_spawn(30, 30, 0);
		host.task[30].account = host.task[10].account;
	}
	set(a, "THAWED");
	ck_assert(!frozen(30));
}
END_TEST

START_TEST(exit_and_rmdir)
{
	set(b, "FROZEN");
	ck_assert_int_eq(container_rmdir(a, "b"), -EBUSY);
	host_exit(11);
	state_is(b, "FROZEN");
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	set(a, "FROZEN");
	b = make_dir(a, "b");
	flags_are(b, 0, 1);
	host_exit(10);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert(!frozen(12));
	/* nothing counts as freezing any more, so a fork does not reach the freezer */
	host.freezes = 0;
	host_fork(12, 20);
	container_run_work();
	ck_assert_uint_eq(host.freezes + host.thaws, 0);
}
END_TEST

START_TEST(kill_lets_go)
{
	set(a, "FROZEN");
	ck_assert_int_eq(write_to(a, "container.kill", "1"), 0);
	ck_assert_uint_eq(host.task[10].killed, 1);
	ck_assert(!frozen(10) && !frozen(11));
	/* the child of a fork that is under way is killed, and not kept */
	host_fork(10, 20);
	ck_assert(!frozen(20));
	ck_assert_uint_eq(host.task[20].killed, 1);
	host_exit(10);
	host_exit(11);
	host_exit(20);
	/* it is a frozen container as before */
	attach(a, 13);
	ck_assert(frozen(13));
}
END_TEST

START_TEST(who_cannot_be_stopped)
{
	host.freeze_refuse = 11;
	host.freeze_err = -ENOMEM;
	set(a, "FROZEN");
	ck_assert(frozen(10) && !frozen(11));
	state_is(a, "FREEZING");
	state_is(b, "FREEZING");
	host.freeze_refuse = 0;
	state_is(b, "FROZEN");
	ck_assert(frozen(11));

	host.freeze_refuse = 12;
	host.freeze_err = -ESRCH;
	set(c, "FROZEN");
	state_is(c, "FROZEN");
	host_exit(12);
}
END_TEST

START_TEST(many)
{
	host.stop_later = true;
	for (int tid = 1000; tid < 1500; tid++)
		host_fork(12, tid);
	set(c, "FROZEN");
	for (int tid = 1000; tid < 1500; tid++) {
		ck_assert(host.task[tid].account);
		host_stop(tid);
	}
	state_is(c, "FREEZING");
	host_stop(12);
	state_is(c, "FROZEN");
	set(c, "THAWED");
	for (int tid = 1000; tid < 1500; tid++)
		ck_assert(!host.task[tid].account);
}
END_TEST

START_TEST(not_mounted_costs_nothing)
{
	struct container *other, *d;

	other = mount_top("none,name=other");
	d = make_dir(other, "d");
	set(a, "FROZEN");
	attach(d, 10);
	attach(d, 12);
	ck_assert(frozen(10) && !frozen(12));
	host_exit(10);
	host_exit(12);
	ck_assert_int_eq(container_rmdir(other, "d"), 0);
	umount_top(other);
}
END_TEST

START_TEST(exec_of_a_thread)
{
	host_thread(10, 20);
	set(a, "FROZEN");
	host_exec(20);
	/* the host's own record has moved with the task */
	host.task[10].account = host.task[10].account ? host.task[10].account : 1;
	set(a, "THAWED");
	ck_assert(!frozen(10));
}
END_TEST

/* The state is not FROZEN while a task runs that others have let go; the task is stopped again. */
START_TEST(who_strays_is_brought_back)
{
	set(a, "FROZEN");
	state_is(a, "FROZEN");
	if (!host.freeze_later)
		return;
	host_stray(11);
	state_is(c, "THAWED");
	state_is(a, "FREEZING");
	ck_assert(frozen(10) && frozen(11));
	state_is(a, "FROZEN");
	/* without a read the host looks by itself */
	host_stray(10);
	host_stray(11);
	container_run_work();
	ck_assert(!host.task[10].account && !host.task[11].account);
	container_freezer_look();
	ck_assert(frozen(10) && frozen(11));
	/* a task that dies, or was sent SIGKILL, has not strayed */
	host_stray(11);
	ck_assert_int_eq(write_to(b, "container.kill", "1"), 0);
	container_freezer_look();
	ck_assert(!frozen(11));
	state_is(a, "FROZEN");
	host_exit(11);
	set(a, "THAWED");
	container_freezer_look();
	ck_assert(!frozen(10));
}
END_TEST

static void add_freezer_tests(TCase *tc)
{
	tcase_add_test(tc, state_and_flags);
	tcase_add_test(tc, what_may_be_written);
	tcase_add_test(tc, below_a_frozen_parent);
	tcase_add_test(tc, freezing_until_all_stopped);
	tcase_add_test(tc, fork_clone_attach);
	tcase_add_test(tc, thaw_reaches_unseen_children);
	tcase_add_test(tc, exit_and_rmdir);
	tcase_add_test(tc, kill_lets_go);
	tcase_add_test(tc, who_cannot_be_stopped);
	tcase_add_test(tc, who_strays_is_brought_back);
	tcase_add_test(tc, many);
	tcase_add_test(tc, not_mounted_costs_nothing);
	tcase_add_test(tc, exec_of_a_thread);
}

TCase *freezer_tests(void)
{
	TCase *tc = tcase_create("freezer");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, freezer_setup, freezer_teardown);
	add_freezer_tests(tc);
	return tc;
}

TCase *freezer_later_tests(void)
{
	TCase *tc = tcase_create("freezer_later");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, freezer_setup_later, freezer_teardown);
	add_freezer_tests(tc);
	return tc;
}
