// SPDX-License-Identifier: GPL-2.0-only
/* Linux 6.19: an inode's state is private; there are accessors. */
#include <linux/fs.h>

bool probe(struct inode *inode);

bool probe(struct inode *inode)
{
	return inode_state_read_once(inode) & I_NEW;
}
