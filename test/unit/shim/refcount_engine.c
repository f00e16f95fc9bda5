// SPDX-License-Identifier: GPL-2.0-only
/*
 * refcount_engine.c - reference counts, atomics, and warnings that are said
 * and counted.
 */
#define pr_fmt(fmt) "shim-test: " fmt

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../../userspace/shim/shim_libc.h"
#include "tests.h"

void test_refcount_life(void)
{
	refcount_t r = REFCOUNT_INIT(1);

	refcount_inc(&r);
	expect(refcount_read(&r) == 2);
	expect(!refcount_dec_and_test(&r));
	expect(refcount_inc_not_zero(&r));
	refcount_dec(&r);
	refcount_add(3, &r);
	expect(!refcount_sub_and_test(3, &r));
	expect(refcount_dec_and_test(&r));
	expect(refcount_read(&r) == 0);
	expect(!refcount_inc_not_zero(&r));
	expect(refcount_read(&r) == 0);
	refcount_set(&r, 1);
	expect(!refcount_dec_not_one(&r));
	expect(refcount_dec_if_one(&r) && !refcount_dec_if_one(&r));
	expect(shim_warn_count() == 0);
}

void test_refcount_underflow_saturates(void)
{
	refcount_t r = REFCOUNT_INIT(1);

	expect(refcount_dec_and_test(&r));
	expect(!refcount_dec_and_test(&r));
	expect(shim_warn_count() == 1);
	expect(strstr(log_last(), "underflow; use-after-free"));
	expect(refcount_read(&r) == (unsigned int)REFCOUNT_SATURATED);
	/* and it stays there, whatever happens */
	refcount_inc(&r);
	expect(!refcount_dec_and_test(&r));
	expect(refcount_inc_not_zero(&r));
	expect(refcount_read(&r) == (unsigned int)REFCOUNT_SATURATED);
}

void test_refcount_get_of_zero(void)
{
	refcount_t r = REFCOUNT_INIT(0);

	refcount_inc(&r);
	expect(shim_warn_count() == 1);
	expect(strstr(log_last(), "addition on 0"));
	expect(refcount_read(&r) == (unsigned int)REFCOUNT_SATURATED);

	refcount_set(&r, 1);
	refcount_dec(&r);
	expect(shim_warn_count() == 2);
	expect(strstr(log_last(), "decrement hit 0"));
}

void test_refcount_overflow_saturates(void)
{
	refcount_t r = REFCOUNT_INIT(REFCOUNT_MAX);

	refcount_inc(&r);
	expect(shim_warn_count() == 1);
	expect(refcount_read(&r) == (unsigned int)REFCOUNT_SATURATED);
	refcount_set(&r, REFCOUNT_MAX);
	expect(refcount_inc_not_zero(&r));
	expect(shim_warn_count() == 2);
	expect(refcount_read(&r) == (unsigned int)REFCOUNT_SATURATED);
	expect(!refcount_sub_and_test(1, &r));
}

void test_refcount_last_put_takes_lock(void)
{
	static DEFINE_MUTEX(m);
	static DEFINE_SPINLOCK(s);
	refcount_t r = REFCOUNT_INIT(2);

	expect(!refcount_dec_and_mutex_lock(&r, &m));
	expect(!mutex_is_locked(&m));
	expect(refcount_dec_and_mutex_lock(&r, &m));
	lockdep_assert_held(&m);
	mutex_unlock(&m);

	refcount_set(&r, 2);
	expect(!refcount_dec_and_lock(&r, &s));
	expect(refcount_dec_and_lock(&r, &s));
	lockdep_assert_held(&s);
	spin_unlock(&s);
}

#define PUTTERS	4

struct shared {
	struct kref kref;
	long written[PUTTERS];
};

static atomic_t released = ATOMIC_INIT(0);

/* Reads what all putters wrote before their put: a race if puts are unordered. */
static void release_shared(struct kref *kref)
{
	struct shared *s = container_of(kref, struct shared, kref);
	int i;

	for (i = 0; i < PUTTERS; i++)
		expect(s->written[i] == 1);
	atomic_inc(&released);
	kfree(s);
}

struct putter {
	struct shared *s;
	int i;
};

static void write_and_put(void *arg)
{
	struct putter *p = arg;

	p->s->written[p->i] = 1;
	kref_put(&p->s->kref, release_shared);
}

