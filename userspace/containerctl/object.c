// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a container is as an object: the ioctls of its directory.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "containerctl.h"

const struct held_name held_names[] = {
#define HELD(name, bit) { #name, bit },
	CONTAINER_NAMESPACES(HELD)
#undef HELD
	{ "root",	CONTAINERFS_HOLD_ROOT },
	{ "cred",	CONTAINERFS_HOLD_CRED },
	{ "keyring",	CONTAINERFS_HOLD_KEYRING },
	{ NULL },
};

int object_stat(int fd, struct containerfs_stat *st)
{
	*st = (struct containerfs_stat){ .size = sizeof(*st) };
	return ioctl(fd, CONTAINERFS_IOC_STAT, st) ? -errno : 0;
}

const char *object_state(const struct containerfs_stat *st)
{
	static const char *const names[] = {
		[CONTAINERFS_INIT_NONE] = "none",
		[CONTAINERFS_INIT_RUNNING] = "running",
		[CONTAINERFS_INIT_EXITED] = "exited",
	};

	if (st->flags & CONTAINERFS_STAT_DEAD)
		return "dead";
	return st->state < sizeof(names) / sizeof(names[0]) ? names[st->state] : NULL;
}

bool object_enters(const struct containerfs_stat *st)
{
	return st->held & (CLONE_NEWUSER | CLONE_NEWNS | CONTAINERFS_HOLD_ROOT);
}

/* The last part of the path that the directory @fd has now; for free(). */
static char *name_of(int fd)
{
	char *link = xasprintf("/proc/self/fd/%d", fd), path[PATH_MAX], *slash;
	ssize_t len = readlink(link, path, sizeof(path) - 1);

	free(link);
	path[len > 0 ? len : 0] = '\0';
	slash = strrchr(path, '/');
	return xstrdup(slash ? slash + 1 : path);
}

/* Is @name in the directory above the container @fd this container? */
static bool is_called(int up, const char *name, unsigned long long id)
{
	int fd = openat(up, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct containerfs_stat st;
	bool is = fd >= 0 && !object_stat(fd, &st) && st.id == id;

	if (fd >= 0)
		close(fd);
	return is;
}

int object_remove(int fd)
{
	struct containerfs_stat st;
	int err, up, tries = 0;
	char *name;

	while (!(err = object_stat(fd, &st))) {
		up = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (up < 0)
			return is_gone(-errno) && is_gone(object_stat(fd, &st)) ? 0 : -errno;
		name = name_of(fd);
		err = -ENOENT;
		if (is_called(up, name, st.id))
			err = unlinkat(up, name, AT_REMOVEDIR) ? -errno : 0;
		close(up);
		free(name);
		/* it was renamed meanwhile, or has gone */
		if (!is_gone(err) || ++tries == 100)
			return err;
	}
	return is_gone(err) ? 0 : err;
}

char *held_text(unsigned int held)
{
	char *text = xstrdup(""), *old;

	for (const struct held_name *h = held_names; h->name; h++) {
		if (!(held & h->bit))
			continue;
		old = text;
		text = xasprintf("%s%s%s", old, *old ? "," : "", h->name);
		free(old);
	}
	return text;
}
