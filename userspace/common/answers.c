// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does whoever serves a path answer?  One daemon that is stopped or hangs must
 * not hold up those who only pass by its mounts.
 *
 * Nothing ends a system call that waits for a FUSE server but its process'
 * death.  So a child asks, which is killed when time is over.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "answers.h"

int path_answers(const char *path, int ms)
{
	struct pollfd p = { .events = POLLIN };
	int err = -ETIMEDOUT, status;
	struct statfs st;
	pid_t pid;

	/* the caller may have ignored it: no status then */
	signal(SIGCHLD, SIG_DFL);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(statfs(path, &st) ? errno : 0);
	p.fd = syscall(SYS_pidfd_open, pid, 0);
	if (p.fd < 0 || poll(&p, 1, ms) == 1) {
		if (waitpid(pid, &status, 0) == pid && WIFEXITED(status))
			err = -WEXITSTATUS(status);
	} else {
		kill(pid, SIGKILL);
		/* one whose request is being served cannot even die: it is init's then */
		if (poll(&p, 1, 1000) == 1)
			waitpid(pid, &status, 0);
	}
	if (p.fd >= 0)
		close(p.fd);
	return err;
}
