/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mutexes. Only the owner unlocks, and no thread locks twice. To take one aborts under a
 * spinlock, inside an RCU reader, in an RCU callback and with interrupts off, because it may
 * sleep.
 */
#ifndef _LINUX_MUTEX_H
#define _LINUX_MUTEX_H

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/types.h>

struct mutex {
	struct shim_lock dep_map;
};

#define __MUTEX_INITIALIZER(lockname)	{ .dep_map = { .name = #lockname } }
#define DEFINE_MUTEX(x)		struct mutex x = __MUTEX_INITIALIZER(x)

static inline void __shim_mutex_lock(struct mutex *lock, const char *file, int line)
{
	shim_mutex_lock(&lock->dep_map, file, line);
}

static inline void __shim_mutex_unlock(struct mutex *lock, const char *file, int line)
{
	shim_mutex_unlock(&lock->dep_map, file, line);
}

static inline void __shim_mutex_destroy(struct mutex *lock, const char *file, int line)
{
	shim_lock_destroy(&lock->dep_map, file, line);
}

#define mutex_init(lock)						\
do {									\
	struct mutex *__mi_lock = (lock);				\
	shim_lock_init(&__mi_lock->dep_map, #lock);			\
} while (0)

#define mutex_lock(lock)		__shim_mutex_lock(lock, __FILE__, __LINE__)
#define mutex_unlock(lock)		__shim_mutex_unlock(lock, __FILE__, __LINE__)
#define mutex_destroy(lock)		__shim_mutex_destroy(lock, __FILE__, __LINE__)

#endif /* _LINUX_MUTEX_H */
