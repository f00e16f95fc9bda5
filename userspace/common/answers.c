// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the daemon that serves a path answer?  A daemon that is stopped or hangs
 * must not hold up programs that only pass by its mounts.
 *
 * A system call that waits for a FUSE server ends only with its process.  So a
 * child asks, which is killed when time is over.
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

	/* if the caller ignored SIGCHLD, waitpid() would get no status */
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
		/* a child whose request is being served does not die yet; init will reap it */
		if (poll(&p, 1, 1000) == 1)
			waitpid(pid, &status, 0);
	}
	if (p.fd >= 0)
		close(p.fd);
	return err;
}
