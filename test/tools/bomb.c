// SPDX-License-Identifier: GPL-2.0-only
/*
 * bomb: forks without end, each child in a session of its own and with init for a parent.
 * No signal that can be ignored ends it. Its bounds are a limit of tasks, or RLIMIT_NPROC.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_IGN);
	/* or wait() would not return before the last child has ended */
	signal(SIGCHLD, SIG_DFL);
	for (;;) {
		pid_t pid = fork();

		if (pid > 0)
			waitpid(pid, NULL, 0);
		if (pid)
			usleep(20000);
		if (!pid && (setsid() < 0 || fork()))
			_exit(0);
	}
}
