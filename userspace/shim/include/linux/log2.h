/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Logarithms and powers of two.  ilog2() of a constant is a constant.
 */
#ifndef _LINUX_LOG2_H
#define _LINUX_LOG2_H

#include <linux/types.h>

/* As in the kernel, ilog2(0) has no meaning. */
#define ilog2(n) \
	((int)(sizeof(n) <= 4 ? 31 - __builtin_clz((unsigned int)(n)) \
			      : 63 - __builtin_clzll((unsigned long long)(n))))
#define order_base_2(n)		((n) > 1 ? ilog2((n) - 1) + 1 : 0)
#define is_power_of_2(n)	__shim_is_power_of_2(n)
#define roundup_pow_of_two(n) \
	((n) == 1 ? 1UL : 1UL << (ilog2((unsigned long)(n) - 1) + 1))
#define rounddown_pow_of_two(n)	(1UL << ilog2((unsigned long)(n)))

static inline bool __shim_is_power_of_2(unsigned long n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

#endif /* _LINUX_LOG2_H */
