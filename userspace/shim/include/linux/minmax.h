/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Smaller and larger, each argument evaluated once. The releases of 6.1 differ: early ones
 * require equal types and allow constants, late ones require equal signs and allow none. Code
 * must satisfy both, so this requires equal types and allows no constants.
 */
#ifndef _LINUX_MINMAX_H
#define _LINUX_MINMAX_H

#include <linux/compiler.h>

#define __mm_once(x, y, ux, uy, op)					\
({									\
	typeof(x) ux = (x);						\
	typeof(y) uy = (y);						\
	(void)(&ux == &uy);						\
	ux op uy ? ux : uy;						\
})
#define __mm(x, y, op) \
	__mm_once(x, y, __UNIQUE_ID(mm_x), __UNIQUE_ID(mm_y), op)

#define min(x, y)		__mm(x, y, <)
#define max(x, y)		__mm(x, y, >)
#define min_t(type, x, y)	__mm((type)(x), (type)(y), <)
#define max_t(type, x, y)	__mm((type)(x), (type)(y), >)
#define swap(a, b)							\
do {									\
	typeof(a) __swap_tmp = (a);					\
	(a) = (b);							\
	(b) = __swap_tmp;						\
} while (0)

#endif /* _LINUX_MINMAX_H */
