/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lock checker. An assertion that does not hold names the lock and the place, and
 * aborts. It takes a spinlock_t, a struct mutex or a struct rw_semaphore.
 */
#ifndef _LINUX_LOCKDEP_H
#define _LINUX_LOCKDEP_H

#include <linux/bug.h>
#include <linux/types.h>
#include "../../shim_libc.h"

/* 1 if this thread holds the lock. */
#define lockdep_is_held(l)	shim_lock_held(&(l)->dep_map)

#define lockdep_assert_held(l)						\
do {									\
	if (unlikely(!lockdep_is_held(l)))				\
		shim_bug(__FILE__, __LINE__, "%s needs the lock %s held", \
			 __func__, #l);					\
} while (0)

#endif /* _LINUX_LOCKDEP_H */
