// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysc commands about births, for limits on the number of tasks.
 *
 * A bomb makes children for ever, whatever becomes of them, and waits for those that have
 * died. A bomb of threads does so in a process, which it makes anew when that dies.
 *
 * A newborn task writes into shared memory with its first instructions, and then ends; a
 * task that was killed before has not written.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sysc.h"

static volatile int *said;

static const char *born_process(void)
{
	int status;
	pid_t pid;

	*said = 0;
	pid = fork();
	if (!pid) {
		*said = 1;
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return errno_name(errno);
	if (WIFSIGNALED(status) && WTERMSIG(status) == 9)
		return *said ? "KILLED LATE" : "KILLED";
	return *said && !status ? "OK" : "LOST";
}

static void *say_it(void *arg)
{
	*said = 1;
	return arg;
}

/* pthread_join() comes back before the kernel is done with the thread. */
static const char *born_thread(void)
{
	pthread_t thread;
	int err;

	*said = 0;
	err = pthread_create(&thread, NULL, say_it, NULL);
	if (!err)
		err = pthread_join(thread, NULL);
	return err ? errno_name(err) : *said ? "OK" : "LOST";
}

static void cmd_born(int argc, char **argv)
{
	int n = argc > 2 ? atoi(argv[2]) : 1;
	const char *result = "OK";

	said = mmap(NULL, sizeof(*said), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (said == MAP_FAILED)
		die("born: no memory");
	while (n-- > 0 && !strcmp(result, "OK"))
		result = strcmp(argv[1], "thread") ? born_process() : born_thread();
	say("%s", result);
}

static void nap(unsigned int max)
{
	usleep(rand() % max);
}

static void *short_life(void *arg)
{
	nap(2000);
	return arg;
}

static void bomb_threads(void)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 << 10);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	for (int i = 0; i < 1000; i++)
		if (pthread_create(&thread, &attr, short_life, NULL))
			nap(1000);
	_exit(0);
}

/* A task that makes namespaces and a child in them; and a task that makes two more. */
static void bomb_child(const char *what)
{
	srand((unsigned int)getpid());
	if (!strcmp(what, "thread"))
		bomb_threads();
	if (!strcmp(what, "unshare"))
		unshare(CLONE_NEWUTS);
	for (int i = 0; i < 2; i++) {
		if (!fork()) {
			nap(1000);
			_exit(0);
		}
	}
	nap(2000);
	while (waitpid(-1, NULL, 0) > 0)
		;
	_exit(0);
}

static void cmd_bomb(int argc, char **argv)
{
	for (;;) {
		pid_t pid = fork();

		if (!pid)
			bomb_child(argv[1]);
		if (pid < 0)
			nap(1000);
		while (waitpid(-1, NULL, strcmp(argv[1], "thread") ? WNOHANG : 0) > 0)
			;
	}
}

const struct command pids_commands[] = {
	{ "bomb", 1, cmd_bomb, "process|thread|unshare: make such for ever" },
	{ "born", 1, cmd_born, "process|thread [N]: one after the other until one is not born" },
	{ NULL, 0, NULL, NULL },
};
