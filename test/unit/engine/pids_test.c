// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where tasks count, which forks are refused, and the texts of the files
 *
 * The hooks of this host ask the engine (host_try_fork()). Tests at the end are about a host
 * that counts by itself. The model (pids_model_test.c) checks all counts together.
 */
#include "shim_libc.h"
#include "tools.h"

static struct container *top, *a, *ab, *b;

static void pids_setup(void)
{
	host_reset();
	top = mount_top("pids,ns");
	a = make_dir(top, "a");
	ab = make_dir(a, "b");
	b = make_dir(top, "b");
	for (int tid = 10; tid < 14; tid++)
		host_fork(1, tid);
}

static void pids_teardown(void)
{
	sane();
	umount_top(top);
	host_finish();
}

static unsigned long number(struct container *cont, const char *file)
{
	return strtoul(read_of(cont, file), NULL, 10);
}

#define expect_pids(cont, now, most)						\
	do {									\
		ck_assert_uint_eq(number(cont, "pids.current"), (now));		\
		ck_assert_uint_eq(number(cont, "pids.peak"), (most));		\
	} while (0)

START_TEST(here_and_below)
{
	struct container *child;
	unsigned int node;

	ck_assert_str_eq(read_of(a, "pids.max"), "max\n");
	ck_assert_str_eq(read_of(a, "pids.events"), "max 0\n");
	expect_pids(a, 0, 0);
	attach(ab, 10);
	attach(a, 11);
	host_thread(11, 20);
	host_fork(10, 21);
	expect_pids(ab, 2, 2);
	expect_pids(a, 4, 4);
	attach(b, 10);
	expect_pids(ab, 1, 2);
	expect_pids(a, 3, 4);
	expect_pids(b, 1, 1);
	/* a move within: the containers above do not see it */
	attach(ab, 11);
	expect_pids(a, 3, 4);
	attach(top, 10);
	expect_pids(b, 0, 1);
	ck_assert_int_eq(container_lookup(top, "pids.max", &child, &node), -ENOENT);
	ck_assert_int_eq(container_lookup(top, "pids.peak", &child, &node), -ENOENT);
}
END_TEST

START_TEST(limits)
{
	attach(ab, 10);
	ck_assert_int_eq(write_to(a, "pids.max", "2"), 0);
	ck_assert_int_eq(host_try_fork(10, 20), 0);
	ck_assert_int_eq(host_try_fork(10, 21), -EAGAIN);
	ck_assert_int_eq(host_try_fork(20, 21), -EAGAIN);
	expect_pids(ab, 2, 2);
	/* counted where the forking task is */
	ck_assert_str_eq(read_of(ab, "pids.events"), "max 2\n");
	ck_assert_str_eq(read_of(a, "pids.events"), "max 0\n");
	/* an attach may exceed the limit */
	attach(a, 11);
	expect_pids(a, 3, 3);
	ck_assert_int_eq(host_try_fork(11, 21), -EAGAIN);
	ck_assert_str_eq(read_of(a, "pids.events"), "max 1\n");
	/* so may a lower limit, down to 0 */
	ck_assert_int_eq(write_to(a, "pids.max", "0"), 0);
	ck_assert_str_eq(read_of(a, "pids.max"), "0\n");
	expect_pids(a, 3, 3);
	host_exit(20);
	host_reap(20);
	ck_assert_int_eq(host_try_fork(11, 21), -EAGAIN);
	ck_assert_int_eq(write_to(a, "pids.max", "max\n"), 0);
	ck_assert_int_eq(host_try_fork(11, 21), 0);
	/* tasks outside are not concerned */
	ck_assert_int_eq(host_try_fork(12, 22), 0);
}
END_TEST

START_TEST(a_loop_at_its_limit)
{
	attach(a, 10);
	ck_assert_int_eq(write_to(a, "pids.max", "2"), 0);
	for (int i = 0; i < 100; i++) {
		ck_assert_int_eq(host_try_fork(10, 20), 0);
		host_exit(20);
		ck_assert_int_eq(host_try_fork(10, 21), -EAGAIN);
		host_reap(20);
	}
	expect_pids(a, 1, 2);
}
END_TEST

