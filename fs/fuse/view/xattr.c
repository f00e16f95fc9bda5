// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extended attributes: the engine keeps them.  Here it is decided which callers may see
 * and set them, as far as the kernel does not.  The kernel caches none of them.
 */
#include "tasks/tasks.h"
#include "xattr.h"

#include <errno.h>
#include <linux/limits.h>
#include <string.h>

static char xattr_buf[XATTR_SIZE_MAX];	/* of the request being served */

/* Reply @len bytes of xattr_buf, or the error; or, if @size is 0, only @len. */
static void reply_xattr(fuse_req_t req, long len, size_t size)
{
	if (len < 0)
		node_reply_err(req, len);
	else if (size)
		fuse_reply_buf(req, xattr_buf, len);
	else
		fuse_reply_xattr(req, len);
}

void xattr_get(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size)
{
	unsigned int node;
	struct known *k = node_find(req, ino, &node);
	size_t max = size < sizeof(xattr_buf) ? size : sizeof(xattr_buf);

	reply_xattr(req, k ? container_getxattr(k->cont, node, name, xattr_buf, max) : -ESTALE,
		    size);
}

/* May the caller see names of the namespace trusted?  It is looked up only if there are any. */
static bool sees_trusted(fuse_req_t req, const struct known *k, unsigned int node)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);
	struct container_actor actor;

	if (container_listxattr(k->cont, node, true, NULL, 0) ==
	    container_listxattr(k->cont, node, false, NULL, 0))
		return false;
	tasks_actor(ctx->pid, ctx->uid, &actor);
	return actor.sys_admin;
}

void xattr_list(fuse_req_t req, fuse_ino_t ino, size_t size)
{
	unsigned int node;
	struct known *k = node_find(req, ino, &node);
	size_t max = size < sizeof(xattr_buf) ? size : sizeof(xattr_buf);

	if (!k)
		return node_reply_err(req, -ESTALE);
	reply_xattr(req, container_listxattr(k->cont, node, sees_trusted(req, k, node), xattr_buf,
					     max), size);
}

/* Only root and the owner set and remove user.*: 0 or -EPERM. */
static int may_set_xattr(fuse_req_t req, struct known *k, unsigned int node, const char *name)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);
	struct container_attr attr;
	int err;

	if (!ctx->uid || strncmp(name, "user.", 5) || !name[5])
		return 0;
	err = container_getattr(k->cont, node, &attr);
	return err ? err : ctx->uid == attr.uid ? 0 : -EPERM;
}

void xattr_set(fuse_req_t req, fuse_ino_t ino, const char *name,
	       const char *value, size_t size, int flags)
{
	unsigned int node;
	struct known *k = node_find(req, ino, &node);
	int err = k ? may_set_xattr(req, k, node, name) : -ESTALE;

	if (!err)
		err = container_setxattr(k->cont, node, name, value, size, flags);
	node_reply_err(req, err);
}

void xattr_remove(fuse_req_t req, fuse_ino_t ino, const char *name)
{
	unsigned int node;
	struct known *k = node_find(req, ino, &node);
	int err = k ? may_set_xattr(req, k, node, name) : -ESTALE;

	if (!err)
		err = container_removexattr(k->cont, node, name);
	node_reply_err(req, err);
}
