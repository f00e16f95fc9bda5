/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Logarithms. ilog2() of a constant is a constant.
 */
#ifndef _LINUX_LOG2_H
#define _LINUX_LOG2_H

#include <linux/types.h>

/* As in the kernel, ilog2(0) has no meaning. */
#define ilog2(n) \
	((int)(sizeof(n) <= 4 ? 31 - __builtin_clz((unsigned int)(n)) \
			      : 63 - __builtin_clzll((unsigned long long)(n))))

#endif /* _LINUX_LOG2_H */
