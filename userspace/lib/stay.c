// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A process that makes namespaces for a container would get a container itself, by its clone,
 * in the hierarchy that has the subsystem ns; only one can. So it asks for none.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib.h"

/* The hierarchy's top, as far as this mount shows it. */
static int open_top(int cfd)
{
	struct containerfs_stat stat;
	int fd = openat(cfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), up;

	for (;;) {
		if (fd < 0 || (!cont_stat(fd, &stat) && stat.flags & CONTAINERFS_STAT_TOP))
			return fd;
		up = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (up >= 0 && cont_stat(up, &stat)) {
			close_fd(up);
			up = -1;
			errno = EXDEV;
		}
		close_fd(fd);
		fd = up;
	}
}

/* The path in the line of this hierarchy of "id:subsystems:/path" lines; cut off in @text. */
static char *path_of(char *text, unsigned int hierarchy)
{
	char *line, *save, *path;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		path = strstr(line, ":/");
		if (path && strtoul(line, NULL, 10) == hierarchy)
			return path + 2;
	}
	return NULL;
}

int stay_open(int cfd, const struct containerfs_stat *stat)
{
	int top = open_top(cfd), dir = -1, where, fd = -1;
	char text[16384], *path = NULL;

	if (top < 0)
		return -1;
	where = openat(top, "container.where", O_RDONLY | O_CLOEXEC);
	if (where >= 0 && read_text(where, text, sizeof(text)) >= 0) {
		path = path_of(text, stat->hierarchy);
		errno = ENOENT;
	}
	if (path)
		dir = *path ? openat(top, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : top;
	if (dir >= 0)
		fd = cont_file(dir, "ns.next_name", O_WRONLY);
	close_fd(where);
	if (dir != top)
		close_fd(dir);
	close_fd(top);
	return fd;
}
