// SPDX-License-Identifier: GPL-2.0-only
/* Linux 6.14: d_revalidate() is given the directory and the name. */
#include <linux/dcache.h>
#include <linux/fs.h>

static int revalidate(struct inode *dir, const struct qstr *name, struct dentry *dentry,
		      unsigned int flags)
{
	return 1;
}

const struct dentry_operations probe = { .d_revalidate = revalidate };
