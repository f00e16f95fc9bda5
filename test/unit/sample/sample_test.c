// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the core does for the sample subsystem, and asks of it
 */
#include "shim_libc.h"
#include "../engine/tools.h"
#include "sample.h"

static struct container *top, *a, *ab, *b;

/* sample.forks of @cont */
#define expect_forks(cont, made, refused, dead)						\
	do {										\
		ck_assert_uint_eq(number_in(cont, "sample.forks", "made"), (made));	\
		ck_assert_uint_eq(number_in(cont, "sample.forks", "refused"), (refused)); \
		ck_assert_uint_eq(number_in(cont, "sample.forks", "dead"), (dead));	\
	} while (0)

static void set(struct container *cont, const char *file, const char *value)
{
	ck_assert_int_eq(write_to(cont, file, value), 0);
}

/* --- mounting: options, files, the list of subsystems --- */

START_TEST(files_where_it_is_bound)
{
	struct container *child, *other;
	unsigned int node;

	top = mount_top("sample");
	a = make_dir(top, "a");
	ck_assert_str_eq(read_of(a, "sample.limit"), "18446744073709551615\n");
	ck_assert_str_eq(read_of(a, "sample.forks"), "made 0\nrefused 0\ndead 0\n");
	ck_assert_int_eq(write_to(a, "sample.forks", "1"), -EINVAL);
	ck_assert_int_eq(container_lookup(top, "sample.limit", &child, &node), -ENOENT);
	other = mount_top("pids");
	b = make_dir(other, "b");
	ck_assert_int_eq(container_lookup(b, "sample.limit", &child, &node), -ENOENT);
	ck_assert_ptr_nonnull(strstr(read_of(top, "container.subsystems"),
				     "sample\tenforced: a fork "));
	ck_assert_int_eq(mount_err("sample,debug"), -EBUSY);
	ck_assert_ptr_nonnull(strstr(mount_msg, "subsystem sample belongs to hierarchy 1"));
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert_int_eq(hierarchy_remount(container_root(top), "debug", &root_actor, mount_msg,
					   sizeof(mount_msg)), 0);
	ck_assert_int_eq(mount_err("sample,cpuacct"), 0);
	umount_top(top);
	ck_assert_int_eq(container_rmdir(other, "b"), 0);
	umount_top(other);
}
END_TEST

static int remount_as(const char *options)
{
	return hierarchy_remount(container_root(top), options, &root_actor, mount_msg,
				 sizeof(mount_msg));
}

