// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Children on stacks of their own, and the calling thread at rest meanwhile.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib.h"

/* A child that calls execve(2) leaves the marks of its frames behind, on memory used again. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_UNPOISON_MEMORY_REGION(start, size)	((void)0)
#endif

#define STACK_BYTES	(64u << 10)
#define GUARD_BYTES	(64u << 10)	/* a page at least, whatever its size */

void calm_begin(struct calm *calm)
{
	sigset_t all;

	sigfillset(&all);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &calm->cancel);
	pthread_sigmask(SIG_SETMASK, &all, &calm->mask);
}

void calm_end(const struct calm *calm)
{
	int err = errno;

	pthread_sigmask(SIG_SETMASK, &calm->mask, NULL);
	pthread_setcancelstate(calm->cancel, NULL);
	errno = err;
}

pid_t child_start(int (*fn)(void *), void *arg, int flags, int *pidfd)
{
	char *stack = mmap(NULL, GUARD_BYTES + STACK_BYTES, PROT_NONE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	int err;
	pid_t pid = -1;

	if (stack == MAP_FAILED)
		return -1;
	if (!mprotect(stack + GUARD_BYTES, STACK_BYTES, PROT_READ | PROT_WRITE))
		pid = clone(fn, stack + GUARD_BYTES + STACK_BYTES, flags | (pidfd ? CLONE_PIDFD : 0),
			    arg, pidfd);
	err = errno;
	ASAN_UNPOISON_MEMORY_REGION(stack, GUARD_BYTES + STACK_BYTES);
	munmap(stack, GUARD_BYTES + STACK_BYTES);
	errno = err;
	return pid;
}

void *shared_alloc(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void shared_free(void *p, size_t size)
{
	int err = errno;

	if (p)
		munmap(p, size);
	errno = err;
}

int thread_go(struct thread_pidns *there, int pidns)
{
	there->self = -1;
	if (pidns < 0)
		return 0;
	there->self = open("/proc/thread-self/ns/pid_for_children", O_RDONLY | O_CLOEXEC);
	if (there->self < 0)
		return -1;
	if (!setns(pidns, CLONE_NEWPID))
		return 0;
	close_fd(there->self);
	there->self = -1;
	return -1;
}

/* A thread whose later children would be born in the container must not go on. */
void thread_back(struct thread_pidns *there)
{
	int err = errno;

	if (there->self >= 0 && setns(there->self, CLONE_NEWPID))
		abort();
	close_fd(there->self);
	there->self = -1;
	errno = err;
}
