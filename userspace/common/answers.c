// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the daemon that serves a path answer?  A daemon that is stopped or hangs
 * must not hold up programs that only pass by its mounts.
 *
 * A system call that waits for a FUSE server ends only with its process.  So a
 * child asks, which is killed when time is over.  The child shares the memory of
 * its parent, because a copy of the page tables costs more than the question.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "answers.h"

/* room for statfs() of a path of any length, with what a sanitizer adds */
#define STACK_SIZE	65536

struct question {
	const char	*path;
	struct statfs	 st;
};

/*
 * The parent's errno changes with the child's, because they share the thread's memory.
 * The parent therefore looks at errno only while there is no child.
 */
static int ask(void *arg)
{
	struct question *q = arg;

	return statfs(q->path, &q->st) ? errno : 0;
}

int path_answers(const char *path, int ms)
{
	/* not unmapped after a timeout: the child may run on in it until it dies */
	void *stack = mmap(NULL, STACK_SIZE + sizeof(struct question), PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	struct pollfd p = { .events = POLLIN };
	int err = -ETIMEDOUT, status;
	struct question *q;
	pid_t pid;

	if (stack == MAP_FAILED)
		return -errno;
	/* if the caller ignored SIGCHLD, waitpid() would get no status */
	signal(SIGCHLD, SIG_DFL);
	q = (struct question *)((char *)stack + STACK_SIZE);
	q->path = path;
	pid = clone(ask, (char *)stack + STACK_SIZE, CLONE_VM | SIGCHLD, q);
	if (pid < 0) {
		err = -errno;
		munmap(stack, STACK_SIZE + sizeof(*q));
		return err;
	}
	p.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (p.fd < 0 || poll(&p, 1, ms) == 1) {
		if (waitpid(pid, &status, 0) == pid && WIFEXITED(status))
			err = -WEXITSTATUS(status);
		munmap(stack, STACK_SIZE + sizeof(*q));
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
