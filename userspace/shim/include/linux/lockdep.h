/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lock checker.  These are not statistics: an assertion that does not hold
 * names the lock and the place, and aborts.  They take a spinlock_t, a struct
 * mutex or a struct rw_semaphore.
 */
#ifndef _LINUX_LOCKDEP_H
#define _LINUX_LOCKDEP_H

#include <linux/bug.h>
#include <linux/types.h>
#include "../../shim_libc.h"

struct lock_class_key {
	char dummy;
};

/* 1 if this thread holds the lock. */
#define lockdep_is_held(l)	shim_lock_held(&(l)->dep_map)

#define lockdep_assert(cond)						\
do {									\
	if (unlikely(!(cond)))						\
		shim_bug(__FILE__, __LINE__,				\
			 "lockdep_assert(%s) fails in %s", #cond, __func__); \
} while (0)
#define lockdep_assert_once(cond)	lockdep_assert(cond)

#define lockdep_assert_held(l)						\
do {									\
	if (unlikely(!lockdep_is_held(l)))				\
		shim_bug(__FILE__, __LINE__, "%s needs the lock %s held", \
			 __func__, #l);					\
} while (0)
#define lockdep_assert_not_held(l)					\
do {									\
	if (unlikely(lockdep_is_held(l)))				\
		shim_bug(__FILE__, __LINE__, "%s needs the lock %s not held", \
			 __func__, #l);					\
} while (0)
#define lockdep_assert_held_once(l)	lockdep_assert_held(l)
#define lockdep_assert_none_held_once()	lockdep_assert(shim_locks_held() == 0)
#define lockdep_assert_irqs_disabled()	lockdep_assert(shim_irqs_off())
#define lockdep_assert_irqs_enabled()	lockdep_assert(!shim_irqs_off())

/* Lock order is the thread sanitiser's to check; it needs no classes. */
#define lockdep_set_class(lock, key)	((void)(lock), (void)(key))

#endif /* _LINUX_LOCKDEP_H */
