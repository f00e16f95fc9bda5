/* SPDX-License-Identifier: GPL-2.0-only */
/* The handlers of extended attributes; see xattr.c. */
#ifndef _CONTAINERFSD_VIEW_XATTR_H
#define _CONTAINERFSD_VIEW_XATTR_H

#include "node.h"

void xattr_get(fuse_req_t req, fuse_ino_t ino, const char *name, size_t size);
void xattr_list(fuse_req_t req, fuse_ino_t ino, size_t size);
void xattr_set(fuse_req_t req, fuse_ino_t ino, const char *name, const char *value, size_t size,
	       int flags);
void xattr_remove(fuse_req_t req, fuse_ino_t ino, const char *name);

#endif /* _CONTAINERFSD_VIEW_XATTR_H */
