/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the shims' libc half know of each other.
 *
 * Every thread that calls into the shims has a record: the locks that it holds, and its place
 * in RCU. Only the thread itself touches its record, except for rcu_seq, which a thread that
 * waits for a grace period reads atomically.
 */
#ifndef SHIM_INTERNAL_H
#define SHIM_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include "shim_libc.h"

#define SHIM_MAX_HELD	64

struct shim_thread {
	struct shim_thread	*next;		/* registry, under its lock */
	unsigned long		rcu_seq;	/* atomic; 0 outside readers */
	unsigned int		rcu_nesting;
	unsigned int		spinlocks;	/* of held[] */
	unsigned int		nheld;
	bool			irqs_off;
	bool			in_callback;
	unsigned long		fail_nth;
	unsigned long		call_nth;
	void			(*call)(void);
	struct shim_lock	*held[SHIM_MAX_HELD];
};

extern __thread struct shim_thread *shim_this_thread;

struct shim_thread *shim_thread_enter(void);

/* The calling thread's record; made at its first call. */
static inline struct shim_thread *shim_thread(void)
{
	struct shim_thread *t = shim_this_thread;

	return __builtin_expect(!!t, 1) ? t : shim_thread_enter();
}

/* True if visit() is true for every thread's record. */
bool shim_threads_all(bool (*visit)(const struct shim_thread *t, unsigned long arg),
		      unsigned long arg);

/* Why the thread may not sleep, or NULL. */
const char *shim_atomic_reason(const struct shim_thread *t);

#endif /* SHIM_INTERNAL_H */
