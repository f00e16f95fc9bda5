// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/PID/mountinfo, a line a mount.
 *
 * The kernel answers a read of this file without a question to a file system, so the
 * daemon may read it where a path could lead to its own mounts.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "mountinfo.h"
#include "unescape.h"

/* "36 35 98:0 ROOT POINT OPTIONS [OPTIONAL]... - TYPE SOURCE OPTIONS", in place. */
static bool parse(char *line, struct mount_line *m)
{
	char *word[6], *save = NULL, *w;
	unsigned int major, minor;

	for (int i = 0; i < 6; i++) {
		word[i] = strtok_r(i ? NULL : line, " ", &save);
		if (!word[i])
			return false;
	}
	while ((w = strtok_r(NULL, " ", &save)) && strcmp(w, "-"))
		;
	m->type = strtok_r(NULL, " ", &save);
	m->source = strtok_r(NULL, " ", &save);
	m->fs_options = strtok_r(NULL, " \n", &save);
	if (!m->fs_options) {	/* the source may be the empty word */
		m->fs_options = m->source;
		m->source = word[0] + strlen(word[0]);
	}
	if (!m->fs_options || sscanf(word[2], "%u:%u", &major, &minor) != 2)
		return false;
	m->id = strtoull(word[0], NULL, 10);
	m->dev = makedev(major, minor);
	m->root = word[3];
	m->point = word[4];
	m->options = word[5];
	unescape(word[3]);
	unescape(word[4]);
	unescape((char *)m->source);
	return true;
}

int mountinfo_each(int mountinfo, bool (*fn)(const struct mount_line *m, void *arg), void *arg)
{
	int fd = fcntl(mountinfo, F_DUPFD_CLOEXEC, 0);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	struct mount_line m;
	char *line = NULL;
	size_t size = 0;
	int err = 0;

	if (!f || lseek(fd, 0, SEEK_SET)) {
		err = -errno;
		goto out;
	}
	while (getline(&line, &size, f) > 0)
		if (parse(line, &m) && !fn(&m, arg))
			break;
	if (ferror(f))
		err = -EIO;
out:
	free(line);
	if (f)
		fclose(f);
	else if (fd >= 0)
		close(fd);
	return err;
}
