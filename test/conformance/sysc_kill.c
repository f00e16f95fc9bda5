// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysc commands about being killed: tasks that fight back, and a count of them.
 *
 * Each fighter does one thing for ever. The runner is never the same process for long, so a
 * signal to its number hits a process that has ended. The others keep their number, and make
 * tasks that must not be left alive. All go on for as long as they live, so that one
 * survivor is seen as well as a thousand.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sysc.h"

#define STACK	(64 << 10)
#define MOST	4	/* children or threads at a time: they are not to fill a busy machine */
#define CROWD	100	/* tasks for each fighter, zombies included */

/* One more child was made, @n in all; wait for all of them if they are enough. */
static int made(int n)
{
	if (n + 1 < MOST)
		return n + 1;
	while (waitpid(-1, NULL, 0) > 0)
		;
	return 0;
}

/* Each ends when its child has begun; not so fast that their reaper is left behind. */
static void runs(void)
{
	for (;;) {
		pid_t pid;

		usleep(200);
		pid = fork();

		if (pid > 0)
			_exit(0);
		if (pid < 0)
			usleep(1000);
	}
}

static void breeds(void)
{
	for (int n = 0;;) {
		pid_t pid = fork();

		if (!pid) {
			usleep(500);
			_exit(0);
		}
		if (pid < 0)
			usleep(1000);
		else
			n = made(n);
	}
}

/* Not faster than a reader can follow: another test is about that. */
static void unshares(void)
{
	for (;;)
		usleep(unshare(CLONE_NEWUTS) ? 1000 : 200);
}

static void unshares_and_runs(void)
{
	for (;;) {
		pid_t pid;

		usleep(200);
		unshare(CLONE_NEWUTS);
		pid = fork();
		if (pid > 0)
			_exit(0);
		if (pid < 0)
			usleep(1000);
	}
}

static int short_life(void *arg)
{
	usleep(500);
	return 0;
}

static void clones(void)
{
	static char stack[STACK] __attribute__((aligned(16)));

	for (int n = 0;;) {
		if (clone(short_life, stack + STACK, CLONE_NEWUTS | SIGCHLD, NULL) < 0)
			usleep(1000);
		else
			n = made(n);
	}
}

static void *thread_life(void *arg)
{
	usleep(500);
	return arg;
}

static void makes_threads(void)
{
	pthread_t thread[MOST];
	int n;

	for (;;) {
		for (n = 0; n < MOST && !pthread_create(&thread[n], NULL, thread_life, NULL); n++)
			;
		while (n--)
			pthread_join(thread[n], NULL);
	}
}

static void *exec_again(void *arg)
{
	execl("/proc/self/exe", "sysc", "fight-exec", NULL);
	_exit(1);
}

/* A thread that is not the leader becomes this program again. */
static void execs(void)
{
	pthread_t thread;

	while (pthread_create(&thread, NULL, exec_again, NULL))
		usleep(1000);
	for (;;)
		pause();
}

static void cmd_fight_exec(int argc, char **argv)
{
	execs();
}

static void (*const ways[])(void) = {
	runs, breeds, unshares, unshares_and_runs, clones, makes_threads, execs,
};

#define NR_WAYS (sizeof(ways) / sizeof(ways[0]))

/*
 * In a user namespace of its own each task may make namespaces. The reaper may be slower
 * than the tasks that end: then forks fail for a while.
 */
static void cmd_fight(int argc, char **argv)
{
	int n = atoi(argv[1]);
	struct rlimit crowd;

	detach_stdio();
	crowd.rlim_cur = crowd.rlim_max = (rlim_t)n * CROWD;
	setrlimit(RLIMIT_NPROC, &crowd);
	unshare(CLONE_NEWUSER);
	for (int i = 0; i < n; i++)
		if (!fork())
			ways[(size_t)i % NR_WAYS]();
	for (;;)
		if (waitpid(-1, NULL, 0) < 0)
			usleep(1000);
}

/* A child runs the commands that follow; this process reaps all its descendants. */
static void cmd_reaper(int argc, char **argv)
{
	pid_t pid;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = fork();
	if (pid < 0)
		die("reaper: %s", errno_name(errno));
	if (!pid)
		return;
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	_exit(0);
}

/* Is @pid a process of @uid that has not ended? A signal to one that has does nothing. */
static int lives(const char *pid, unsigned long uid)
{
	char path[64], line[256];
	unsigned long real = ~0UL;
	char state = 'Z';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.32s/status", pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f)) {
		sscanf(line, "State: %c", &state);
		if (sscanf(line, "Uid: %lu", &real) == 1)
			break;
	}
	fclose(f);
	return real == uid && state != 'Z' && state != 'X';
}

static void cmd_alive(int argc, char **argv)
{
	unsigned long uid = strtoul(argv[1], NULL, 10), n = 0;
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			n += (unsigned long)lives(entry->d_name, uid);
	if (dir)
		closedir(dir);
	say("%lu", n);
}

const struct command kill_commands[] = {
	{ "fight", 1, cmd_fight, "N: N processes that fork, unshare, clone, exec for ever" },
	{ "reaper", 0, cmd_reaper, "the rest is a child's; it and all that come of it are reaped" },
	{ "fight-exec", 0, cmd_fight_exec, "one that does the last of these" },
	{ "alive", 1, cmd_alive, "UID: how many processes it has that have not ended" },
	{ NULL, 0, NULL, NULL },
};
