/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mutexes.  Only the owner unlocks, nobody locks twice, and since taking one
 * may sleep it aborts wherever might_sleep() would.
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

static inline int __must_check __shim_mutex_trylock(struct mutex *lock,
						    const char *file, int line)
{
	return shim_mutex_trylock(&lock->dep_map, file, line);
}

static inline void __shim_mutex_unlock(struct mutex *lock, const char *file, int line)
{
	shim_mutex_unlock(&lock->dep_map, file, line);
}

static inline void __shim_mutex_destroy(struct mutex *lock, const char *file, int line)
{
	shim_lock_destroy(&lock->dep_map, file, line);
}

/* No signal reaches the engine here, so these always get the lock. */
static inline int __must_check __shim_mutex_lock_signal(struct mutex *lock,
							const char *file, int line)
{
	shim_mutex_lock(&lock->dep_map, file, line);
	return 0;
}

static inline bool mutex_is_locked(struct mutex *lock)
{
	return shim_lock_taken(&lock->dep_map);
}

#define mutex_init(lock)						\
do {									\
	struct mutex *__mi_lock = (lock);				\
	shim_lock_init(&__mi_lock->dep_map, #lock);			\
} while (0)

#define mutex_lock(lock)		__shim_mutex_lock(lock, __FILE__, __LINE__)
#define mutex_trylock(lock)		__shim_mutex_trylock(lock, __FILE__, __LINE__)
#define mutex_unlock(lock)		__shim_mutex_unlock(lock, __FILE__, __LINE__)
#define mutex_destroy(lock)		__shim_mutex_destroy(lock, __FILE__, __LINE__)
#define mutex_lock_nested(lock, sub)	((void)(sub), mutex_lock(lock))
#define mutex_lock_interruptible(lock) \
	__shim_mutex_lock_signal(lock, __FILE__, __LINE__)
#define mutex_lock_killable(lock)	mutex_lock_interruptible(lock)

#endif /* _LINUX_MUTEX_H */
