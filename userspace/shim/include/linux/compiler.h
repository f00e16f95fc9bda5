/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Compiler hints and marked accesses. READ_ONCE and WRITE_ONCE are single relaxed atomic
 * accesses, so that the thread sanitiser knows them. As in the kernel they order nothing, and
 * take scalars only.
 */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

#include <linux/compiler_types.h>

#define unlikely(x)		__builtin_expect(!!(x), 0)

#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, val)						\
do {									\
	typeof(x) __wo_val = (val);					\
	__atomic_store_n(&(x), __wo_val, __ATOMIC_RELAXED);		\
} while (0)

#define __must_be_array(a) \
	(0 * sizeof(struct { int:(-!!(__same_type((a), &(a)[0]))); }))

#endif /* _LINUX_COMPILER_H */
