// SPDX-License-Identifier: GPL-2.0-only
/*
 * Directories: names are looked up in the engine.
 *
 * The hooks make and remove containers without the VFS, so cached dentries are revalidated.
 * A positive dentry is good while its container lives: only clones vanish by themselves,
 * while renames and rmdirs come through here. A negative dentry is good while the names in
 * the directory have the generation that it keeps in d_time.
 */
#include <linux/namei.h>
#include <linux/slab.h>

#include "vfs.h"

static int containerfs_revalidate(COMPAT_REVALIDATE_DIR struct dentry *dentry, unsigned int flags)
{
	struct inode *inode, *dir;
	struct dentry *parent;
	int ret = 1;

	inode = READ_ONCE(dentry->d_inode);
	if (inode)
		return CONTAINERFS_I(inode)->node || !container_is_removed(inode_cont(inode));
	if (flags & LOOKUP_RCU)
		return -ECHILD;
	/* Also when the name is about to be created, because a clone may have taken it. */
	parent = dget_parent(dentry);
	dir = d_inode(parent);
	if (!dir || dentry->d_time != (unsigned long)container_generation(inode_cont(dir)))
		ret = 0;
	dput(parent);
	return ret;
}

static int containerfs_delete_dentry(const struct dentry *dentry)
{
	return d_really_is_negative(dentry);
}

const struct dentry_operations containerfs_dops = {
	.d_revalidate	= containerfs_revalidate,
	.d_delete	= containerfs_delete_dentry,
};

static struct dentry *containerfs_lookup(struct inode *dir, struct dentry *dentry,
					 unsigned int flags)
{
	struct inode *inode = NULL;
	struct container *child;
	unsigned int node;
	int ret;

	/* Read it before the engine is asked, so that a later change makes the dentry stale. */
	dentry->d_time = container_generation(inode_cont(dir));
	ret = container_lookup(inode_cont(dir), dentry->d_name.name, &child, &node);
	if (!ret) {
		inode = containerfs_iget(dir->i_sb, child ? child : inode_cont(dir), node);
		if (child)
			container_put(child);
		/* The container, or the subsystem of the file, was removed since. */
		if (inode == ERR_PTR(-ENODEV))
			inode = NULL;
		if (IS_ERR(inode))
			return ERR_CAST(inode);
	} else if (ret != -ENOENT) {
		return ERR_PTR(ret);
	}
	return d_splice_alias(inode, dentry);
}

static compat_mkdir_t containerfs_mkdir(struct mnt_idmap *idmap, struct inode *dir,
					struct dentry *dentry, umode_t mode)
{
	struct container_actor actor;
	struct container *child;
	struct inode *inode;
	int ret;

	containerfs_actor(&actor);
	ret = container_mkdir(inode_cont(dir), dentry->d_name.name, mode,
			      from_kuid(&init_user_ns, current_fsuid()),
			      from_kgid(&init_user_ns, current_fsgid()), &actor, &child);
	if (ret)
		return compat_mkdir(ret);
	inode = containerfs_iget(dir->i_sb, child, CONTAINER_NODE_DIR);
	container_put(child);
	if (!IS_ERR(inode))
		d_instantiate(dentry, inode);
	else
		d_drop(dentry);		/* the container exists; the next lookup finds it */
	return compat_mkdir(0);
}

static int containerfs_rmdir(struct inode *dir, struct dentry *dentry)
{
	int ret = container_rmdir(inode_cont(dir), dentry->d_name.name);

	/* A clone that was removed by itself a moment ago. */
	if (ret == -ENOENT)
		d_drop(dentry);
	return ret;
}

static int containerfs_rename(struct mnt_idmap *idmap, struct inode *old_dir,
			      struct dentry *old_dentry, struct inode *new_dir,
			      struct dentry *new_dentry, unsigned int flags)
{
	if (flags)
		return -EINVAL;
	return container_rename(inode_cont(old_dir), old_dentry->d_name.name,
				inode_cont(new_dir), new_dentry->d_name.name);
}

/* --- listing --- */

#define LIST_BYTES	PAGE_SIZE

struct listed {
	unsigned long long	next;		/* engine position behind the entry */
	u64			ino;
	unsigned short		len;
	bool			is_dir;
	char			name[];
};

struct listing {
	struct container	*dir;
	size_t			used;
	char			buf[LIST_BYTES];
};

/* Only copies, because the engine calls this under its lock. */
static int containerfs_filldir(void *arg, const char *name, unsigned int namelen,
			       struct container *child, unsigned int node,
			       unsigned long long next)
{
	struct listing *l = arg;
	size_t size = ALIGN(sizeof(struct listed) + namelen, sizeof(u64));
	struct listed *e = (struct listed *)(l->buf + l->used);

	if (l->used + size > LIST_BYTES)
		return 1;
	e->next = next;
	e->ino = containerfs_ino(child ? child : l->dir, node);
	e->len = namelen;
	e->is_dir = child;
	memcpy(e->name, name, namelen);
	l->used += size;
	return 0;
}

/*
 * Positions 0 and 1 are the dots; then come the engine's, plus 2. An open directory keeps
 * where its listing ends, until the next listing begins.
 */
static int containerfs_dir_open(struct inode *inode, struct file *file)
{
	struct containerfs_open_dir *dir = kzalloc(sizeof(*dir), GFP_KERNEL);

	if (!dir)
		return -ENOMEM;
	mutex_init(&dir->lock);
	file->private_data = dir;
	return 0;
}

/* After the last close, whichever process that was in. */
static int containerfs_dir_release(struct inode *inode, struct file *file)
{
	struct containerfs_open_dir *dir = file->private_data;

	if (dir->lease)
		container_lease_end(inode_cont(inode), dir->lease);
	kfree(dir);
	return 0;
}

static int containerfs_readdir(struct file *file, struct dir_context *ctx)
{
	struct containerfs_open_dir *dir = file->private_data;
	struct listing *l;
	struct listed *e;
	size_t at;
	int ret;

	if (!ctx->pos)
		dir->end = 0;
	if (!dir_emit_dots(file, ctx))
		return 0;
	l = kmalloc(sizeof(*l), GFP_KERNEL);
	if (!l)
		return -ENOMEM;
	l->dir = inode_cont(file_inode(file));
	do {
		l->used = 0;
		ret = container_readdir(l->dir, ctx->pos - 2, &dir->end,
					containerfs_filldir, l);
		for (at = 0; at < l->used; at += ALIGN(sizeof(*e) + e->len, sizeof(u64))) {
			e = (struct listed *)(l->buf + at);
			if (!dir_emit(ctx, e->name, e->len, e->ino, e->is_dir ? DT_DIR : DT_REG)) {
				ret = 0;
				break;
			}
			ctx->pos = e->next + 2;
		}
	} while (ret > 0);
	kfree(l);
	return ret;
}

const struct file_operations containerfs_dir_fops = {
	.owner		= THIS_MODULE,
	.read		= generic_read_dir,
	.open		= containerfs_dir_open,
	.release	= containerfs_dir_release,
	.iterate_shared	= containerfs_readdir,
	.unlocked_ioctl	= containerfs_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.llseek		= generic_file_llseek,
};

const struct inode_operations containerfs_dir_iops = {
	.lookup		= containerfs_lookup,
	.mkdir		= containerfs_mkdir,
	.rmdir		= containerfs_rmdir,
	.rename		= containerfs_rename,
	.getattr	= containerfs_getattr,
	.setattr	= containerfs_setattr,
	.listxattr	= containerfs_listxattr,
};
