// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sleeping tasks: processes of many threads each.
 *
 * A process is attached while it has one thread, so its other threads are born in the same
 * container. The process ends with us (PR_SET_PDEATHSIG).
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define THREADS		1000u		/* in one process */

static void *sleeper(void *arg)
{
	for (;;)
		pause();
	return arg;
}

/* The process: wait for @go, make the threads, and write to @ready. */
static void __attribute__((noreturn)) crowd_main(int go, int ready, unsigned int threads)
{
	pthread_attr_t attr;
	pthread_t thread;
	char c = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_IGN);
	if (read(go, &c, 1) != 1)
		_exit(1);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
	for (unsigned int i = 1; i < threads && !c; i++)
		c = pthread_create(&thread, &attr, sleeper, NULL);
	if (write(ready, &c, 1) != 1)
		_exit(1);
	sleeper(NULL);
	_exit(0);
}

static int attach_to_all(pid_t pid, const char *name)
{
	char path[128];
	int err;

	for (int side = 0; side < NR_SIDES; side++) {
		if (!side_mounted(side))
			continue;
		snprintf(path, sizeof(path), "%s/%s/cgroup.procs", side_dir(side), name);
		err = write_number(path, pid);
		if (err)
			return err;
	}
	return 0;
}

static int start_one(struct crowd *crowd, unsigned int threads, const char *name)
{
	int go[2], ready[2], err = 0;
	char c = 0;
	pid_t pid;

	if (pipe(go))
		return -errno;
	if (pipe(ready)) {
		err = -errno;
		goto close_go;
	}
	pid = fork();
	if (pid < 0) {
		err = -errno;
		goto close_ready;
	}
	if (!pid) {
		close(go[1]);
		close(ready[0]);
		crowd_main(go[0], ready[1], threads);
	}
	crowd->pid[crowd->nr_pids++] = pid;
	close(ready[1]);
	ready[1] = -1;
	if (name)
		err = attach_to_all(pid, name);
	if (!err && (write(go[1], &c, 1) != 1 || read(ready[0], &c, 1) != 1))
		err = -EIO;
	if (!err && c)
		err = -c;
close_ready:
	close(ready[0]);
	if (ready[1] >= 0)
		close(ready[1]);
close_go:
	close(go[0]);
	close(go[1]);
	return err;
}

int crowd_start(struct crowd *crowd, unsigned int tasks, const char *name)
{
	int err = 0;

	crowd->nr_pids = 0;
	crowd->pid = calloc(tasks / THREADS + 1, sizeof(*crowd->pid));
	if (!crowd->pid)
		return -ENOMEM;
	while (tasks && !err && !stopped) {
		unsigned int threads = tasks < THREADS ? tasks : THREADS;

		err = start_one(crowd, threads, name);
		tasks -= threads;
	}
	return err;
}

void crowd_end(struct crowd *crowd)
{
	for (unsigned int i = 0; i < crowd->nr_pids; i++)
		kill(crowd->pid[i], SIGKILL);
	for (unsigned int i = 0; i < crowd->nr_pids; i++)
		while (waitpid(crowd->pid[i], NULL, 0) < 0 && errno == EINTR)
			;
	free(crowd->pid);
	*crowd = (struct crowd){ 0 };
}
