/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests about attributes and lookups of nodes: the inode part of containerfs_ops.
 */
#ifndef _CONTAINERFSD_VIEW_INODE_H
#define _CONTAINERFSD_VIEW_INODE_H

#include "view.h"

/* Answer @req with @node of @cont, which is borrowed. */
void inode_reply_entry(fuse_req_t req, struct container *cont, unsigned int node);

/* Is the caller in group @gid? */
bool inode_caller_in_group(fuse_req_t req, gid_t gid);

void inode_forget(fuse_req_t req, fuse_ino_t ino, uint64_t nlookup);
void inode_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets);
void inode_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void inode_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *st, int to_set,
		   struct fuse_file_info *fi);
void inode_statfs(fuse_req_t req, fuse_ino_t ino);

#endif /* _CONTAINERFSD_VIEW_INODE_H */
