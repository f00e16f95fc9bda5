// SPDX-License-Identifier: GPL-2.0-only
/*
 * refcount.c - reference counts that saturate.
 *
 * A count is sick when it is or becomes negative.  Saturation puts it so far
 * below zero that no realistic number of gets or puts brings it back.
 */
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

static void saturate(refcount_t *r, const char *why)
{
	refcount_set(r, REFCOUNT_SATURATED);
	WARN(1, "refcount_t: %s", why);
}

static int plus(int a, int b)
{
	return (int)((unsigned int)a + (unsigned int)b);
}

bool refcount_add_not_zero(int i, refcount_t *r)
{
	int old = atomic_read(&r->refs);

	do {
		if (!old)
			return false;
	} while (!__atomic_compare_exchange_n(&r->refs.counter, &old, plus(old, i), 0,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	if (unlikely(old < 0 || plus(old, i) < 0))
		saturate(r, "saturated; leaking memory");
	return true;
}

void refcount_add(int i, refcount_t *r)
{
	int old = atomic_fetch_add_relaxed(i, &r->refs);

	if (unlikely(!old))
		saturate(r, "addition on 0; use-after-free");
	else if (unlikely(old < 0 || plus(old, i) < 0))
		saturate(r, "saturated; leaking memory");
}

bool refcount_sub_and_test(int i, refcount_t *r)
{
	int old = __atomic_fetch_sub(&r->refs.counter, i, __ATOMIC_ACQ_REL);

	if (old == i)
		return true;
	if (unlikely(old < 0 || plus(old, -i) < 0))
		saturate(r, "underflow; use-after-free");
	return false;
}

void refcount_dec(refcount_t *r)
{
	if (unlikely(atomic_fetch_sub_release(1, &r->refs) <= 1))
		saturate(r, "decrement hit 0; leaking memory");
}

bool refcount_dec_if_one(refcount_t *r)
{
	int one = 1;

	return atomic_try_cmpxchg(&r->refs, &one, 0);
}

/* False only for a count of 1: a saturated one is as good as taken. */
bool refcount_dec_not_one(refcount_t *r)
{
	int old = atomic_read(&r->refs);

	do {
		if (old == REFCOUNT_SATURATED)
			return true;
		if (old == 1)
			return false;
		if (old <= 0) {
			WARN(1, "refcount_t: underflow; use-after-free");
			return true;
		}
	} while (!atomic_try_cmpxchg(&r->refs, &old, old - 1));
	return true;
}

bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	mutex_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	mutex_unlock(lock);
	return false;
}

bool refcount_dec_and_lock(refcount_t *r, spinlock_t *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	spin_unlock(lock);
	return false;
}
