// SPDX-License-Identifier: GPL-2.0-only
/*
 * The terminal that containerctl shares with the command it runs.
 *
 * A shell inside makes itself a process group and takes the foreground. In a pid namespace
 * it cannot give the foreground back, because the group that had it before has no number
 * there. So containerctl does it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "job.h"

static int tty = -1;		/* our terminal */
static bool foreground;		/* were we in its foreground at first? */

void terminal_keep(void)
{
	tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	foreground = tty >= 0 && tcgetpgrp(tty) == getpgrp();
}

void terminal_restore(void)
{
	sigset_t out, old;

	if (!foreground || tcgetpgrp(tty) == getpgrp())
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
