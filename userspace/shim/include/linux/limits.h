/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Limits of the C types, and of paths (PATH_MAX counts the final NUL).
 */
#ifndef _LINUX_LIMITS_H
#define _LINUX_LIMITS_H

#include <linux/types.h>

#define PATH_MAX	4096

#define INT_MAX		((int)(~0U >> 1))
#define INT_MIN		(-INT_MAX - 1)
#define LLONG_MAX	((long long)(~0ULL >> 1))
#define SIZE_MAX	(~(size_t)0)

#endif /* _LINUX_LIMITS_H */
