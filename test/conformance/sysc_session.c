// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysc command "session": runs a test within a time limit and leaves none of
 * its processes behind.
 *
 * The program gets a session of its own. When it ends, or its time is up, or this process
 * is told to end, this kills all processes that are still in the session. Orphans come to
 * this process, which reaps them. A daemon that makes a new session is not touched. The exit
 * status is the program's; 124 when the time was up; 128 + N for signal N.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sysc.h"

#define KILL_ROUNDS 500			/* of 10 ms */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* The state and session of a process; false if it does not exist any more. */
static int read_stat(const char *pid, char *state, int *session)
{
	char path[300], text[1024], *after_comm;
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	after_comm = strrchr(text, ')');
	return after_comm &&
	       sscanf(after_comm + 1, " %c %*d %*d %d", state, session) == 2;
}

/* Kills the processes of the session; returns how many there were. */
static int kill_members(int session)
{
	struct dirent *entry;
	int count = 0, other;
	DIR *proc = opendir("/proc");
	char state;

	while (proc && (entry = readdir(proc))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		if (!read_stat(entry->d_name, &state, &other) ||
		    other != session)
			continue;
		kill(atoi(entry->d_name), SIGKILL);
		if (state != 'X')
			count++;
	}
	if (proc)
		closedir(proc);
	return count;
}

static int end_session(int session)
{
	int round, left = 0;

	for (round = 0; round < KILL_ROUNDS; round++) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		left = kill_members(session);
		if (left == 0)
			break;
		usleep(10000);
	}
	return left;
}

static void cmd_session(int argc, char **argv)
{
	double deadline = now() + atof(argv[1]), left;
	int status = 0, result = -1, signal_number;
	struct timespec wait_time;
	sigset_t set, old;
	pid_t child, pid;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &old);
	child = fork();
	if (child == 0) {
		setsid();
		sigprocmask(SIG_SETMASK, &old, NULL);
		execvp(argv[2], argv + 2);
		die("%s: %s", argv[2], errno_name(errno));
	}
	while (result < 0) {
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0 && pid != child)
			;
		left = deadline - now();
		if (pid == child) {
			result = WIFEXITED(status) ? WEXITSTATUS(status)
						   : 128 + WTERMSIG(status);
		} else if (left <= 0) {
			result = 124;
		} else {
			wait_time.tv_sec = left;
			wait_time.tv_nsec = (left - wait_time.tv_sec) * 1e9;
			signal_number = sigtimedwait(&set, NULL, &wait_time);
			if (signal_number > 0 && signal_number != SIGCHLD)
				result = 128 + signal_number;
		}
	}
	if (end_session(child) > 0) {
		fprintf(stderr, "sysc: processes of session %d do not die\n", child);
		result = 1;
	}
	exit(result);
}

const struct command session_commands[] = {
	{ "session", 2, cmd_session, "SECONDS PROGRAM [WORD...]: within a time limit, leaving no process" },
	{ NULL, 0, NULL, NULL },
};
