// SPDX-License-Identifier: GPL-2.0-only
/*
 * Inodes; the engine has their attributes.
 *
 * An inode is found again by its number (container id and node index), so a node of a
 * container never has two inodes. Mode and owner change only through the inode, so it has
 * the engine's values, and the VFS can check permissions by itself. Times and links are
 * copied from the engine when a task asks for them. The copy is made under i_lock, so that
 * an older copy is never the last.
 */
#include <linux/slab.h>
#include <linux/xattr.h>

#include "vfs.h"

static struct kmem_cache *containerfs_inodes;

static void containerfs_inode_once(void *obj)
{
	struct containerfs_inode *ci = obj;

	inode_init_once(&ci->inode);
}

struct inode *containerfs_alloc_inode(struct super_block *sb)
{
	struct containerfs_inode *ci = alloc_inode_sb(sb, containerfs_inodes, GFP_KERNEL);

	if (!ci)
		return NULL;
	ci->cont = NULL;
	ci->node = CONTAINER_NODE_DIR;
	return &ci->inode;
}

void containerfs_free_inode(struct inode *inode)
{
	kmem_cache_free(containerfs_inodes, CONTAINERFS_I(inode));
}

/* The pointer stays, because a path walk under RCU may still look through it. */
void containerfs_evict_inode(struct inode *inode)
{
	struct container *cont = inode_cont(inode);

	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	if (cont)
		container_put(cont);
}

/* Copy the attributes from the engine into @inode. */
static int containerfs_refresh(struct inode *inode)
{
	struct container_attr attr;
	int ret;

	spin_lock(&inode->i_lock);
	ret = container_getattr(inode_cont(inode), CONTAINERFS_I(inode)->node, &attr);
	if (ret)
		goto out;
	inode->i_mode = attr.mode;
	inode->i_uid = make_kuid(&init_user_ns, attr.uid);
	inode->i_gid = make_kgid(&init_user_ns, attr.gid);
	set_nlink(inode, attr.nlink);
	inode_set_atime_to_ts(inode, ns_to_timespec64(attr.atime));
	inode_set_mtime_to_ts(inode, ns_to_timespec64(attr.mtime));
	inode_set_ctime_to_ts(inode, ns_to_timespec64(attr.ctime));
out:
	spin_unlock(&inode->i_lock);
	return ret;
}

static int containerfs_inode_test(struct inode *inode, void *data)
{
	struct containerfs_inode *want = data;

	return inode_cont(inode) == want->cont && CONTAINERFS_I(inode)->node == want->node;
}

int containerfs_inode_is(struct inode *inode, void *data)
{
	return inode_cont(inode) == data;
}

static int containerfs_inode_set(struct inode *inode, void *data)
{
	struct containerfs_inode *want = data;

	CONTAINERFS_I(inode)->cont = container_get(want->cont);
	CONTAINERFS_I(inode)->node = want->node;
	inode->i_ino = containerfs_ino(want->cont, want->node);
	return 0;
}

struct inode *containerfs_iget(struct super_block *sb, struct container *cont, unsigned int node)
{
	struct containerfs_inode want = { .cont = cont, .node = node };
	struct inode *inode;
	int ret;

	inode = iget5_locked(sb, containerfs_ino(cont, node), containerfs_inode_test,
			     containerfs_inode_set, &want);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	if (!(inode_state_read_once(inode) & I_NEW))
		return inode;
	ret = containerfs_refresh(inode);
	if (ret) {
		iget_failed(inode);
		return ERR_PTR(ret);
	}
	if (node == CONTAINER_NODE_DIR) {
		inode->i_op = &containerfs_dir_iops;
		inode->i_fop = &containerfs_dir_fops;
	} else {
		inode->i_op = &containerfs_file_iops;
		inode->i_fop = &containerfs_file_fops;
	}
	unlock_new_inode(inode);
	return inode;
}

int containerfs_getattr(struct mnt_idmap *idmap, const struct path *path, struct kstat *stat,
			u32 mask, unsigned int flags)
{
	struct inode *inode = d_inode(path->dentry);

	/* Of a removed container the inode keeps the last values. */
	containerfs_refresh(inode);
	compat_fillattr(idmap, mask, inode, stat);
	return 0;
}

static unsigned long long timespec_to_ns(struct timespec64 ts)
{
	return timespec64_to_ns(&ts);
}

