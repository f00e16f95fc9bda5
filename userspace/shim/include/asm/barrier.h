/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory barriers.  smp_mb() is a real fence, or under the thread sanitiser,
 * which does not know fences, an atomic operation on one word of the process.
 * The acquire and release forms carry exactly the kernel's order.
 */
#ifndef _ASM_BARRIER_H
#define _ASM_BARRIER_H

#include <linux/compiler.h>
#include "../../shim_libc.h"

#ifdef __SANITIZE_THREAD__
#define smp_mb()		shim_barrier()
#define smp_rmb()		shim_barrier()
#define smp_wmb()		shim_barrier()
#else
#define smp_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb()		__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)
#endif
#define smp_mb__before_atomic()	smp_mb()
#define smp_mb__after_atomic()	smp_mb()

#define smp_load_acquire(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)						\
do {									\
	typeof(*(p)) __ssr_val = (v);					\
	__atomic_store_n((p), __ssr_val, __ATOMIC_RELEASE);		\
} while (0)
#define smp_store_mb(var, val)						\
do {									\
	typeof(var) __ssm_val = (val);					\
	__atomic_store_n(&(var), __ssm_val, __ATOMIC_SEQ_CST);		\
	smp_mb();							\
} while (0)

#endif /* _ASM_BARRIER_H */
