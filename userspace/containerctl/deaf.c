// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals to process 1 of a pid namespace: those without a handler are dropped, so ^C and
 * SIGTERM would do nothing to a command that is no init(1).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"

static unsigned long long mask_of(const char *status, const char *name)
{
	const char *line = strstr(status, name);

	return line ? strtoull(line + strlen(name), NULL, 16) : 0;
}

/* Is the last of several numbers 1? One number alone is that of the initial namespace. */
static bool is_first_process(const char *status)
{
	const char *line = strstr(status, "\nNSpid:"), *end, *last;

	if (!line)
		return false;
	line += strlen("\nNSpid:\t");
	end = line + strcspn(line, "\n");
	for (last = end; last > line && last[-1] != '\t'; last--)
		;
	return last > line && end - last == 1 && *last == '1';
}

bool is_deaf(pid_t pid, int signal)
{
	char *path = xasprintf("/proc/%d/status", (int)pid), *status;
	unsigned long long bit = 1ULL << (signal - 1);
	int err = read_short(AT_FDCWD, path, &status);
	bool deaf;

	free(path);
	if (err)
		return false;
	deaf = is_first_process(status) &&
	       !((mask_of(status, "\nSigBlk:") | mask_of(status, "\nSigIgn:") |
		  mask_of(status, "\nSigCgt:")) & bit);
	free(status);
	return deaf;
}
