// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a container is that may not be there yet: for run, create and delegate.
 *
 * A PATH is one of the file system if what exists of it leads into a hierarchy. Else it is
 * a path within a hierarchy (home.c). Containers on the way are made.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "containerctl.h"

/*
 * Ask the daemons of the mounts that @path goes through, before anything that would wait for
 * them. -ENOENT: @path is not there. -ETIMEDOUT and other errors of reading the mount table
 * are reported.
 */
static int ask_way(const char *command, const char *path)
{
	struct mounts all;
	int err = 0;

	if (mounts_load(&all, false)) {
		complain_mounts(command);
		return -ETIMEDOUT;
	}
	for (size_t i = 0; i < all.count && !err; i++)
		if (path[0] != '/' || path_below(path, all.mount[i].target))
			err = place_ask(&all, path);
	mounts_free(&all);
	return err;
}

/*
 * Open the last directory on @path that exists, if it is a container: a descriptor, or -1.
 * *@at is where the rest of @path begins.
 */
static int open_existing(const char *path, size_t *at)
{
	struct containerfs_stat st;
	size_t n = strlen(path);
	char *prefix;
	int fd = -1;

	while (n && fd < 0) {
		while (n && path[n - 1] != '/')
			n--;
		prefix = n > 1 ? strndup(path, n - 1) : xstrdup("/");
		fd = open(prefix, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		free(prefix);
		*at = n;
		if (fd < 0 && errno != ENOENT && errno != ENOTDIR)
			return -1;
		n -= n > 0;
	}
	if (fd >= 0 && object_stat(fd, &st)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* The path of the directory that @fd is. */
static char *path_of(int fd)
{
	char *link = xasprintf("/proc/self/fd/%d", fd), path[4096];
	ssize_t len = readlink(link, path, sizeof(path) - 1);

	free(link);
	path[len > 0 ? len : 0] = '\0';
	return xstrdup(path);
}

/* Go one word on, and make the container if it is not there. Reports. */
static bool go_down(const char *command, struct spot *spot, const char *word)
{
	int sub = openat(spot->fd, word, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char *path = path_join(spot->directory, word);

	if (sub < 0 && errno == ENOENT && !mkdirat(spot->fd, word, 0755)) {
		spot->made++;
		sub = openat(spot->fd, word, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	}
	if (sub < 0) {
		complain("%s: %s: %s", command, path, strerror(errno));
		free(path);
		return false;
	}
	close(spot->fd);
	free(spot->directory);
	spot->fd = sub;
	spot->directory = path;
	return true;
}

static bool has_dots(const char *path)
{
	for (; *path; path += strcspn(path, "/"), path += *path == '/')
		if (!strncmp(path, "..", 2) && (!path[2] || path[2] == '/'))
			return true;
	return false;
}

static bool go(const char *command, struct spot *spot, char *rest)
{
	char *word;

	/* before anything is made */
	if (has_dots(rest)) {
		complain("%s: \"..\" may not be in the part of a PATH that is to be made", command);
		return false;
	}
	while ((word = strsep(&rest, "/")) && rest)
		if (*word && strcmp(word, ".") && !go_down(command, spot, word))
			return false;
	spot->name = xstrdup(word);
	return true;
}

enum found { FOUND_NOT, FOUND, FOUND_TOP };

/*
 * If all of @path is there and is a container, nothing is to be made. It may be the root of
 * a mount, which has no name in the directory above.
 */
static enum found find_existing(const char *path, struct spot *spot)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), above;
	struct containerfs_stat st, above_st;
	char *slash;

	if (fd < 0 || object_stat(fd, &st)) {
		if (fd >= 0)
			close(fd);
		return FOUND_NOT;
	}
	spot->there = fd;
	if (st.flags & CONTAINERFS_STAT_TOP)
		return FOUND_TOP;
	above = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	spot->directory = path_of(fd);
	slash = strrchr(spot->directory, '/');
	if (above >= 0 && slash && !object_stat(above, &above_st)) {
		spot->fd = above;
		spot->name = xstrdup(slash + 1);
		*slash = '\0';
		return FOUND;
	}
	if (above >= 0)
		close(above);
	spot->fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	spot->name = xstrdup(".");
	return FOUND;
}

static bool is_top(const char *command, const char *arg)
{
	complain("%s: %s is the top container, which holds every task of the system: "
		 "name one below it", command, arg);
	return false;
}

/* Where to begin to make @path: its part that is there, or a hierarchy's top. Reports. */
static bool begin(const char *command, const char *path, const char *hierarchy,
		  struct spot *spot, size_t *at)
{
	size_t whole = path[0] == '/' ? 1 : 2;
	struct place top;

	*at = whole;
	if (!hierarchy)
		spot->fd = open_existing(path, at);
	if (spot->fd >= 0) {
		spot->directory = path_of(spot->fd);
		return true;
	}
	*at = whole;
	if (!home_open(command, hierarchy, &top))
		return false;
	spot->fd = top.fd;
	spot->directory = xstrdup(top.directory);
	top.fd = -1;
	place_close(&top);
	return true;
}

bool spot_find(const char *command, const char *arg, const char *hierarchy, struct spot *spot)
{
	char *path = path_join(arg[0] == '/' ? "" : ".", arg);
	enum found found = FOUND_NOT;
	bool done;
	size_t at;
	int err;

	*spot = (struct spot){ .fd = -1, .there = -1 };
	err = hierarchy ? -ENOENT : ask_way(command, path);
	done = err != -ETIMEDOUT;
	if (done && err != -ENOENT)
		found = find_existing(path, spot);
	if (done && found == FOUND_NOT) {
		done = begin(command, path, hierarchy, spot, &at) && go(command, spot, path + at);
		if (done && (!*spot->name || !strcmp(spot->name, ".")))
			found = FOUND_TOP;
		/* the question before has told that it is not there, if it asked for this place */
		else if (done && (err != -ENOENT || hierarchy || at <= 2))
			spot->there = openat(spot->fd, spot->name,
					     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	}
	free(path);
	if (found == FOUND_TOP)
		done = is_top(command, arg);
	if (!done)
		spot_free(spot);
	return done;
}

void spot_forget(struct spot *spot)
{
	char *path = xstrdup(spot->directory), *slash;

	/* the innermost first; one that somebody uses stays */
	for (; spot->made && (slash = strrchr(path, '/')); spot->made--) {
		if (rmdir(path))
			break;
		*slash = '\0';
	}
	free(path);
}

void spot_free(struct spot *spot)
{
	if (spot->fd >= 0)
		close(spot->fd);
	if (spot->there >= 0)
		close(spot->there);
	free(spot->directory);
	free(spot->name);
	*spot = (struct spot){ .fd = -1, .there = -1 };
}
