/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * containerctl: a command that run or enter has started in a container, and its end.
 */
#ifndef _CONTAINERCTL_JOB_H
#define _CONTAINERCTL_JOB_H

#include <signal.h>
#include <sys/resource.h>

#include "containerctl.h"

/* exit status for errors of ours, so that they are not taken for the command's */
#define EXIT_OURS	125
/* and when the time of --timeout was over, as timeout(1) has it */
#define EXIT_TIMEOUT	124

struct job {
	const char		*command;	/* for messages */
	int			 cfd;		/* the container that the command is in */
	pid_t			 pid;
	int			 pidfd;
	int			 init;		/* container_poll_fd(), or -1: it is no init */
	bool			 own;		/* no other task is in @cfd: signals may go to all */
	unsigned long long	 timeout, kill_after;	/* ns; 0: none */
	unsigned long long	 begun;			/* CLOCK_MONOTONIC */
	struct guard		*guard;		/* or NULL */
	bool			 timed_out;
	int			 status;	/* as of wait(2) */
	struct rusage		 usage;
};

/* --- job.c --- */

/* Signals are received by job_wait() from now on. To be called before the fork. */
void job_signals(void);
/* What follows "PATH [--]" of the @words words @word. Reports NULL. */
char **job_command(const char *command, int words, char **word);
/*
 * In the child: undo that, close all descriptors but the first three, and become @argv. The
 * exit status of a failure is written to @told, unless that is -1.
 */
void job_exec(const char *command, char **argv, int told) __attribute__((noreturn));
/* Wait for the end of @job, and pass signals on meanwhile. Its timeout ends the wait, too. */
void job_wait(struct job *job);
/* The exit status of a shell for @job. */
int job_exit_status(const struct job *job);

/* --- guard.c --- */

/* See to it that @job, whose command is to be started next, ends in time. Reports. */
bool guard_start(struct job *job);
/* Has the guard killed the container, or is about to? */
bool guard_kills(const struct job *job);
void guard_end(struct job *job);

/* --- terminal.c --- */

/* Remember our terminal, and whether we are in its foreground. */
void terminal_keep(void);
/* Put the terminal's foreground back to what it was. */
void terminal_restore(void);
/*
 * The command has stopped: stop with it, until the shell of our terminal continues us. False:
 * there is no terminal, and who stopped the command will continue it.
 */
bool terminal_stop(void);
/* This process was stopped and goes on. The process of the command is @command. */
void terminal_continued(pid_t command);

/* --- deaf.c --- */

/*
 * Would the kernel drop @signal for @pid, because @pid is process 1 of a pid namespace and
 * has not said what it does then?
 */
bool is_deaf(pid_t pid, int signal);

/* --- newborn.c --- */

/* Is our child @pid still on its way, so that it has not become the command yet? */
bool is_newborn(pid_t pid);

/* --- sealed.c --- */

/*
 * Be a program that nobody inside a container can write to by way of /proc/PID/exe. Returns
 * if this is so already; else starts @argv anew. Reports.
 */
bool be_sealed(const char *command, char **argv);

/* --- job_stats.c --- */

/* Print what @job has used, to standard error; before its container is removed. */
void job_stats(const struct job *job, const char *path, bool json);

/* Say how many forks of @job pids.max has refused, if it has. */
void job_tell_refused(const struct job *job, const char *path);

#endif /* _CONTAINERCTL_JOB_H */
