// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two races that the protocol is made for, one at a time
 *
 * Attach against fork: after the drain that follows an attach, no fork may turn up that
 * began with the old word. Attach against exit: a task that is moved while it exits either
 * leaves with an event, or was not moved.
 *
 * Both windows are some hundred instructions wide, so a fault shows up within the
 * given number of rounds only if the order of steps is wrong altogether.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests.h"

#define ATTACHES	20000
#define EXITS		4000
#define SECONDS		4

START_TEST(fork_escapes_no_attach)
{
	struct fixture f;
	time_t end = time(NULL) + SECONDS;
	unsigned int i;
	uint64_t other;
	pid_t pid, kid;

	fixture_open(&f, _i, 0);
	other = fixture_group(&f, 0, 0);
	pid = child();
	while (!pid) {
		kid = vfork();
		if (!kid)
			_exit(0);
		waitpid(kid, NULL, 0);
	}
	for (i = 0; i < ATTACHES && time(NULL) < end; i++) {
		ck_assert_int_eq(fixture_attach(&f, pid, pid, i & 1 ? other : f.group), 0);
		f.replica.watched = 0;
		ck_assert_int_ge(task_events_drain(f.te), 0);
		f.replica.watched = pid;
		if (i % 8 == 0)
			sched_yield();
		ck_assert_int_ge(task_events_drain(f.te), 0);
		ck_assert_msg(!f.replica.strays, "attach %u: %u forks by %u came late",
			      i, f.replica.strays, pid);
	}
	ck_assert_uint_gt(f.replica.forks, 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	while (f.replica.n)
		fixture_compare(&f);
	fixture_close(&f);
}
END_TEST

/* Busy waiting, so that the attach meets the child's exit at finely varied points. */
static void pass_time(long ns)
{
	struct timespec begin, now;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - begin.tv_sec) * 1000000000 + now.tv_nsec - begin.tv_nsec < ns);
}

static int leave(void *arg)
{
	_exit(0);
}

START_TEST(exit_meets_attach)
{
	static char stack[16384] __attribute__((aligned(16)));
	time_t end = time(NULL) + SECONDS;
	unsigned int i, moved = 0;
	struct fixture f;
	siginfo_t info;
	pid_t pid;
	int err;

	fixture_open(&f, _i, 0);
	for (i = 0; i < EXITS && time(NULL) < end; i++) {
		/* The child shares the memory, so it begins, and ends, soonest. */
		pid = clone(leave, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
		ck_assert_int_gt(pid, 0);
		pass_time(i * 7919 % 100000);
		err = fixture_attach(&f, pid, pid, f.group);
		ck_assert_msg(!err || err == -ENOENT, "attach: %d", err);
		moved += !err;
		if (i & 1)	/* already in the ring, or still to come */
			ck_assert_int_ge(task_events_drain(f.te), 0);
		ck_assert_int_eq(waitid(P_PID, pid, &info, WEXITED), 0);
		ck_assert_int_ge(task_events_drain(f.te), 0);
		ck_assert_msg(!f.replica.n, "round %u: %u moved it to stay", i, pid);
	}
	ck_assert_uint_gt(moved, 0);
	ck_assert_uint_ge(f.replica.exits, moved);
	fixture_close(&f);
}
END_TEST

TCase *race_tests(void)
{
	TCase *tc = tcase_create("race");

	tcase_set_timeout(tc, 100);
	tcase_add_loop_test(tc, fork_escapes_no_attach, 0, NWAYS);
	tcase_add_loop_test(tc, exit_meets_attach, 0, NWAYS);
	return tc;
}
