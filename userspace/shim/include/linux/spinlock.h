/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spinlocks.  They exclude threads, and while one is held the thread may not
 * sleep.  Locking twice, unlocking what another thread holds and using a lock
 * nobody initialised all abort.  The irq and bh forms lock the same way; with
 * interrupts off the thread may not sleep either.
 */
#ifndef _LINUX_SPINLOCK_H
#define _LINUX_SPINLOCK_H

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/spinlock_types.h>

/* The functions take the type, the macros add the place. */
static inline void __shim_spin_lock(spinlock_t *lock, const char *file, int line)
{
	shim_spin_lock(&lock->dep_map, file, line);
}

static inline int __must_check __shim_spin_trylock(spinlock_t *lock,
						   const char *file, int line)
{
	return shim_spin_trylock(&lock->dep_map, file, line);
}

static inline void __shim_spin_unlock(spinlock_t *lock, const char *file, int line)
{
	shim_spin_unlock(&lock->dep_map, file, line);
}

static inline int spin_is_locked(spinlock_t *lock)
{
	return shim_lock_taken(&lock->dep_map);
}

#define assert_spin_locked(lock)	BUG_ON(!spin_is_locked(lock))

#define spin_lock_init(lock)						\
do {									\
	spinlock_t *__sli_lock = (lock);				\
	shim_lock_init(&__sli_lock->dep_map, #lock);			\
} while (0)

#define spin_lock(lock)			__shim_spin_lock(lock, __FILE__, __LINE__)
#define spin_trylock(lock)		__shim_spin_trylock(lock, __FILE__, __LINE__)
#define spin_unlock(lock)		__shim_spin_unlock(lock, __FILE__, __LINE__)
#define spin_lock_nested(lock, sub)	((void)(sub), spin_lock(lock))
#define spin_lock_bh(lock)		spin_lock(lock)
#define spin_trylock_bh(lock)		spin_trylock(lock)
#define spin_unlock_bh(lock)		spin_unlock(lock)

#define spin_lock_irq(lock)						\
do {									\
	(void)shim_irq_save();						\
	spin_lock(lock);						\
} while (0)
#define spin_unlock_irq(lock)						\
do {									\
	spin_unlock(lock);						\
	shim_irq_restore(0);						\
} while (0)
#define spin_lock_irqsave(lock, flags)					\
do {									\
	unsigned long *__sl_flags = &(flags);				\
	*__sl_flags = shim_irq_save();					\
	spin_lock(lock);						\
} while (0)
#define spin_unlock_irqrestore(lock, flags)				\
do {									\
	spin_unlock(lock);						\
	shim_irq_restore(flags);					\
} while (0)

#define raw_spin_lock_init(lock)		spin_lock_init(lock)
#define raw_spin_lock(lock)			spin_lock(lock)
#define raw_spin_unlock(lock)			spin_unlock(lock)
#define raw_spin_lock_irqsave(lock, flags)	spin_lock_irqsave(lock, flags)
#define raw_spin_unlock_irqrestore(lock, flags)	spin_unlock_irqrestore(lock, flags)

#endif /* _LINUX_SPINLOCK_H */
