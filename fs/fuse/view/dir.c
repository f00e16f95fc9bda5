// SPDX-License-Identifier: GPL-2.0-only
/*
 * Directories: lookup, mkdir, rmdir, rename, listings.
 *
 * Each handler makes one engine call; the rest is about the kernel's caches.  An
 * operation on a name in a removed directory is ENOENT, because the VFS itself says so
 * of a directory that it saw being removed.
 *
 * The kernel caches listings.  It notices changes through this superblock, but not
 * clones that come and go.  So known.listed is the generation of the directory that all
 * entries in the kernel's cache are of:
 *  - OPENDIR lets the kernel keep its cache only if known.listed is the directory's
 *    generation now.  Otherwise the kernel empties the cache, and fills it with the
 *    answers to READDIR.
 *  - A READDIR may be answered in another generation than that of its OPENDIR
 *    (fuse_file_info.fh).  Then known.listed becomes LISTED_MIXED, and the next OPENDIR
 *    starts afresh.  The kernel takes a listing for complete only when it has asked for
 *    entries behind the end, so each complete listing has been checked so.
 *
 * Requests per call (Linux 6.18): mkdir LOOKUP, MKDIR; rmdir RMDIR if the name is known.
 * Each has a GETATTR before if it follows another change of that directory, because a
 * change makes the kernel forget all attributes of the directory, also mode and owner,
 * which default_permissions needs.  A listing: OPENDIR, one READDIR for 32 KiB (glibc's
 * buffer), one at the end, and RELEASEDIR, for which the caller does not wait; only
 * OPENDIR and RELEASEDIR if the listing is cached.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "uapi/containerfs.h"

#include "dir.h"
#include "inode.h"
#include "node.h"
#include "tasks/tasks.h"

#define NR_BUCKETS	1024		/* a power of two */
#define DIR_DOTS	2		/* positions before the engine's: . and .. */

static char dir_buf[64 << 10];		/* of the request being served */

static int gone_is_enoent(int err)
{
	return err == -ENODEV ? -ENOENT : err;
}

/* --- names --- */

void dir_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	unsigned int node;
	struct known *dir = node_find(req, parent, &node);
	struct container *child = NULL;
	int err;

	if (!dir)
		return node_reply_err(req, -ESTALE);
	err = container_lookup(dir->cont, name, &child, &node);
	if (err)
		return node_reply_err(req, gone_is_enoent(err));
	inode_reply_entry(req, child ? child : dir->cont, node);
	if (child)
		container_put(child);
}

void dir_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);
	struct container_actor actor = { 0 };
	unsigned int node;
	struct known *dir = node_find(req, parent, &node);
	struct container *child;
	int err;

	if (!dir)
		return node_reply_err(req, -ESTALE);
	if (container_mkdir_asks(dir->cont))
		tasks_actor(ctx->pid, ctx->uid, &actor);
	err = container_mkdir(dir->cont, name, mode, ctx->uid, ctx->gid, &actor, &child);
	if (err)
		return node_reply_err(req, gone_is_enoent(err));
	inode_reply_entry(req, child, CONTAINER_NODE_DIR);
	container_put(child);
}

void dir_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	unsigned int node;
	struct known *dir = node_find(req, parent, &node);

	if (!dir)
		return node_reply_err(req, -ESTALE);
	/* a task may be in it that is not known yet */
	if (tasks_behind())
		return node_reply_err(req, -EBUSY);
	node_reply_err(req, gone_is_enoent(container_rmdir(dir->cont, name)));
}

void dir_rename(fuse_req_t req, fuse_ino_t parent, const char *name,
		fuse_ino_t newparent, const char *newname, unsigned int flags)
{
	unsigned int node;
	struct known *dir = node_find(req, parent, &node);
	struct known *newdir = node_find(req, newparent, &node);

	if (!dir || !newdir)
		return node_reply_err(req, -ESTALE);
	if (flags)
		return node_reply_err(req, -EINVAL);
	node_reply_err(req, gone_is_enoent(container_rename(dir->cont, name,
							     newdir->cont, newname)));
}

/* --- listings --- */

/* All open directories, by container. */
static struct dir_handle *open_dirs[NR_BUCKETS];

struct dir_handle *dir_handle_of(const struct fuse_file_info *fi)
{
	return (struct dir_handle *)(uintptr_t)fi->fh;
}

static struct dir_handle *handle_new(struct container *cont)
{
	struct dir_handle **head = &open_dirs[container_id(cont) & (NR_BUCKETS - 1)];
	struct dir_handle *handle = calloc(1, sizeof(*handle));

	if (!handle)
		return NULL;
	handle->cont = container_get(cont);
	handle->generation = container_generation(cont);
	handle->next = *head;
	handle->pprev = head;
	if (handle->next)
		handle->next->pprev = &handle->next;
	*head = handle;
	return handle;
}

