// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysc commands about being born, for limits on the number of tasks.
 *
 * What is born says so with its first instructions, in memory that is shared,
 * and then ends; a process that was killed before has not said it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
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

const struct command pids_commands[] = {
	{ "born", 1, cmd_born, "process|thread [N]: one after the other until one is not born" },
	{ NULL, 0, NULL, NULL },
};
