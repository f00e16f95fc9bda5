// SPDX-License-Identifier: GPL-2.0-only
/*
 * Three threads fork into three containers while a fourth forks plainly, and all do other
 * things besides: nobody's child is astray. Also under ThreadSanitizer (../lib_threads).
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "call.h"
#include "fake.h"
#include "tests.h"

#define FORKS	400		/* each */
#define INTO	3

/* ThreadSanitizer starts a thread in each child, and user namespaces take none that has two. */
#ifdef __SANITIZE_THREAD__
#define USER	0
#else
#define USER	CLONE_NEWUSER
#endif

static struct held into[INTO];
static unsigned long host_uts, host_pid;
static int wrong;		/* atomic */

static pid_t fork_held(const struct held *held)
{
	struct thread_pidns there;
	struct calm calm;
	pid_t pid;

	calm_begin(&calm);
	if (thread_go(&there, held->ns[NS_pid]))
		abort();
	pid = fork();
	if (!pid) {
		if (enter_hidden() || enter_held(held))
			_exit(2);
		return 0;
	}
	thread_back(&there);
	calm_end(&calm);
	return pid;
}

static void *fork_into(void *arg)
{
	const struct held *held = arg;
	unsigned long uts = fd_ns(held->ns[NS_uts]), pidns = fd_ns(held->ns[NS_pid]);
	int i, call = 0;
	pid_t pid;

	for (i = 0; i < FORKS; i++) {
		pid = fork_held(held);
		if (!pid)
			_exit(my_ns("uts") != uts || my_ns("pid") != pidns);
		if (end_of(pid))
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
		free(malloc(1000));
		call += my_ns("pid_for_children") != host_pid;
	}
	if (call)
		__atomic_fetch_add(&wrong, call, __ATOMIC_RELAXED);
	return NULL;
}

static void *fork_plainly(void *arg)
{
	pid_t pid;
	int i;

	for (i = 0; i < FORKS; i++) {
		pid = fork();
		if (!pid)
			_exit(my_ns("uts") != host_uts || my_ns("pid") != host_pid);
		if (end_of(pid))
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* A fifth has functions called there, in children that share its memory. */
static int name_of_uts(void *arg)
{
	*(unsigned long *)arg = my_ns("uts");
	return 7;
}

static void *call_into(void *arg)
{
	const struct held *held = arg;
	unsigned long uts;
	struct calm calm;
	int i, ret;

	for (i = 0; i < FORKS; i++) {
		uts = 0;
		calm_begin(&calm);
		ret = call_in(held, CLONE_NEWUTS, name_of_uts, &uts);
		calm_end(&calm);
		if (ret != 7 || uts != fd_ns(held->ns[NS_uts]) || my_ns("uts") != host_uts)
			__atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

START_TEST(nobody_astray)
{
	pthread_t thread[INTO + 2];
	pid_t park[INTO];
	int i;

	host_uts = my_ns("uts");
	host_pid = my_ns("pid");
	for (i = 0; i < INTO; i++) {
		fake_open(CLONE_NEWUTS | CLONE_NEWPID | (i == 2 ? USER : 0));
		ck_assert_int_eq(held_open(fake.cfd, &fake.stat, ~0u, &into[i]), 0);
		fake_close();
		park[i] = fork_held(&into[i]);
		if (!park[i]) {
			pause();
			_exit(0);
		}
	}
	for (i = 0; i < INTO; i++)
		pthread_create(&thread[i], NULL, fork_into, &into[i]);
	pthread_create(&thread[i], NULL, fork_plainly, NULL);
	pthread_create(&thread[i + 1], NULL, call_into, &into[0]);
	for (i = 0; i < INTO + 2; i++)
		pthread_join(thread[i], NULL);
	ck_assert_int_eq(wrong, 0);
	for (i = 0; i < INTO; i++) {
		kill(park[i], SIGKILL);
		ck_assert_int_eq(end_of(park[i]), 1000 + SIGKILL);
		held_close(&into[i]);
	}
}
END_TEST

TCase *threads_tests(void)
{
	TCase *tc = tcase_create("threads");

	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, nobody_astray);
	return tc;
}
