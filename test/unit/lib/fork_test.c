// SPDX-License-Identifier: GPL-2.0-only
/*
 * container_fork(): the child is right, and the caller is as before.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake.h"
#include "tests.h"

#define ALL	CONTAINER_NS_ALL

static int *shared;		/* with children */

static void setup(void)
{
	shared = shared_alloc(4096);
}

static void teardown(void)
{
	fake_close();
	shared_free(shared, 4096);
}

/* In the child: 0, or which namespace is wrong. */
static int wrong_ns(void)
{
	int i;

	for (i = 0; i < NS_NR; i++)
		if (fake.stat.held & ns_types[i].type && my_ns(ns_types[i].name) != fd_ns(fake.ns[i]))
			return i + 1;
	return 0;
}

/* What was in the file is written over only as far as the id goes. */
static bool begins_with(const char *text, pid_t pid)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%d", (int)pid);
	return !strncmp(text, digits, strlen(digits));
}

static int handlers;

static void count_handler(void)
{
	handlers++;
}

static int chld;

static void on_chld(int sig)
{
	chld++;
}

static bool mask_is(int sig)
{
	sigset_t mask;
	int i;

	pthread_sigmask(SIG_BLOCK, NULL, &mask);
	for (i = 1; i < 32; i++)
		if (sigismember(&mask, i) != (i == sig))
			return false;
	return true;
}

