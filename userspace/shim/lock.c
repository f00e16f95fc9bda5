// SPDX-License-Identifier: GPL-2.0-only
/*
 * lock.c - spinlocks and mutexes.
 *
 * Both are the C library's mutex, so that the thread sanitiser sees them and
 * checks their order, plus an owner and a name.  Each thread keeps the list
 * of what it holds; a held spinlock makes it atomic.  Misuse is reported
 * before the C library could be confused by it.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "internal.h"

_Static_assert(sizeof(pthread_mutex_t) <= sizeof(((struct shim_lock *)0)->mem),
	       "struct shim_lock is too small for a mutex");
_Static_assert(_Alignof(pthread_mutex_t) <= _Alignof(struct shim_lock),
	       "struct shim_lock is not aligned for a mutex");

static pthread_mutex_t *mutex_of(struct shim_lock *lock)
{
	return (pthread_mutex_t *)lock->mem;
}

static const void *owner_of(const struct shim_lock *lock)
{
	return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED);
}

static void check_initialised(const struct shim_lock *lock, const char *file, int line)
{
	if (!lock->name)
		shim_bug(file, line, "lock %p was never initialised", (const void *)lock);
}

static void acquired(struct shim_thread *t, struct shim_lock *lock,
		     const char *file, int line)
{
	if (t->nheld == SHIM_MAX_HELD)
		shim_bug(file, line, "a thread holds more than %d locks", SHIM_MAX_HELD);
	t->held[t->nheld++] = lock;
	__atomic_store_n(&lock->owner, t, __ATOMIC_RELAXED);
}

static void acquire(struct shim_thread *t, struct shim_lock *lock,
		    const char *file, int line)
{
	int err;

	check_initialised(lock, file, line);
	if (owner_of(lock) == t)
		shim_bug(file, line, "lock %s is taken twice by one thread", lock->name);
	err = pthread_mutex_lock(mutex_of(lock));
	if (err)
		shim_bug(file, line, "lock %s: %s", lock->name, strerror(err));
	acquired(t, lock, file, line);
}

static bool try_acquire(struct shim_thread *t, struct shim_lock *lock,
			const char *file, int line)
{
	int err;

	check_initialised(lock, file, line);
	if (owner_of(lock) == t)
		return false;
	err = pthread_mutex_trylock(mutex_of(lock));
	if (err == EBUSY)
		return false;
	if (err)
		shim_bug(file, line, "lock %s: %s", lock->name, strerror(err));
	acquired(t, lock, file, line);
	return true;
}

static void release(struct shim_thread *t, struct shim_lock *lock,
		    const char *file, int line)
{
	unsigned int i;
	int err;

	check_initialised(lock, file, line);
	if (owner_of(lock) != t)
		shim_bug(file, line, "lock %s is unlocked by a thread that does not hold it",
			 lock->name);
	for (i = t->nheld; t->held[--i] != lock; )
		;
	memmove(&t->held[i], &t->held[i + 1],
		(--t->nheld - i) * sizeof(t->held[0]));
	__atomic_store_n(&lock->owner, NULL, __ATOMIC_RELAXED);
	err = pthread_mutex_unlock(mutex_of(lock));
	if (err)
		shim_bug(file, line, "unlock %s: %s", lock->name, strerror(err));
}

void shim_lock_init(struct shim_lock *lock, const char *name)
{
	memset(lock, 0, sizeof(*lock));
	pthread_mutex_init(mutex_of(lock), NULL);
	lock->name = name;
}

void shim_lock_destroy(struct shim_lock *lock, const char *file, int line)
{
	check_initialised(lock, file, line);
	if (owner_of(lock))
		shim_bug(file, line, "lock %s is destroyed while held", lock->name);
	pthread_mutex_destroy(mutex_of(lock));
	lock->name = NULL;
}

void shim_spin_lock(struct shim_lock *lock, const char *file, int line)
{
	struct shim_thread *t = shim_thread();

	acquire(t, lock, file, line);
	t->spinlocks++;
}

int shim_spin_trylock(struct shim_lock *lock, const char *file, int line)
{
	struct shim_thread *t = shim_thread();

	if (!try_acquire(t, lock, file, line))
		return 0;
	t->spinlocks++;
	return 1;
}

void shim_spin_unlock(struct shim_lock *lock, const char *file, int line)
{
	struct shim_thread *t = shim_thread();

	release(t, lock, file, line);
	t->spinlocks--;
}

void shim_mutex_lock(struct shim_lock *lock, const char *file, int line)
{
	shim_might_sleep(file, line);
	acquire(shim_thread(), lock, file, line);
}

int shim_mutex_trylock(struct shim_lock *lock, const char *file, int line)
{
	return try_acquire(shim_thread(), lock, file, line);
}

void shim_mutex_unlock(struct shim_lock *lock, const char *file, int line)
{
	release(shim_thread(), lock, file, line);
}

int shim_lock_held(const struct shim_lock *lock)
{
	return owner_of(lock) == shim_thread();
}

int shim_lock_taken(const struct shim_lock *lock)
{
	return owner_of(lock) != NULL;
}

unsigned int shim_locks_held(void)
{
	return shim_thread()->nheld;
}
