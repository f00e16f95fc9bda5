// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wait for a command that was started in a container.
 *
 * The command is in the process group of containerctl, as a command of a script is in that
 * of its shell, so pipelines and terminals work as without containerctl. The kernel sends
 * the signals of a terminal to the whole group. So job_wait() passes on only what processes
 * send to containerctl; and the terminal's signals, if the command has left the group.
 *
 * If the command is the init of its container, the end is what container.init tells. The
 * end of process 1 of a pid namespace cannot be waited for while a process of that
 * namespace, whose parent is outside, is not reaped.
 */
#define _GNU_SOURCE
#include <containerfs.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job.h"

static const int passed[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGTSTP };

static int signals = -1;		/* a signalfd */
static sigset_t before;			/* the mask that the command gets */

/* A signal that was ignored when this program began stays ignored (nohup). */
static bool is_ignored(int signal)
{
	struct sigaction action;

	return !sigaction(signal, NULL, &action) && action.sa_handler == SIG_IGN;
}

void job_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGCONT);
	signal(SIGCHLD, SIG_DFL);
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		if (!is_ignored(passed[i]))
			sigaddset(&set, passed[i]);
	sigprocmask(SIG_BLOCK, &set, &before);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	terminal_keep();
}

char **job_command(const char *command, int words, char **word)
{
	int first = words > 1 && !strcmp(word[1], "--") ? 2 : 1;

	if (first < words)
		return word + first;
	complain("%s: a PATH and a COMMAND are needed", command);
	usage_error(command);
	return NULL;
}

void job_exec(const char *command, char **argv, int told)
{
	unsigned char status;
	int err;

	sigprocmask(SIG_SETMASK, &before, NULL);
	program_forget_directory();
	/* an open descriptor, such as that of a directory of the host, would lead out */
	if (told < 0) {
		close_range(3, ~0U, 0);
	} else {
		if (told > 3)
			close_range(3, (unsigned int)told - 1, 0);
		close_range((unsigned int)told + 1, ~0U, 0);
	}
	execvp(argv[0], argv);
	err = errno;
	complain("%s: %s: %s", command, argv[0], strerror(err));
	status = err == ENOENT ? 127 : 126;
	_exit(told < 0 || write(told, &status, 1) == 1 ? status : EXIT_OURS);
}

/* --- the wait --- */

struct wait {
	struct job		*job;
	unsigned long long	 end;		/* ns, CLOCK_MONOTONIC: what it is to be done then */
	bool			 killing;	/* kill, and do not ask, at @end; 0: no end */
	bool			 over;
};

/* The command is not waited for any more, because this ends it. */
static void end_by(struct wait *w, int status)
{
	kill(w->job->pid, SIGKILL);
	w->job->status = status;
	w->over = true;
}

static bool time_is_over(const struct wait *w)
{
	return w->end && (w->killing || now_ns(CLOCK_MONOTONIC) >= w->end);
}

/* Has the command ended, or stopped? */
static void look_at_child(struct wait *w)
{
	struct job *job = w->job;
	siginfo_t info = { 0 };
	pid_t pid;

	/* leave the end of an init to container.init, which tells it sooner */
	pid = wait4(job->pid, &job->status, WNOHANG, &job->usage);
	if (pid == job->pid) {
		w->over = true;
		return;
	}
	if (!waitid(P_PID, (id_t)job->pid, &info, WSTOPPED | WNOHANG) && info.si_pid &&
	    !time_is_over(w) && terminal_stop()) {
		terminal_continued(job->pid);
		kill(job->pid, SIGCONT);
	}
}

static void look_at_init(struct wait *w)
{
	struct job *job = w->job;

	if (container_wait(job->cfd, &job->status, WNOHANG, &job->usage))
		return;
	w->over = true;
	/* if it can be waited for already, that tells what its children used, too */
	wait4(job->pid, &job->status, WNOHANG, &job->usage);
}

