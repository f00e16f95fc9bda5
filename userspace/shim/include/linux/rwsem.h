/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Semaphores for many readers or one writer. A writer that waits keeps new readers
 * out, so a thread that reads may not begin to read again. To take one aborts wherever
 * might_sleep() would, because it may sleep.
 */
#ifndef _LINUX_RWSEM_H
#define _LINUX_RWSEM_H

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <linux/types.h>

struct rw_semaphore {
	struct shim_lock dep_map;
};

#define init_rwsem(sem)							\
do {									\
	struct rw_semaphore *__ir_sem = (sem);				\
	shim_rwsem_init(&__ir_sem->dep_map, #sem);			\
} while (0)

#define down_read(sem)	shim_down_read(&(sem)->dep_map, __FILE__, __LINE__)
#define up_read(sem)	shim_up_read(&(sem)->dep_map, __FILE__, __LINE__)
#define down_write(sem)	shim_down_write(&(sem)->dep_map, __FILE__, __LINE__)
#define up_write(sem)	shim_up_write(&(sem)->dep_map, __FILE__, __LINE__)

#endif /* _LINUX_RWSEM_H */