START_TEST(zombies)
{
	attach(ab, 10);
	attach(ab, 11);
	host_exit(10);
	expect_pids(ab, 2, 2);
	host_exit(11);
	/* zombies keep no container */
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	expect_pids(a, 2, 2);
	ck_assert_int_eq(write_to(a, "pids.max", "2"), 0);
	attach(a, 12);
	ck_assert_int_eq(host_try_fork(12, 20), -EAGAIN);
	host_reap(10);
	expect_pids(a, 2, 3);
	host_reap(11);
	expect_pids(a, 1, 3);
	/* on a host that does not see reaping, until the exit only */
	host.hooks_had = CONTAINER_HOOK_FORK;
	host_exit(12);
	expect_pids(a, 0, 3);
	host_reap(12);
	expect_pids(a, 0, 3);
}
END_TEST

START_TEST(zombies_outlive_the_hierarchy)
{
	attach(ab, 10);
	host_exit(10);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert_int_eq(container_rmdir(top, "b"), 0);
	umount_top(top);
	ck_assert_int_eq(hierarchy_count(), 0);
	host_reap(10);
	top = mount_top("pids");
}
END_TEST

START_TEST(no_memory_for_a_zombie)
{
	attach(a, 10);
	shim_fail_nth(1);
	host_exit(10);
	shim_fail_nth(0);
	expect_pids(a, 0, 1);
	host_reap(10);
	expect_pids(a, 0, 1);
}
END_TEST

START_TEST(forks_that_fail_later)
{
	attach(a, 10);
	ck_assert_int_eq(write_to(a, "pids.max", "2"), 0);
	ck_assert_int_eq(container_fork_begins(host_key(10), host_key(20)), 0);
	expect_pids(a, 2, 2);
	/* another task is freed meanwhile */
	container_fork_failed(host_key(10), host_key(33));
	expect_pids(a, 2, 2);
	container_fork_failed(host_key(10), host_key(20));
	expect_pids(a, 1, 2);
	container_fork_failed(host_key(10), host_key(20));
	expect_pids(a, 1, 2);
	/* a fork that fails unseen is made good by the next one, or by the exit */
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(container_fork_begins(host_key(10), host_key(20)), 0);
	expect_pids(a, 2, 2);
	host_exit(10);
	host_reap(10);
	expect_pids(a, 0, 2);
}
END_TEST

START_TEST(moved_in_the_middle_of_a_fork)
{
	attach(a, 10);
	ck_assert_int_eq(write_to(a, "pids.max", "9"), 0);
	ck_assert_int_eq(write_to(b, "pids.max", "1"), 0);
	ck_assert_int_eq(container_fork_begins(host_key(10), host_key(20)), 0);
	attach(b, 10);
	expect_pids(a, 1, 2);
	expect_pids(b, 1, 1);
	host_fork(10, 20);
	expect_pids(a, 0, 2);
	expect_pids(b, 2, 2);
	/* a move out of all of them */
	ck_assert_int_eq(container_fork_begins(host_key(20), host_key(21)), -EAGAIN);
	ck_assert_int_eq(write_to(b, "pids.max", "3"), 0);
	ck_assert_int_eq(container_fork_begins(host_key(20), host_key(21)), 0);
	attach(top, 20);
	/* its record stays for what was reserved, also when a move out of the top fails */
	host.refuse = 20;
	host.refuse_err = -ENOMEM;
	ck_assert_int_eq(attach(a, 20), -ENOMEM);
	host.refuse = 0;
	expect_pids(b, 2, 3);
	host_fork(20, 21);
	expect_pids(b, 1, 3);
	/* a move in: a fork that was not charged is not refused */
	attach(top, 10);
	ck_assert_int_eq(write_to(b, "pids.max", "1"), 0);
	ck_assert_int_eq(container_fork_begins(host_key(10), host_key(22)), 0);
	attach(b, 10);
	host_fork(10, 22);
	expect_pids(b, 2, 3);
}
END_TEST

START_TEST(clones)
{
	struct container *node1, *node2;

	host.one_step = true;
	attach(a, 10);
	ck_assert_int_eq(write_to(a, "pids.max", "2"), 0);
	ck_assert(host_unshare(10, NEW_UTS));
	node1 = find_dir(a, "node1");
	expect_pids(node1, 1, 1);
	expect_pids(a, 1, 1);
	ck_assert_str_eq(read_of(node1, "pids.max"), "max\n");
	ck_assert_int_eq(container_fork_begins(host_key(10), host_key(20)), 0);
	host_clone(10, 20, NEW_UTS);
	node2 = find_dir(node1, "node1");
	expect_pids(node2, 1, 1);
	expect_pids(node1, 2, 2);
	expect_pids(a, 2, 2);
	ck_assert_int_eq(container_fork_begins(host_key(20), host_key(21)), -EAGAIN);
	ck_assert_str_eq(read_of(node2, "pids.events"), "max 1\n");
}
END_TEST

