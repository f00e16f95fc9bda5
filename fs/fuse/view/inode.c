// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes: lookups and attributes, and how long the kernel may keep these.
 *
 * The kernel may keep, so that a known path costs it no request:
 *  - Names of control files and of containers made by mkdir, for a day, because such a
 *    container is removed mostly by rmdir, through this superblock, with its files.  Not
 *    names of clones, because the daemon removes these by itself, nor of symbolic links,
 *    which come and go, and not names that do not exist.
 *  - Attributes, for a day; sizes until a file is opened (size.c).  The kernel drops
 *    attributes that its own requests change.  The daemon changes the times and the
 *    link count of a directory that gains or loses a clone.  Then it sends one
 *    notification, if the kernel has the attributes (known.attr_out).  A notification
 *    about attributes takes no inode lock in the kernel, unlike one about names, so the
 *    thread that serves requests may send it.
 *  - Listings: see dir.c.
 *
 * A container made by mkdir that is dead may be removed by the daemon, too.  To take its name
 * from the kernel's cache, the daemon would have to wait for the lock of the parent, whose
 * owner may wait for the daemon.  So it takes the attributes of the container, for which the
 * kernel then asks whenever a path leads to or through the container, and answers
 * that with ESTALE (again.c).
 *
 * Requests per call, once the path is known (Linux 6.18): stat none, or GETATTR after a
 * change; chmod, chown, utimens SETATTR.  Opening with O_TRUNC makes a SETATTR and a
 * GETXATTR as well, because the kernel asks whether there are file capabilities to
 * drop; it would not ask only if there were no extended attributes at all.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "uapi/containerfs.h"

#include "again.h"
#include "inode.h"
#include "node.h"
#include "size.h"
#include "tasks/tasks.h"

#define KEEP_LONG	86400.0		/* seconds */
#define NSEC_PER_SEC	1000000000ull
#define NGROUPS_SMALL	64		/* groups of a caller, for which no memory is needed */

/* --- nodes --- */

static struct timespec to_timespec(unsigned long long ns)
{
	return (struct timespec){ .tv_sec = ns / NSEC_PER_SEC, .tv_nsec = ns % NSEC_PER_SEC };
}

static unsigned long long from_timespec(const struct timespec *ts)
{
	return ts->tv_sec * NSEC_PER_SEC + ts->tv_nsec;
}

/* The attributes for the caller; the size of a file is what the caller would read. */
static int node_stat(fuse_req_t req, struct container *cont, unsigned int node, struct stat *st)
{
	struct container_attr attr;
	int err = container_getattr(cont, node, &attr);
	uint32_t size;

	if (err)
		return err;
	size = size_now(req, cont, node);
	*st = (struct stat){
		.st_ino		= node_number(cont, node),
		.st_mode	= attr.mode,
		.st_nlink	= attr.nlink,
		.st_uid		= attr.uid,
		.st_gid		= attr.gid,
		.st_size	= size,
		.st_blksize	= 4096,
		.st_blocks	= (size + 511) / 512,	/* fewer would be holes */
		.st_atim	= to_timespec(attr.atime),
		.st_mtim	= to_timespec(attr.mtime),
		.st_ctim	= to_timespec(attr.ctime),
	};
	return 0;
}

void inode_reply_entry(fuse_req_t req, struct container *cont, unsigned int node)
{
	struct fuse_entry_param e = {
		.attr_timeout	= KEEP_LONG,
		.entry_timeout	= KEEP_LONG,
	};
	struct known *k;
	int err = node_stat(req, cont, node, &e.attr);

	if (err)
		return node_reply_err(req, err);
	k = node_add(super_of(req), cont);
	if (!k)
		return node_reply_err(req, -ENOMEM);

	e.ino = e.attr.st_ino;
	if (node == CONTAINER_NODE_DIR) {
		k->attr_out = 1;
		if (container_is_clone(cont))
			e.entry_timeout = 0;
	} else if (S_ISLNK(e.attr.st_mode)) {
		e.entry_timeout = e.attr_timeout = 0;
	}
	if (fuse_reply_entry(req, &e))		/* the caller was killed meanwhile */
		node_forget(super_of(req), e.ino, 1);
	else
		size_told(k, node, e.attr.st_size);
}

void inode_forget(fuse_req_t req, fuse_ino_t ino, uint64_t nlookup)
{
	node_forget(super_of(req), ino, nlookup);
	fuse_reply_none(req);
}

void inode_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
	for (size_t i = 0; i < count; i++)
		node_forget(super_of(req), forgets[i].ino, forgets[i].nlookup);
	fuse_reply_none(req);
}

/* --- attributes --- */

static void reply_attr(fuse_req_t req, struct known *k, unsigned int node)
{
	struct stat st;
	int err = node_stat(req, k->cont, node, &st);

	if (err)
		return node_reply_err(req, err);
	if (node == CONTAINER_NODE_DIR)
		k->attr_out = 1;
	if (!fuse_reply_attr(req, &st, S_ISLNK(st.st_mode) || k->vanished ? 0 : KEEP_LONG))
		size_told(k, node, st.st_size);
}

