/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where kernels differ, and only here.
 *
 * The reference is Debian 12's 6.1.  Inode operations got a struct mnt_idmap
 * in the place of the user namespace in 6.3; the header that defines it is
 * what tells.
 */
#ifndef _CONTAINERFS_COMPAT_H
#define _CONTAINERFS_COMPAT_H

#if __has_include(<linux/mnt_idmapping.h>)
#include <linux/mnt_idmapping.h>
#endif

#ifdef nop_mnt_idmap
#define COMPAT_IDMAP		struct mnt_idmap
#define COMPAT_NOP_IDMAP	(&nop_mnt_idmap)
#else
#define COMPAT_IDMAP		struct user_namespace
#define COMPAT_NOP_IDMAP	(&init_user_ns)
#endif

#endif /* _CONTAINERFS_COMPAT_H */
