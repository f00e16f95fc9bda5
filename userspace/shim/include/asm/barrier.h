/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory barriers, with exactly the order that they have in the kernel.
 */
#ifndef _ASM_BARRIER_H
#define _ASM_BARRIER_H

#include <linux/compiler.h>

#define smp_mb()	__atomic_thread_fence(__ATOMIC_SEQ_CST)

#define smp_store_release(p, v)						\
do {									\
	typeof(*(p)) __ssr_val = (v);					\
	__atomic_store_n((p), __ssr_val, __ATOMIC_RELEASE);		\
} while (0)

#endif /* _ASM_BARRIER_H */
