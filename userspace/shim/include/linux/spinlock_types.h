/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spinlock_t: a real lock that knows its owner.
 */
#ifndef _LINUX_SPINLOCK_TYPES_H
#define _LINUX_SPINLOCK_TYPES_H

#include <linux/types.h>
#include "../../shim_libc.h"

typedef struct spinlock {
	struct shim_lock dep_map;
} spinlock_t;

/* The kernel's differ with real-time preemption only. */
typedef spinlock_t raw_spinlock_t;

#define __SPIN_LOCK_UNLOCKED(lockname) \
	(spinlock_t){ .dep_map = { .name = #lockname } }
#define DEFINE_SPINLOCK(x)		spinlock_t x = __SPIN_LOCK_UNLOCKED(x)

#endif /* _LINUX_SPINLOCK_TYPES_H */
