// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A process that makes namespaces for a container would get a container itself, by its clone,
 * in the hierarchy that has the subsystem ns; only one can. So it asks for none, which it may
 * in the container that it is in. If that is not below this mount, which shows a part of the
 * hierarchy, the process moves to the container that the namespaces are for.
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

static int open_next_name(int top, const struct containerfs_stat *stat)
{
	int where = openat(top, "container.where", O_RDONLY | O_CLOEXEC), dir = -1, fd = -1;
	char text[16384], *path = NULL;

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
	return fd;
}

static bool notifies(int cfd)
{
	char text[16] = "";
	int fd = cont_file(cfd, "notify_on_release", O_RDONLY);

	if (fd >= 0)
		read_text(fd, text, sizeof(text));
	close_fd(fd);
	return text[0] == '1';
}

static int set_notify(int cfd, const char *text)
{
	int fd = cont_file(cfd, "notify_on_release", O_WRONLY), ret;

	ret = fd < 0 ? -1 : write_text(fd, text);
	close_fd(fd);
	return ret;
}

/* Nobody is told that the container is empty when the process has left it. */
static int move_in(struct stay *stay, int cfd)
{
	stay->notify = notifies(cfd);
	if (stay->notify && set_notify(cfd, "0"))
		return -1;
	stay->procs = cont_file(cfd, "cgroup.procs", O_WRONLY);
	if (stay->procs >= 0)
		stay->next_name = cont_file(cfd, "ns.next_name", O_WRONLY);
	return stay->next_name < 0 ? -1 : 0;
}

int stay_open(struct stay *stay, int cfd, const struct containerfs_stat *stat)
{
	int top = open_top(cfd), ret;

	*stay = (struct stay){ .next_name = -1, .procs = -1 };
	if (top >= 0) {
		stay->next_name = open_next_name(top, stat);
		close_fd(top);
		return stay->next_name < 0 ? -1 : 0;
	}
	if (errno != EXDEV)
		return -1;
	ret = move_in(stay, cfd);
	if (ret)
		stay_close(stay, cfd);
	return ret;
}

void stay_close(struct stay *stay, int cfd)
{
	int err = errno;

	close_fd(stay->next_name);
	close_fd(stay->procs);
	if (stay->notify)
		set_notify(cfd, "1");
	*stay = (struct stay){ .next_name = -1, .procs = -1 };
	errno = err;
}

int stay_ask(const struct stay *stay)
{
	if (stay->procs >= 0 && write_text(stay->procs, "0"))
		return errno;
	return write_text(stay->next_name, ".") ? errno : 0;
}
