// SPDX-License-Identifier: GPL-2.0-only
/*
 * New mounts in the place of mounts whose connection was ended.
 *
 * umount2(2) with MNT_FORCE, or a write to the abort file of fusectl, ends the
 * connection that all mounts of a hierarchy share, and a FUSE server cannot refuse.  But
 * the hierarchy lives in the daemon, so a new connection shows the same.  This file puts
 * mounts of the new connection where the dead connection is still mounted, in every
 * mount namespace that can be entered.  Open files and working directories of a dead
 * mount stay dead, because it is unmounted lazily.
 *
 * A child of the daemon does this, because the way to a mount point may lead through
 * mounts that the daemon serves.  The daemon itself only looks whether a mount is left
 * (mounts_left()), which asks no file system but /proc.
 *
 * MNT_FORCE ends the connection first and unmounts then.  So the child waits until there
 * is one mount less, but only for SETTLE_MS, because that mount may have gone before, or
 * be in use and stay.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "uapi/containerfs.h"
#include "base/base.h"
#include "view.h"

#define SETTLE_MS	200

/* The descriptors that the child keeps; FD_MNT keeps the new connection alive. */
enum { FD_MNT = 3, FD_FUSE, FD_PROC, FDS = 10 };

struct dead {
	unsigned long long	 id;
	char			*root, *point, *source;
	unsigned int		 attr;
};

struct search {
	dev_t		 dev;
	struct dead	*dead;		/* NULL while only counting */
	size_t		 nr;
	bool		 keep;
};

static unsigned int attr_of(const char *options)
{
	static const struct {
		const char	*name;
		unsigned int	 attr;
	} map[] = {
		{ "ro", MOUNT_ATTR_RDONLY }, { "nosuid", MOUNT_ATTR_NOSUID },
		{ "nodev", MOUNT_ATTR_NODEV }, { "noexec", MOUNT_ATTR_NOEXEC },
		{ "noatime", MOUNT_ATTR_NOATIME }, { "nodiratime", MOUNT_ATTR_NODIRATIME },
		{ "nosymfollow", MOUNT_ATTR_NOSYMFOLLOW },
	};
	unsigned int attr = 0;

	for (const char *o = options; *o; o += strcspn(o, ","), o += *o == ',')
		for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
			if (strcspn(o, ",") == strlen(map[i].name) &&
			    !strncmp(o, map[i].name, strlen(map[i].name)))
				attr |= map[i].attr;
	return attr;
}

static bool find_dead(const struct mount_line *m, void *arg)
{
	struct search *search = arg;
	struct dead *dead;

	if (m->dev != search->dev || strcmp(m->type, "fuse." CONTAINERFS_FSTYPE))
		return true;
	if (search->keep) {
		dead = reallocarray(search->dead, search->nr + 1, sizeof(*dead));
		if (!dead)
			return false;
		search->dead = dead;
		dead[search->nr] = (struct dead){
			.id = m->id, .root = strdup(m->root), .point = strdup(m->point),
			.source = strdup(m->source), .attr = attr_of(m->options),
		};
	}
	search->nr++;
	return search->keep;
}

/* --- mount namespaces: one process in each --- */

struct mnt_ns {
	ino_t	ino;
	char	pid[16];
};

struct namespaces {
	struct mnt_ns	*ns;
	size_t		 nr;
};

static bool is_known(const struct namespaces *list, ino_t ino)
{
	for (size_t i = 0; i < list->nr; i++)
		if (list->ns[i].ino == ino)
			return true;
	return false;
}

static void add_namespace(struct namespaces *list, int proc, const char *pid)
{
	struct mnt_ns *ns;
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "%.15s/ns/mnt", pid);
	if (fstatat(proc, path, &st, 0) || is_known(list, st.st_ino))
		return;
	ns = reallocarray(list->ns, list->nr + 1, sizeof(*ns));
	if (!ns)
		return;
	list->ns = ns;
	ns[list->nr].ino = st.st_ino;
	snprintf(ns[list->nr++].pid, sizeof(ns->pid), "%.15s", pid);
}

/* One process in each mount namespace; the first is kthreadd, in the host's. */
static struct namespaces namespaces(int proc)
{
	int copy = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct namespaces list = { 0 };
	struct dirent *entry;

	add_namespace(&list, proc, "2");
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			add_namespace(&list, proc, entry->d_name);
	if (dir)
		closedir(dir);
	return list;
}

static size_t left_in(int proc, const char *pid, dev_t dev)
{
	struct search search = { .dev = dev };
	char path[64];

	snprintf(path, sizeof(path), "%s/mountinfo", pid);
	mountinfo_each(proc, path, find_dead, &search);
	return search.nr;
}

bool mounts_left(dev_t dev)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct namespaces list = namespaces(proc);
	bool left = false;

	for (size_t i = 0; i < list.nr && !left; i++)
		left = left_in(proc, list.ns[i].pid, dev);
	free(list.ns);
	close(proc);
	return left;
}

