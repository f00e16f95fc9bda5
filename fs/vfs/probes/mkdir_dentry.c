// SPDX-License-Identifier: GPL-2.0-only
/* Linux 6.15: mkdir() returns a dentry: NULL for the one it was given. */
#include <linux/fs.h>

static struct dentry *make(struct mnt_idmap *idmap, struct inode *dir, struct dentry *dentry,
			   umode_t mode)
{
	return NULL;
}

const struct inode_operations probe = { .mkdir = make };
