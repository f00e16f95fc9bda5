/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kernels have under other names or in another form: the only file of the
 * module that knows.
 *
 * The rest of the module is written for the newest kernel, and what older ones
 * lack is made up here.  Which one this is is never asked for by its version:
 * distributions change their kernels.  For each difference there is a file in
 * probes/ that compiles where the new form is there; Kbuild tries them all and
 * puts HAVE_ and the file's name into features.h for those that do.
 */
#ifndef _CONTAINERFS_COMPAT_H
#define _CONTAINERFS_COMPAT_H

#include <linux/fs.h>
#include <linux/fsnotify.h>

#include "features.h"

#ifndef HAVE_BASELINE
#error "no probe compiles with the flags of this kernel: see fs/vfs/probes/baseline.log"
#endif

#ifndef HAVE_MNT_IDMAP
#define mnt_idmap			user_namespace
#endif

#ifndef HAVE_COPY_SPLICE_READ
#define copy_splice_read		generic_file_splice_read
#endif

#ifdef HAVE_FILLATTR_MASK
#define compat_fillattr(idmap, mask, inode, stat)	generic_fillattr(idmap, mask, inode, stat)
#else
#define compat_fillattr(idmap, mask, inode, stat)	generic_fillattr(idmap, inode, stat)
#endif

#ifndef HAVE_INODE_TIMES
#define inode_get_atime(inode)		((inode)->i_atime)
#define inode_get_mtime(inode)		((inode)->i_mtime)
#define inode_set_atime_to_ts(inode, ts)	((inode)->i_atime = (ts))
#define inode_set_mtime_to_ts(inode, ts)	((inode)->i_mtime = (ts))
#define inode_set_ctime_to_ts(inode, ts)	((inode)->i_ctime = (ts))
#endif

#ifndef HAVE_SB_HAS_WATCHERS
#define fsnotify_sb_has_watchers(sb)	(atomic_long_read(&(sb)->s_fsnotify_connectors) != 0)
#endif

/* The first arguments of d_revalidate(), up to the dentry. */
#ifdef HAVE_REVALIDATE_DIR
#define COMPAT_REVALIDATE_DIR		struct inode *compat_dir, const struct qstr *compat_name,
#else
#define COMPAT_REVALIDATE_DIR
#endif

/* What mkdir() returns, and an errno as it. */
#ifdef HAVE_MKDIR_DENTRY
typedef struct dentry *compat_mkdir_t;
#define compat_mkdir(err)		ERR_PTR(err)
#else
typedef int compat_mkdir_t;
#define compat_mkdir(err)		(err)
#endif

#ifndef HAVE_DEFAULT_D_OP
#define set_default_d_op(sb, ops)	((sb)->s_d_op = (ops))
#endif

#ifndef HAVE_INODE_JUST_DROP
#define inode_just_drop			generic_delete_inode
#endif

#ifndef HAVE_INODE_STATE_READ
#define inode_state_read_once(inode)	READ_ONCE((inode)->i_state)
#endif

/* An array of constant pointers from Linux 6.7 on; nobody ever wrote to it. */
#define compat_set_xattr(sb, handlers)	((sb)->s_xattr = (typeof((sb)->s_xattr))(handlers))

#endif /* _CONTAINERFS_COMPAT_H */