static bool asks_for_end(int signal)
{
	return signal != SIGTSTP && signal != SIGUSR1 && signal != SIGUSR2;
}

/* --kill-after counts from the first signal that asks for the end. */
static void asked(struct wait *w, int signal)
{
	if (!w->job->kill_after || w->killing || !asks_for_end(signal))
		return;
	w->end = now_ns(CLOCK_MONOTONIC) + w->job->kill_after;
	w->killing = true;
}

static void pass_on(struct wait *w, const struct signalfd_siginfo *info)
{
	int signal = (int)info->ssi_signo;
	pid_t pid = w->job->pid;

	if (signal == SIGCHLD) {
		look_at_child(w);
		return;
	}
	if (signal == SIGCONT) {
		terminal_continued(pid);
		return;
	}
	/* in a frozen container it would not hear of it before the thaw */
	if (asks_for_end(signal) && is_newborn(pid)) {
		end_by(w, signal);
		return;
	}
	/* what the kernel would drop we do ourselves, as it does it to every other process */
	if (is_deaf(pid, signal)) {
		if (signal == SIGTSTP)
			kill(pid, SIGSTOP);
		else
			end_by(w, signal);
		return;
	}
	/* the terminal's the command has, too, unless it has left our process group */
	if (info->ssi_code <= 0 || getpgid(pid) != getpgrp())
		kill(pid, signal);
	asked(w, signal);
}

static void take_signals(struct wait *w)
{
	struct signalfd_siginfo info;

	while (!w->over && read(signals, &info, sizeof(info)) == sizeof(info))
		pass_on(w, &info);
}

/* The time is over: ask the command to end, or end it. */
static void time_over(struct wait *w)
{
	struct job *job = w->job;

	if (!w->killing)
		job->timed_out = true;
	if (w->killing || !job->kill_after) {
		end_by(w, SIGKILL);
		return;
	}
	if (!job->own || container_kill(job->cfd, 0, SIGTERM))
		kill(job->pid, SIGTERM);
	/* who is stopped does not hear of it */
	if (!job->own || container_kill(job->cfd, 0, SIGCONT))
		kill(job->pid, SIGCONT);
	w->end = now_ns(CLOCK_MONOTONIC) + job->kill_after;
	w->killing = true;
}

static int milliseconds(const struct wait *w)
{
	unsigned long long t = now_ns(CLOCK_MONOTONIC);

	if (!w->end)
		return -1;
	if (t >= w->end)
		return 0;
	t = (w->end - t) / 1000000 + 1;
	return t < INT_MAX ? (int)t : INT_MAX;
}

void job_wait(struct job *job)
{
	struct wait w = { .job = job };
	struct pollfd p[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = job->pidfd, .events = POLLIN },
		{ .fd = job->init, .events = POLLPRI },
	};
	sigset_t pending;

	if (job->timeout)
		w.end = job->begun + job->timeout;
	while (!w.over) {
		int n = poll(p, 3, milliseconds(&w));

		if (p[2].revents & (POLLHUP | POLLERR))
			look_at_init(&w);
		/* the init's end is known, or the daemon has died with what it knew */
		if (!w.over && p[1].revents)
			look_at_child(&w);
		if (p[2].revents & POLLERR)
			p[2].fd = -1;
		take_signals(&w);
		if (!w.over && !n && w.end && now_ns(CLOCK_MONOTONIC) >= w.end)
			time_over(&w);
	}
	if (guard_kills(job) && WIFSIGNALED(job->status) && WTERMSIG(job->status) == SIGKILL)
		job->timed_out = true;
	if (!sigpending(&pending) && sigismember(&pending, SIGCONT))
		terminal_continued(job->pid);
	terminal_restore();
}

int job_exit_status(const struct job *job)
{
	if (job->timed_out)
		return EXIT_TIMEOUT;
	return WIFSIGNALED(job->status) ? 128 + WTERMSIG(job->status) : WEXITSTATUS(job->status);
}
