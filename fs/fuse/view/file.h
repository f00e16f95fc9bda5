/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests about open control files: the file part of containerfs_ops.
 */
#ifndef _CONTAINERFSD_VIEW_FILE_H
#define _CONTAINERFSD_VIEW_FILE_H

#include "view.h"

void file_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void file_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
	       struct fuse_file_info *fi);
void file_write(fuse_req_t req, fuse_ino_t ino, const char *buf, size_t size,
		off_t off, struct fuse_file_info *fi);
void file_poll(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi,
	       struct fuse_pollhandle *ph);
void file_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);

/* Release what the kernel left open on this connection. */
void file_super_gone(const struct super *s);

#endif /* _CONTAINERFSD_VIEW_FILE_H */
