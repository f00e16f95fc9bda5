// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysc commands about being frozen: whether a task runs, and calls that a freezer
 * interrupts.
 *
 * A spinner counts in a file that it has mapped, without a system call, so that only its own
 * instructions advance the count. A brood is many processes that are born and count all the
 * time. "block" says in a file that it will make a blocking call, makes it, and writes the
 * result there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sysc.h"

static volatile uint64_t *map_counter(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	void *p;

	if (fd < 0 || ftruncate(fd, sizeof(uint64_t)))
		die("%s: %s", path, errno_name(errno));
	p = mmap(NULL, sizeof(uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		die("mmap: %s", errno_name(errno));
	close(fd);
	return p;
}

static void cmd_spin(int argc, char **argv)
{
	volatile uint64_t *counter = map_counter(argv[1]);

	for (;;)
		++*counter;
}

/*
 * Children that count: of N at a time, in turn, the oldest is killed and a new one born.
 * With a pause, because a task that only forks can keep the scheduler from all others.
 */
static void cmd_brood(int argc, char **argv)
{
	volatile uint64_t *counter = map_counter(argv[1]);
	int n = atoi(argv[2]), i;
	pid_t *pids = calloc(n, sizeof(*pids));

	detach_stdio();
	for (i = 0;; i = (i + 1) % n) {
		if (pids[i] > 0) {
			kill(pids[i], SIGKILL);
			waitpid(pids[i], NULL, 0);
		}
		usleep(1000);
		pids[i] = fork();
		while (!pids[i]) {
			++*counter;
			usleep(10000);
		}
	}
}

static void cmd_counter(int argc, char **argv)
{
	say("%llu", (unsigned long long)*map_counter(argv[1]));
}

/* Does a counter advance within some milliseconds? */
static void cmd_advances(int argc, char **argv)
{
	volatile uint64_t *counter = map_counter(argv[1]);
	uint64_t before = *counter;
	int left = atoi(argv[2]);

	while (*counter == before && left-- > 0)
		usleep(1000);
	say("%s", *counter == before ? "no" : "yes");
}

static void report(const char *path, const char *text)
{
	char new[4096];
	FILE *f;

	snprintf(new, sizeof(new), "%s.new", path);
	f = fopen(new, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) || rename(new, path))
		die("%s: %s", path, errno_name(errno));
}

static long block_in(const char *what, int fd)
{
	struct timespec time = { .tv_nsec = 700 * 1000 * 1000 };
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	struct epoll_event event = { .events = EPOLLIN };
	static uint32_t futex;
	char c;
	int epoll;

	if (!strcmp(what, "nanosleep"))
		return syscall(SYS_nanosleep, &time, NULL);
	if (!strcmp(what, "futex"))
		return syscall(SYS_futex, &futex, FUTEX_WAIT, 0, &time, NULL, 0);
	if (!strcmp(what, "read"))
		return read(fd, &c, 1);
	if (!strcmp(what, "poll"))
		return syscall(SYS_poll, &poll_fd, 1, 60000);
	if (!strcmp(what, "epoll_wait")) {
		epoll = epoll_create1(EPOLL_CLOEXEC);
		if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
			return -1;
		return syscall(SYS_epoll_wait, epoll, &event, 1, 60000);
	}
	die("block: nanosleep, futex, read, poll or epoll_wait, not %s", what);
}

/* FILE has "ready" before the call and the result afterwards; the call reads FIFO or waits for it. */
static void cmd_block(int argc, char **argv)
{
	int fd = argc > 3 ? open(argv[3], O_RDWR | O_CLOEXEC) : -1;
	long rc;

	report(argv[2], "ready\n");
	rc = block_in(argv[1], fd);
	report(argv[2], rc < 0 ? errno_name(errno) : rc ? "1" : "0");
}

const struct command freeze_commands[] = {
	{ "spin", 1, cmd_spin, "FILE: count in FILE for ever" },
	{ "brood", 2, cmd_brood, "FILE N: N children that do so now and then, always new ones" },
	{ "counter", 1, cmd_counter, "FILE: the count of a spinner" },
	{ "advances", 2, cmd_advances, "FILE MILLISECONDS: does a spinner run? yes or no" },
	{ "block", 2, cmd_block, "CALL FILE [FIFO]: a blocking call, its result in FILE" },
	{ NULL, 0, NULL, NULL },
};