START_TEST(its_mount_option)
{
	top = mount_top("sample,debug,sample_limit=3");
	ck_assert_ptr_nonnull(strstr(options_of(container_root(top)), ",sample_limit=3"));
	a = make_dir(top, "a");
	ck_assert_str_eq(read_of(a, "sample.limit"), "3\n");
	/* a second mount ignores the option, and says so */
	umount_top(mount_top("sample,debug,sample_limit=3"));
	ck_assert_ptr_null(strstr(mount_msg, "sample_limit"));
	umount_top(mount_top("sample,debug,sample_limit=4"));
	ck_assert_ptr_nonnull(strstr(mount_msg, "sample_limit= not applied"));
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	umount_top(top);
	/* the value ends with the hierarchy */
	top = mount_top("sample");
	ck_assert_ptr_null(strstr(options_of(container_root(top)), "sample_limit"));
	umount_top(top);

	ck_assert_int_eq(mount_err("sample,sample_limit=x"), -EINVAL);
	ck_assert_str_eq(mount_msg, "sample_limit=x is no number of forks");
	ck_assert_int_eq(mount_err("debug,sample_limit=1"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(mount_msg, "sample"));
}
END_TEST

/* The host has the hooks on that the sample relies on, from before it is bound. */
START_TEST(hooks_while_it_is_bound)
{
	const unsigned int both = CONTAINER_HOOK_FORK | CONTAINER_HOOK_REAP;

	top = mount_top("debug");
	ck_assert_uint_eq(host.hooks_calls, 0);
	ck_assert_int_eq(remount_as("debug,sample"), 0);
	ck_assert_uint_eq(host.hooks_on, both);
	umount_top(mount_top("debug,sample"));
	ck_assert_int_eq(mount_err("sample,cpuacct"), -EBUSY);
	ck_assert_uint_eq(host.hooks_calls, 1);
	ck_assert_int_eq(remount_as("debug"), 0);
	ck_assert_uint_eq(host.hooks_wanted, 0);
	umount_top(mount_top("sample"));
	ck_assert_uint_eq(host.hooks_wanted, 0);
	ck_assert_uint_eq(host.hooks_calls, 4);
	/* what was announced and not bound is wanted no more */
	ck_assert_int_eq(mount_err("sample,debug,name=other"), -EBUSY);
	ck_assert_uint_eq(host.hooks_wanted, 0);
	umount_top(top);
}
END_TEST

/* The sample cannot do its work without both hooks, so nobody can mount it. */
START_TEST(a_host_without_hooks)
{
	host.hooks_had = CONTAINER_HOOK_FORK;
	top = mount_top("debug");
	ck_assert_ptr_nonnull(strstr(read_of(top, "container.subsystems"),
				     "sample\tunsupported: this host does not see when"));
	host.hooks_had = CONTAINER_HOOK_REAP;
	ck_assert_ptr_nonnull(strstr(read_of(top, "container.subsystems"),
				     "sample\tunsupported: this host does not ask before a fork\n"));
	ck_assert_int_eq(mount_err("sample"), -EOPNOTSUPP);
	ck_assert_str_eq(mount_msg, "subsystem sample is unsupported: this host does not ask before a fork");
	ck_assert_int_eq(remount_as("debug,sample"), -EOPNOTSUPP);
	ck_assert_uint_eq(host.hooks_wanted, 0);
	umount_top(top);
	/* "all" is all that can be had */
	top = mount_top("all");
	ck_assert_ptr_null(strstr(options_of(container_root(top)), "sample"));
	ck_assert_ptr_nonnull(strstr(options_of(container_root(top)), "pids"));
	umount_top(top);
	/* a hook may also fail when it is needed */
	host.hooks_had = CONTAINER_HOOK_FORK | CONTAINER_HOOK_REAP;
	host.hooks_broken = CONTAINER_HOOK_FORK;
	ck_assert_int_eq(mount_err("sample"), -EOPNOTSUPP);
	ck_assert_uint_eq(host.hooks_wanted, 0);
}
END_TEST

/* --- forks: limits, failures, moves, deaths --- */

static void forks_setup(void)
{
	host_reset();
	top = mount_top("sample,ns");
	a = make_dir(top, "a");
	ab = make_dir(a, "b");
	b = make_dir(top, "b");
	for (int tid = 10; tid < 14; tid++)
		host_fork(1, tid);
}

static void forks_teardown(void)
{
	sane();
	umount_top(top);
	host_finish();
}

START_TEST(a_limit_refuses)
{
	attach(ab, 10);
	attach(a, 11);
	set(a, "sample.limit", "2");
	ck_assert_int_eq(host_try_fork(10, 20), 0);
	ck_assert(is_in(ab, 20));
	ck_assert_int_eq(host_try_fork(11, 21), 0);
	ck_assert_int_eq(host_try_fork(10, 22), -EAGAIN);
	ck_assert_int_eq(host_try_fork(21, 22), -EAGAIN);
	expect_forks(ab, 1, 1, 0);
	expect_forks(a, 2, 1, 0);
	set(a, "sample.limit", "3");
	ck_assert_int_eq(host_try_fork(10, 22), 0);
	expect_forks(a, 3, 1, 0);
	expect_forks(b, 0, 0, 0);
	/* the top container has no limit */
	for (int tid = 30; tid < 40; tid++)
		ck_assert_int_eq(host_try_fork(12, tid), 0);
}
END_TEST

START_TEST(forks_that_fail_later)
{
	attach(a, 10);
	set(a, "sample.limit", "1");
	ck_assert_int_eq(host_fork_begins(10, 20), 0);
	expect_forks(a, 1, 0, 0);
	container_fork_failed(host_key(10), host_key(33));
	expect_forks(a, 1, 0, 0);
	container_fork_failed(host_key(10), host_key(20));
	expect_forks(a, 0, 0, 0);
	container_fork_failed(host_key(10), host_key(20));
	expect_forks(a, 0, 0, 0);
	/* a fork that fails unseen is made good by the next one, or by the exit */
	ck_assert_int_eq(host_fork_begins(10, 20), 0);
	ck_assert_int_eq(host_fork_begins(10, 21), 0);
	expect_forks(a, 1, 0, 0);
	host_exit(10);
	expect_forks(a, 0, 0, 1);
}
END_TEST

/* The record of a task, in which the reservation lies, stays while a fork is under way. */
START_TEST(moved_in_the_middle_of_a_fork)
{
	attach(a, 10);
	ck_assert_int_eq(host_fork_begins(10, 20), 0);
	attach(b, 10);
	ck_assert_int_eq(host_fork_begins(11, 21), 0);
	attach(top, 10);
	expect_forks(a, 1, 0, 0);
	container_fork_failed(host_key(10), host_key(20));
	expect_forks(a, 0, 0, 0);
	expect_forks(b, 0, 0, 0);
	attach(a, 10);
	ck_assert_int_eq(host_fork_begins(10, 20), 0);
	attach(b, 10);
	host_fork(10, 20);
	ck_assert(is_in(b, 20));
	expect_forks(a, 1, 0, 0);
	expect_forks(b, 0, 0, 0);

	/* in the top, the record has only the reservation, and a refused attach keeps it */
	ck_assert_int_eq(host_fork_begins(20, 21), 0);
	attach(top, 20);
	host.refuse = 20;
	host.refuse_err = -EPERM;
	ck_assert_int_eq(write_to(a, "tasks", "20"), -EPERM);
	host.refuse = 0;
	expect_forks(b, 1, 0, 0);
	host_fork(20, 21);
	expect_forks(b, 1, 0, 0);
}
END_TEST

/* clone(2) with CLONE_NEW* ends a fork, too. */
START_TEST(ended_by_a_clone)
{
	struct container_clone_info info = { .pid = 20, .flags = NEW_UTS, .comm = "x",
					     .namer = host_key(10), .user = 0 };

	attach(a, 10);
	ck_assert_int_eq(host_fork_begins(10, 20), 0);
	host_spawn(20, 20, 0);
	container_clone_task(host_key(20), 20, 20, &info);
	expect_forks(a, 1, 0, 0);
	container_fork_failed(host_key(10), host_key(20));
	expect_forks(a, 1, 0, 0);
}
END_TEST

START_TEST(hierarchy_ends_in_the_middle)
{
	attach(a, 10);
	ck_assert_int_eq(host_fork_begins(10, 20), 0);
	attach(top, 10);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert_int_eq(container_rmdir(top, "b"), 0);
	umount_top(top);
	/* it is told of the end all the same: host_finish() would find the memory of "a" */
	host_fork(10, 20);
	top = mount_top("debug");
}
END_TEST

START_TEST(records_are_kept_until_the_reaping)
{
	attach(ab, 10);
	attach(a, 11);
	attach(b, 12);
	host_exit(10);
	host_exit(11);
	host_exit(12);
	expect_forks(ab, 0, 0, 1);
	expect_forks(a, 0, 0, 1);
	ck_assert(!container_task_tracked(host_key(10)));
	host_reap(10);
	expect_forks(ab, 0, 0, 0);
	expect_forks(a, 0, 0, 1);
	host_reap(11);
	expect_forks(a, 0, 0, 0);
	/* 12 ends with the hierarchy */
	expect_forks(b, 0, 0, 1);
}
END_TEST

/* --- beside the other subsystems --- */

static struct container *pids_top, *p;

static void beside_setup(void)
{
	host_reset();
	top = mount_top("sample");
	pids_top = mount_top("pids,freezer,cpuset,cpuacct,devices,ns");
	a = make_dir(top, "a");
	p = make_dir(pids_top, "p");
	set(p, "cpuset.cpus", "0");
	set(p, "cpuset.mems", "0");
	host_fork(1, 10);
	attach(a, 10);
	attach(p, 10);
}

static void beside_teardown(void)
{
	sane();
	umount_top(top);
	umount_top(pids_top);
	host_finish();
}

#define expect_pids(now)	ck_assert_str_eq(read_of(p, "pids.current"), now "\n")

/* A subsystem that has agreed is told if another one refuses. */
START_TEST(all_must_agree)
{
	set(p, "pids.max", "5");
	set(a, "sample.limit", "1");
	ck_assert_int_eq(host_try_fork(10, 20), 0);
	expect_pids("2");
	ck_assert_int_eq(host_try_fork(10, 21), -EAGAIN);
	expect_pids("2");
	expect_forks(a, 1, 1, 0);
	set(a, "sample.limit", "9");
	set(p, "pids.max", "2");
	ck_assert_int_eq(host_try_fork(10, 21), -EAGAIN);
	expect_pids("2");
	expect_forks(a, 1, 1, 0);
	set(p, "pids.max", "3");
	ck_assert_int_eq(host_fork_begins(10, 21), 0);
	expect_pids("3");
	expect_forks(a, 2, 1, 0);
	container_fork_failed(host_key(10), host_key(21));
	expect_pids("2");
	expect_forks(a, 1, 1, 0);
}
END_TEST

/* The top container hears of no exit, because tasks there may have no record. */
START_TEST(exits_in_the_top)
{
	host_fork(1, 11);
	host_fork(1, 12);
	attach(p, 11);
	host_exit(11);
	host_exit(12);
	expect_forks(top, 0, 0, 0);
	expect_forks(a, 0, 0, 0);
}
END_TEST

/* Each subsystem has its own bytes of a record: together they show what they show alone. */
START_TEST(states_of_one_task)
{
	struct container_actor ten = host_actor(10, 0, true);

	host.cpus = 4;
	set(p, "pids.max", "9");
	set(p, "devices.deny", "c 1:3 r");
	set(p, "freezer.state", "FROZEN");
	ck_assert_uint_ne(host_task_of(10)->account, 0);
	ck_assert_int_eq(write_as(&ten, p, "ns.next_name", "mine"), 0);
	host_run(10, 1000, 500);
	ck_assert_int_eq(host_fork_begins(10, 20), 0);
	expect_forks(a, 1, 0, 0);
	expect_pids("2");
	ck_assert(!host_may(10, 'c', 1, 3, "r"));
	ck_assert_uint_eq(host_task_of(10)->affinity, 1);
	ck_assert_str_eq(read_of(p, "cpuacct.usage"), "1500\n");
	set(p, "freezer.state", "THAWED");
	ck_assert_uint_eq(host_task_of(10)->account, 0);
	host_fork(10, 20);
	ck_assert(host_unshare(10, NEW_UTS));
	ck_assert_ptr_nonnull(find_dir(p, "mine"));
	ck_assert(is_in(a, 20));
	expect_forks(a, 1, 0, 0);
	ck_assert(!host_may(20, 'c', 1, 3, "r"));
	ck_assert_uint_eq(host_task_of(20)->affinity, 1);

	/* and two of them keep the record at its exit */
	host.dies_slowly = true;
	host_exit(20);
	host_run(20, 200, 0);
	expect_forks(a, 1, 0, 1);
	ck_assert_str_eq(read_of(p, "cpuacct.usage"), "1700\n");
	host_dead(20);
	ck_assert_str_eq(read_of(p, "cpuacct.usage"), "1700\n");
	expect_forks(a, 1, 0, 1);
	host_reap(20);
	expect_forks(a, 1, 0, 0);
	host.dies_slowly = false;
}
END_TEST

TCase *mounting_tests(void)
{
	TCase *tc = tcase_create("mounting");

	tcase_add_checked_fixture(tc, host_reset, host_finish);
	tcase_add_test(tc, files_where_it_is_bound);
	tcase_add_test(tc, its_mount_option);
	tcase_add_test(tc, hooks_while_it_is_bound);
	tcase_add_test(tc, a_host_without_hooks);
	return tc;
}

TCase *forks_tests(void)
{
	TCase *tc = tcase_create("forks");

	tcase_add_checked_fixture(tc, forks_setup, forks_teardown);
	tcase_add_test(tc, a_limit_refuses);
	tcase_add_test(tc, forks_that_fail_later);
	tcase_add_test(tc, moved_in_the_middle_of_a_fork);
	tcase_add_test(tc, ended_by_a_clone);
	tcase_add_test(tc, hierarchy_ends_in_the_middle);
	tcase_add_test(tc, records_are_kept_until_the_reaping);
	return tc;
}

TCase *beside_tests(void)
{
	TCase *tc = tcase_create("beside");

	tcase_add_checked_fixture(tc, beside_setup, beside_teardown);
	tcase_add_test(tc, all_must_agree);
	tcase_add_test(tc, exits_in_the_top);
	tcase_add_test(tc, states_of_one_task);
	return tc;
}
