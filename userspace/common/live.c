// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lines about live hierarchies (live.h).
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "live.h"

#define PARAMETER	"/sys/module/containerfs/parameters/hierarchies"
#define PARAMETER_MAX	65536	/* a page of any architecture */

char *live_in_kernel(void)
{
	int fd = open(PARAMETER, O_RDONLY | O_CLOEXEC);
	char *text = fd < 0 ? NULL : malloc(PARAMETER_MAX + 1);
	ssize_t len = text ? read(fd, text, PARAMETER_MAX) : -1;

	if (fd >= 0)
		close(fd);
	if (len < 0) {
		free(text);
		return NULL;
	}
	text[len] = '\0';
	return text;
}

bool live_next(char **text, struct live *live)
{
	unsigned int major, minor;
	char dev[32], *line;

	while ((line = strsep(text, "\n"))) {
		int at = 0;

		if (sscanf(line, "hierarchy %d %31s %ld%n", &live->id, dev, &live->containers,
			   &at) != 3)
			continue;
		live->dev = 0;
		if (sscanf(dev, "%u:%u", &major, &minor) == 2)
			live->dev = makedev(major, minor);
		live->options = line + at + (line[at] == ' ');
		return true;
	}
	return false;
}
