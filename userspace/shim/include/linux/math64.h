/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * 64-bit division by name, as 32-bit kernels need it. Division by zero is the
 * processor's fault in both worlds.
 */
#ifndef _LINUX_MATH64_H
#define _LINUX_MATH64_H

#include <linux/types.h>

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline u64 mul_u64_u64_div_u64(u64 a, u64 mul, u64 div)
{
	return (u64)((unsigned __int128)a * mul / div);
}

#endif /* _LINUX_MATH64_H */
