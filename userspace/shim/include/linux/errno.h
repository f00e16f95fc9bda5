/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Error numbers: the asm-generic values, which all our architectures share.
 */
#ifndef _LINUX_ERRNO_H
#define _LINUX_ERRNO_H

#define EPERM			1
#define ENOENT			2
#define ESRCH			3
#define EIO			5
#define E2BIG			7
#define EBADF			9
#define EAGAIN			11
#define ENOMEM			12
#define EACCES			13
#define EBUSY			16
#define EEXIST			17
#define ENODEV			19
#define ENOTDIR			20
#define EINVAL			22
#define ENOSPC			28
#define ERANGE			34
#define ENAMETOOLONG		36
#define ENODATA			61
#define EOVERFLOW		75
#define EOPNOTSUPP		95
#define ECANCELED		125

#endif /* _LINUX_ERRNO_H */