/* Has the kernel come to the container by a name that is no more?  Not if it comes again. */
static bool must_walk_again(fuse_req_t req, fuse_ino_t ino, const struct known *k,
			    unsigned int node)
{
	if (!k->vanished || node != CONTAINER_NODE_DIR || again_is(req, ino))
		return false;
	again_send(req, ino);	/* if there is no room, it cannot ask by a descriptor now */
	return true;
}

void inode_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	unsigned int node;
	struct known *k = node_find(req, ino, &node);

	if (!k || must_walk_again(req, ino, k, node))
		return node_reply_err(req, -ESTALE);
	reply_attr(req, k, node);
}

bool inode_caller_in_group(fuse_req_t req, gid_t gid)
{
	gid_t few[NGROUPS_SMALL], *groups = few, *many = NULL;
	bool found = fuse_req_ctx(req)->gid == gid;
	int nr, room = NGROUPS_SMALL;

	if (found)
		return true;
	nr = fuse_req_getgroups(req, room, groups);
	if (nr > room) {
		room = nr;
		groups = many = calloc(room, sizeof(*many));
		nr = many ? fuse_req_getgroups(req, room, groups) : 0;
	}
	for (int i = 0; i < nr && i < room && !found; i++)
		found = groups[i] == gid;
	free(many);
	return found;
}

/* The set-ID bits of @node that this change by the caller takes off. */
static unsigned int set_id_bits(fuse_req_t req, struct known *k, unsigned int node)
{
	struct container_attr attr;
	unsigned int bits;

	if (container_getattr(k->cont, node, &attr) || !(attr.mode & (S_ISUID | S_ISGID)))
		return 0;
	bits = attr.mode & S_ISUID;
	if (attr.mode & S_IXGRP || !inode_caller_in_group(req, attr.gid))
		bits |= attr.mode & S_ISGID;
	return bits && !tasks_fsetid(fuse_req_ctx(req)->pid) ? bits : 0;
}

static int take_bits(struct known *k, unsigned int node, unsigned int bits)
{
	struct container_attr attr;
	int err = container_getattr(k->cont, node, &attr);

	if (err)
		return err;
	attr.mode &= ~bits;
	return container_setattr(k->cont, node, &attr, CONTAINER_ATTR_MODE);
}

/* The kernel has checked permissions; a size is accepted, and changes nothing. */
void inode_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *st, int to_set,
		   struct fuse_file_info *fi)
{
	unsigned int node, valid = 0, bits = 0;
	struct known *k = node_find(req, ino, &node);
	unsigned long long now = host_time();
	struct container_attr attr = {
		.mode	= st->st_mode,
		.uid	= st->st_uid,
		.gid	= st->st_gid,
		.atime	= to_set & FUSE_SET_ATTR_ATIME_NOW ? now : from_timespec(&st->st_atim),
		.mtime	= to_set & FUSE_SET_ATTR_MTIME_NOW ? now : from_timespec(&st->st_mtim),
	};
	int err;

	if (!k)
		return node_reply_err(req, -ESTALE);
	/* the kernel leaves a set-group-ID bit without the group's x to the server */
	if (node != CONTAINER_NODE_DIR &&
	    to_set & (FUSE_SET_ATTR_SIZE | FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID))
		bits = set_id_bits(req, k, node);
	if (to_set & FUSE_SET_ATTR_MODE)
		valid |= CONTAINER_ATTR_MODE;
	if (to_set & FUSE_SET_ATTR_UID)
		valid |= CONTAINER_ATTR_UID;
	if (to_set & FUSE_SET_ATTR_GID)
		valid |= CONTAINER_ATTR_GID;
	if (to_set & (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_ATIME_NOW))
		valid |= CONTAINER_ATTR_ATIME;
	if (to_set & (FUSE_SET_ATTR_MTIME | FUSE_SET_ATTR_MTIME_NOW))
		valid |= CONTAINER_ATTR_MTIME;
	if (valid) {
		err = container_setattr(k->cont, node, &attr, valid);
		if (err)
			return node_reply_err(req, err);
	}
	if (bits) {
		err = take_bits(k, node, bits);
		if (err)
			return node_reply_err(req, err);
	}
	reply_attr(req, k, node);
}

void inode_statfs(fuse_req_t req, fuse_ino_t ino)
{
	const struct statvfs st = {
		.f_bsize	= 4096,
		.f_frsize	= 4096,
		.f_namemax	= CONTAINER_NAME_MAX,
	};

	fuse_reply_statfs(req, &st);
}

/* --- what the engine changes by itself --- */

static void dir_changed(struct container *dir)
{
	struct super *s = hierarchy_host(container_root(dir));
	struct known *k = node_of(dir);

	if (!k || !k->attr_out)
		return;
	k->attr_out = 0;
	/* an error means that the kernel does not have the inode, or the connection ends */
	fuse_lowlevel_notify_inval_inode(s->se, node_number(dir, CONTAINER_NODE_DIR), -1, 0);
}

void host_clone_added(struct container *dir, struct container *child)
{
	dir_changed(dir);
}

void host_clone_removed(struct container *dir, struct container *child)
{
	struct known *k = container_is_clone(child) ? NULL : node_of(child);

	if (k) {
		k->vanished = 1;
		k->attr_out = 1;	/* its files' attributes do not matter without it */
		dir_changed(child);
	}
	dir_changed(dir);
}

void host_links_changed(struct container *cont)
{
	dir_changed(cont);
}
