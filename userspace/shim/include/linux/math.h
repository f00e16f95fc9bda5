/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Division and rounding of plain integers.
 */
#ifndef _LINUX_MATH_H
#define _LINUX_MATH_H

#include <linux/compiler.h>
#include <linux/types.h>

#define __KERNEL_DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define DIV_ROUND_UP(n, d)	__KERNEL_DIV_ROUND_UP(n, d)
#define DIV_ROUND_UP_ULL(n, d)	DIV_ROUND_UP((unsigned long long)(n), (d))
#define DIV_ROUND_DOWN_ULL(n, d) ((unsigned long long)(n) / (d))
#define round_up(x, y)		((((x) - 1) | ((typeof(x))((y) - 1))) + 1)
#define round_down(x, y)	((x) & ~((typeof(x))((y) - 1)))
#define roundup(x, y)							\
({									\
	typeof(y) __ru_y = (y);						\
	(((x) + (__ru_y - 1)) / __ru_y) * __ru_y;			\
})
#define rounddown(x, y)							\
({									\
	typeof(x) __rd_x = (x);						\
	__rd_x - (__rd_x % (y));					\
})
#define DIV_ROUND_CLOSEST(x, divisor)					\
({									\
	typeof(x) __drc_x = (x);					\
	typeof(divisor) __drc_d = (divisor);				\
	(((typeof(x))-1) > 0 || ((typeof(divisor))-1) > 0 ||		\
	 ((__drc_x > 0) == (__drc_d > 0))) ?				\
		((__drc_x + (__drc_d / 2)) / __drc_d) :			\
		((__drc_x - (__drc_d / 2)) / __drc_d);			\
})
#define abs(x)								\
({									\
	typeof(x) __abs_x = (x);					\
	__abs_x < 0 ? -__abs_x : __abs_x;				\
})

#endif /* _LINUX_MATH_H */
