/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Smaller and larger, each argument evaluated once.  The releases of 6.1
 * differ: early ones want equal types and know constants, late ones want equal
 * signs and know none.  Here both must be right: equal types, no constants.
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
#define min3(x, y, z)		min((typeof(x))min(x, y), z)
#define max3(x, y, z)		max((typeof(x))max(x, y), z)
#define min_t(type, x, y)	__mm((type)(x), (type)(y), <)
#define max_t(type, x, y)	__mm((type)(x), (type)(y), >)
#define clamp(val, lo, hi)	min((typeof(val))max(val, lo), hi)
#define clamp_t(type, v, l, h)	min_t(type, max_t(type, v, l), h)
#define clamp_val(val, lo, hi)	clamp_t(typeof(val), val, lo, hi)
#define min_not_zero(x, y)						\
({									\
	typeof(x) __mnz_x = (x);					\
	typeof(y) __mnz_y = (y);					\
	!__mnz_x ? __mnz_y :						\
		(!__mnz_y ? __mnz_x : min(__mnz_x, __mnz_y));		\
})
#define swap(a, b)							\
do {									\
	typeof(a) __swap_tmp = (a);					\
	(a) = (b);							\
	(b) = __swap_tmp;						\
} while (0)

#endif /* _LINUX_MINMAX_H */
