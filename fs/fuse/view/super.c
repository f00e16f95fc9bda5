// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections to the kernel: one superblock, one /dev/fuse, one libfuse
 * session for each hierarchy that is mounted anywhere.
 *
 * The daemon makes the superblock itself, with the new mount API, and hands out detached
 * mounts of it (connection.c).  So the superblock belongs to the daemon's user and pid
 * namespaces, wherever the mounts are put.  All mounts have one superblock and one
 * st_dev, as in cgroup v1.
 *
 * A struct super owns one hierarchy_mount() of its hierarchy.  When the last mount has
 * gone, in whatever mount namespace, moved into place or not, the kernel aborts the
 * connection: the descriptor reports EPOLLERR before umount(2) returns, and the super is
 * destroyed.  If a connection is aborted while there are mounts (umount -f of one of
 * them), the hierarchy stays: it gets another connection, and the mounts are replaced
 * (replace.c).
 *
 * The daemon must not make the kernel ask it while it does not listen, so statx(2) here
 * has AT_STATX_DONT_SYNC.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "uapi/containerfs.h"
#include "base/base.h"
#include "tasks/tasks.h"
#include "dir.h"
#include "file.h"
#include "node.h"
#include "view.h"

#define READ_BATCH	256	/* requests of one connection that are read in one go */

static struct super *supers;
static unsigned int nr_supers;
static void (*supers_changed)(void);

void super_watch(void (*fn)(void))
{
	supers_changed = fn;
}

static int device_of(int fd, dev_t *dev)
{
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, 0, &st))
		return -errno;
	*dev = makedev(st.stx_dev_major, st.stx_dev_minor);
	return 0;
}

/* The connection of @s has ended; its hierarchy_mount() stays. */
static void super_drop(struct super *s)
{
	struct super **p = &supers;

	while (*p != s)
		p = &(*p)->next;
	*p = s->next;
	nr_supers--;
	supers_changed();
	loop_del(s->fd);
	turns_forget(s);
	hierarchy_set_host(s->root, NULL);
	file_super_gone(s);
	dir_super_gone(s);
	nodes_gone(s);
	fuse_session_destroy(s->se);	/* closes s->fd */
	free(s->buf.mem);
	free(s);
}

static int super_new(struct containerfs_root *root, const char *source, unsigned int attr);

/* Make another connection for @root, whose dead superblock @dev, that of @pin, is still mounted. */
static int super_again(struct containerfs_root *root, dev_t dev, int pin)
{
	int mnt = super_new(root, "none", 0);
	struct super *s;
	sigset_t none;
	pid_t pid;

	if (mnt < 0)
		return mnt;
	s = hierarchy_host(root);
	log_warn("hierarchy %d: its connection was ended (umount -f?) and is made anew",
		 hierarchy_id(root));
	pid = fork();
	if (pid < 0) {
		log_err("its mounts cannot be made anew: %s", strerror(errno));
	} else if (!pid) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		closelog();
		mounts_replace(dev, pin, mnt, s->fd);
		_exit(EXIT_SUCCESS);
	}
	close(mnt);
	return 0;
}

/*
 * The last mount of @s is gone, or the connection was ended under its mounts.  A mount of
 * one's own, which cannot be made if the superblock is gone, keeps its device number, by
 * which the others are found: the kernel would give that to the next file system.
 */
static void super_ended(struct super *s)
{
	struct containerfs_root *root = s->root;
	int pin = connection_mount(s->fd, "none", 0), err = -ENOTCONN;
	dev_t dev = s->dev;

	super_drop(s);
	if (pin >= 0) {
		if (mounts_left(dev)) {
			err = super_again(root, dev, pin);
			if (err)
				log_err("hierarchy %d: its connection was ended, and cannot be made anew: %s",
					hierarchy_id(root), strerror(-err));
		}
		close(pin);
		if (!err)
			return;
	}
	log_info("hierarchy %d: unmounted", hierarchy_id(root));
	hierarchy_umount(root);
}

static void super_event(int fd, uint32_t events, void *arg)
{
	struct super *s = arg;

	if (events & EPOLLERR) {
		tasks_begin();
		super_ended(s);
		tasks_end();
		return;
	}
	/* until there are no more (-EAGAIN), or the connection ended (0), as the next event says */
	for (int i = 0; i < READ_BATCH && turns_room(); i++) {
		if (fuse_session_receive_buf(s->se, &s->buf) <= 0)
			return;
		turns_add(s, &s->buf);
	}
}

/* Connect @root, which has no mount yet; takes the caller's hierarchy_mount() on success. */
static int super_new(struct containerfs_root *root, const char *source, unsigned int attr)
{
	char arg0[] = "containerfsd", *argv[] = { arg0, NULL };
	struct fuse_args args = FUSE_ARGS_INIT(1, argv);
	char path[32];
	struct super *s;
	int mnt, err;

	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->root = root;
	s->fd = open("/dev/fuse", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (s->fd < 0) {
		err = -errno;
		log_err("/dev/fuse: %s", strerror(-err));
		goto free_super;
	}
	s->se = fuse_session_new(&args, &containerfs_ops, sizeof(containerfs_ops), s);
	fuse_opt_free_args(&args);
	if (!s->se) {
		err = -ENOMEM;
		goto close_fuse;
	}
	mnt = connection_mount(s->fd, source, attr);
	if (mnt < 0) {
		err = mnt;
		goto destroy_session;
	}
	err = device_of(mnt, &s->dev);
	if (err)
		goto close_mount;
	err = loop_add(s->fd, EPOLLIN, super_event, s);
	if (err)
		goto close_mount;
	/* by this path libfuse takes a descriptor that is mounted already, and owns it then */
	snprintf(path, sizeof(path), "/dev/fd/%d", s->fd);
	if (fuse_session_mount(s->se, path)) {
		err = -EIO;
		goto unwatch;
	}
	hierarchy_set_host(root, s);
	loop_set_turn(turns_serve);
	s->mounts = 1;
	s->next = supers;
	supers = s;
	nr_supers++;
	supers_changed();
	return mnt;

unwatch:
	loop_del(s->fd);
close_mount:
	close(mnt);
destroy_session:
	fuse_session_destroy(s->se);
close_fuse:
	close(s->fd);
free_super:
	free(s);
	return err;
}

int super_mount(struct containerfs_root *root, const char *source, unsigned int attr)
{
	struct super *s;
	int mnt;

	while ((s = hierarchy_host(root))) {
		mnt = connection_mount(s->fd, source, attr);
		if (mnt >= 0)
			s->mounts++;
		if (mnt != -ENOTCONN) {
			hierarchy_umount(root);
			return mnt;
		}
		/* it ended just now; the caller's hierarchy_mount() keeps the hierarchy alive */
		super_ended(s);
	}
	mnt = super_new(root, source, attr);
	if (mnt < 0)
		hierarchy_umount(root);
	return mnt;
}

void super_poll(void)
{
	for (struct super *s = supers, *next; s; s = next) {
		struct pollfd p = { .fd = s->fd };

		next = s->next;
		if (poll(&p, 1, 0) == 1 && p.revents & POLLERR)
			super_ended(s);
	}
}

struct super *super_of_fd(int fd)
{
	struct super *s;
	dev_t dev;

	if (device_of(fd, &dev))
		return NULL;
	for (s = supers; s && s->dev != dev; s = s->next)
		;
	return s;
}

unsigned int super_count(void)
{
	return nr_supers;
}

struct super *super_first(void)
{
	return supers;
}
