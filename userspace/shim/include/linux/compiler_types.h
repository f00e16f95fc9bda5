/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attributes and annotations.  The kernel's build includes this file before
 * everything; here every shim header reaches it.  The sparse annotations
 * (__rcu, __user, __acquires) say nothing to gcc, in the kernel either.
 */
#ifndef _LINUX_COMPILER_TYPES_H
#define _LINUX_COMPILER_TYPES_H

#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME		"containerfs"
#endif

#define __user
#define __kernel
#define __iomem
#define __rcu
#define __percpu
#define __force
#define __nocast
#define __safe
#define __private
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __cond_acquires(x)
#define __acquire(x)		((void)0)
#define __release(x)		((void)0)
#define __bitwise

#define __always_inline		inline __attribute__((__always_inline__))
#define noinline		__attribute__((__noinline__))
#define __must_check		__attribute__((__warn_unused_result__))
#define __maybe_unused		__attribute__((__unused__))
#define __always_unused		__attribute__((__unused__))
#define __used			__attribute__((__used__))
#define __packed		__attribute__((__packed__))
#define __aligned(x)		__attribute__((__aligned__(x)))
#define __printf(a, b)		__attribute__((__format__(__printf__, a, b)))
#define __malloc		__attribute__((__malloc__))
#define __cold			__attribute__((__cold__))
#define __pure			__attribute__((__pure__))
#define __attribute_const__	__attribute__((__const__))
#define __noreturn		__attribute__((__noreturn__))
#define __weak			__attribute__((__weak__))
#define __visible		__attribute__((__externally_visible__))
#define __section(s)		__attribute__((__section__(s)))
#define __nonstring		__attribute__((__nonstring__))
#define __counted_by(m)
#define __read_mostly
#define notrace
#define fallthrough		__attribute__((__fallthrough__))
#define __no_kcsan

#define __same_type(a, b)	__builtin_types_compatible_p(typeof(a), typeof(b))
#define ___SHIM_PASTE(a, b)	a##b
#define __PASTE(a, b)		___SHIM_PASTE(a, b)
#define __UNIQUE_ID(prefix)	__PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)

#endif /* _LINUX_COMPILER_TYPES_H */