int containerfs_setattr(struct mnt_idmap *idmap, struct dentry *dentry, struct iattr *iattr)
{
	struct inode *inode = d_inode(dentry);
	struct container_attr attr = { 0 };
	unsigned int valid = 0;
	int ret;

	containerfs_refresh(inode);
	ret = setattr_prepare(idmap, dentry, iattr);
	if (ret)
		return ret;
	/* A truncation of a control file changes nothing. */
	iattr->ia_valid &= ~ATTR_SIZE;
	setattr_copy(idmap, inode, iattr);
	if (iattr->ia_valid & ATTR_MODE) {
		attr.mode = inode->i_mode;
		valid |= CONTAINER_ATTR_MODE;
	}
	if (iattr->ia_valid & ATTR_UID) {
		attr.uid = from_kuid(&init_user_ns, inode->i_uid);
		valid |= CONTAINER_ATTR_UID;
	}
	if (iattr->ia_valid & ATTR_GID) {
		attr.gid = from_kgid(&init_user_ns, inode->i_gid);
		valid |= CONTAINER_ATTR_GID;
	}
	if (iattr->ia_valid & ATTR_ATIME) {
		attr.atime = timespec_to_ns(inode_get_atime(inode));
		valid |= CONTAINER_ATTR_ATIME;
	}
	if (iattr->ia_valid & ATTR_MTIME) {
		attr.mtime = timespec_to_ns(inode_get_mtime(inode));
		valid |= CONTAINER_ATTR_MTIME;
	}
	ret = container_setattr(inode_cont(inode), CONTAINERFS_I(inode)->node, &attr, valid);
	/* A stat may have copied older values meanwhile; or the engine had no memory for these. */
	containerfs_refresh(inode);
	return ret;
}

/* --- extended attributes: three prefixes, one store --- */

static int containerfs_xattr_get(const struct xattr_handler *handler, struct dentry *dentry,
				 struct inode *inode, const char *name, void *value, size_t size)
{
	return container_getxattr(inode_cont(inode), CONTAINERFS_I(inode)->node,
				  xattr_full_name(handler, name), value, size);
}

static int containerfs_xattr_set(const struct xattr_handler *handler, struct mnt_idmap *idmap,
				 struct dentry *dentry, struct inode *inode, const char *name,
				 const void *value, size_t size, int flags)
{
	name = xattr_full_name(handler, name);
	/* Write permission does not suffice for these. */
	if (!strncmp(name, XATTR_USER_PREFIX, XATTR_USER_PREFIX_LEN) &&
	    !inode_owner_or_capable(idmap, inode))
		return -EPERM;
	if (!value)
		return container_removexattr(inode_cont(inode), CONTAINERFS_I(inode)->node, name);
	return container_setxattr(inode_cont(inode), CONTAINERFS_I(inode)->node, name, value, size,
				  flags);
}

ssize_t containerfs_listxattr(struct dentry *dentry, char *list, size_t size)
{
	struct inode *inode = d_inode(dentry);

	return container_listxattr(inode_cont(inode), CONTAINERFS_I(inode)->node,
				   ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN), list, size);
}

#define CONTAINERFS_XATTR(_name, _prefix)				\
static const struct xattr_handler _name = {				\
	.prefix	= _prefix,						\
	.get	= containerfs_xattr_get,				\
	.set	= containerfs_xattr_set,				\
}
CONTAINERFS_XATTR(containerfs_xattr_user, XATTR_USER_PREFIX);
CONTAINERFS_XATTR(containerfs_xattr_trusted, XATTR_TRUSTED_PREFIX);
CONTAINERFS_XATTR(containerfs_xattr_security, XATTR_SECURITY_PREFIX);

const struct xattr_handler *const containerfs_xattr_handlers[] = {
	&containerfs_xattr_user,
	&containerfs_xattr_trusted,
	&containerfs_xattr_security,
	NULL
};

const struct inode_operations containerfs_file_iops = {
	.getattr	= containerfs_getattr,
	.setattr	= containerfs_setattr,
	.listxattr	= containerfs_listxattr,
};

int __init containerfs_inode_init(void)
{
	containerfs_inodes = kmem_cache_create("containerfs_inode",
					       sizeof(struct containerfs_inode), 0,
					       SLAB_RECLAIM_ACCOUNT | SLAB_ACCOUNT,
					       containerfs_inode_once);
	return containerfs_inodes ? 0 : -ENOMEM;
}

void containerfs_inode_exit(void)
{
	/* Inodes are freed after a grace period. */
	rcu_barrier();
	kmem_cache_destroy(containerfs_inodes);
}
