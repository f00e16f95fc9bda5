// SPDX-License-Identifier: GPL-2.0-only
/* Linux 6.18: the new name of generic_delete_inode(). */
#include <linux/fs.h>

const struct super_operations probe = { .drop_inode = inode_just_drop };