START_TEST(what_max_takes)
{
	static const char *const good[][2] = {
		{ "0", "0\n" }, { " 3 \n", "3\n" }, { "0x10", "16\n" }, { "4194304", "4194304\n" },
		{ "max", "max\n" }, { " max\n", "max\n" }, { "+5", "5\n" }, { "-0", "0\n" },
	};
	static const struct { const char *text; int err; } bad[] = {
		{ "-1", -EINVAL }, { "abc", -EINVAL }, { "MAX", -EINVAL }, { "\n", -EINVAL },
		{ "4194305", -EINVAL }, { "3 3", -EINVAL }, { "max 3", -EINVAL },
		{ "99999999999999999999", -ERANGE },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(good); i++) {
		ck_assert_int_eq(write_to(a, "pids.max", good[i][0]), 0);
		ck_assert_str_eq(read_of(a, "pids.max"), good[i][1]);
	}
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		ck_assert_int_eq(write_to(a, "pids.max", bad[i].text), bad[i].err);
		ck_assert_str_eq(read_of(a, "pids.max"), "0\n");
	}
	ck_assert_int_eq(write_to(a, "pids.current", "0"), -EINVAL);
	ck_assert_int_eq(write_to(a, "pids.events", "0"), -EINVAL);
	ck_assert_int_eq(write_to(a, "pids.peak", "0"), -EINVAL);
	/* children do not inherit the limit */
	ck_assert_str_eq(read_of(make_dir(a, "c"), "pids.max"), "max\n");
}
END_TEST

START_TEST(a_host_that_cannot)
{
	host.hooks_had = CONTAINER_HOOK_REAP;
	ck_assert_int_eq(write_to(a, "pids.max", "3"), -EOPNOTSUPP);
	ck_assert_int_eq(write_to(a, "pids.max", "x"), -EINVAL);
	ck_assert_str_eq(read_of(a, "pids.max"), "max\n");
	ck_assert_int_eq(write_to(a, "pids.max", "max"), 0);
}
END_TEST

START_TEST(events_can_be_polled)
{
	struct container_file *file = open_as(&root_actor, ab, "pids.events");
	const char *data;
	_Bool armed;

	attach(ab, 10);
	ck_assert_int_eq(write_to(a, "pids.max", "1"), 0);
	ck_assert(container_file_read(file, &root_actor, 0, &data) > 0);
	container_file_poll(file, &armed);
	ck_assert(armed);
	ck_assert_int_eq(host_try_fork(10, 20), -EAGAIN);
	ck_assert_ptr_eq(host.event_cont, ab);
	ck_assert_uint_eq(host.event_node, node_of(ab, "pids.events"));
	container_file_poll(file, &armed);
	ck_assert(!armed);
	container_file_release(file);
}
END_TEST

static char logged[256];
static unsigned int nr_logged;

static void keep_line(int level, const char *line)
{
	snprintf(logged, sizeof(logged), "%d %s", level, line);
	nr_logged++;
}

/* The log says once for each container which limit it was. */
START_TEST(the_log_says_it)
{
	struct container *odd = make_dir(a, "o\033[2J");

	nr_logged = 0;
	shim_log_set_sink(keep_line);
	attach(ab, 10);
	ck_assert_int_eq(write_to(ab, "pids.max", "9"), 0);
	ck_assert_int_eq(write_to(a, "pids.max", "1"), 0);
	ck_assert_int_eq(host_try_fork(10, 20), -EAGAIN);
	ck_assert_str_eq(logged, "6 containerfs: /a: pids.max 1 reached, and a fork refused: see pids.events");
	ck_assert_int_eq(host_try_fork(10, 20), -EAGAIN);
	ck_assert_uint_eq(nr_logged, 1);
	attach(odd, 10);
	ck_assert_int_eq(write_to(odd, "pids.max", "1"), 0);
	ck_assert_int_eq(host_try_fork(10, 20), -EAGAIN);
	ck_assert_ptr_nonnull(strstr(logged, " /a/o_[2J: pids.max 1 reached"));
	ck_assert_uint_eq(nr_logged, 2);
	shim_log_set_sink(NULL);
}
END_TEST

