/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kernels and architectures have under other names or in another form. No other file
 * of the module knows the differences.
 *
 * The rest of the module is written for the newest kernel, and this makes up what older
 * kernels lack. It never asks for a version, because distributions change their kernels.
 * For each difference there is a file in probes/ that compiles where the new form exists.
 * Kbuild compiles all of them, and for each that compiles puts HAVE_ and the name of the
 * file into features.h.
 */
#ifndef _CONTAINERFS_COMPAT_H
#define _CONTAINERFS_COMPAT_H

#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/fsnotify.h>
#include <linux/ptrace.h>
#include <asm/unistd.h>

#include "features.h"

#ifndef HAVE_BASELINE
#error "no probe compiles with the flags of this kernel: see fs/vfs/probes/baseline.log"
#endif

#ifndef HAVE_MNT_IDMAP
#define mnt_idmap			user_namespace
#define nop_mnt_idmap			init_user_ns
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

/* The return type of mkdir(), and an errno in it. */
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

/* An array of constant pointers from Linux 6.7 on. No kernel has ever written to it. */
#define compat_set_xattr(sb, handlers)	((sb)->s_xattr = (typeof((sb)->s_xattr))(handlers))

/* What comes after the task in the hook of exits: is the task the last of its process to exit? */
#ifdef HAVE_EXIT_GROUP_DEAD
#define COMPAT_GROUP_DEAD		, bool compat_group_dead
#else
#define COMPAT_GROUP_DEAD
#define compat_group_dead		false
#endif

/* The CLONE_NEW* of a namespace. */
#ifdef HAVE_NS_TYPE
#define compat_ns_type(ns)		((ns)->ns_type)
#else
#define compat_ns_type(ns)		((ns)->ops->type)
#endif

/*
 * What architectures have under other names. Set the second argument of a function at its
 * entry; and is @nr the number of unshare(2) in the ABI that current has called by?
 */
#if defined(CONFIG_X86_64)
#define COMPAT_NR_UNSHARE_IA32		310

static inline void compat_set_argument1(struct pt_regs *regs, unsigned long value)
{
	regs->si = value;
}

static inline bool compat_is_unshare(int nr)
{
	return in_ia32_syscall() ? nr == COMPAT_NR_UNSHARE_IA32 :
				   (nr & ~__X32_SYSCALL_BIT) == __NR_unshare;
}
#elif defined(CONFIG_ARM64)
#define COMPAT_NR_UNSHARE_ARM		337

static inline void compat_set_argument1(struct pt_regs *regs, unsigned long value)
{
	regs->regs[1] = value;
}

static inline bool compat_is_unshare(int nr)
{
	return nr == (in_compat_syscall() ? COMPAT_NR_UNSHARE_ARM : __NR_unshare);
}
#else
#error "which registers hold a function's arguments and a system call's number here?"
#endif

#endif /* _CONTAINERFS_COMPAT_H */
