// SPDX-License-Identifier: GPL-2.0-only
/*
 * The terminal that containerctl shares with the command it runs.
 *
 * A shell inside makes itself a process group and takes the foreground. In a pid namespace
 * it cannot give the foreground back, because the group that had it before has no number
 * there. So containerctl does it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "job.h"

static int tty = -1;		/* our terminal */
static bool foreground;		/* were we in its foreground at first, or when continued? */
static bool lost;		/* a shell has taken the foreground while we were stopped */

void terminal_keep(void)
{
	tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	foreground = tty >= 0 && tcgetpgrp(tty) == getpgrp();
}

void terminal_restore(void)
{
	sigset_t out, old;
	pid_t now;

	if (!foreground)
		return;
	now = tcgetpgrp(tty);
	if (now == getpgrp() || (lost && now > 0 && (!kill(-now, 0) || errno != ESRCH)))
		return;
	/* who is not in the foreground is stopped for this, unless the signal is blocked */
	sigemptyset(&out);
	sigaddset(&out, SIGTTOU);
	sigprocmask(SIG_BLOCK, &out, &old);
	tcsetpgrp(tty, getpgrp());
	sigprocmask(SIG_SETMASK, &old, NULL);
}

bool terminal_stop(void)
{
	if (tty < 0)
		return false;
	kill(getpid(), SIGSTOP);
	return true;
}

void terminal_continued(pid_t command)
{
	pid_t now = tty < 0 ? -1 : tcgetpgrp(tty);

	if (now < 0)
		return;
	foreground |= now == getpgrp();
	lost = now != getpgrp() && now != getpgid(command);
}
