// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls of a container's directory: include/uapi/containerfs.h says what they do.
 *
 * A lease belongs to the open directory, so it ends with the last descriptor of that,
 * wherever the descriptor has been passed to.
 */
#include <linux/capability.h>
#include <linux/file.h>
#include <linux/mount.h>
#include <linux/uaccess.h>

#include "ns_host.h"
#include "vfs.h"

/*
 * May current write container.lease of @cont, by the mount that @filp was opened on?
 * -ENODEV: @cont was removed; -EINVAL: it has no such file, because it is the top.
 */
static int may_lease(struct file *filp, struct container *cont)
{
	struct container *child;
	struct inode *inode;
	unsigned int node;
	int ret;

	ret = container_lookup(cont, "container.lease", &child, &node);
	if (ret == -ENOENT)
		return container_is_removed(cont) ? -ENODEV : -EINVAL;
	if (ret)
		return ret;
	if (child) {
		container_put(child);
		return -EINVAL;
	}
	inode = containerfs_iget(file_inode(filp)->i_sb, cont, node);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	ret = inode_permission(&nop_mnt_idmap, inode, MAY_WRITE);
	iput(inode);
	if (ret)
		return ret;
	ret = mnt_want_write_file(filp);
	if (!ret)
		mnt_drop_write_file(filp);
	return ret;
}

static long ioctl_lease(struct file *filp, struct container *cont, const u32 __user *arg)
{
	struct containerfs_open_dir *dir = filp->private_data;
	u32 flags;
	int ret;

	if (get_user(flags, arg))
		return -EFAULT;
	ret = may_lease(filp, cont);
	if (ret)
		return ret;
	mutex_lock(&dir->lock);
	ret = container_lease(cont, flags);
	if (!ret) {
		/* A second lease of this directory takes the place of the first. */
		if (dir->lease)
			container_lease_end(cont, CONTAINERFS_LEASE_KILL);
		dir->lease |= flags;
	}
	mutex_unlock(&dir->lock);
	return ret;
}

/* The number of the command has the size of the caller's structure, which may be newer. */
static long ioctl_stat(struct container *cont, unsigned int cmd,
		       struct containerfs_stat __user *arg)
{
	struct containerfs_stat stat;
	struct container_actor actor;
	u32 size;
	int ret;

	if (get_user(size, &arg->size))
		return -EFAULT;
	if (size < CONTAINERFS_STAT_SIZE_VER0 || size > _IOC_SIZE(cmd))
		return -EINVAL;
	containerfs_user(&actor);
	ret = container_stat(cont, &actor, &stat);
	if (ret)
		return ret;
	stat.size = min_t(u32, size, sizeof(stat));
	return copy_to_user(arg, &stat, stat.size) ? -EFAULT : 0;
}

static long ioctl_get(struct container *cont, unsigned long type)
{
	struct container_held *held;
	struct file *file;
	int ret, fd;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (type > UINT_MAX)
		return -EINVAL;
	ret = container_hold_get(cont, type, &held);
	if (ret)
		return ret;
	file = containerfs_hold_open(container_held_hold(held));
	container_held_put(held);
	if (IS_ERR(file))
		return PTR_ERR(file);
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		fput(file);
	else
		fd_install(fd, file);
	return fd;
}

long containerfs_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	struct container *cont = inode_cont(file_inode(filp));
	void __user *user = (void __user *)arg;

	if ((cmd & ~IOCSIZE_MASK) == (CONTAINERFS_IOC_STAT & ~IOCSIZE_MASK))
		return ioctl_stat(cont, cmd, user);
	switch (cmd) {
	case CONTAINERFS_IOC_LEASE:
		return ioctl_lease(filp, cont, user);
	case CONTAINERFS_IOC_GET:
		return ioctl_get(cont, arg);
	default:
		return -ENOTTY;
	}
}