void test_refcount_last_of_many_threads(void)
{
	struct test_thread *threads[PUTTERS];
	struct putter putters[PUTTERS];
	struct shared *s;
	int round, i;

	for (round = 0; round < 200; round++) {
		s = kzalloc(sizeof(*s), GFP_KERNEL);
		kref_init(&s->kref);
		for (i = 1; i < PUTTERS; i++)
			kref_get(&s->kref);
		for (i = 0; i < PUTTERS; i++) {
			putters[i].s = s;
			putters[i].i = i;
			threads[i] = thread_start(write_and_put, &putters[i]);
		}
		for (i = 0; i < PUTTERS; i++)
			thread_join(threads[i]);
	}
	expect(atomic_read(&released) == 200);
	expect(shim_slab_live() == 0);
}

static void release_plain(struct kref *kref)
{
	atomic_inc(&released);
}

void test_kref_releases_once(void)
{
	struct kref k;

	kref_init(&k);
	kref_get(&k);
	expect(kref_read(&k) == 2);
	expect(kref_put(&k, release_plain) == 0 && atomic_read(&released) == 0);
	expect(kref_put(&k, release_plain) == 1 && atomic_read(&released) == 1);
	expect(!kref_get_unless_zero(&k));
}

void test_atomic_operations(void)
{
	atomic64_t v64 = ATOMIC64_INIT(1);
	atomic_long_t vl = ATOMIC_LONG_INIT(0);
	atomic_t v = ATOMIC_INIT(5);
	int old = 4;

	expect(atomic_add_return(2, &v) == 7 && atomic_fetch_add(1, &v) == 7);
	expect(atomic_sub_return(3, &v) == 5 && atomic_xchg(&v, 2) == 5);
	expect(atomic_cmpxchg(&v, 3, 9) == 2 && atomic_cmpxchg(&v, 2, 3) == 2);
	expect(!atomic_try_cmpxchg(&v, &old, 9) && old == 3);
	expect(atomic_try_cmpxchg(&v, &old, 1) && atomic_read(&v) == 1);
	expect(!atomic_add_unless(&v, 1, 1) && atomic_add_unless(&v, 1, 0));
	expect(atomic_dec_if_positive(&v) == 1 && atomic_dec_if_positive(&v) == 0);
	expect(atomic_dec_if_positive(&v) == -1 && atomic_read(&v) == 0);
	expect(!atomic_inc_not_zero(&v) && atomic_read(&v) == 0);
	atomic_set(&v, INT_MAX);
	expect(atomic_inc_return(&v) == INT_MIN);
	expect(atomic_fetch_or(1, &v) == INT_MIN && atomic_fetch_and(1, &v) == INT_MIN + 1);
	expect(atomic_dec_and_test(&v) && atomic_read(&v) == 0);
	atomic64_add(1ll << 40, &v64);
	expect(atomic64_read(&v64) == (1ll << 40) + 1);
	atomic_long_dec(&vl);
	expect(atomic_long_read(&vl) == -1);
}

void test_warn_values(void)
{
	expect(!WARN_ON(0) && shim_warn_count() == 0);
	expect(WARN_ON(2) == 1 && shim_warn_count() == 1);
	expect(WARN(1, "text %d\n", 7) && strstr(log_last(), "text 7"));
	expect(log_last()[strlen(log_last()) - 1] == '7');
	expect(strstr(log_last(), "refcount_engine.c"));
	expect(log_lines(4) == 2);
}

void test_warn_once_is_once(void)
{
	int i;

	for (i = 0; i < 3; i++) {
		expect(WARN_ON_ONCE(1));
		expect(WARN_ONCE(1, "once"));
		pr_warn_once("once\n");
	}
	expect(shim_warn_count() == 2);
	expect(log_lines(4) == 3);
}

void test_log_levels(void)
{
	pr_err("e%d\n", 1);
	expect(log_lines(3) == 1 && !strcmp(log_last(), "shim-test: e1"));
	pr_info("i\n");
	expect(log_lines(6) == 1 && !strcmp(log_last(), "shim-test: i"));
	pr_debug("not said\n");
	expect(log_lines(7) == 0);
	printk(KERN_NOTICE "plain");
	expect(log_lines(5) == 1 && !strcmp(log_last(), "plain"));
}

void test_log_ratelimit(void)
{
	int i;

	for (i = 0; i < 100; i++)
		pr_info_ratelimited("again\n");
	expect(log_lines(6) == 10);
}

void test_bug_on(void)
{
	BUG_ON(1);
}

void test_warn_that_panics(void)
{
	shim_panic_on_warn(1);
	WARN_ON(1);
}
