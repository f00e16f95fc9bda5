// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process on its way in has the caller's memory. Once it is in the container's user
 * namespace, the root of that could trace it, if it were not hidden.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake.h"
#include "tests.h"

extern char **environ;

static int plug, down[2];

/* Until process @pid is in the held user namespace. */
static void wait_inside(pid_t pid)
{
	struct stat st;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	while (stat(path, &st) || st.st_ino != fd_ns(fake.ns[NS_user]))
		usleep(1000);
	usleep(20000);
}

static void setup(void)
{
	fake_open(CLONE_NEWUSER | CLONE_NEWUTS | CLONE_NEWPID);
	plug = fake_plug("container.init");
	ck_assert(!pipe(down));
}

static void teardown(void)
{
	close(plug);
	close(down[0]);
	close(down[1]);
	fake_close();
}

/* The spy is good for something: whoever is in there and not hidden can be traced. */
START_TEST(spy)
{
	pid_t pid = fork();

	if (!pid) {
		if (setns(fake.ns[NS_user], CLONE_NEWUSER))
			_exit(1);
		prctl(PR_SET_DUMPABLE, 1);
		pause();
	}
	wait_inside(pid);
	ck_assert_int_eq(trace_from(fake.ns[NS_user], pid), 0);
	kill(pid, SIGKILL);
	ck_assert_int_eq(end_of(pid), 1000 + SIGKILL);
}
END_TEST

static void *do_fork(void *arg)
{
	pid_t pid = container_fork(fake.cfd, 0, NULL);
	char c;

	if (!pid)
		_exit((int)read(down[0], &c, 1));
	return (void *)(intptr_t)pid;
}

static char *const sleep_argv[] = { "sleep", "1000", NULL };

static void *do_spawn(void *arg)
{
	return (void *)(intptr_t)container_spawn(fake.cfd, 0, NULL, "sleep", sleep_argv, environ);
}

static pid_t on_its_way(void *(*how)(void *), pthread_t *thread)
{
	pid_t pid;

	pthread_create(thread, NULL, how, NULL);
	pid = wait_child_of(getpid());
	wait_inside(pid);
	return pid;
}

static void check_way(void *(*how)(void *))
{
	pthread_t thread;
	char text[16];
	void *ret;
	pid_t pid;

	pid = on_its_way(how, &thread);
	ck_assert_int_eq(trace_from(fake.ns[NS_user], pid), EPERM);
	/* which must not be at the caller's expense */
	ck_assert_int_eq(prctl(PR_GET_DUMPABLE), 1);
	fake_unplug(plug, text, sizeof(text));
	pthread_join(thread, &ret);
	ck_assert_int_eq((pid_t)(intptr_t)ret, pid);
	if (how == do_fork)
		ck_assert_int_eq(trace_from(fake.ns[NS_user], pid), EPERM);
	kill(pid, SIGKILL);
	ck_assert_int_eq(end_of(pid), 1000 + SIGKILL);
}

START_TEST(forked)
{
	check_way(do_fork);
}
END_TEST

START_TEST(spawned)
{
	check_way(do_spawn);
}
END_TEST

static int wait_for_word(void *arg)
{
	char c;

	return (int)read(down[0], &c, 1);
}

static void *do_call(void *arg)
{
	return (void *)(intptr_t)container_call(fake.cfd, CLONE_NEWUSER | CLONE_NEWUTS,
						wait_for_word, NULL);
}

START_TEST(called)
{
	pthread_t thread;
	void *ret;
	pid_t pid;

	pid = on_its_way(do_call, &thread);
	ck_assert_int_eq(trace_from(fake.ns[NS_user], pid), EPERM);
	ck_assert_int_eq(prctl(PR_GET_DUMPABLE), 1);
	ck_assert_int_eq(write(down[1], "", 1), 1);
	pthread_join(thread, &ret);
	ck_assert_int_eq((int)(intptr_t)ret, 1);
	ck_assert(!has_children());
}
END_TEST

TCase *hidden_tests(void)
{
	TCase *tc = tcase_create("hidden");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 20);
	tcase_add_test(tc, spy);
	tcase_add_test(tc, forked);
	tcase_add_test(tc, spawned);
	tcase_add_test(tc, called);
	return tc;
}
