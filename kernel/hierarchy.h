/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hierarchies: what hierarchy.c and remount.c share.  All under container_lock.
 */
#ifndef _CONTAINERFS_HIERARCHY_H
#define _CONTAINERFS_HIERARCHY_H

#include "container.h"

struct option_msg;

/* Has it a subsystem with the clone trait? */
bool root_clones(const struct containerfs_root *root);
/* One hierarchy has come to clone, or clones no more: another one still may. */
void root_clones_changed(void);
/* Has another hierarchy than @root (NULL: any) a subsystem of @mask?  Then @msg says which. */
bool root_subsys_taken(unsigned int mask, const struct containerfs_root *root,
		       struct option_msg *msg);

#endif /* _CONTAINERFS_HIERARCHY_H */
