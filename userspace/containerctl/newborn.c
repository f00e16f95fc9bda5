// SPDX-License-Identifier: GPL-2.0-only
/*
 * A child that has not become the command yet. In a frozen container it stands still, with
 * all signals blocked, so only SIGKILL reaches it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"

#define PF_FORKNOEXEC	0x00000040	/* of linux/sched.h: forked, and nothing executed since */

bool is_newborn(pid_t pid)
{
	char *path = xasprintf("/proc/%d/stat", (int)pid), *text, *end;
	int err = read_short(AT_FDCWD, path, &text);
	unsigned int flags;
	bool newborn;

	free(path);
	if (err)
		return false;
	/* the command's name, in parentheses, may hold any byte; flags are field 9 */
	end = strrchr(text, ')');
	newborn = end && sscanf(end + 1, " %*c %*d %*d %*d %*d %*d %u", &flags) == 1 &&
		  flags & PF_FORKNOEXEC;
	free(text);
	return newborn;
}
