// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysc command "puppet": a process whose threads do what they are told.
 *
 * Each line on standard input is "THREAD COMMAND [WORD...]" and is answered
 * by one line. THREAD is an index; 0 is the thread group leader. Besides all
 * other sysc commands, run by that very thread, there are
 *	thread	start another thread; answers "INDEX TID"
 *	exec	execve(2) this program anew as a puppet of one thread, or the PROGRAM
 *		that is named
 *	exit	end the thread (and the process, with the last one)
 * A starting puppet answers OK before it is asked anything, also after exec.
 *
 * Exactly one thread at a time reads standard input. It hands that role to the thread that a
 * line is addressed to. So no extra thread is needed, and the leader may exit while others
 * live on. "turn" is the thread that has the role, "line" the line that it is to run; "lock"
 * protects both.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sysc.h"

#define MAX_THREADS 64
#define MAX_WORDS 32

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static int turn;
static char line[4096];
static int line_pending;

/* Written by the thread whose turn it is. */
static int nr_threads = 1;
static int alive[MAX_THREADS] = { 1 };
static pid_t tids[MAX_THREADS];
static char self_path[4096];

static void pass_turn(int to)
{
	turn = to;
	pthread_cond_broadcast(&turned);
}

static void *thread_main(void *arg);

static void start_thread(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	int index = nr_threads, err;

	if (index == MAX_THREADS)
		die("too many threads");
	nr_threads++;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	err = pthread_create(&thread, &attr, thread_main, (void *)(long)index);
	pthread_attr_destroy(&attr);
	if (err) {
		say("%s\n", errno_name(err));
		return;
	}
	while (!tids[index])
		pthread_cond_wait(&turned, &lock);
	alive[index] = 1;
	say("%d %d\n", index, tids[index]);
}

static void exit_thread(int index)
{
	int next = 0;

	alive[index] = 0;
	while (next < nr_threads && !alive[next])
		next++;
	say("OK\n");
	if (next == nr_threads)
		_exit(0);
	pass_turn(next);
	pthread_mutex_unlock(&lock);
	syscall(SYS_exit, 0);
}

static void obey(int index, int argc, char **argv)
{
	if (strcmp(argv[0], "thread") == 0) {
		start_thread();
	} else if (strcmp(argv[0], "exit") == 0) {
		exit_thread(index);
	} else if (strcmp(argv[0], "exec") == 0) {
		execl(argc > 1 ? argv[1] : self_path, "sysc", "puppet", (char *)NULL);
		say("%s\n", errno_name(errno));
	} else {
		run_command(argc, argv);
		say("\n");
	}
}

static int read_line(void)
{
	size_t len = 0;
	char c;

	while (read(STDIN_FILENO, &c, 1) == 1) {
		if (c == '\n') {
			line[len] = '\0';
			return 1;
		}
		if (len < sizeof(line) - 1)
			line[len++] = c;
	}
	return 0;
}

static void run_thread(int self)
{
	char *argv[MAX_WORDS + 1], *rest, *word;
	int argc, index;

	pthread_mutex_lock(&lock);
	for (;;) {
		while (turn != self)
			pthread_cond_wait(&turned, &lock);
		if (!line_pending && !read_line())
			_exit(0);
		index = atoi(line);
		if (index < 0 || index >= nr_threads || !alive[index])
			die("no such thread: %s", line);
		if (index != self) {
			line_pending = 1;
			pass_turn(index);
			continue;
		}
		line_pending = 0;
		argc = 0;
		rest = line;
		strsep(&rest, " ");
		while (argc < MAX_WORDS && (word = strsep(&rest, " ")))
			argv[argc++] = word;
		argv[argc] = NULL;
		if (argc == 0)
			die("no command: %s", line);
		obey(self, argc, argv);
	}
}

static void *thread_main(void *arg)
{
	int self = (long)arg;

	pthread_mutex_lock(&lock);
	tids[self] = syscall(SYS_gettid);
	pthread_cond_broadcast(&turned);
	pthread_mutex_unlock(&lock);
	run_thread(self);
	return NULL;
}

static void cmd_puppet(int argc, char **argv)
{
	ssize_t n = readlink("/proc/self/exe", self_path, sizeof(self_path) - 1);

	if (n < 0)
		die("no /proc/self/exe");
	self_path[n] = '\0';
	say("OK\n");
	run_thread(0);
}

const struct command puppet_commands[] = {
	{ "puppet", 0, cmd_puppet, ": obey lines \"THREAD COMMAND [WORD...]\" on standard input" },
	{ NULL, 0, NULL, NULL },
};
