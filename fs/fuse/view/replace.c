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
#include "common/initial.h"
#include "common/mountinfo.h"
#include "base/base.h"
#include "view.h"

#define SETTLE_MS	200

/*
 * The descriptors that the child keeps: FD_MNT keeps the new connection alive, and FD_PIN the
 * dead superblock.
 */
enum { FD_MNT = 3, FD_PIN, FD_FUSE, FD_PROC, FDS = 10 };

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
	return true;
}

/* --- mount namespaces --- */

struct namespaces {
	ino_t	*ino;
	size_t	 nr;
};

static bool is_known(const struct namespaces *list, ino_t ino)
{
	for (size_t i = 0; i < list->nr; i++)
		if (list->ino[i] == ino)
			return true;
	return false;
}

static void add_namespace(struct namespaces *list, ino_t ino)
{
	ino_t *inos = reallocarray(list->ino, list->nr + 1, sizeof(*inos));

	if (!inos)
		return;
	list->ino = inos;
	inos[list->nr++] = ino;
}

static size_t count_mounts(int mountinfo, dev_t dev)
{
	struct search search = { .dev = dev };

	mountinfo_each(mountinfo, find_dead, &search);
	return search.nr;
}

/* Called for a mount namespace, with its descriptor and its mountinfo; false ends the search. */
typedef bool (*namespace_fn)(int ns, int mountinfo, void *arg);

/*
 * Call @fn for the mount namespace of process @pid, unless it is in @list.  Both
 * descriptors are opened before the namespace counts as known, and outlive the process:
 * a process that exits meanwhile must not hide a namespace in which others are.
 */
static bool visit_namespace(struct namespaces *list, int proc, const char *pid, namespace_fn fn,
			    void *arg)
{
	int ns, mountinfo;
	bool more = true;
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "%.15s/ns/mnt", pid);
	if (fstatat(proc, path, &st, 0) || is_known(list, st.st_ino))
		return true;
	ns = openat(proc, path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "%.15s/mountinfo", pid);
	mountinfo = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (ns >= 0 && mountinfo >= 0 && !fstat(ns, &st)) {
		add_namespace(list, st.st_ino);
		more = fn(ns, mountinfo, arg);
	}
	if (ns >= 0)
		close(ns);
	if (mountinfo >= 0)
		close(mountinfo);
	return more;
}

/* Call @fn for each mount namespace; the host's, that of kthreadd, is the first. */
static void each_namespace(int proc, namespace_fn fn, void *arg)
{
	int copy = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct namespaces list = { 0 };
	struct dirent *entry;
	char kthreadd[16];
	bool more;

	snprintf(kthreadd, sizeof(kthreadd), "%d", INITIAL_KTHREADD);
	more = visit_namespace(&list, proc, kthreadd, fn, arg);
	while (more && dir && (entry = readdir(dir)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			more = visit_namespace(&list, proc, entry->d_name, fn, arg);
	if (dir)
		closedir(dir);
	free(list.ino);
}

struct left {
	dev_t	dev;
	bool	found;
};

static bool find_left(int ns, int mountinfo, void *arg)
{
	struct left *left = arg;

	left->found = count_mounts(mountinfo, left->dev);
	return !left->found;
}

bool mounts_left(dev_t dev)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct left left = { .dev = dev };

	each_namespace(proc, find_left, &left);
	close(proc);
	return left.found;
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
	size_t left = count_mounts(p.fd, dev);
	struct timespec start;
	int past;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while ((past = ms_since(&start)) < SETTLE_MS && count_mounts(p.fd, dev) >= left)
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

struct replacement {
	int	proc;
	dev_t	dev;
	int	fuse;
	size_t	done;		/* mounts that were replaced */
};

/* Replace the mounts in this mount namespace. */
static void replace_here(struct replacement *r)
{
	int mountinfo = openat(r->proc, "self/mountinfo", O_RDONLY | O_CLOEXEC), err;
	struct search search = { .dev = r->dev, .keep = true };

	mountinfo_each(mountinfo, find_dead, &search);
	close(mountinfo);
	for (size_t i = 0; i < search.nr; i++) {
		struct dead *dead = &search.dead[i];

		err = dead->point && dead->root && dead->source ? replace_one(r->fuse, dead) :
								  -ENOMEM;
		if (err)
			log_err("%s: the connection was ended, and a new mount cannot be made: %s",
				dead->point ? dead->point : "?", strerror(-err));
		else
			r->done++;
		free(dead->root);
		free(dead->point);
		free(dead->source);
	}
	free(search.dead);
}

static bool replace_in(int ns, int mountinfo, void *arg)
{
	struct replacement *r = arg;

	/* a replacement in another namespace may have come here by propagation */
	if (!count_mounts(mountinfo, r->dev))
		return true;
	if (setns(ns, CLONE_NEWNS))
		log_err("new mounts cannot be made in another mount namespace: %s",
			strerror(errno));
	else
		replace_here(r);
	return true;
}

/* Make @fd number @as, below FDS, from which on all descriptors will be closed. */
static void keep_descriptor(int fd, int as)
{
	int copy = fcntl(fd, F_DUPFD, FDS);

	dup2(copy, as);
}

void mounts_replace(dev_t dev, int pin, int mnt, int fuse)
{
	/* another mount namespace may have no /proc, or one of another pid namespace */
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct replacement r = { .proc = FD_PROC, .dev = dev, .fuse = FD_FUSE };

	if (home_leave())
		log_err("cannot return to the host's mounts: %s", strerror(errno));
	keep_descriptor(mnt, FD_MNT);
	keep_descriptor(pin, FD_PIN);
	keep_descriptor(fuse, FD_FUSE);
	keep_descriptor(proc, FD_PROC);
	close_range(FDS, ~0U, 0);
	wait_for_unmount(FD_PROC, dev);
	each_namespace(FD_PROC, replace_in, &r);
	if (r.done)
		log_warn("a connection was ended: %zu mounts were made anew", r.done);
}
