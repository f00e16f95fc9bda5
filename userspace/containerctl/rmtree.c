// SPDX-License-Identifier: GPL-2.0-only
/*
 * Remove containers from the bottom up: those that rm, run and hierarchies remove.
 *
 * Each directory is opened relative to its parent's descriptor. A container that somebody
 * else removes meanwhile counts as removed. Tasks are not killed here.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "containerctl.h"

/* What came of the removal of the container with the path @path; the report is the caller's. */
static void removed(struct rmtree *rm, int err, const char *path)
{
	if (!err) {
		rm->removed++;
		if (rm->on_removed)
			rm->on_removed(rm->arg);
	} else if (!is_gone(err) && !(rm->only_empty && err == -EBUSY)) {
		rm->failed++;
		if (rm->failed == 1)
			rm->on_failed(path, err, rm->arg);
	}
}

/* May the container @fd go if only empty ones are to? */
static bool is_unused(int fd)
{
	struct containerfs_stat st;
	char *text;
	bool unused;

	if (!object_stat(fd, &st) && !(st.flags & CONTAINERFS_STAT_DEAD) &&
	    (st.held || st.leases))
		return false;
	if (read_short(fd, "container.events", &text))
		return true;
	unused = strstr(text, "populated 0") && strstr(text, "children 0\n");
	free(text);
	return unused;
}

void rmtree_below(struct rmtree *rm, int fd, const char *path)
{
	char **names = NULL, *sub_path;
	size_t nr = 0;
	int sub;

	if (list_children(fd, &names, &nr))
		return;
	for (size_t i = 0; i < nr; i++) {
		sub_path = xasprintf("%s%s%s", path, strcmp(path, "/") ? "/" : "", names[i]);
		sub = openat(fd, names[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub >= 0)
			rmtree_below(rm, sub, sub_path);
		if (!rm->only_empty || (sub >= 0 && is_unused(sub)))
			removed(rm, unlinkat(fd, names[i], AT_REMOVEDIR) ? -errno : 0, sub_path);
		if (sub >= 0)
			close(sub);
		free(sub_path);
		free(names[i]);
	}
	free(names);
}

void rmtree_self(struct rmtree *rm, int fd, const char *path)
{
	if (!rm->only_empty || is_unused(fd))
		removed(rm, object_remove(fd), path);
}
