/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BUG_ON() logs its place and aborts. WARN() logs its place and goes on, or aborts if the
 * environment has SHIM_PANIC_ON_WARN=1. The value of a warning is its condition.
 * WARN_ON_ONCE() warns once for each place.
 */
#ifndef _LINUX_BUG_H
#define _LINUX_BUG_H

#include <linux/compiler.h>
#include "../../shim_libc.h"

#define BUG_ON(cond)							\
do {									\
	if (unlikely(cond))						\
		shim_bug(__FILE__, __LINE__, "%s in %s", #cond, __func__); \
} while (0)

#define WARN(cond, format...)						\
({									\
	int __warn_on = !!(cond);					\
	if (unlikely(__warn_on))					\
		shim_warn(__FILE__, __LINE__, format);			\
	unlikely(__warn_on);						\
})

#define WARN_ON(cond)							\
({									\
	int __warn_on = !!(cond);					\
	if (unlikely(__warn_on))					\
		shim_warn(__FILE__, __LINE__, "%s in %s", #cond, __func__); \
	unlikely(__warn_on);						\
})

/* True at the first call at this place, in any thread. */
#define __shim_first_time()						\
({									\
	static int __once;						\
	!__atomic_load_n(&__once, __ATOMIC_RELAXED) &&			\
		!__atomic_exchange_n(&__once, 1, __ATOMIC_RELAXED);	\
})

#define WARN_ON_ONCE(cond)						\
({									\
	int __warn_once = !!(cond);					\
	if (unlikely(__warn_once) && __shim_first_time())		\
		shim_warn(__FILE__, __LINE__, "%s in %s", #cond, __func__); \
	unlikely(__warn_once);						\
})

#endif /* _LINUX_BUG_H */
