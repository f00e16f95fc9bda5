// SPDX-License-Identifier: GPL-2.0-only
/* Linux 6.10: whether anybody watches a superblock is asked by a function. */
#include <linux/fsnotify.h>

bool probe(struct super_block *sb);

bool probe(struct super_block *sb)
{
	return fsnotify_sb_has_watchers(sb);
}
