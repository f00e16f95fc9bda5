/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * witness_actors.h - those who are moved: the part of witness.c that runs in them
 *
 * Actors live as badly as they can: their threads begin and end, each making the next;
 * leaders die first; any thread calls execve, which succeeds, fails behind the point of
 * no return, is killed there or takes its time on a slow file system; they fork, and
 * unshare.
 */
#ifndef TEST_STRESS_WITNESS_ACTORS_H
#define TEST_STRESS_WITNESS_ACTORS_H

#include <pthread.h>

#include "stress.h"

#define CROWD		30		/* so many processes do not fork */

/*
 * Actors fork only while the mover counts them, and live in a pid namespace whose
 * init dies with the mover: whatever goes wrong, they do not outlive it.
 */
static struct {
	_Atomic int	crowd;			/* processes */
	_Atomic double	counted;		/* when */
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
	/* Behind libc's back, so it may call nothing but execve. */
	pid = (pid_t)syscall(SYS_clone, CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0);
	if (!pid) {
		exec_good(NULL);
		_exit(1);
	}
}

/* In a thread of its own or as the leader, which may be the one that calls execve. */
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
