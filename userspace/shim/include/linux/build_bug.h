/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks at compile time; the same expressions pass and fail as in the kernel.
 */
#ifndef _LINUX_BUILD_BUG_H
#define _LINUX_BUILD_BUG_H

#include <linux/compiler.h>

#define BUILD_BUG_ON_ZERO(e)	((int)(sizeof(struct { int:(-!!(e)); })))
#define BUILD_BUG_ON_INVALID(e)	((void)(sizeof((long)(e))))
#define BUILD_BUG_ON_MSG(cond, msg)					\
do {									\
	extern void __PASTE(__shim_build_bug_, __LINE__)(void)		\
		__attribute__((__error__(msg)));			\
	if (cond)							\
		__PASTE(__shim_build_bug_, __LINE__)();			\
} while (0)
#define BUILD_BUG_ON(cond)	_Static_assert(!(cond), "BUILD_BUG_ON: " #cond)
#define BUILD_BUG()		BUILD_BUG_ON_MSG(1, "BUILD_BUG failed")
#define static_assert(expr, ...) __static_assert(expr, ##__VA_ARGS__, #expr)
#define __static_assert(expr, msg, ...) _Static_assert(expr, msg)

#endif /* _LINUX_BUILD_BUG_H */
