// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysc commands about io_uring: threads of the kernel in a process of a user.
 *
 * A ring with SQPOLL has a thread that takes requests; a worker thread waits for a request
 * that must wait. create_io_thread() makes both: they are threads of the process, and never
 * run an instruction of its program.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sysc.h"

struct ring {
	int fd;
	unsigned int *tail, *array, mask;
	struct io_uring_sqe *sqe;
};

/* @cpu: the CPU of the polling thread; -1: any; -2: no such thread. */
static int ring_make(struct ring *r, int cpu)
{
	struct io_uring_params p = { 0 };
	char *sq;

	if (cpu > -2) {
		p.flags = IORING_SETUP_SQPOLL | (cpu < 0 ? 0 : IORING_SETUP_SQ_AFF);
		p.sq_thread_cpu = cpu < 0 ? 0 : cpu;
		p.sq_thread_idle = 10;
	}
	r->fd = syscall(SYS_io_uring_setup, 4, &p);
	if (r->fd < 0)
		return -1;
	sq = mmap(NULL, p.sq_off.array + p.sq_entries * sizeof(unsigned int), PROT_READ | PROT_WRITE,
		  MAP_SHARED, r->fd, IORING_OFF_SQ_RING);
	r->sqe = mmap(NULL, p.sq_entries * sizeof(*r->sqe), PROT_READ | PROT_WRITE, MAP_SHARED,
		      r->fd, IORING_OFF_SQES);
	if (sq == MAP_FAILED || r->sqe == MAP_FAILED)
		die("mmap: %s", errno_name(errno));
	r->tail = (unsigned int *)(sq + p.sq_off.tail);
	r->mask = *(unsigned int *)(sq + p.sq_off.ring_mask);
	r->array = (unsigned int *)(sq + p.sq_off.array);
	return 0;
}

/* Has a worker make a read that never ends. */
static int ring_wait(struct ring *r, bool polls)
{
	static char byte;
	unsigned int at = *r->tail & r->mask;
	int ends[2];

	if (pipe(ends))
		return -1;
	r->sqe[at] = (struct io_uring_sqe) {
		.opcode = IORING_OP_READ, .flags = IOSQE_ASYNC, .fd = ends[0],
		.addr = (unsigned long)&byte, .len = 1,
	};
	r->array[at] = at;
	atomic_store((_Atomic unsigned int *)r->tail, *r->tail + 1);
	return syscall(SYS_io_uring_enter, r->fd, polls ? 0 : 1, 0,
		       polls ? IORING_ENTER_SQ_WAKEUP : 0, NULL, 0);
}

/* Waits for a thread whose name begins with the given text; 0: none. */
static int thread_of(const char *name)
{
	char path[64], comm[32];
	struct dirent *entry;
	int i, fd, n, tid = 0;
	DIR *tasks;

	for (i = 0; i < 500 && !tid; i++) {
		tasks = opendir("/proc/self/task");
		while (tasks && !tid && (entry = readdir(tasks))) {
			snprintf(path, sizeof(path), "/proc/self/task/%.16s/comm", entry->d_name);
			fd = open(path, O_RDONLY);
			n = fd < 0 ? 0 : read(fd, comm, sizeof(comm) - 1);
			close(fd);
			comm[n < 0 ? 0 : n] = '\0';
			if (!strncmp(comm, name, strlen(name)))
				tid = atoi(entry->d_name);
		}
		if (tasks)
			closedir(tasks);
		if (!tid)
			usleep(20000);
	}
	return tid;
}

static void cmd_uring(int argc, char **argv)
{
	struct ring polls, plain;
	cpu_set_t set;

	if (ring_make(&polls, argc > 1 ? atoi(argv[1]) : -1)) {
		say_result(-1);
		return;
	}
	if (ring_make(&plain, -2)) {
		say_result(-1);
		return;
	}
	if (argc > 2) {
		CPU_ZERO(&set);
		CPU_SET(atoi(argv[2]), &set);
		if (syscall(SYS_io_uring_register, plain.fd, IORING_REGISTER_IOWQ_AFF, &set,
			    sizeof(set))) {
			say_result(-1);
			return;
		}
	}
	if (ring_wait(&plain, false) < 0) {
		say_result(-1);
		return;
	}
	say("%d %d %d\n", getpid(), thread_of("iou-sqp-"), thread_of("iou-wrk-"));
	detach_stdio();
	for (;;)
		pause();
}

const struct command uring_commands[] = {
	{ "uring", 0, cmd_uring, "[CPU [CPU]]: print its pid, the threads of a ring that polls (on CPU)\n"
	  "\t\tand of a worker (both on CPU), and wait for ever" },
	{ NULL, 0, NULL, NULL }
};
