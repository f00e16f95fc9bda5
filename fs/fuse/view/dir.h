/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests about names: the directory part of containerfs_ops.
 *
 * dir_refuse_* refuse what a directory of containers never does, because its files
 * come and go with the container.
 */
#ifndef _CONTAINERFSD_VIEW_DIR_H
#define _CONTAINERFSD_VIEW_DIR_H

#include "view.h"

/* An open directory: fuse_file_info.fh. */
struct dir_handle {
	struct dir_handle	*next, **pprev;	/* in the same bucket */
	struct container	*cont;		/* a reference */
	unsigned long long	 generation;	/* the directory's, when it was opened */
	unsigned long long	 end;		/* see container_readdir() */
	unsigned int		 lease;		/* CONTAINERFS_LEASE_*; 0: it is none */
};

struct dir_handle *dir_handle_of(const struct fuse_file_info *fi);
/* Release what the kernel left open on this connection. */
void dir_super_gone(const struct super *s);

void dir_lookup(fuse_req_t req, fuse_ino_t parent, const char *name);
void dir_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode);
void dir_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name);
void dir_rename(fuse_req_t req, fuse_ino_t parent, const char *name,
		fuse_ino_t newparent, const char *newname, unsigned int flags);

void dir_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void dir_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi);
void dir_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off,
	      struct fuse_file_info *fi);

void dir_refuse_create(fuse_req_t req, fuse_ino_t parent, const char *name,
		       mode_t mode, struct fuse_file_info *fi);
void dir_refuse_mknod(fuse_req_t req, fuse_ino_t parent, const char *name,
		      mode_t mode, dev_t rdev);
void dir_refuse_symlink(fuse_req_t req, const char *link, fuse_ino_t parent,
			const char *name);
void dir_refuse_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t newparent,
		     const char *newname);
void dir_refuse_unlink(fuse_req_t req, fuse_ino_t parent, const char *name);

#endif /* _CONTAINERFSD_VIEW_DIR_H */
