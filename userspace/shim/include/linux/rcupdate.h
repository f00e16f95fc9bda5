/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read-copy-update, for real: what call_rcu() and kfree_rcu() defer waits until
 * every reader that was inside has left, whatever thread it runs on.  A
 * callback is never run inside call_rcu().  Dereferencing outside a reader,
 * or with a rcu_dereference_protected() condition that is false, aborts;
 * sleeping, synchronize_rcu() and rcu_barrier() inside a reader do too.
 * Callbacks may not sleep.
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
#define synchronize_rcu()		shim_rcu_synchronize(__FILE__, __LINE__)
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

#define RCU_INITIALIZER(v)	(typeof(*(v)) __force __rcu *)(v)
#define RCU_INIT_POINTER(p, v)	WRITE_ONCE(p, v)
#define rcu_assign_pointer(p, v)					\
do {									\
	typeof(p) __rap_val = (v);					\
	__atomic_store_n(&(p), __rap_val, __ATOMIC_RELEASE);		\
} while (0)

#define rcu_access_pointer(p)	READ_ONCE(p)
#define rcu_dereference_raw(p)	__atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define rcu_dereference_check(p, c)					\
({									\
	RCU_LOCKDEP_WARN(!((c) || rcu_read_lock_held()),		\
			 "rcu_dereference(" #p ") outside a reader");	\
	rcu_dereference_raw(p);						\
})
#define rcu_dereference(p)	rcu_dereference_check(p, 0)
#define rcu_dereference_protected(p, c)					\
({									\
	RCU_LOCKDEP_WARN(!(c),						\
			 "rcu_dereference_protected(" #p ", " #c ")");	\
	(typeof(p))(p);							\
})
#define rcu_replace_pointer(rcu_ptr, ptr, c)				\
({									\
	typeof(rcu_ptr) __rrp_old = rcu_dereference_protected((rcu_ptr), (c)); \
	rcu_assign_pointer((rcu_ptr), (ptr));				\
	__rrp_old;							\
})
#define rcu_pointer_handoff(p)	(p)

/*
 * kfree_rcu(ptr, member) defers with the rcu_head of that name in *ptr;
 * kfree_rcu(ptr) waits for the grace period and so may sleep.
 */
#define __shim_kfree_rcu_2(ptr, rhf)					\
do {									\
	typeof(ptr) __kr_ptr = (ptr);					\
	_Static_assert(offsetof(typeof(*__kr_ptr), rhf) < 4096,		\
		       "the rcu_head lies too far into its object");	\
	if (__kr_ptr)							\
		shim_rcu_kfree(&__kr_ptr->rhf,				\
			       offsetof(typeof(*__kr_ptr), rhf));	\
} while (0)
#define __shim_kfree_rcu_1(ptr)						\
do {									\
	typeof(ptr) __kr_ptr = (ptr);					\
	if (__kr_ptr) {							\
		shim_rcu_synchronize(__FILE__, __LINE__);		\
		shim_kvfree(__kr_ptr, __FILE__, __LINE__);		\
	}								\
} while (0)
#define __shim_kfree_rcu_n(_1, _2, name, ...)	name
#define kvfree_rcu(...)							\
	__shim_kfree_rcu_n(__VA_ARGS__, __shim_kfree_rcu_2,		\
			   __shim_kfree_rcu_1, )(__VA_ARGS__)
#define kfree_rcu(...)		kvfree_rcu(__VA_ARGS__)

#endif /* _LINUX_RCUPDATE_H */