START_TEST(a_host_that_counts)
{
	struct container_file *file = open_as(&root_actor, a, "pids.events");
	unsigned int events;
	const char *data;
	_Bool armed;

	ck_assert_int_eq(host.pids_set, 1);
	ck_assert_uint_eq(host.pids_added, 3);
	host.counts = true;
	attach(a, 10);
	ck_assert_int_eq(write_to(a, "pids.max", "7"), 0);
	ck_assert_uint_eq(host.limited, container_id(a));
	ck_assert_uint_eq(host.limit, 7);
	host.numbers = (struct container_pids){ .count = 40, .peak = 50, .refused = 60 };
	expect_pids(a, 40, 50);
	ck_assert_str_eq(read_of(a, "pids.events"), "max 60\n");
	ck_assert_uint_eq(host_group_told(container_task_group(container_task_find(host_key(10))))->counter,
			  container_id(a));
	ck_assert_uint_eq(host_group_told(css_group_init())->counter, 0);
	ck_assert(host_group_told(css_group_init())->clones_counted);

	container_pids_sync();
	ck_assert(container_file_read(file, &root_actor, 0, &data) > 0);
	container_file_poll(file, &armed);
	ck_assert(armed);
	events = host.events;
	container_pids_sync();
	ck_assert_uint_eq(host.events, events);
	host.numbers.refused++;
	container_pids_sync();
	ck_assert_uint_eq(host.events, events + 1);
	ck_assert_ptr_eq(host.event_cont, a);
	container_file_release(file);

	ck_assert_int_eq(write_to(a, "pids.max", "max"), 0);
	ck_assert_uint_eq(host.limit, CONTAINER_PIDS_MAX + 1);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	ck_assert_uint_eq(host.pids_removed, 1);
	attach(top, 10);
	host.counts = false;
}
END_TEST

static int remount_as(const char *options)
{
	return hierarchy_remount(container_root(top), options, &root_actor, mount_msg,
				 sizeof(mount_msg));
}

/* Forks are asked about from the first limit on, reaping is seen while pids is mounted. */
START_TEST(hooks_by_need)
{
	ck_assert_uint_eq(host.hooks_on, CONTAINER_HOOK_REAP);
	ck_assert_int_eq(write_to(a, "pids.max", "max"), 0);
	ck_assert_uint_eq(host.hooks_on, CONTAINER_HOOK_REAP);
	ck_assert_int_eq(write_to(a, "pids.max", "3"), 0);
	ck_assert_uint_eq(host.hooks_on, CONTAINER_HOOK_REAP | CONTAINER_HOOK_FORK);
	ck_assert_int_eq(write_to(a, "pids.max", "max"), 0);
	ck_assert_uint_eq(host.hooks_on, CONTAINER_HOOK_REAP | CONTAINER_HOOK_FORK);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert_int_eq(container_rmdir(top, "b"), 0);
	ck_assert_int_eq(remount_as("ns"), 0);
	ck_assert_uint_eq(host.hooks_wanted, 0);
	ck_assert_uint_eq(host.pids_set, 0);
	/* a new hierarchy has no limits yet */
	ck_assert_int_eq(remount_as("ns,pids"), 0);
	ck_assert_uint_eq(host.hooks_on, CONTAINER_HOOK_REAP);
	ck_assert_uint_eq(host.pids_set, 1);
	/* a hook that fails to come on is none of the host's */
	a = make_dir(top, "a");
	host.hooks_broken = CONTAINER_HOOK_FORK;
	ck_assert_int_eq(write_to(a, "pids.max", "3"), -EOPNOTSUPP);
	ck_assert_str_eq(read_of(a, "pids.max"), "max\n");
}
END_TEST

TCase *pids_tests(void)
{
	TCase *tc = tcase_create("pids");

	tcase_add_checked_fixture(tc, pids_setup, pids_teardown);
	tcase_add_test(tc, here_and_below);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, a_loop_at_its_limit);
	tcase_add_test(tc, zombies);
	tcase_add_test(tc, zombies_outlive_the_hierarchy);
	tcase_add_test(tc, no_memory_for_a_zombie);
	tcase_add_test(tc, forks_that_fail_later);
	tcase_add_test(tc, moved_in_the_middle_of_a_fork);
	tcase_add_test(tc, clones);
	tcase_add_test(tc, what_max_takes);
	tcase_add_test(tc, a_host_that_cannot);
	tcase_add_test(tc, events_can_be_polled);
	tcase_add_test(tc, the_log_says_it);
	tcase_add_test(tc, a_host_that_counts);
	tcase_add_test(tc, hooks_by_need);
	return tc;
}
