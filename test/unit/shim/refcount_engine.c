// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reference counts, atomics, and warnings that are logged and counted.
 */
#define pr_fmt(fmt) "shim-test: " fmt

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/printk.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../../userspace/shim/shim_libc.h"
#include "tests.h"

void test_refcount_life(void)
{
	refcount_t r;

	refcount_set(&r, 1);
	refcount_inc(&r);
	expect(refcount_read(&r) == 2);
	expect(!refcount_dec_and_test(&r));
	refcount_add(3, &r);
	expect(!refcount_sub_and_test(3, &r));
	expect(refcount_dec_and_test(&r));
	expect(refcount_read(&r) == 0);
	expect(shim_warn_count() == 0);
}

void test_refcount_underflow_saturates(void)
{
	refcount_t r;

	refcount_set(&r, 1);
	expect(refcount_dec_and_test(&r));
	expect(!refcount_dec_and_test(&r));
	expect(shim_warn_count() == 1);
	expect(strstr(log_last(), "underflow; use-after-free"));
	expect(refcount_read(&r) == (unsigned int)REFCOUNT_SATURATED);
	/* and it stays saturated */
	refcount_inc(&r);
	expect(!refcount_dec_and_test(&r));
	expect(refcount_read(&r) == (unsigned int)REFCOUNT_SATURATED);
}

void test_refcount_get_of_zero(void)
{
	refcount_t r;

	refcount_set(&r, 0);
	refcount_inc(&r);
	expect(shim_warn_count() == 1);
	expect(strstr(log_last(), "addition on 0"));
	expect(refcount_read(&r) == (unsigned int)REFCOUNT_SATURATED);
}

void test_refcount_overflow_saturates(void)
{
	refcount_t r;

	refcount_set(&r, INT_MAX);
	refcount_inc(&r);
	expect(shim_warn_count() == 1);
	expect(refcount_read(&r) == (unsigned int)REFCOUNT_SATURATED);
	expect(!refcount_sub_and_test(1, &r));
}

#define PUTTERS	4

struct shared {
	refcount_t refs;
	long written[PUTTERS];
};

static refcount_t released;

struct putter {
	struct shared *s;
	int i;
};

/* The last put reads what all wrote before their put: a race if puts are unordered. */
static void write_and_put(void *arg)
{
	struct putter *p = arg;
	int i;

	p->s->written[p->i] = 1;
	if (!refcount_dec_and_test(&p->s->refs))
		return;
	for (i = 0; i < PUTTERS; i++)
		expect(p->s->written[i] == 1);
	refcount_inc(&released);
	kfree(p->s);
}

void test_refcount_last_of_many_threads(void)
{
	struct test_thread *threads[PUTTERS];
	struct putter putters[PUTTERS];
	struct shared *s;
	int round, i;

	refcount_set(&released, 1);
	for (round = 0; round < 200; round++) {
		s = kzalloc(sizeof(*s), GFP_KERNEL);
		refcount_set(&s->refs, PUTTERS);
		for (i = 0; i < PUTTERS; i++) {
			putters[i].s = s;
			putters[i].i = i;
			threads[i] = thread_start(write_and_put, &putters[i]);
		}
		for (i = 0; i < PUTTERS; i++)
			thread_join(threads[i]);
	}
	expect(refcount_read(&released) == 201);
	expect(shim_slab_live() == 0);
}

void test_atomic_operations(void)
{
	atomic64_t v64 = { 1 };
	atomic_t v;

	atomic_set(&v, INT_MAX);
	expect(atomic_fetch_add_relaxed(1, &v) == INT_MAX && atomic_read(&v) == INT_MIN);
	atomic64_add(1ll << 40, &v64);
	expect(atomic64_xchg(&v64, 5) == (1ll << 40) + 1 && atomic64_xchg(&v64, 0) == 5);
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

	for (i = 0; i < 3; i++)
		expect(WARN_ON_ONCE(1));
	expect(shim_warn_count() == 1);
	expect(log_lines(4) == 1);
}

void test_log_ratelimit(void)
{
	int i;

	for (i = 0; i < 100; i++)
		pr_info_ratelimited("again %d\n", i);
	expect(log_lines(6) == 10 && !strcmp(log_last(), "shim-test: again 9"));
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
