/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spinlocks. They exclude threads, and a thread that holds one may not sleep. To lock twice, to
 * unlock what another thread holds, and to use a lock that was not initialised abort. The irq
 * and bh forms lock the same way; with interrupts off the thread may not sleep either.
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

static inline void __shim_spin_unlock(spinlock_t *lock, const char *file, int line)
{
	shim_spin_unlock(&lock->dep_map, file, line);
}

#define spin_lock_init(lock)						\
do {									\
	spinlock_t *__sli_lock = (lock);				\
	shim_lock_init(&__sli_lock->dep_map, #lock);			\
} while (0)

#define spin_lock(lock)			__shim_spin_lock(lock, __FILE__, __LINE__)
#define spin_unlock(lock)		__shim_spin_unlock(lock, __FILE__, __LINE__)

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
