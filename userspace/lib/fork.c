// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * fork(2) into a container.
 *
 * The C library's fork() in the calling thread, whose children are born in the held PID
 * namespace for the while, so all of fork's rights and duties are kept. The child enters the
 * rest and says so; the caller attaches it to the container, because a child that attached
 * itself to a frozen one would stand still before it has answered; then it may go.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib.h"

/* Returns in the child as fork() would, or not at all. */
static void fork_child(struct gate *gate, struct talk *talk, struct thread_pidns *there,
		       const struct calm *calm)
{
	struct word word = { .pid = getpid() };

	/* before any namespace, because its root could look into this process from then on */
	word.error = enter_hidden();
	close(gate->cfd);
	close_fd(gate->below);
	close_fd(there->self);
	if (!word.error)
		word.error = enter_held(&gate->held);
	if (talk_say(talk, true, &word) || word.error || talk_hear(talk, true, &word))
		_exit(127);
	talk_close(talk);
	gate_close_in_child(gate);
	calm_end(calm);
}

static int write_pid(int fd, pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)pid);
	return write_text(fd, text);
}

/*
 * An init must be in its container when it is named. Any other child goes straight to where
 * it is to be, because a container on the way could be frozen, and have a limit.
 */
static int fork_place(const struct gate *gate, bool is_init, pid_t pid)
{
	if ((gate->below < 0 || is_init) && write_pid(gate->procs, pid))
		return -1;
	if (is_init && write_pid(gate->init, pid))
		return -1;
	if (gate->below >= 0 && write_pid(gate->below_procs, pid))
		return -1;
	return gate->below_init >= 0 ? write_pid(gate->below_init, pid) : 0;
}

/* The child is let in, or it is told why not. */
static int fork_admit(struct gate *gate, struct talk *talk, pid_t pid)
{
	struct word word;

	talk->pidfd[0] = pidfd_open(pid, 0);
	if (talk->pidfd[0] < 0 || talk_hear(talk, false, &word))
		return -1;
	gate->taken = gate->held.types & CLONE_NEWPID && word.pid == 1;
	if (word.error) {
		errno = word.error;
		return -1;
	}
	if (fork_place(gate, gate_is_init(gate, word.pid), pid)) {
		if (errno == ESRCH)
			errno = ECANCELED;	/* killed meanwhile */
		return -1;
	}
	if (talk_say(talk, false, &word))
		return -1;
	gate->taken = false;
	return 0;
}

static void fork_undo(pid_t pid)
{
	int err = errno;

	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	errno = err;
}

/* @is_below: the child goes to @below. */
static pid_t fork_to(int cfd, int below, bool is_below, unsigned int flags, int *pidfd)
{
	struct thread_pidns there;
	struct gate gate;
	struct talk talk;
	struct calm calm;
	pid_t pid = -1;

	calm_begin(&calm);
	if (is_below ? gate_open_below(&gate, cfd, below, flags) : gate_open(&gate, cfd, flags))
		goto out;
	if (talk_open(&talk))
		goto out_gate;
	if (thread_go(&there, gate.held.ns[NS_pid]))
		goto out_talk;
	pid = fork();
	if (!pid) {
		fork_child(&gate, &talk, &there, &calm);
		return 0;
	}
	if (pid < 0)
		errno = gate_fork_error(&gate, errno);
	thread_back(&there);
	if (pid > 0 && fork_admit(&gate, &talk, pid)) {
		fork_undo(pid);
		pid = -1;
	}
	if (pid > 0 && pidfd) {
		*pidfd = talk.pidfd[0];
		talk.pidfd[0] = -1;
	}
out_talk:
	talk_close(&talk);
out_gate:
	gate_close(&gate);
out:
	calm_end(&calm);
	return pid;
}

API pid_t container_fork(int cfd, unsigned int flags, int *pidfd)
{
	return fork_to(cfd, -1, false, flags, pidfd);
}

API pid_t container_fork_below(int cfd, int below, unsigned int flags, int *pidfd)
{
	return fork_to(cfd, below, true, flags, pidfd);
}

API pid_t fork_into_container(int cfd)
{
	return container_fork(cfd, 0, NULL);
}
