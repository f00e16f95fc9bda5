// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control files: the engine makes and takes the text, this moves it.
 *
 * A text read is borrowed from the engine until the next call on the same open
 * file; the open file's mutex keeps it while it is copied out.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "vfs.h"

struct open_file {
	struct mutex		lock;		/* one read at a time: its text is borrowed */
	struct container_file	*file;
};

static int containerfs_open(struct inode *inode, struct file *filp)
{
	struct container_actor actor;
	struct open_file *of = kzalloc(sizeof(*of), GFP_KERNEL);
	int ret;

	if (!of)
		return -ENOMEM;
	mutex_init(&of->lock);
	containerfs_actor(&actor);
	ret = container_file_open(inode_cont(inode), CONTAINERFS_I(inode)->node, &actor, &of->file);
	if (ret) {
		kfree(of);
		return ret;
	}
	filp->private_data = of;
	return 0;
}

static int containerfs_release(struct inode *inode, struct file *filp)
{
	struct open_file *of = filp->private_data;

	container_file_release(of->file);
	kfree(of);
	return 0;
}

static ssize_t containerfs_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct open_file *of = iocb->ki_filp->private_data;
	size_t want = iov_iter_count(to);
	struct container_actor actor;
	const char *text;
	long n;

	containerfs_actor(&actor);
	mutex_lock(&of->lock);
	n = container_file_read(of->file, &actor, iocb->ki_pos, &text);
	if (n > 0 && want) {
		n = copy_to_iter(text, min_t(size_t, n, want), to);
		if (!n)
			n = -EFAULT;
		else
			iocb->ki_pos += n;
	}
	mutex_unlock(&of->lock);
	return want ? n : min(n, 0L);
}

static ssize_t containerfs_write(struct file *filp, const char __user *buf, size_t size,
				 loff_t *pos)
{
	struct open_file *of = filp->private_data;
	struct container_actor actor;
	char *text;
	long n;

	if (size > CONTAINER_WRITE_MAX)
		return -E2BIG;
	text = memdup_user_nul(buf, size);
	if (IS_ERR(text))
		return PTR_ERR(text);
	containerfs_actor(&actor);
	if (size)
		n = container_file_write(of->file, &actor, text, size);
	else
		n = container_is_dead(container_file_container(of->file)) ? -ENODEV : 0;
	kfree(text);
	if (n > 0)
		*pos += n;
	return n;
}

static __poll_t containerfs_poll(struct file *filp, poll_table *wait)
{
	struct open_file *of = filp->private_data;
	bool armed;

	poll_wait(filp, &containerfs_poll_wait, wait);
	return (__force __poll_t)container_file_poll(of->file, &armed);
}

const struct file_operations containerfs_file_fops = {
	.owner		= THIS_MODULE,
	.open		= containerfs_open,
	.release	= containerfs_release,
	.read_iter	= containerfs_read_iter,
	.splice_read	= generic_file_splice_read,
	.write		= containerfs_write,
	.poll		= containerfs_poll,
	.llseek		= generic_file_llseek,
};
