// SPDX-License-Identifier: GPL-2.0-only
/*
 * Spinlocks, mutexes and rw_semaphores.
 *
 * They are the C library's mutex and rwlock, so that the thread sanitiser sees them and checks
 * their order, plus an owner and a name. Each thread keeps a list of the locks that it holds;
 * a held spinlock makes it atomic. A reader is not the owner, and has the lock only in its
 * list. Misuse is reported before it could confuse the C library.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "internal.h"

_Static_assert(sizeof(pthread_mutex_t) <= sizeof(((struct shim_lock *)0)->mem),
	       "struct shim_lock is too small for a mutex");
_Static_assert(_Alignof(pthread_mutex_t) <= _Alignof(struct shim_lock),
	       "struct shim_lock is not aligned for a mutex");

_Static_assert(sizeof(pthread_rwlock_t) <= sizeof(((struct shim_lock *)0)->mem),
	       "struct shim_lock is too small for a rwlock");
_Static_assert(_Alignof(pthread_rwlock_t) <= _Alignof(struct shim_lock),
	       "struct shim_lock is not aligned for a rwlock");

static pthread_mutex_t *mutex_of(struct shim_lock *lock)
{
	return (pthread_mutex_t *)lock->mem;
}

static pthread_rwlock_t *rwlock_of(struct shim_lock *sem)
{
	return (pthread_rwlock_t *)sem->mem;
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

static bool holds(const struct shim_thread *t, const struct shim_lock *lock)
{
	unsigned int i;

	for (i = 0; i < t->nheld; i++)
		if (t->held[i] == lock)
			return true;
	return false;
}

static void hold(struct shim_thread *t, struct shim_lock *lock, const char *file, int line)
{
	if (t->nheld == SHIM_MAX_HELD)
		shim_bug(file, line, "a thread holds more than %d locks", SHIM_MAX_HELD);
	t->held[t->nheld++] = lock;
}

static void unhold(struct shim_thread *t, const struct shim_lock *lock)
{
	unsigned int i;

	for (i = t->nheld; t->held[--i] != lock; )
		;
	memmove(&t->held[i], &t->held[i + 1],
		(--t->nheld - i) * sizeof(t->held[0]));
}

static void acquired(struct shim_thread *t, struct shim_lock *lock,
		     const char *file, int line)
{
	hold(t, lock, file, line);
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

static void release(struct shim_thread *t, struct shim_lock *lock,
		    const char *file, int line)
{
	int err;

	check_initialised(lock, file, line);
	if (owner_of(lock) != t)
		shim_bug(file, line, "lock %s is unlocked by a thread that does not hold it",
			 lock->name);
	unhold(t, lock);
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

void shim_mutex_unlock(struct shim_lock *lock, const char *file, int line)
{
	release(shim_thread(), lock, file, line);
}

/* As in the kernel, readers do not pass a writer that waits. */
void shim_rwsem_init(struct shim_lock *sem, const char *name)
{
	pthread_rwlockattr_t attr;

	memset(sem, 0, sizeof(*sem));
	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(rwlock_of(sem), &attr);
	pthread_rwlockattr_destroy(&attr);
	sem->name = name;
}

static struct shim_thread *down_begin(struct shim_lock *sem, const char *file, int line)
{
	struct shim_thread *t = shim_thread();

	shim_might_sleep(file, line);
	check_initialised(sem, file, line);
	if (holds(t, sem))
		shim_bug(file, line, "rw_semaphore %s is taken twice by one thread", sem->name);
	return t;
}

static void up_end(struct shim_lock *sem, const char *file, int line)
{
	int err = pthread_rwlock_unlock(rwlock_of(sem));

	if (err)
		shim_bug(file, line, "up of rw_semaphore %s: %s", sem->name, strerror(err));
}

void shim_down_read(struct shim_lock *sem, const char *file, int line)
{
	struct shim_thread *t = down_begin(sem, file, line);
	int err = pthread_rwlock_rdlock(rwlock_of(sem));

	if (err)
		shim_bug(file, line, "down_read(%s): %s", sem->name, strerror(err));
	hold(t, sem, file, line);
}

void shim_up_read(struct shim_lock *sem, const char *file, int line)
{
	struct shim_thread *t = shim_thread();

	if (!holds(t, sem) || owner_of(sem) == t)
		shim_bug(file, line, "up_read() of rw_semaphore %s by a thread that does not read",
			 sem->name ? sem->name : "without a name");
	unhold(t, sem);
	up_end(sem, file, line);
}

void shim_down_write(struct shim_lock *sem, const char *file, int line)
{
	struct shim_thread *t = down_begin(sem, file, line);
	int err = pthread_rwlock_wrlock(rwlock_of(sem));

	if (err)
		shim_bug(file, line, "down_write(%s): %s", sem->name, strerror(err));
	acquired(t, sem, file, line);
}

void shim_up_write(struct shim_lock *sem, const char *file, int line)
{
	struct shim_thread *t = shim_thread();

	if (owner_of(sem) != t)
		shim_bug(file, line, "up_write() of rw_semaphore %s by a thread that does not write",
			 sem->name ? sem->name : "without a name");
	unhold(t, sem);
	__atomic_store_n(&sem->owner, NULL, __ATOMIC_RELAXED);
	up_end(sem, file, line);
}

/* True also for one of several readers. */
int shim_lock_held(const struct shim_lock *lock)
{
	const struct shim_thread *t = shim_thread();

	return owner_of(lock) == t || holds(t, lock);
}

unsigned int shim_locks_held(void)
{
	return shim_thread()->nheld;
}
