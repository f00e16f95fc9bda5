// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes and extended attributes of directories and control files.
 *
 * Most nodes have no attributes of their own: the container has the mode and owner
 * of its directory; a file has the mode of its cftype and the owner that the container
 * was made with.  The first chmod, chown, utimens or setxattr of a node makes a
 * container_iattr, which holds all attributes of the node from then on.
 *
 * The limits on xattrs are those of kernfs, 128 of them and 128 KiB of values, but a
 * container and all its files share them, because there are many files.  The hosts let
 * only the owner of a file set xattrs of the name space "user", because everybody may
 * write some files (ns.next_name).
 *
 * container_lock protects all of it.  Memory is allocated before the lock is taken.
 */
#include <linux/limits.h>

#include "cftype.h"

#define XATTRS_MAX		128
#define XATTR_BYTES_MAX		(128u << 10)
#define XATTR_CREATE_FLAG	1	/* XATTR_CREATE and XATTR_REPLACE of the system call */
#define XATTR_REPLACE_FLAG	2

struct container_xattr {
	struct list_head	node;
	char			*name;
	size_t			size;
	char			value[];
};

static void xattr_free(struct container_xattr *x)
{
	if (x) {
		kfree(x->name);
		kfree(x);
	}
}

void container_free_iattrs(struct container *cont)
{
	struct container_iattr *ia, *next_ia;
	struct container_xattr *x, *next_x;

	list_for_each_entry_safe(ia, next_ia, &cont->iattrs, node) {
		list_for_each_entry_safe(x, next_x, &ia->xattrs, node)
			xattr_free(x);
		kfree(ia);
	}
}

static struct container_iattr *iattr_find(struct container *cont, unsigned int node)
{
	struct container_iattr *ia;

	lockdep_assert_held(&container_lock);
	list_for_each_entry(ia, &cont->iattrs, node)
		if (ia->index == node)
			return ia;
	return NULL;
}

static int attr_default(struct container *cont, unsigned int node, struct container_attr *attr)
{
	const struct cftype *cft;

	memset(attr, 0, sizeof(*attr));
	attr->uid = cont->uid;
	attr->gid = cont->gid;
	if (node == CONTAINER_NODE_DIR) {
		attr->mode = cont->mode;
		attr->atime = attr->mtime = attr->ctime = cont->mtime;
		return 0;
	}
	cft = container_cftype(cont, node);
	if (!cft || !cftype_is_there(cont, node))
		return -ENOENT;
	attr->mode = cftype_is_link(cft) ? cft->mode : S_IFREG | cft->mode;
	attr->atime = attr->mtime = attr->ctime = cont->btime;
	return 0;
}

/* Is @node a link that is not there?  What was set of it stays for when it comes back. */
static bool node_is_gone(struct container *cont, unsigned int node)
{
	const struct cftype *cft = container_cftype(cont, node);

	return cft && !cftype_is_there(cont, node);
}

/* The iattr of @node.  If there is none, *@spare becomes it and is set to NULL. */
static struct container_iattr *iattr_make(struct container *cont, unsigned int node,
					  struct container_iattr **spare)
{
	struct container_iattr *ia = iattr_find(cont, node);

	if (ia)
		return ia;
	if (attr_default(cont, node, &(*spare)->attr))
		return NULL;
	ia = *spare;
	*spare = NULL;
	ia->index = node;
	INIT_LIST_HEAD(&ia->xattrs);
	list_add_tail(&ia->node, &cont->iattrs);
	return ia;
}

void container_owner(struct container *cont, unsigned int *uid, unsigned int *gid)
{
	struct container_iattr *ia = iattr_find(cont, CONTAINER_NODE_DIR);

	*uid = ia ? ia->attr.uid : cont->uid;
	*gid = ia ? ia->attr.gid : cont->gid;
}

void container_inherit_group(struct container *cont, struct container *dir)
{
	struct container_iattr *ia = iattr_find(dir, CONTAINER_NODE_DIR);

	if (!((ia ? ia->attr.mode : dir->mode) & S_ISGID))
		return;
	cont->mode |= S_ISGID;
	cont->gid = ia ? ia->attr.gid : dir->gid;
}

int container_getattr(struct container *cont, unsigned int node, struct container_attr *attr)
{
	struct container_iattr *ia;
	int ret = 0;

	spin_lock(&container_lock);
	ia = iattr_find(cont, node);
	if (!ia)
		ret = attr_default(cont, node, attr);
	else if (node_is_gone(cont, node))
		ret = -ENOENT;
	else
		*attr = ia->attr;
	if (ret)
		goto out;
	attr->nlink = 1;
	if (node == CONTAINER_NODE_DIR) {
		attr->nlink = 2 + cont->nr_children;	/* also of a removed directory, as in kernfs */
		if (cont->mtime > attr->mtime)
			attr->mtime = attr->ctime = cont->mtime;
	}
out:
	spin_unlock(&container_lock);
	return ret;
}

