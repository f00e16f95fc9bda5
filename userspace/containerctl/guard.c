// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guard of --timeout: a process that kills the container when the time is over, also if
 * run is stopped then. A shell stops run by ^Z, and the command may stop it as far as user
 * ids allow; and run stops itself together with its command.
 *
 * The guard is in a session of its own, so that no terminal stops it. It has no copy of the
 * lease, because the container must die with run; and it dies with run itself. It lets run go
 * on, so that run can tell the end and remove what there is.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job.h"

#define LOOKS	100		/* ms between two looks at run, once the time is over */

/* Shared by run and its guard. */
struct guard {
	pid_t		pid;		/* for run only */
	_Atomic bool	kills;		/* the time is over, and the guard has begun to kill */
};

static void sleep_until(unsigned long long end)
{
	unsigned long long t;

	while ((t = now_ns(CLOCK_MONOTONIC)) < end) {
		t = (end - t) / 1000000 + 1;
		poll(NULL, 0, t < INT_MAX ? (int)t : INT_MAX);
	}
}

static bool is_stopped(pid_t pid)
{
	char *path = xasprintf("/proc/%d/stat", (int)pid), *text, *end;
	int err = read_short(AT_FDCWD, path, &text);
	bool stopped;

	free(path);
	if (err)
		return false;
	/* the command's name, in parentheses, may hold any byte */
	end = strrchr(text, ')');
	stopped = end && end[1] && end[2] == 'T';
	free(text);
	return stopped;
}

/* Continue @run only if it is stopped: the signal means that a shell may have the terminal. */
static void wake(pid_t run)
{
	if (is_stopped(run))
		kill(run, SIGCONT);
	poll(NULL, 0, LOOKS);
}

static void __attribute__((noreturn))
watch(struct guard *guard, const struct job *job, int kill_fd, pid_t run)
{
	unsigned long long end = job->begun + job->timeout;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	/* this also says that it is ready */
	if (kill_fd > 0)
		close_range(0, (unsigned int)kill_fd - 1, 0);
	close_range((unsigned int)kill_fd + 1, ~0U, 0);
	/* did it end before the prctl()? */
	if (getppid() != run)
		_exit(EXIT_SUCCESS);
	sleep_until(end);
	/* run asks the command to end */
	while (now_ns(CLOCK_MONOTONIC) < end + job->kill_after)
		wake(run);
	guard->kills = true;
	/* who enters meanwhile has come too late; until run has done the rest and ends this */
	for (;;) {
		if (pwrite(kill_fd, "1", 1, 0) < 0 && errno == ENODEV)
			kill_fd = -1;
		wake(run);
	}
}

/*
 * Returns when the guard has left the process group of run. Earlier a terminal, which stops a
 * group in the background, would stop the guard, too.
 */
static pid_t fork_guard(struct guard *guard, const struct job *job, int kill_fd)
{
	pid_t run = getpid(), pid;
	int ready[2];
	char c;

	if (pipe2(ready, O_CLOEXEC))
		return -1;
	fflush(stdout);
	pid = fork();
	if (!pid)
		watch(guard, job, kill_fd, run);
	close(ready[1]);
	while (pid > 0 && read(ready[0], &c, 1) < 0 && errno == EINTR)
		;
	close(ready[0]);
	return pid;
}

bool guard_start(struct job *job)
{
	int kill_fd = openat(job->cfd, "container.kill", O_WRONLY | O_CLOEXEC);
	struct guard *guard = MAP_FAILED;

	if (kill_fd >= 0)
		guard = mmap(NULL, sizeof(*guard), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (guard != MAP_FAILED) {
		guard->pid = fork_guard(guard, job, kill_fd);
		if (guard->pid > 0)
			job->guard = guard;
	}
	if (!job->guard) {
		complain("%s: no guard for --timeout: %s", job->command, strerror(errno));
		if (guard != MAP_FAILED)
			munmap(guard, sizeof(*guard));
	}
	if (kill_fd >= 0)
		close(kill_fd);
	return job->guard;
}

bool guard_kills(const struct job *job)
{
	return job->guard && job->guard->kills;
}

void guard_end(struct job *job)
{
	if (!job->guard)
		return;
	kill(job->guard->pid, SIGKILL);
	while (waitpid(job->guard->pid, NULL, 0) < 0 && errno == EINTR)
		;
	munmap(job->guard, sizeof(*job->guard));
	job->guard = NULL;
}