static void handle_free(struct dir_handle *handle)
{
	*handle->pprev = handle->next;
	if (handle->next)
		handle->next->pprev = handle->pprev;
	if (handle->lease)
		container_lease_end(handle->cont, handle->lease);
	container_put(handle->cont);
	free(handle);
}

void dir_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	unsigned int node;
	struct known *dir = node_find(req, ino, &node);
	struct dir_handle *handle;

	if (!dir)
		return node_reply_err(req, -ESTALE);
	handle = handle_new(dir->cont);
	if (!handle)
		return node_reply_err(req, -ENOMEM);
	fi->fh = (uintptr_t)handle;
	fi->cache_readdir = 1;
	fi->keep_cache = dir->listed == handle->generation;
	dir->listed = handle->generation;
	if (fuse_reply_open(req, fi)) {
		/* the kernel did not get the answer: it does not empty its cache, nor release */
		dir->listed = LISTED_MIXED;
		handle_free(handle);
	}
}

void dir_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	handle_free(dir_handle_of(fi));
	node_reply_err(req, 0);
}

/* The kernel sends no RELEASEDIR on a connection that has ended. */
void dir_super_gone(const struct super *s)
{
	struct dir_handle *handle, *next;

	for (size_t i = 0; i < NR_BUCKETS; i++) {
		for (handle = open_dirs[i]; handle; handle = next) {
			next = handle->next;
			if (container_root(handle->cont) == s->root)
				handle_free(handle);
		}
	}
}

struct dir_filler {
	fuse_req_t		 req;
	struct container	*dir;
	size_t			 size, used;
};

static int dir_add(struct dir_filler *fill, const char *name, fuse_ino_t ino, mode_t mode,
		   off_t next)
{
	const struct stat st = { .st_ino = ino, .st_mode = mode };
	size_t len = fuse_add_direntry(fill->req, dir_buf + fill->used, fill->size - fill->used,
				       name, &st, next);

	if (len > fill->size - fill->used)
		return 1;
	fill->used += len;
	return 0;
}

static int dir_fill(void *arg, const char *name, unsigned int namelen,
		    struct container *child, unsigned int node, unsigned long long next)
{
	struct dir_filler *fill = arg;
	char buf[CONTAINER_NAME_MAX + 1];
	mode_t mode = child ? S_IFDIR : container_is_link(fill->dir, node) ? S_IFLNK : S_IFREG;

	memcpy(buf, name, namelen);
	buf[namelen] = '\0';
	return dir_add(fill, buf, node_number(child ? child : fill->dir, node), mode,
		       next + DIR_DOTS);
}

static int dir_add_dots(struct dir_filler *fill, off_t off)
{
	struct container *parent;
	int full = 0;

	if (off < 1)
		full = dir_add(fill, ".", node_number(fill->dir, CONTAINER_NODE_DIR), S_IFDIR, 1);
	if (off < DIR_DOTS && !full) {
		parent = container_parent(fill->dir);
		full = dir_add(fill, "..", node_number(parent, CONTAINER_NODE_DIR), S_IFDIR,
			       DIR_DOTS);
		container_put(parent);
	}
	return full;
}

void dir_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
	      struct fuse_file_info *fi)
{
	unsigned int node;
	struct known *dir = node_find(req, ino, &node);
	struct dir_filler fill = { .req = req };
	struct dir_handle *handle = dir_handle_of(fi);
	int err;

	if (!dir)
		return node_reply_err(req, -ESTALE);
	if (container_generation(dir->cont) != handle->generation)
		dir->listed = LISTED_MIXED;
	if (!off)
		handle->end = 0;

	fill.dir = dir->cont;
	fill.size = size < sizeof(dir_buf) ? size : sizeof(dir_buf);
	if (!dir_add_dots(&fill, off)) {
		err = container_readdir(dir->cont, off < DIR_DOTS ? 0 : off - DIR_DOTS,
					&handle->end, dir_fill, &fill);
		if (err < 0)
			return node_reply_err(req, gone_is_enoent(err));
	}
	fuse_reply_buf(req, dir_buf, fill.used);
}

/* --- what is refused, with the errors of cgroup v1 --- */

void dir_refuse_create(fuse_req_t req, fuse_ino_t parent, const char *name,
		       mode_t mode, struct fuse_file_info *fi)
{
	node_reply_err(req, -EACCES);
}

void dir_refuse_mknod(fuse_req_t req, fuse_ino_t parent, const char *name,
		      mode_t mode, dev_t rdev)
{
	/* for a regular file mknod(2) is create(2), which cgroup v1 refuses by the mode */
	node_reply_err(req, S_ISREG(mode) ? -EACCES : -EPERM);
}

void dir_refuse_symlink(fuse_req_t req, const char *link, fuse_ino_t parent,
			const char *name)
{
	node_reply_err(req, -EPERM);
}

void dir_refuse_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t newparent,
		     const char *newname)
{
	node_reply_err(req, -EPERM);
}

void dir_refuse_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	node_reply_err(req, -EPERM);
}
