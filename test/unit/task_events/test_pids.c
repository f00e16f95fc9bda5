// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts and limits of tasks, as the programs keep them
 *
 * There is an entry TOP_KEY with LOW_KEY below it, and a css_group for each. Kernels differ in
 * what happens to a fork beyond a limit, and in how long a task counts: the cases ask
 * task_events_pids_mode() and task_events_pids_until_reaped().
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests.h"

#define TOP_KEY	1000000u
#define LOW_KEY	1000001u

static struct fixture f;
static uint64_t top, low;	/* css_groups */

static uint64_t group(uint64_t key)
{
	uint64_t id = task_events_new_id(f.te);

	ck_assert_int_eq(task_events_group_set(f.te, id, 0, 0, TE_CLONE_ALL,
					       TE_LEVELS_UNLIMITED, key), 0);
	replica_add_group(&f.replica, id, 0);
	return id;
}

static void begin(int way)
{
	fixture_open(&f, way, 0);
	ck_assert_int_eq(task_events_pids_set(f.te, TE_PIDS_ON), 0);
	ck_assert_int_eq(task_events_pids_add(f.te, TOP_KEY, 0), 0);
	ck_assert_int_eq(task_events_pids_add(f.te, LOW_KEY, TOP_KEY), 0);
	ck_assert_int_eq(task_events_pids_add(f.te, LOW_KEY, 0), -EEXIST);
	ck_assert_int_eq(task_events_pids_max(f.te, LOW_KEY + 1, 3), -ENOENT);
	top = group(TOP_KEY);
	low = group(LOW_KEY);
}

static struct te_pids get(uint64_t key)
{
	struct te_pids pids;

	ck_assert_int_eq(task_events_pids_get(f.te, key, &pids), 0);
	return pids;
}

#define expect_pids(key, now, most)						\
	do {									\
		ck_assert_int_eq(get(key).count, (now));			\
		ck_assert_int_eq(get(key).peak, (most));			\
	} while (0)

static void move(pid_t pid, uint64_t id)
{
	int err;

	do {
		ck_assert_int_ge(task_events_drain(f.te), 0);
		err = fixture_attach(&f, pid, pid, id);
	} while (err == -EAGAIN);
	ck_assert(!err || err == -ESRCH || err == -ENOENT);
}

static void gone(uint64_t key)
{
	time_t end = time(NULL) + 20;

	while (get(key).count && time(NULL) < end)
		sched_yield();
	ck_assert_int_eq(get(key).count, 0);
}

/* Make a child that calls @fn once it is told to. */
static pid_t start(void (*fn)(void), int *go)
{
	int fds[2];
	pid_t pid;
	char c;

	ck_assert_int_eq(pipe(fds), 0);
	pid = child();
	if (!pid) {
		if (read(fds[0], &c, 1) == 1)
			fn();
		_exit(0);
	}
	close(fds[0]);
	*go = fds[1];
	return pid;
}

static void pauses(void)
{
	pause();
}

/* Fork one child at a time; exit with the number of those that were not born. */
static void forks_five(void)
{
	int status, failed = 0;

	for (int i = 0; i < 5; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
			failed++;
	}
	_exit(failed);
}

