// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which hierarchies are mounted, and which container a PATH means.
 *
 * A PATH is taken for a path of the file system first. If that does not exist, or is in no
 * hierarchy, it is taken for a path within the hierarchy that home.c chooses, the same for
 * every command. So `containerctl tree /node1` works.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "uapi/containerfs.h"
#include "common/answers.h"
#include "common/mountinfo.h"
#include "containerctl.h"

/* milliseconds until a daemon that answers on its socket, but not at a mount, is given up */
#define PATIENCE	5000

static bool is_ours(const char *type)
{
	return type && (!strcmp(type, CONTAINERFS_FSTYPE) ||
			!strcmp(type, "fuse." CONTAINERFS_FSTYPE));
}

static void mount_clear(struct mount *m)
{
	free(m->target);
	free(m->source);
	free(m->type);
	free(m->root);
	free(m->options);
}

/*
 * Is @m to be put into the list, at *@where? Of several mounts of a hierarchy the list
 * has one that shows all of it, or else the oldest.
 */
static bool replaces(const struct mounts *mounts, const struct mount_line *m, size_t *where)
{
	for (size_t i = 0; i < mounts->count; i++) {
		if (mounts->mount[i].dev != m->dev)
			continue;
		*where = i;
		return strcmp(mounts->mount[i].root, "/") && !strcmp(m->root, "/");
	}
	*where = mounts->count;
	return true;
}

struct load {
	struct mounts	*mounts;
	bool		 unique;
};

static bool add_mount(const struct mount_line *m, void *arg)
{
	const struct load *load = arg;
	struct mounts *mounts = load->mounts;
	size_t i = mounts->count;

	if (!is_ours(m->type) || (load->unique && !replaces(mounts, m, &i)))
		return true;
	if (i == mounts->count)
		mounts->mount = xrealloc(mounts->mount, ++mounts->count, sizeof(struct mount));
	else
		mount_clear(&mounts->mount[i]);
	mounts->mount[i] = (struct mount){
		.target = xstrdup(m->point),
		.source = xstrdup(m->source),
		.type = xstrdup(m->type),
		.root = xstrdup(m->root),
		.options = xstrdup(m->fs_options),
		.dev = m->dev,
	};
	return true;
}

int mounts_load(struct mounts *mounts, bool unique)
{
	struct load load = { .mounts = mounts, .unique = unique };
	int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC), err;

	*mounts = (struct mounts){ 0 };
	if (fd < 0)
		return -errno;
	err = mountinfo_each(fd, add_mount, &load);
	close(fd);
	return err;
}

void mounts_free(struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++)
		mount_clear(&mounts->mount[i]);
	free(mounts->mount);
}

bool several_mounted(void)
{
	struct mounts mounts;
	bool several;

	if (mounts_load(&mounts, true))
		return false;
	several = mounts.count > 1;
	mounts_free(&mounts);
	return several;
}

const char *path_below(const char *directory, const char *target)
{
	size_t len = strlen(target);

	if (!strcmp(target, "/"))
		len = 0;
	if (strncmp(directory, target, len) || (directory[len] && directory[len] != '/'))
		return NULL;
	return directory + len;
}

char *path_join(const char *dir, const char *rest)
{
	char *path = xasprintf("%s/%s", dir, rest);
	char *to = path;

	/* one slash where there are several, none at the end */
	for (const char *from = path; *from; from++)
		if (from[0] != '/' || (from[1] && from[1] != '/'))
			*to++ = *from;
	if (to == path)
		*to++ = '/';
	*to = '\0';
	return path;
}

int place_ask(const struct mounts *mounts, const char *arg)
{
	bool asks = false;
	int err = 0;

	for (size_t i = 0; i < mounts->count && !asks; i++)
		asks = !strcmp(mounts->mount[i].type, "fuse." CONTAINERFS_FSTYPE);
	if (!asks)
		return 0;
	err = path_answers(arg, 1000);
	/* is the daemon slow, or does it hang? ask it, but only once, because that takes long */
	if (err == -ETIMEDOUT && !daemon_was_silent() && !daemon_silent(arg, NULL))
		err = path_answers(arg, PATIENCE);
	if (err == -ETIMEDOUT)
		daemon_silent(arg, "the containerfsd that serves it does not answer: "
			      "\"ps -C containerfsd\" shows which there are");
	return err;
}

bool place_answers(const struct mounts *mounts, const char *arg)
{
	return place_ask(mounts, arg) != -ETIMEDOUT;
}

int place_open_in(const struct mounts *mounts, const char *arg, struct place *place)
{
	const struct mount *best = NULL;
	const char *rest = NULL;
	struct stat st;
	char *real;
	int fd, err;

	if (!place_answers(mounts, arg))
		return -ETIMEDOUT;
	fd = open(arg, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) ? -errno : 0;
	real = err ? NULL : realpath(arg, NULL);
	if (!real) {
		err = err ? err : -errno;
		close(fd);
		return err;
	}
	for (size_t i = 0; i < mounts->count; i++) {
		const struct mount *m = &mounts->mount[i];
		const char *tail = path_below(real, m->target);

		if (tail && m->dev == st.st_dev &&
		    (!best || strlen(m->target) >= strlen(best->target))) {
			best = m;
			rest = tail;
		}
	}
	if (!best) {
		free(real);
		close(fd);
		return -EXDEV;
	}
	*place = (struct place){
		.fd = fd,
		.path = path_join(best->root, rest),
		.target = xstrdup(best->target),
	};
	place->directory = real;
	return 0;
}

int place_open_mount(const struct mount *mount, struct place *place)
{
	struct mounts one = { .mount = (struct mount *)mount, .count = 1 };

	return place_open_in(&one, mount->target, place);
}

/* After @arg itself was none: is it a path within the hierarchy that home_choose() finds? */
static int open_within(const char *command, const char *arg, const struct mounts *all, int err,
		       struct place *place)
{
	struct mounts hierarchies;
	struct place top;
	char *path;

	if (mounts_load(&hierarchies, true)) {
		complain_mounts(command);
		return err;
	}
	if ((err == -ENOENT || err == -EXDEV || err == -ENOTDIR) &&
	    home_choose(&hierarchies, &top)) {
		path = path_join(top.directory, arg);
		if (place_open_in(all, path, place) == 0)
			err = 0;
		place_close(&top);
		free(path);
	}
	if (err)
		explain_place(command, arg, all, &hierarchies, err);
	mounts_free(&hierarchies);
	return err;
}

bool place_open(const char *command, const char *arg, struct place *place)
{
	struct mounts all;
	int err;

	if (mounts_load(&all, false)) {
		complain_mounts(command);
		return false;
	}
	err = place_open_in(&all, arg, place);
	if (err)
		err = open_within(command, arg, &all, err, place);
	mounts_free(&all);
	return err == 0;
}

void place_shut(struct place *place)
{
	if (place->fd >= 0)
		close(place->fd);
	place->fd = -1;
}

void place_close(struct place *place)
{
	place_shut(place);
	free(place->directory);
	free(place->path);
	free(place->target);
}
