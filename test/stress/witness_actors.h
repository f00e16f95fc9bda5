/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Actors: the part of witness.c that runs in the tasks that are moved
 *
 * The threads of an actor begin and end, each making the next. Leaders die first. Any thread
 * calls execve, which succeeds, fails behind the point of no return, is killed there, or
 * takes long on a slow file system. Actors fork and unshare.
 */
#ifndef TEST_STRESS_WITNESS_ACTORS_H
#define TEST_STRESS_WITNESS_ACTORS_H

#include <pthread.h>

#include "stress.h"

#define CROWD		30		/* with so many processes none forks */

/*
 * Actors fork only while the mover counts them. They live in a pid namespace whose init dies
 * with the mover, so that they never outlive the mover.
 */
static struct {
	_Atomic int	crowd;			/* how many processes there are */
	_Atomic double	counted;		/* when the mover has counted them */
} *shared;
static char slow_mnt[96], files_dir[96];

static __thread unsigned int dice;

static unsigned int roll(unsigned int n)
{
	dice ^= dice << 13;
	dice ^= dice >> 17;
	dice ^= dice << 5;
	return dice % n;
}

static void seed(void)
{
	dice = (unsigned int)(getpid() * 2654435761u ^ (unsigned int)(now() * 1e6)) | 1;
}

static void *sit(void *arg)
{
	prctl(PR_SET_NAME, "sit");
	for (;;)
		pause();
	return arg;
}

static void detach(void *(*run)(void *), void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, 64 << 10);
	while (pthread_create(&thread, &attr, run, arg))
		usleep(100);
	pthread_attr_destroy(&attr);
}

static void *churn(void *arg)
{
	if ((long)arg & 1)
		usleep(300);
	detach(churn, arg);
	return NULL;
}

static void *act(void *arg);

static void be_actor(void)
{
	seed();
	signal(SIGCHLD, SIG_IGN);
	for (long i = 0; i < 2; i++)
		detach(sit, NULL);
	for (long i = 0; i < 3; i++)
		detach(churn, (void *)i);
	if (roll(2))
		act(NULL);
	/* The leader dies first. */
	detach(act, NULL);
	pthread_exit(NULL);
}

static void *exec_bad(void *arg)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", arg ? slow_mnt : files_dir, arg ? "slow" : "bad");
	execl(path, path, NULL);
	return NULL;
}

static void *exec_good(void *arg)
{
	execl("/proc/self/exe", "witness", "actor", slow_mnt, files_dir, NULL);
	return arg;
}

static void fork_one(bool clone_it)
{
	pid_t pid;

	if (!shared || shared->crowd >= CROWD || now() > shared->counted + 0.5)
		return;
	shared->crowd++;
	if (!clone_it) {
		pid = fork();
		if (!pid)
			be_actor();
		return;
	}
	/* libc does not know this thread, so it may call nothing but execve. */
	pid = (pid_t)syscall(SYS_clone, CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0);
	if (!pid) {
		exec_good(NULL);
		_exit(1);
	}
}

/* Runs as the leader or in another thread; either may call execve. */
static void *act(void *arg)
{
	seed();
	for (;;) {
		usleep(5000 + roll(20000));
		switch (roll(16)) {
		case 0: case 1: case 2: case 3:
			fork_one(false);
			break;
		case 4:
			fork_one(true);
			break;
		case 5:
			unshare(CLONE_NEWUTS);
			break;
		case 6: case 7:
			detach(exec_good, NULL);
			break;
		case 8:
			exec_good(NULL);
			break;
		case 9:
			detach(exec_bad, NULL);
			break;
		case 10:
			detach(exec_bad, (void *)1);
			break;
		}
	}
	return arg;
}

#endif /* TEST_STRESS_WITNESS_ACTORS_H */