/* --- in the child --- */

static int ms_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int)((now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000);
}

static void wait_for_unmount(int proc, dev_t dev)
{
	struct pollfd p = { .fd = openat(proc, "self/mountinfo", O_RDONLY | O_CLOEXEC) };
	size_t left = left_in(proc, "self", dev);
	struct timespec start;
	int past;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while ((past = ms_since(&start)) < SETTLE_MS && left_in(proc, "self", dev) >= left)
		poll(&p, 1, SETTLE_MS - past);
	close(p.fd);
}

/* Is @dead the mount that its path leads to?  Another mount may cover it. */
static bool is_on_top(const struct dead *dead)
{
	struct statx st;

	return !statx(AT_FDCWD, dead->point, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT |
		      AT_STATX_DONT_SYNC, STATX_MNT_ID, &st) && st.stx_mnt_id == dead->id;
}

/* Replace the new mount at @dead->point, which shows all, by one of @dead->root only. */
static int narrow_mount(const struct dead *dead)
{
	char *path = NULL;
	int tree = -1, err = 0;

	if (asprintf(&path, "%s%s", dead->point, dead->root) < 0)
		return -ENOMEM;
	tree = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
	if (tree < 0)
		err = -errno;
	if (umount2(dead->point, MNT_DETACH | UMOUNT_NOFOLLOW))
		err = -errno;
	if (!err && move_mount(tree, "", AT_FDCWD, dead->point, MOVE_MOUNT_F_EMPTY_PATH))
		err = -errno;
	if (tree >= 0)
		close(tree);
	free(path);
	return err;
}

static int replace_one(int fuse, const struct dead *dead)
{
	int mnt, err = 0;

	if (!is_on_top(dead))
		return -EBUSY;
	mnt = connection_mount(fuse, dead->source, dead->attr);
	if (mnt < 0)
		return mnt;
	/* a mount that is locked, in a mount namespace of a user namespace, is covered instead */
	if (umount2(dead->point, MNT_DETACH | UMOUNT_NOFOLLOW) && errno != EINVAL)
		err = -errno;
	if (!err && move_mount(mnt, "", AT_FDCWD, dead->point, MOVE_MOUNT_F_EMPTY_PATH))
		err = -errno;
	close(mnt);
	if (!err && strcmp(dead->root, "/"))
		err = narrow_mount(dead);
	return err;
}

/* Replace the mounts in this mount namespace; how many were replaced. */
static size_t replace_here(int proc, dev_t dev, int fuse)
{
	struct search search = { .dev = dev, .keep = true };
	size_t done = 0;
	int err;

	mountinfo_each(proc, "self/mountinfo", find_dead, &search);
	for (size_t i = 0; i < search.nr; i++) {
		struct dead *dead = &search.dead[i];

		err = dead->point && dead->root && dead->source ? replace_one(fuse, dead) : -ENOMEM;
		if (err)
			log_err("%s: the connection was ended, and a new mount cannot be made: %s",
				dead->point ? dead->point : "?", strerror(-err));
		else
			done++;
		free(dead->root);
		free(dead->point);
		free(dead->source);
	}
	free(search.dead);
	return done;
}

static size_t replace_in(int proc, const char *pid, dev_t dev, int fuse)
{
	size_t done = 0;
	char path[64];
	int ns;

	/* a replacement in another namespace may have come here by propagation */
	if (!left_in(proc, pid, dev))
		return 0;
	snprintf(path, sizeof(path), "%s/ns/mnt", pid);
	ns = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNS))
		log_err("new mounts in the mount namespace of process %s cannot be made: %s", pid,
			strerror(errno));
	else
		done = replace_here(proc, dev, fuse);
	if (ns >= 0)
		close(ns);
	return done;
}

/* Make @fd number @as, below FDS, from which on all descriptors will be closed. */
static void keep_descriptor(int fd, int as)
{
	int copy = fcntl(fd, F_DUPFD, FDS);

	dup2(copy, as);
}

void mounts_replace(dev_t dev, int mnt, int fuse)
{
	/* another mount namespace may have no /proc, or one of another pid namespace */
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct namespaces list;
	size_t done;

	if (home_leave())
		log_err("cannot return to the host's mounts: %s", strerror(errno));
	keep_descriptor(mnt, FD_MNT);
	keep_descriptor(fuse, FD_FUSE);
	keep_descriptor(proc, FD_PROC);
	close_range(FDS, ~0U, 0);
	wait_for_unmount(FD_PROC, dev);
	list = namespaces(FD_PROC);
	done = replace_here(FD_PROC, dev, FD_FUSE);
	for (size_t i = 1; i < list.nr; i++)
		done += replace_in(FD_PROC, list.ns[i].pid, dev, FD_FUSE);
	if (done)
		log_warn("a connection was ended: %zu mounts were made anew", done);
	free(list.ns);
}