/* The way of fork(2): handlers, memory, SIGCHLD, mask; and all eight namespaces. */
START_TEST(all)
{
	int pidfd = -1, fds;
	sigset_t mask;
	char *memory = strdup("the caller's");
	pid_t pid;

	fake_open(ALL);
	pthread_atfork(NULL, NULL, count_handler);
	signal(SIGCHLD, on_chld);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR2);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	fds = count_fds();
	pid = container_fork(fake.cfd, 0, &pidfd);
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		if (wrong_ns())
			_exit(wrong_ns());
		free(malloc(100000));
		if (getpid() != 1 || getppid() || handlers != 1 || strcmp(memory, "the caller's"))
			_exit(20);
		if (!mask_is(SIGUSR2))
			_exit(21);
		/* only its lease is gone, and nothing has come */
		if (fcntl(fake.cfd, F_GETFD) >= 0 || count_fds() != fds - 1)
			_exit(22);
		_exit(33);
	}
	ck_assert_int_eq(count_fds(), fds + 1);
	ck_assert(mask_is(SIGUSR2));
	ck_assert_int_eq(fcntl(pidfd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(end_of(pid), 33);
	ck_assert_int_eq(poll(&(struct pollfd){ pidfd, POLLIN }, 1, 0), 1);
	ck_assert_int_eq(chld, 1);
	ck_assert_int_eq(handlers, 0);
	ck_assert(my_ns("pid") == my_ns("pid_for_children"));
	/* the caller has attached it, and named the init, which nobody asked for */
	ck_assert(begins_with(fake_file("cgroup.procs"), pid));
	ck_assert(begins_with(fake_file("container.init"), pid));
	/* its process 1 is gone */
	ck_assert_int_eq(container_fork(fake.cfd, 0, NULL), -1);
	ck_assert_int_eq(errno, ECANCELED);
	ck_assert_int_eq(count_fds(), fds + 1);
	ck_assert(!has_children());
	close(pidfd);
	free(memory);
}
END_TEST

/* Without a PID namespace there is no init but a named one. */
START_TEST(init)
{
	pid_t pid;

	fake_open(CLONE_NEWUTS);
	pid = fork_into_container(fake.cfd);
	if (!pid)
		_exit(wrong_ns());
	ck_assert_int_eq(end_of(pid), 0);
	ck_assert_str_eq(fake_file("container.init"), "pid 0\nstate none\n");
	pid = container_fork(fake.cfd, CONTAINER_INIT, NULL);
	if (!pid)
		_exit(wrong_ns());
	ck_assert_int_eq(end_of(pid), 0);
	ck_assert(begins_with(fake_file("container.init"), pid));
	fake.stat.state = CONTAINERFS_INIT_RUNNING;
	ck_assert_int_eq(container_fork(fake.cfd, CONTAINER_INIT, NULL), -1);
	ck_assert_int_eq(errno, EBUSY);
}
END_TEST

/* A PID namespace that has a process 1 elsewhere, as in pods: the first here is no init. */
START_TEST(pod)
{
	int down[2], pidns;
	pid_t pause, pid;
	char c;

	fake_open(CLONE_NEWPID);
	ck_assert(!pipe2(down, O_CLOEXEC));
	pause = container_fork(fake.cfd, 0, NULL);
	if (!pause) {
		close(down[1]);
		_exit((int)read(down[0], &c, 1));
	}
	pidns = fcntl(fake.ns[NS_pid], F_DUPFD_CLOEXEC, 0);
	fake_close();
	fake_open(0);
	fake.ns[NS_pid] = pidns;
	fake.stat.held = CLONE_NEWPID;
	pid = container_fork(fake.cfd, 0, NULL);
	if (!pid)
		_exit(getpid() == 1 || wrong_ns());
	ck_assert_int_eq(end_of(pid), 0);
	ck_assert_str_eq(fake_file("container.init"), "pid 0\nstate none\n");
	close(down[1]);
	ck_assert_int_eq(end_of(pause), 0);
	close(down[0]);
}
END_TEST

static void *fork_and_mark(void *arg)
{
	pid_t pid;

	pid = container_fork(fake.cfd, 0, NULL);
	if (!pid) {
		shared[1] = 1;
		_exit(0);
	}
	return (void *)(intptr_t)pid;
}

/* It runs nothing of ours before it is attached. */
START_TEST(attached_first)
{
	char text[16];
	pthread_t thread;
	pid_t child;
	void *pid;
	int plug;

	fake_open(CLONE_NEWUTS | CLONE_NEWPID);
	plug = fake_plug("cgroup.procs");
	pthread_create(&thread, NULL, fork_and_mark, NULL);
	child = wait_child_of(getpid());
	usleep(100000);
	ck_assert_int_eq(*(volatile int *)(shared + 1), 0);
	fake_unplug(plug, text, sizeof(text));
	pthread_join(thread, &pid);
	ck_assert_int_eq((pid_t)(intptr_t)pid, child);
	ck_assert_int_eq(atoi(text), child);
	ck_assert_int_eq(end_of(child), 0);
	ck_assert_int_eq(shared[1], 1);
	close(plug);
}
END_TEST

static bool is_locked(void)
{
	int fd = openat(fake.cfd, "container.init", O_RDONLY | O_CLOEXEC);
	bool locked = flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;

	close(fd);
	return locked;
}

/* The first in a PID namespace is let in alone; the others are not kept waiting. */
START_TEST(first_is_alone)
{
	pthread_t thread;
	char text[16];
	pid_t child, copy;
	void *pid;
	int plug;

	fake_open(CLONE_NEWPID);
	plug = fake_plug("cgroup.procs");
	pthread_create(&thread, NULL, fork_and_mark, NULL);
	child = wait_child_of(getpid());
	usleep(20000);
	ck_assert(is_locked());
	/* this one has a copy of the descriptor that is locked */
	copy = fork();
	if (!copy)
		pause();
	fake_unplug(plug, text, sizeof(text));
	pthread_join(thread, &pid);
	ck_assert(!is_locked());
	ck_assert_int_eq(end_of(child), 0);
	kill(copy, SIGKILL);
	ck_assert_int_eq(end_of(copy), 1000 + SIGKILL);
	close(plug);

	fake_close();
	fake_open(CLONE_NEWPID);
	fake.stat.state = CONTAINERFS_INIT_RUNNING;
	plug = fake_plug("cgroup.procs");
	pthread_create(&thread, NULL, fork_and_mark, NULL);
	child = wait_child_of(getpid());
	usleep(20000);
	ck_assert(!is_locked());
	fake_unplug(plug, text, sizeof(text));
	pthread_join(thread, &pid);
	ck_assert_int_eq(end_of(child), 0);
	close(plug);
}
END_TEST

/* The child cannot be attached: it is gone, and has run nothing. */
START_TEST(refused)
{
	int fds;

	fake_open(CLONE_NEWUTS);
	ck_assert_int_eq(unlinkat(fake.cfd, "cgroup.procs", 0), 0);
	ck_assert_int_eq(symlinkat("/dev/full", fake.cfd, "cgroup.procs"), 0);
	fds = count_fds();
	if (!container_fork(fake.cfd, 0, NULL)) {
		shared[0] = 1;
		_exit(0);
	}
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_int_eq(shared[0], 0);
	ck_assert(!has_children());
	ck_assert_int_eq(count_fds(), fds);
}
END_TEST

/* What fails in the child is the caller's errno. */
START_TEST(error_of_child)
{
	int fds;

	fake_open(CLONE_NEWUTS | CLONE_NEWIPC);
	dup2(fake.ns[NS_ipc], fake.ns[NS_uts]);
	fds = count_fds();
	ck_assert_int_eq(container_fork(fake.cfd, 0, NULL), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_str_eq(fake_file("cgroup.procs"), "");
	ck_assert(!has_children());
	ck_assert_int_eq(count_fds(), fds);
}
END_TEST

static volatile sig_atomic_t strays, forks;
static unsigned long host_pidns;

static void on_alarm(int sig)
{
	pid_t pid = fork();

	if (!pid)
		_exit(my_ns("pid") != host_pidns);
	forks++;
	if (end_of(pid))
		strays++;
}

/* Who forks in a signal handler is not led astray. */
START_TEST(signal_handler_forks)
{
	const struct itimerval often = { { 0, 5000 }, { 0, 5000 } }, never = { { 0 } };
	struct sigaction sa = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	pid_t pid, park;
	int i, down[2];
	char c;

	fake_open(CLONE_NEWPID | CLONE_NEWUTS);
	host_pidns = my_ns("pid");
	ck_assert(!pipe2(down, O_CLOEXEC));
	park = container_fork(fake.cfd, 0, NULL);
	if (!park) {
		close(down[1]);
		_exit((int)read(down[0], &c, 1));
	}
	fake.stat.state = CONTAINERFS_INIT_RUNNING;
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (i = 0; i < 150; i++) {
		pid = container_fork(fake.cfd, 0, NULL);
		if (!pid)
			_exit(wrong_ns());
		ck_assert_int_eq(end_of(pid), 0);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	ck_assert_int_gt(forks, 10);
	ck_assert_int_eq(strays, 0);
	close(down[1]);
	ck_assert_int_eq(end_of(park), 0);
	close(down[0]);
}
END_TEST

/* A thread that is cancelled in the middle is so when it is back, outside. */
static void *fork_cancelled(void *arg)
{
	pid_t pid;

	pid = container_fork(fake.cfd, 0, NULL);
	if (!pid)
		_exit(0);
	shared[2] = pid;
	pthread_testcancel();
	return NULL;
}

START_TEST(cancelled)
{
	pthread_t thread;
	char text[16];
	void *ret;
	int plug;

	fake_open(CLONE_NEWPID);
	plug = fake_plug("cgroup.procs");
	pthread_create(&thread, NULL, fork_cancelled, NULL);
	wait_child_of(getpid());
	usleep(20000);
	pthread_cancel(thread);
	usleep(20000);
	fake_unplug(plug, text, sizeof(text));
	pthread_join(thread, &ret);
	ck_assert(ret == PTHREAD_CANCELED);
	ck_assert_int_gt(shared[2], 0);
	ck_assert_int_eq(end_of(shared[2]), 0);
	close(plug);
}
END_TEST

/*
 * Children that were forked elsewhere meanwhile have copies of what the two talk by, so no
 * end-of-file tells of the other's death.
 */
START_TEST(child_is_killed)
{
	struct talk talk;
	struct word word;
	pid_t child, copy;

	fake_open(0);
	ck_assert_int_eq(talk_open(&talk), 0);
	child = fork();
	if (!child)
		pause();
	copy = fork();
	if (!copy)
		pause();
	talk.pidfd[0] = (int)syscall(SYS_pidfd_open, child, 0);
	kill(child, SIGKILL);
	ck_assert_int_eq(talk_hear(&talk, false, &word), -1);
	ck_assert_int_eq(errno, ECANCELED);
	kill(copy, SIGKILL);
	ck_assert_int_eq(end_of(copy), 1000 + SIGKILL);
	ck_assert_int_eq(end_of(child), 1000 + SIGKILL);
	talk_close(&talk);
}
END_TEST

START_TEST(caller_is_killed)
{
	pid_t caller, copy;

	fake_open(0);
	caller = fork();
	if (!caller) {
		struct talk talk;
		struct word word;

		if (talk_open(&talk))
			_exit(1);
		copy = fork();
		if (!copy)
			pause();
		shared[0] = copy;
		if (!fork()) {
			shared[1] = talk_hear(&talk, true, &word) ? errno : -1;
			_exit(0);
		}
		pause();
	}
	usleep(50000);
	kill(caller, SIGKILL);
	ck_assert_int_eq(end_of(caller), 1000 + SIGKILL);
	while (!*(volatile int *)(shared + 1))
		usleep(1000);
	ck_assert_int_eq(shared[1], ECANCELED);
	kill(shared[0], SIGKILL);
}
END_TEST

TCase *fork_tests(void)
{
	TCase *tc = tcase_create("fork");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 20);
	tcase_add_test(tc, all);
	tcase_add_test(tc, init);
	tcase_add_test(tc, pod);
	tcase_add_test(tc, attached_first);
	tcase_add_test(tc, first_is_alone);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, error_of_child);
	tcase_add_test(tc, signal_handler_forks);
	tcase_add_test(tc, cancelled);
	tcase_add_test(tc, child_is_killed);
	tcase_add_test(tc, caller_is_killed);
	return tc;
}
