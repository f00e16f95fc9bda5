// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reference counts that saturate.
 *
 * A count is sick when it is or becomes negative. Saturation puts it so far
 * below zero that no realistic number of gets or puts brings it back.
 */
#include <linux/refcount.h>

static void saturate(refcount_t *r, const char *why)
{
	refcount_set(r, REFCOUNT_SATURATED);
	WARN(1, "refcount_t: %s", why);
}

static int plus(int a, int b)
{
	return (int)((unsigned int)a + (unsigned int)b);
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
