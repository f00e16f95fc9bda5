// SPDX-License-Identifier: GPL-2.0-only
/*
 * A container as an object: the ioctls of its directory, and the links to what it holds.
 *
 * The kernel copies the argument of an ioctl as the number of the command says, and checks
 * no permission beyond those of open(2).  A 32-bit caller has the same numbers and structures.
 *
 * A lease of an open directory ends with its RELEASEDIR (dir.c), that of an open file with
 * its RELEASE (file.c).  When a connection ends, both do.  The last umount(2) of a lazily
 * unmounted hierarchy ends it, and RELEASE may not come any more; umount -f closes all that is
 * open, from the daemon's point of view.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "uapi/containerfs.h"

#include "dir.h"
#include "inode.h"
#include "node.h"
#include "object.h"
#include "tasks/tasks.h"

#define LEASE_FILE	"container.lease"

/* --- links --- */

void object_readlink(fuse_req_t req, fuse_ino_t ino)
{
	unsigned int node;
	struct known *k = node_find(req, ino, &node);
	char text[NODE_LINK_MAX];
	int len;

	if (!k)
		return node_reply_err(req, -ESTALE);
	len = container_readlink(k->cont, node, text, sizeof(text) - 1);
	if (len < 0)
		return node_reply_err(req, len);
	text[len] = '\0';
	fuse_reply_readlink(req, text);
}

/* --- ioctls --- */

/* May the caller write @node of @cont, as the kernel decides it at open(2)?  0 or -EACCES. */
static int may_write(fuse_req_t req, struct container *cont, unsigned int node)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);
	struct container_attr attr;
	unsigned int bit;
	int err = container_getattr(cont, node, &attr);

	if (err)
		return err;
	if (ctx->uid == attr.uid)
		bit = S_IWUSR;
	else if (inode_caller_in_group(req, attr.gid))
		bit = S_IWGRP;
	else
		bit = S_IWOTH;
	return attr.mode & bit || tasks_dac_override(ctx->pid) ? 0 : -EACCES;
}

/* The top container has no file for leases; the engine refuses its lease. */
static int may_lease(fuse_req_t req, struct container *cont)
{
	struct container *child;
	unsigned int node;
	int err = container_lookup(cont, LEASE_FILE, &child, &node);

	if (child)
		container_put(child);
	return err == -ENOENT ? 0 : err ? err : may_write(req, cont, node);
}

static int take_lease(fuse_req_t req, struct dir_handle *dir, unsigned int flags)
{
	int err = may_lease(req, dir->cont);

	if (!err)
		err = container_lease(dir->cont, flags);
	if (err)
		return err;
	/* it was one already, so the container does not die of this */
	if (dir->lease)
		container_lease_end(dir->cont, CONTAINERFS_LEASE_KILL);
	dir->lease |= flags;
	return 0;
}

static void reply_done(fuse_req_t req, int err)
{
	if (err)
		node_reply_err(req, err);
	else
		fuse_reply_ioctl(req, 0, NULL, 0);
}

static void ioctl_lease(fuse_req_t req, struct dir_handle *dir, const void *in, size_t in_size)
{
	uint32_t flags;

	if (in_size != sizeof(flags))
		return reply_done(req, -ENOTTY);
	memcpy(&flags, in, sizeof(flags));
	reply_done(req, take_lease(req, dir, flags));
}

/* The command's number contains the size of the caller's structure, which may be newer. */
static void ioctl_stat(fuse_req_t req, struct dir_handle *dir, const void *in, size_t in_size,
		       size_t out_size)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);
	struct container_actor actor;
	struct containerfs_stat stat;
	uint32_t size;
	int err;

	if (in_size < sizeof(size) || out_size != in_size)
		return reply_done(req, -ENOTTY);
	memcpy(&size, in, sizeof(size));
	if (size < CONTAINERFS_STAT_SIZE_VER0 || size > out_size)
		return reply_done(req, -EINVAL);
	tasks_actor(ctx->pid, ctx->uid, &actor);
	err = container_stat(dir->cont, &actor, &stat);
	if (err)
		return reply_done(req, err);
	if (size > sizeof(stat))
		size = sizeof(stat);
	stat.size = size;
	fuse_reply_ioctl(req, 0, &stat, size);
}

void object_ioctl(fuse_req_t req, fuse_ino_t ino, unsigned int cmd, void *arg,
		  struct fuse_file_info *fi, unsigned int flags, const void *in, size_t in_size,
		  size_t out_size)
{
	const unsigned int size_bits = _IOC_SIZEMASK << _IOC_SIZESHIFT;
	struct dir_handle *dir;

	if (!(flags & FUSE_IOCTL_DIR))
		return reply_done(req, -ENOTTY);
	dir = dir_handle_of(fi);
	if (cmd == CONTAINERFS_IOC_LEASE)
		ioctl_lease(req, dir, in, in_size);
	else if ((cmd & ~size_bits) == (CONTAINERFS_IOC_STAT & ~size_bits))
		ioctl_stat(req, dir, in, in_size, out_size);
	else if (cmd == CONTAINERFS_IOC_GET)
		reply_done(req, container_is_removed(dir->cont) ? -ENODEV : -EOPNOTSUPP);
	else
		reply_done(req, -ENOTTY);
}
