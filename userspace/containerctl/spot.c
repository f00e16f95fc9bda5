// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a container is that may not be there yet: for run, create and delegate.
 *
 * A PATH is one of the file system if what exists of it leads into a hierarchy. Else it is
 * a path within a hierarchy (home.c). Containers on the way are made.
 *
 * Other programs make and remove containers on the same way at the same time. A container
 * that was made on the way carries the sticky bit until somebody wants to keep it: so the
 * last one of the runs that use it can remove it, also if another one made it, and was killed.
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
 * Open the last directory on @path that exists, if it is a container: a descriptor, or -1
 * with errno, which is ENODEV if it was one.
 * *@at is where the rest of @path begins.
 */
static int open_existing(const char *path, size_t *at)
{
	struct containerfs_stat st;
	size_t n = strlen(path);
	char *prefix;
	int fd = -1, err;

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
	err = fd < 0 ? -errno : object_stat(fd, &st);
	if (err && fd >= 0) {
		close(fd);
		fd = -1;
	}
	errno = -err;
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

enum step { DONE, FAILED, AGAIN };

static int open_container(int dir, const char *name)
{
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/*
 * Go one word on, and make the container if it is not there. Reports FAILED. AGAIN: somebody
 * has removed it, or the one above, at the same time.
 */
static enum step go_down(const char *command, struct spot *spot, const char *word)
{
	int sub = open_container(spot->fd, word);
	char *path = path_join(spot->directory, word);
	bool made = false;

	if (sub < 0 && errno == ENOENT) {
		/* the sticky bit says that it goes when it is empty */
		made = !mkdirat(spot->fd, word, 0755 | S_ISVTX);
		if (made || errno == EEXIST)
			sub = open_container(spot->fd, word);
		spot->made += made;
	}
	if (sub < 0) {
		enum step step = is_gone(-errno) ? AGAIN : FAILED;

		if (step == FAILED)
			complain("%s: %s: %s%s", command, path, strerror(errno),
				 errno == EACCES ? ": " DELEGATE_HINT : "");
		free(path);
		return step;
	}
	close(spot->fd);
	free(spot->directory);
	spot->fd = sub;
	spot->directory = path;
	return DONE;
}

static bool has_dots(const char *path)
{
	for (; *path; path += strcspn(path, "/"), path += *path == '/')
		if (!strncmp(path, "..", 2) && (!path[2] || path[2] == '/'))
			return true;
	return false;
}

static enum step go(const char *command, struct spot *spot, char *rest)
{
	enum step step = DONE;
	char *word;

	/* before anything is made */
	if (has_dots(rest)) {
		complain("%s: \"..\" may not be in the part of a PATH that is to be made", command);
		return FAILED;
	}
	while (step == DONE && (word = strsep(&rest, "/")) && rest)
		if (*word && strcmp(word, "."))
			step = go_down(command, spot, word);
	if (step == DONE)
		spot->name = xstrdup(word);
	return step;
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

/*
 * The beginning of @path is a directory elsewhere, such as a mount point where no hierarchy is
 * mounted any more. Does @top have a container of that name? Reports.
 */
static bool is_meant(const char *command, const char *path, size_t whole, const struct place *top)
{
	char *word = strndup(path + whole, strcspn(path + whole, "/"));
	int fd = open_container(top->fd, word);

	if (fd >= 0)
		close(fd);
	else
		complain("%s: %s%s is a directory in no hierarchy, and %s has no such container: "
			 "is a mount missing?", command, path[0] == '/' ? "/" : "", word,
			 top->directory);
	free(word);
	return fd >= 0;
}

/*
 * Where to begin to make @path: its part that is there, or a hierarchy's top. AGAIN: that part
 * has just been removed. Reports FAILED.
 */
static enum step begin(const char *command, const char *path, const char *hierarchy,
		  struct spot *spot, size_t *at)
{
	size_t whole = path[0] == '/' ? 1 : 2;
	bool elsewhere = false;
	struct place top;

	*at = whole;
	if (!hierarchy) {
		spot->fd = open_existing(path, at);
		elsewhere = *at > whole;
	}
	if (spot->fd >= 0) {
		spot->directory = path_of(spot->fd);
		return DONE;
	}
	if (!hierarchy && is_gone(-errno))
		return AGAIN;
	*at = whole;
	if (!home_open(command, hierarchy, &top))
		return FAILED;
	if (elsewhere && !is_meant(command, path, whole, &top)) {
		place_close(&top);
		return FAILED;
	}
	spot->fd = top.fd;
	spot->directory = xstrdup(top.directory);
	top.fd = -1;
	place_close(&top);
	return DONE;
}

/* The last word, of which it is known or not that it is not there. Reports FAILED. */
static enum step look_last(const char *command, struct spot *spot, bool known)
{
	char *path;

	if (known)
		return DONE;
	spot->there = open_container(spot->fd, spot->name);
	if (spot->there >= 0 || is_gone(-errno))
		return DONE;
	path = path_join(spot->directory, spot->name);
	complain("%s: %s: %s", command, path, strerror(errno));
	free(path);
	return FAILED;
}

static enum step find(const char *command, const char *arg, const char *hierarchy,
		      struct spot *spot)
{
	char *path = path_join(arg[0] == '/' ? "" : ".", arg);
	enum found found = FOUND_NOT;
	enum step step = FAILED;
	size_t at;
	int err;

	*spot = (struct spot){ .fd = -1, .there = -1 };
	err = hierarchy ? -ENOENT : ask_way(command, path);
	if (err != -ETIMEDOUT && err != -ENOENT)
		found = find_existing(path, spot);
	if (found == FOUND)
		step = DONE;
	if (err != -ETIMEDOUT && found == FOUND_NOT) {
		step = begin(command, path, hierarchy, spot, &at);
		if (step == DONE)
			step = go(command, spot, path + at);
		if (step == DONE && (!*spot->name || !strcmp(spot->name, ".")))
			found = FOUND_TOP;
		/* the question before has told that it is not there, if it asked for this place */
		else if (step == DONE)
			step = look_last(command, spot, err == -ENOENT && !hierarchy && at > 2);
	}
	free(path);
	if (found == FOUND_TOP)
		step = is_top(command, arg) ? DONE : FAILED;
	return step;
}

bool spot_find(const char *command, const char *arg, const char *hierarchy, struct spot *spot)
{
	enum step step;
	int tries = 0;

	while ((step = find(command, arg, hierarchy, spot)) != DONE) {
		int err = errno;

		spot_forget(spot);
		spot_free(spot);
		if (step == AGAIN && ++tries < SPOT_TRIES)
			continue;
		if (step == AGAIN)
			complain("%s: %s: %s", command, arg, strerror(err));
		return false;
	}
	return true;
}

void spot_forget(struct spot *spot)
{
	struct containerfs_stat object;
	int fd = spot->fd < 0 ? -1 : openat(spot->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), up;
	struct stat st;

	/* the innermost first; one that somebody uses stays */
	while (fd >= 0 && !fstat(fd, &st) && st.st_mode & S_ISVTX && !object_stat(fd, &object) &&
	       !(object.flags & CONTAINERFS_STAT_TOP)) {
		up = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (object_remove(fd)) {
			if (up >= 0)
				close(up);
			break;
		}
		close(fd);
		fd = up;
	}
	if (fd >= 0)
		close(fd);
}

void spot_keep(struct spot *spot)
{
	int fd = spot->made ? openat(spot->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1, up;
	struct stat st;

	for (; fd >= 0 && spot->made; spot->made--) {
		if (!fstat(fd, &st))
			fchmod(fd, st.st_mode & 0777);
		up = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		fd = up;
	}
	if (fd >= 0)
		close(fd);
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
