/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests about a container as an object: the ioctls of its directory, and the links to
 * what it holds.
 */
#ifndef _CONTAINERFSD_VIEW_OBJECT_H
#define _CONTAINERFSD_VIEW_OBJECT_H

#include "view.h"

void object_readlink(fuse_req_t req, fuse_ino_t ino);
/* libfuse 3 has had @cmd as an unsigned int since its API 35. */
void object_ioctl(fuse_req_t req, fuse_ino_t ino, unsigned int cmd, void *arg,
		  struct fuse_file_info *fi, unsigned int flags, const void *in, size_t in_size,
		  size_t out_size);

#endif /* _CONTAINERFSD_VIEW_OBJECT_H */
