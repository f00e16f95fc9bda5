/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The view: what the kernel sees of the mounted hierarchies, by one FUSE connection for
 * each.
 *
 * A request is served in three steps: tasks_begin() replays all that happened in the
 * kernel before the request, the handler answers, and tasks_end() does the work that
 * the answer left (release agents, empty clones).
 */
#ifndef _CONTAINERFSD_VIEW_H
#define _CONTAINERFSD_VIEW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define FUSE_USE_VERSION 314
#include <fuse3/fuse_lowlevel.h>

#include "../../../kernel/engine.h"

/* --- super.c: one connection a mounted hierarchy --- */

struct super {
	struct containerfs_root	*root;
	struct fuse_session	*se;
	int			 fd;		/* /dev/fuse */
	dev_t			 dev;		/* st_dev of the superblock */
	unsigned int		 mounts;	/* mounts made of it, for the log */
	struct fuse_buf		 buf;		/* the request being read */
	struct super		*next;
};

/* The connection that a request came in on. */
static inline struct super *super_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}
/*
 * Make a detached mount (fsmount(2)) of @root, which the caller moves into place; all
 * mounts of a hierarchy have one superblock.  @attr: MOUNT_ATTR_*.  Returns the
 * descriptor, owned by the caller, or -errno.  Takes the caller's hierarchy_mount() of
 * @root in either case.
 */
int super_mount(struct containerfs_root *root, const char *source, unsigned int attr);
/* Deal with connections that have ended now, not only when the loop reports them. */
void super_poll(void);
/* The connection of the mount that @fd (O_PATH will do) is in; NULL if it is not the daemon's. */
struct super *super_of_fd(int fd);
/* Call @fn whenever a connection has come or gone. */
void super_watch(void (*fn)(void));
/* All connections, linked by super->next, and their number. */
struct super *super_first(void);
unsigned int super_count(void);

/* --- turns.c: which request is served next --- */

/* May more requests be read ahead? */
bool turns_room(void);
/* Queue a copy of the request @buf of @s, or serve it at once. */
void turns_add(struct super *s, const struct fuse_buf *buf);
/* Serve one request; are there more? */
bool turns_serve(void);
/* The connection @s has ended: drop its requests. */
void turns_forget(const struct super *s);

/* --- connection.c: superblocks of FUSE --- */

/*
 * Make a detached mount of the superblock of connection @fuse, a descriptor of /dev/fuse,
 * and the superblock if there is none yet.  @attr: MOUNT_ATTR_*.  Returns the
 * descriptor, owned by the caller, or -errno.
 */
int connection_mount(int fuse, const char *source, unsigned int attr);

/* --- replace.c: when a connection ends before its mounts --- */

/* Is the superblock @dev, which has ended and is pinned, mounted in any mount namespace? */
bool mounts_left(dev_t dev);
/*
 * In a child: put mounts of connection @fuse in the places where @dev is still mounted.
 * @pin is a mount of @dev, so that its number stays its own, and @mnt one of @fuse, which
 * keeps the connection alive.  Closes all other descriptors.
 */
void mounts_replace(dev_t dev, int pin, int mnt, int fuse);

/* --- ops.c: the request handlers --- */

extern const struct fuse_lowlevel_ops containerfs_ops;

#endif /* _CONTAINERFSD_VIEW_H */
