// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control files: the engine makes and takes the text, this moves it.
 *
 * An open file is the engine's own. It lets one reader in at a time, until this has copied
 * the text out.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "vfs.h"

#define WRITE_SMALL	32		/* enough for most writes: a pid, a number, a flag */

static int containerfs_open(struct inode *inode, struct file *filp)
{
	struct container_actor actor;
	struct container_file *file;
	int ret;

	if (filp->f_mode & FMODE_WRITE)
		containerfs_actor(&actor);
	else
		containerfs_user(&actor);
	ret = container_file_open(inode_cont(inode), CONTAINERFS_I(inode)->node, &actor, &file);
	if (!ret)
		filp->private_data = file;
	return ret;
}

static int containerfs_release(struct inode *inode, struct file *filp)
{
	container_file_release(filp->private_data);
	return 0;
}

static ssize_t containerfs_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct container_file *file = iocb->ki_filp->private_data;
	size_t want = iov_iter_count(to);
	struct container_actor actor;
	const char *text;
	long n;

	containerfs_user(&actor);
	n = container_file_read_begin(file, &actor, iocb->ki_pos, &text);
	if (n > 0 && want) {
		n = copy_to_iter(text, min_t(size_t, n, want), to);
		if (!n)
			n = -EFAULT;
		else
			iocb->ki_pos += n;
	}
	container_file_read_end(file, want && n > 0 ? n : 0);
	return want ? n : min(n, 0L);
}

static ssize_t containerfs_write(struct file *filp, const char __user *buf, size_t size,
				 loff_t *pos)
{
	struct container_file *file = filp->private_data;
	char small[WRITE_SMALL + 1], *text = small;
	struct container_actor actor;
	long n;

	if (size > CONTAINER_WRITE_MAX)
		return -E2BIG;
	if (size > WRITE_SMALL)
		text = memdup_user_nul(buf, size);
	else if (copy_from_user(small, buf, size))
		return -EFAULT;
	if (IS_ERR(text))
		return PTR_ERR(text);
	containerfs_user(&actor);
	n = container_file_write(file, &actor, text, size);
	if (text != small)
		kfree(text);
	if (n > 0)
		*pos += n;
	return n;
}

static __poll_t containerfs_poll(struct file *filp, poll_table *wait)
{
	bool armed;

	poll_wait(filp, &containerfs_poll_wait, wait);
	return (__force __poll_t)container_file_poll(filp->private_data, &armed);
}

const struct file_operations containerfs_file_fops = {
	.owner		= THIS_MODULE,
	.open		= containerfs_open,
	.release	= containerfs_release,
	.read_iter	= containerfs_read_iter,
	.splice_read	= copy_splice_read,
	.write		= containerfs_write,
	.poll		= containerfs_poll,
	.llseek		= generic_file_llseek,
};
