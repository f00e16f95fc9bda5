/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read-copy-update, for real: call_rcu() and kfree_rcu() defer until every reader that was
 * inside has left, in all threads. A callback never runs inside call_rcu(). To dereference
 * outside a reader aborts; so do sleeping and rcu_barrier() inside a reader. Callbacks may not
 * sleep.
 */
#ifndef _LINUX_RCUPDATE_H
#define _LINUX_RCUPDATE_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/atomic.h>
#include <linux/lockdep.h>
#include <linux/bug.h>
#include <linux/stddef.h>
#include "../../shim_libc.h"

#define rcu_read_lock()			shim_rcu_read_lock()
#define rcu_read_unlock()		shim_rcu_read_unlock(__FILE__, __LINE__)
#define rcu_read_lock_held()		shim_rcu_read_held()
#define rcu_read_lock_any_held()	shim_rcu_read_held()
#define rcu_barrier()			shim_rcu_barrier(__FILE__, __LINE__)

static inline void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	shim_rcu_call(head, func);
}

#define RCU_LOCKDEP_WARN(cond, text)					\
do {									\
	if (unlikely(cond))						\
		shim_bug(__FILE__, __LINE__, "suspicious RCU usage in %s: %s", \
			 __func__, text);				\
} while (0)

#define rcu_assign_pointer(p, v)					\
do {									\
	typeof(p) __rap_val = (v);					\
	__atomic_store_n(&(p), __rap_val, __ATOMIC_RELEASE);		\
} while (0)

#define rcu_dereference_raw(p)	__atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define rcu_dereference_check(p, c)					\
({									\
	RCU_LOCKDEP_WARN(!((c) || rcu_read_lock_held()),		\
			 "rcu_dereference(" #p ") outside a reader");	\
	rcu_dereference_raw(p);						\
})
#define rcu_dereference(p)	rcu_dereference_check(p, 0)

/* Defers with the rcu_head of the name @rhf in *@ptr. */
#define kfree_rcu(ptr, rhf)						\
do {									\
	typeof(ptr) __kr_ptr = (ptr);					\
	_Static_assert(offsetof(typeof(*__kr_ptr), rhf) < 4096,		\
		       "the rcu_head lies too far into its object");	\
	if (__kr_ptr)							\
		shim_rcu_kfree(&__kr_ptr->rhf,				\
			       offsetof(typeof(*__kr_ptr), rhf));	\
} while (0)

#endif /* _LINUX_RCUPDATE_H */