int container_setattr(struct container *cont, unsigned int node,
		      const struct container_attr *attr, unsigned int valid)
{
	struct container_iattr *spare, *ia;
	int ret = 0;

	if (!valid)
		return 0;
	spare = kzalloc(sizeof(*spare), GFP_KERNEL);
	if (!spare)
		return -ENOMEM;
	spin_lock(&container_lock);
	ia = iattr_make(cont, node, &spare);
	if (!ia) {
		ret = -ENOENT;
		goto out;
	}
	if (valid & CONTAINER_ATTR_MODE)
		ia->attr.mode = (ia->attr.mode & S_IFMT) | (attr->mode & S_IALLUGO);
	if (valid & CONTAINER_ATTR_UID)
		ia->attr.uid = attr->uid;
	if (valid & CONTAINER_ATTR_GID)
		ia->attr.gid = attr->gid;
	if (valid & CONTAINER_ATTR_ATIME)
		ia->attr.atime = attr->atime;
	if (valid & CONTAINER_ATTR_MTIME)
		ia->attr.mtime = attr->mtime;
	ia->attr.ctime = host_time();
	if (node == CONTAINER_NODE_DIR && (valid & CONTAINER_ATTR_MTIME))
		cont->mtime = attr->mtime;
out:
	spin_unlock(&container_lock);
	kfree(spare);
	return ret;
}

static struct container_xattr *xattr_find(struct container *cont, unsigned int node,
					  const char *name)
{
	struct container_iattr *ia = iattr_find(cont, node);
	struct container_xattr *x;

	if (ia)
		list_for_each_entry(x, &ia->xattrs, node)
			if (!strcmp(x->name, name))
				return x;
	return NULL;
}

static int xattr_check(const char *name)
{
	static const char *const spaces[] = { "user.", "trusted.", "security." };
	unsigned int i;
	size_t len;

	for (i = 0; i < ARRAY_SIZE(spaces); i++) {
		len = str_has_prefix(name, spaces[i]);
		if (len)
			return name[len] ? 0 : -EINVAL;
	}
	return -EOPNOTSUPP;
}

long container_getxattr(struct container *cont, unsigned int node, const char *name,
			void *value, unsigned long size)
{
	struct container_xattr *x;
	long ret = xattr_check(name);

	if (ret)
		return ret;
	spin_lock(&container_lock);
	x = xattr_find(cont, node, name);
	if (!x)
		ret = -ENODATA;
	else if (size && size < x->size)
		ret = -ERANGE;
	else
		ret = x->size;
	if (ret > 0 && size)
		memcpy(value, x->value, x->size);
	spin_unlock(&container_lock);
	return ret;
}

int container_setxattr(struct container *cont, unsigned int node, const char *name,
		       const void *value, unsigned long size, int flags)
{
	struct container_iattr *spare, *ia;
	struct container_xattr *x = NULL, *old;
	int ret = xattr_check(name);

	if (ret)
		return ret;
	if (size > XATTR_BYTES_MAX)
		return -ENOSPC;
	spare = kzalloc(sizeof(*spare), GFP_KERNEL);
	/* Not kvmalloc(), because the last put of a container may free this under the lock. */
	x = kmalloc(sizeof(*x) + size, GFP_KERNEL | __GFP_NOWARN);
	if (x) {
		x->size = size;
		memcpy(x->value, value, size);
		x->name = kstrdup(name, GFP_KERNEL);
	}
	if (!spare || !x || !x->name) {
		ret = -ENOMEM;
		goto free;
	}

	spin_lock(&container_lock);
	old = xattr_find(cont, node, name);
	ia = NULL;
	if (old && (flags & XATTR_CREATE_FLAG))
		ret = -EEXIST;
	else if (!old && (flags & XATTR_REPLACE_FLAG))
		ret = -ENODATA;
	else if (!(ia = iattr_make(cont, node, &spare)))
		ret = -ENOENT;
	else if ((!old && cont->nr_xattrs >= XATTRS_MAX) ||
		 cont->xattr_bytes - (old ? old->size : 0) + size > XATTR_BYTES_MAX)
		ret = -ENOSPC;
	if (!ret) {
		if (old) {
			list_del(&old->node);
			cont->nr_xattrs--;
			cont->xattr_bytes -= old->size;
		}
		list_add_tail(&x->node, &ia->xattrs);
		cont->nr_xattrs++;
		cont->xattr_bytes += size;
		ia->attr.ctime = host_time();
		x = old;
	}
	spin_unlock(&container_lock);
free:
	xattr_free(x);
	kfree(spare);
	return ret;
}

long container_listxattr(struct container *cont, unsigned int node, _Bool trusted, char *list,
			 unsigned long size)
{
	struct container_iattr *ia;
	struct container_xattr *x;
	unsigned long len = 0;
	size_t n;
	long ret = 0;

	spin_lock(&container_lock);
	ia = iattr_find(cont, node);
	if (ia) {
		list_for_each_entry(x, &ia->xattrs, node) {
			if (!trusted && str_has_prefix(x->name, "trusted."))
				continue;
			n = strlen(x->name) + 1;
			if (size) {
				if (len + n > size) {
					ret = -ERANGE;
					break;
				}
				memcpy(list + len, x->name, n);
			}
			len += n;
		}
	}
	spin_unlock(&container_lock);
	return ret ? ret : (long)len;
}

int container_removexattr(struct container *cont, unsigned int node, const char *name)
{
	struct container_xattr *x;
	struct container_iattr *ia;
	int ret = xattr_check(name);

	if (ret)
		return ret;
	spin_lock(&container_lock);
	x = xattr_find(cont, node, name);
	if (!x) {
		ret = -ENODATA;
	} else {
		ia = iattr_find(cont, node);
		list_del(&x->node);
		cont->nr_xattrs--;
		cont->xattr_bytes -= x->size;
		ia->attr.ctime = host_time();
	}
	spin_unlock(&container_lock);
	xattr_free(x);
	return ret;
}
