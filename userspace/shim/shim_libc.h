/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the engine's world and the C library's world meet.
 *
 * The shim headers under include/ stand on these functions, and a host (or a
 * test) uses them to steer the shims. This file includes nothing and names
 * plain C types only, so both worlds can read it. Everything is safe to call
 * from any thread. Functions marked "host" are never called by the engine.
 */
#ifndef SHIM_LIBC_H
#define SHIM_LIBC_H

#define SHIM_PRINTF(f, a)	__attribute__((__format__(__printf__, f, a)))

/*
 * Log and bugs (log.c). Every printed line goes to one sink, without its
 * newline and with the kernel's level (0 emergency to 7 debug). The default
 * sink writes to stderr. The sink may be called with locks held and from any
 * thread: it must not call into the engine.
 */
void shim_log_set_sink(void (*sink)(int level, const char *line));	/* host; NULL: default */
void shim_printk(const char *fmt, ...) SHIM_PRINTF(1, 2);
void shim_vprintk(const char *fmt, __builtin_va_list args) SHIM_PRINTF(1, 0);
int shim_ratelimit(long *window_start, int *printed, int *missed,
		   int interval_ms, int burst, const char *who);

/*
 * Logs "kernel BUG at file:line: text" and, with the default sink, a backtrace; then aborts.
 */
void shim_bug(const char *file, int line, const char *fmt, ...)
	SHIM_PRINTF(3, 4) __attribute__((__noreturn__, __cold__));
/*
 * Logs and counts a warning. It aborts if the environment has
 * SHIM_PANIC_ON_WARN=1 or the host asked for it.
 */
void shim_warn(const char *file, int line, const char *fmt, ...)
	SHIM_PRINTF(3, 4) __attribute__((__cold__));
void shim_panic_on_warn(int on);			/* host */
unsigned long shim_warn_count(void);			/* host */

/*
 * Locks (lock.c). One shape under spinlock_t, struct mutex and struct
 * rw_semaphore; all zeros except the name is an unlocked spinlock or mutex; a
 * lock without a name was not initialised. file and line name the caller in messages.
 */
struct shim_lock {
	unsigned long	mem[8];		/* the C library's mutex or rwlock */
	const void	*owner;		/* the thread that holds it alone, or NULL */
	const char	*name;
};

void shim_lock_init(struct shim_lock *lock, const char *name);
void shim_lock_destroy(struct shim_lock *lock, const char *file, int line);
void shim_spin_lock(struct shim_lock *lock, const char *file, int line);
void shim_spin_unlock(struct shim_lock *lock, const char *file, int line);
void shim_mutex_lock(struct shim_lock *lock, const char *file, int line);
void shim_mutex_unlock(struct shim_lock *lock, const char *file, int line);
void shim_rwsem_init(struct shim_lock *sem, const char *name);
void shim_down_read(struct shim_lock *sem, const char *file, int line);
void shim_up_read(struct shim_lock *sem, const char *file, int line);
void shim_down_write(struct shim_lock *sem, const char *file, int line);
void shim_up_write(struct shim_lock *sem, const char *file, int line);
int shim_lock_held(const struct shim_lock *lock);	/* by this thread */
unsigned int shim_locks_held(void);			/* how many, by this thread */

/* "Interrupts off", a property of the thread; it only forbids sleeping. */
unsigned long shim_irq_save(void);
void shim_irq_restore(unsigned long flags);

/* Aborts unless this thread may sleep here. */
void shim_might_sleep(const char *file, int line);

/*
 * RCU (rcu.c). Callbacks run once every reader that was inside when the
 * grace period began has left. They run, one at a time and in order, on a
 * thread that leaves its outermost reader or that calls shim_rcu_quiescent()
 * or rcu_barrier(), and only while that thread holds no spinlock. As in a
 * softirq, they may take spinlocks and may not sleep.
 */
struct shim_rcu_head {
	struct shim_rcu_head	*next;
	void			(*func)(struct shim_rcu_head *head);
};

void shim_rcu_read_lock(void);
void shim_rcu_read_unlock(const char *file, int line);
int shim_rcu_read_held(void);
void shim_rcu_call(struct shim_rcu_head *head,
		   void (*func)(struct shim_rcu_head *head));
/* Frees, as kvfree() would, the object that has head at this offset. */
void shim_rcu_kfree(struct shim_rcu_head *head, unsigned long offset);
void shim_rcu_barrier(const char *file, int line);
/*
 * The host calls this where it holds nothing of the engine, for instance
 * after each request. It never waits. Returns how many callbacks are still
 * queued.
 */
unsigned long shim_rcu_quiescent(void);			/* host */
unsigned long shim_rcu_pending(void);			/* host */

/*
 * Memory (slab.c). can_sleep: the flags allow waiting, so the caller must be allowed to sleep.
 * quiet: no warning on failure. nofail: no injected failure.
 */
#define SHIM_GFP_ZERO		1u
#define SHIM_GFP_SLEEP		2u
#define SHIM_GFP_NOWARN		4u
#define SHIM_GFP_NOFAIL		8u

struct shim_cache;

void *shim_kmalloc(__SIZE_TYPE__ size, unsigned int how, const char *file, int line);
void *shim_kvmalloc(__SIZE_TYPE__ size, unsigned int how, const char *file, int line);
void shim_kfree(const void *p, const char *file, int line);
void shim_kvfree(const void *p, const char *file, int line);

struct shim_cache *shim_cache_create(const char *name, unsigned int size,
				     unsigned int align, void (*ctor)(void *),
				     const char *file, int line);
void *shim_cache_alloc(struct shim_cache *cache, unsigned int how,
		       const char *file, int line);
void shim_cache_free(struct shim_cache *cache, void *p, const char *file, int line);
void shim_cache_destroy(struct shim_cache *cache, const char *file, int line);

/*
 * Fault injection, for this thread only: the nth allocation from now fails
 * (1: the next one, 0: none). Returns the rest of the previous count: 0 if that failure has
 * happened, or was never asked for.
 */
unsigned long shim_fail_nth(unsigned long nth);		/* host */
/* The same: the nth allocation calls fn first, once; who may allocate may sleep there. */
void shim_call_nth(unsigned long nth, void (*fn)(void));	/* host */
unsigned long shim_rb_firsts(void);			/* calls of rb_first() so far */

/* Objects allocated and not freed. */
long shim_slab_live(void);				/* host */
long shim_slab_bytes(void);				/* host; of the requested sizes */
/* Logs one line for each cache with live objects; returns shim_slab_live(). */
long shim_slab_report(void);				/* host */

/* Clocks (time.c). */
long long shim_clock_ns(int realtime);

#endif /* SHIM_LIBC_H */
