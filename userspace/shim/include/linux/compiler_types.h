/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attributes and annotations. The kernel's build includes this file before everything; here
 * every shim header reaches it. The annotation __rcu is for sparse, and means nothing to gcc,
 * as in the kernel.
 */
#ifndef _LINUX_COMPILER_TYPES_H
#define _LINUX_COMPILER_TYPES_H

#define __rcu

#define __must_check		__attribute__((__warn_unused_result__))
#define __printf(a, b)		__attribute__((__format__(__printf__, a, b)))
#define __malloc		__attribute__((__malloc__))

#define __same_type(a, b)	__builtin_types_compatible_p(typeof(a), typeof(b))
#define ___SHIM_PASTE(a, b)	a##b
#define __PASTE(a, b)		___SHIM_PASTE(a, b)
#define __UNIQUE_ID(prefix)	__PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)

#endif /* _LINUX_COMPILER_TYPES_H */