static void forks_for_ever(void)
{
	for (;;) {
		pid_t pid = fork();

		if (!pid) {
			if (!fork())
				usleep(100);
			_exit(0);
		}
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

static void unshares(void)
{
	if (unshare(CLONE_NEWUTS))
		_exit(1);
	if (!fork())
		_exit(0);
	pause();
}

static void let_go(int go)
{
	ck_assert_int_eq(write(go, "", 1), 1);
	close(go);
}

static int status_of(pid_t pid, int go)
{
	int status;

	let_go(go);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

START_TEST(counts)
{
	pid_t pid, other;
	int go, go2;

	begin(_i);
	pid = start(forks_five, &go);
	other = start(pauses, &go2);
	move(pid, low);
	move(other, low);
	expect_pids(LOW_KEY, 2, 2);
	expect_pids(TOP_KEY, 2, 2);
	/* the entry above both sees nothing of a move */
	move(other, top);
	expect_pids(LOW_KEY, 1, 2);
	expect_pids(TOP_KEY, 2, 2);
	move(other, low);
	ck_assert_int_eq(status_of(pid, go), 0);
	expect_pids(LOW_KEY, 1, 3);
	expect_pids(TOP_KEY, 1, 3);
	move(other, 0);
	expect_pids(TOP_KEY, 0, 3);
	move(other, low);
	kill(other, SIGKILL);
	waitid(P_PID, other, NULL, WEXITED | WNOWAIT);
	ck_assert_int_eq(get(TOP_KEY).count, task_events_pids_until_reaped(f.te) ? 1 : 0);
	waitpid(other, NULL, 0);
	expect_pids(TOP_KEY, 0, 3);
	close(go2);
	fixture_close(&f);
}
END_TEST

START_TEST(limits)
{
	pid_t pid;
	int go;

	begin(_i);
	if (task_events_pids_mode(f.te) == TE_PIDS_ACCOUNT) {
		ck_assert_int_eq(task_events_pids_enforce(f.te), -EOPNOTSUPP);
		fixture_close(&f);
		return;
	}
	ck_assert_int_eq(task_events_pids_max(f.te, TOP_KEY, 1), 0);
	ck_assert_int_eq(task_events_pids_enforce(f.te), 0);
	pid = start(forks_five, &go);
	move(pid, low);
	ck_assert_int_eq(status_of(pid, go), 5);
	expect_pids(TOP_KEY, 0, 1);
	ck_assert_int_eq(get(LOW_KEY).count, 0);
	ck_assert_uint_eq(get(LOW_KEY).refused, 5);
	ck_assert_uint_eq(get(TOP_KEY).refused, 0);
	ck_assert_uint_eq(task_events_pids_refused(f.te), 5);
	/* room for one child at a time */
	ck_assert_int_eq(task_events_pids_max(f.te, TOP_KEY, 2), 0);
	pid = start(forks_five, &go);
	move(pid, low);
	ck_assert_int_eq(status_of(pid, go), 0);
	expect_pids(TOP_KEY, 0, 2);
	/* no limits without pids */
	ck_assert_int_eq(task_events_pids_max(f.te, TOP_KEY, 0), 0);
	ck_assert_int_eq(task_events_pids_set(f.te, TE_PIDS_OFF), 0);
	pid = start(forks_five, &go);
	move(pid, low);
	ck_assert_int_eq(status_of(pid, go), 0);
	ck_assert_uint_eq(task_events_pids_refused(f.te), 5);
	fixture_close(&f);
}
END_TEST

START_TEST(clones_have_an_entry)
{
	struct te_pids pids = { .count = -1 };
	time_t end = time(NULL) + 20;
	uint64_t key = 0;
	struct entry *e;
	pid_t pid;
	int go;

	begin(_i);
	ck_assert_int_eq(task_events_pids_set(f.te, TE_PIDS_CLONES), 0);
	ck_assert_int_eq(task_events_set_clone(f.te, 1, TE_CLONE_ALL,
						TE_LEVELS_UNLIMITED), 0);
	pid = start(unshares, &go);
	move(pid, low);
	let_go(go);
	do {
		ck_assert_int_ge(task_events_drain(f.te), 0);
		e = replica_find_tid(&f.replica, pid);
		key = TE_PIDS_CLONE | (e ? te_word_id(e->word) : 0);
		task_events_pids_get(f.te, key, &pids);
	} while (pids.peak != 2 && time(NULL) < end);
	ck_assert_uint_eq(pids.parent, LOW_KEY);
	ck_assert_uint_eq(pids.level, 3);
	ck_assert_int_eq(pids.peak, 2);
	ck_assert_int_eq(get(TOP_KEY).peak, 2);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	gone(TOP_KEY);
	ck_assert_int_eq(get(key).count, 0);
	fixture_close(&f);
}
END_TEST

/* Forks, exits and moves cross; all tasks stay below TOP_KEY. */
START_TEST(storm_at_a_limit)
{
	time_t end = time(NULL) + 60;
	bool limited = false;
	pid_t pids[4];
	int go[4], i;

	begin(_i);
	for (i = 0; i < 4; i++) {
		pids[i] = start(forks_for_ever, &go[i]);
		move(pids[i], low);
	}
	if (!task_events_pids_enforce(f.te)) {
		limited = true;
		ck_assert_int_eq(task_events_pids_max(f.te, TOP_KEY, 12), 0);
		ck_assert_int_eq(task_events_pids_max(f.te, LOW_KEY, 7), 0);
	}
	for (i = 0; i < 4; i++)
		let_go(go[i]);
	for (i = 0; i < 1000 || (limited && !task_events_pids_refused(f.te) && time(NULL) < end); i++)
		move(pids[i % 4], i / 4 % 2 ? low : top);
	if (limited) {
		ck_assert_int_le(get(TOP_KEY).peak, 12);
		ck_assert_uint_gt(task_events_pids_refused(f.te), 0);
	}
	for (i = 0; i < 4; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	gone(TOP_KEY);
	gone(LOW_KEY);
	fixture_close(&f);
}
END_TEST

TCase *pids_tests(void)
{
	TCase *tc = tcase_create("pids");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, counts, 0, NWAYS);
	tcase_add_loop_test(tc, limits, 0, NWAYS);
	tcase_add_loop_test(tc, clones_have_an_entry, 0, NWAYS);
	tcase_add_loop_test(tc, storm_at_a_limit, 0, NWAYS);
	return tc;
}
