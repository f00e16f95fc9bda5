/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the stress programs of the guest share: workers, their end, and files.
 *
 * A worker is a process that repeats one step until the time is over. Several workers of
 * several kinds run at once. A step reports a failure by fail(), in the worker, in a process
 * that the worker has made, or in the main process. Shared memory keeps the first message;
 * then all processes stop, and the program ends with 1. The program also fails if a kind has
 * not done a single step, because then the test has shown nothing.
 *
 * When workers_run() returns, all workers and all processes that they have made are dead and
 * reaped: the program is the reaper of its descendants.
 *
 * All functions are static: a program is linked from its one file.
 */
#ifndef TEST_QEMU_STRESS_WORKERS_H
#define TEST_QEMU_STRESS_WORKERS_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct work {
	const char	*name;
	void		(*step)(void);
	int		workers;
};

#define KINDS_MAX	16

static struct shared {
	volatile bool	stop;
	volatile int	failed;		/* the process that sets it to 1 writes the message */
	char		message[512];
	volatile long	steps[KINDS_MAX];
} *shared;

static unsigned int seed;
static pid_t main_pid;

static UNUSED unsigned int below(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* For the main process: a failure, now or before, ends the program. */
static UNUSED void end_with(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static UNUSED void end_with(const char *fmt, ...)
{
	va_list ap;

	if (shared->failed)
		printf("FAIL: %s\n", shared->message);
	if (fmt) {
		printf("FAIL: ");
		va_start(ap, fmt);
		vprintf(fmt, ap);
		va_end(ap);
		putchar('\n');
	}
	exit(fmt || shared->failed);
}

static UNUSED void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
static UNUSED void fail(const char *fmt, ...)
{
	va_list ap;

	if (!__sync_lock_test_and_set(&shared->failed, 1)) {
		va_start(ap, fmt);
		vsnprintf(shared->message, sizeof(shared->message), fmt, ap);
		va_end(ap);
	}
	shared->stop = true;
	if (getpid() == main_pid)
		end_with(NULL);
	_exit(1);
}

static UNUSED void workers_init(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		exit(2);
	setvbuf(stdout, NULL, _IOLBF, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	main_pid = getpid();
	seed = main_pid;
}

/* Fork; the child gets its own random numbers and dies with its parent. */
static UNUSED pid_t child(void)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork: %s", strerror(errno));
	if (!pid) {
		seed ^= getpid() * 2654435761u;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	}
	return pid;
}

/* Wait for a child to end. If it did not exit with 0, it has told why, unless a signal ended it. */
static UNUSED int reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			fail("waitpid: %s", strerror(errno));
	return status;
}

/* Kill and reap all descendants: each round those that are children by then. */
static UNUSED void kill_all(void)
{
	char path[64], text[8192], *at;
	ssize_t n;
	pid_t pid;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	for (;;) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
		if (n <= 0)
			break;
		text[n] = '\0';
		for (at = text; (pid = (pid_t)strtol(at, &at, 10)); )
			kill(pid, SIGKILL);
		waitpid(-1, NULL, 0);
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
}

/* Run all @work for @seconds; @idle is called meanwhile by the main process, if not NULL. */
static UNUSED void workers_run(const struct work *work, int kinds, double seconds, void (*idle)(void))
{
	double end = now() + seconds;
	int i, k;

	for (k = 0; k < kinds; k++) {
		for (i = 0; i < work[k].workers; i++) {
			if (child())
				continue;
			while (!shared->stop) {
				work[k].step();
				__sync_fetch_and_add(&shared->steps[k], 1);
			}
			_exit(0);
		}
	}
	while (now() < end && !shared->stop) {
		if (idle)
			idle();
		else
			usleep(50000);
		/* orphans */
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	/* Give the steps time to undo what only they can undo. */
	shared->stop = true;
	for (end = now() + 30; now() < end; usleep(10000))
		if (waitpid(-1, NULL, WNOHANG) < 0)
			break;
	kill_all();
	for (k = 0; k < kinds; k++) {
		printf("%s %ld\n", work[k].name, shared->steps[k]);
		if (!shared->steps[k] && !shared->failed)
			end_with("%s: not one step was done", work[k].name);
	}
	if (shared->failed)
		end_with(NULL);
	shared->stop = false;
}

/* 0 or -errno */
static UNUSED int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static UNUSED int put_nr(const char *path, long nr)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", nr);
	return put(path, text);
}

/* The start of a file as text; -errno or its length. */
static UNUSED long get(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, text + len, size - 1 - len)) > 0)
		len += n;
	n = n < 0 ? -errno : (ssize_t)len;
	close(fd);
	text[len] = '\0';
	return n;
}

/* Does a tasks file list the task? */
static UNUSED bool listed(const char *path, pid_t pid)
{
	FILE *f = fopen(path, "re");
	bool found = false;
	int nr;

	while (f && !found && fscanf(f, "%d", &nr) == 1)
		found = nr == pid;
	if (f)
		fclose(f);
	return found;
}

/* Accept one of a set of errnos, or none. The set ends with 0. */
static UNUSED bool one_of(int ret, const int *errnos)
{
	while (*errnos && -ret != *errnos)
		errnos++;
	return !ret || *errnos;
}
#define ACCEPTED(ret, ...) one_of(ret, (const int[]){ __VA_ARGS__, 0 })

#endif /* TEST_QEMU_STRESS_WORKERS_H */
