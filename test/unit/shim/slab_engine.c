// SPDX-License-Identifier: GPL-2.0-only
/*
 * Allocation: contracts, counts, leaks and failures.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "../../../userspace/shim/shim_libc.h"
#include "tests.h"

#define BOXES()		kmem_cache_create("box", sizeof(struct box), 0, 0, NULL)
#define MUCH		(4ul << 20)	/* the most that kmalloc() gives */

struct box {
	long content[5];
	spinlock_t lock;
};

static const char zeroes[sizeof(struct box)];

void test_kmalloc_counts(void)
{
	char *p = kmalloc(10, GFP_KERNEL), *q = kzalloc(10, GFP_KERNEL);

	expect(p && q && shim_slab_live() == 2 && shim_slab_bytes() == 20);
	expect(!memcmp(q, zeroes, 10) && (unsigned long)p % 8 == 0);
	kfree(p);
	kfree(q);
	kfree(NULL);
	expect(shim_slab_live() == 0 && shim_slab_bytes() == 0);
}

void test_kmalloc_zero_size(void)
{
	size_t zero = 0;
	void *p = kmalloc(zero, GFP_KERNEL);

	expect(p == (void *)16 && shim_slab_live() == 0);
	kfree(p);
	p = kvmalloc(zero, GFP_KERNEL);
	expect(p == (void *)16);
	kvfree(p);
	expect(shim_slab_live() == 0);
}

void test_kmalloc_too_much(void)
{
	size_t size = MUCH + 1;

	expect(!kmalloc(size, GFP_KERNEL | __GFP_NOWARN) && shim_warn_count() == 0);
	expect(!kmalloc(size, GFP_KERNEL) && shim_warn_count() == 1);
	expect(shim_slab_live() == 0);
}

void test_arrays_are_checked(void)
{
	size_t many = SIZE_MAX / 8 + 2;

	/* the product overflows to about 8: it must fail, without a message */
	expect(!kmalloc_array(many, 8, GFP_KERNEL) && !kmalloc_array(8, many, GFP_KERNEL));
	expect(!kvmalloc_array(many, 8, GFP_KERNEL) && shim_warn_count() == 0);
}

void test_kvmalloc_takes_more(void)
{
	size_t size = MUCH + 1;
	char *p = kvmalloc(size, GFP_KERNEL | __GFP_ZERO);

	expect(p && !p[0] && !p[size - 1]);
	kvfree(p);
	p = kmalloc(10, GFP_KERNEL);
	kvfree(p);
	p = kvmalloc_array(10, 10, GFP_KERNEL);
	kvfree(p);
	kvfree(NULL);
	expect(shim_slab_live() == 0);
}

static void construct(void *p)
{
	((struct box *)p)->content[0] = 42;
}

void test_cache_counts_and_constructs(void)
{
	struct kmem_cache *boxes = BOXES(), *made;
	struct box *a, *b;

	a = kmem_cache_alloc(boxes, GFP_KERNEL);
	b = kmem_cache_zalloc(boxes, GFP_KERNEL);
	expect(!memcmp(b, zeroes, sizeof(*b)) && shim_slab_live() == 2);
	kmem_cache_free(boxes, a);
	expect(shim_slab_live() == 1);
	kmem_cache_free(boxes, b);
	kmem_cache_destroy(boxes);
	kmem_cache_destroy(NULL);

	made = kmem_cache_create("made", sizeof(*a), 0, 0, construct);
	a = kmem_cache_alloc(made, GFP_KERNEL);
	expect(a->content[0] == 42);
	kmem_cache_free(made, a);
	kmem_cache_destroy(made);
	expect(shim_warn_count() == 0);
}

void test_cache_alignment(void)
{
	struct kmem_cache *wide = kmem_cache_create("wide", 24, 256, 0, NULL);
	void *p[8];
	int i;

	for (i = 0; i < 8; i++) {
		p[i] = kmem_cache_alloc(wide, GFP_KERNEL);
		expect(p[i] && (unsigned long)p[i] % 256 == 0);
	}
	for (i = 0; i < 8; i++)
		kmem_cache_free(wide, p[i]);
	kmem_cache_destroy(wide);
}

void test_cache_destroyed_with_objects(void)
{
	struct kmem_cache *boxes = BOXES();
	struct box *b = kmem_cache_alloc(boxes, GFP_KERNEL);

	kmem_cache_destroy(boxes);
	expect(shim_warn_count() == 1);
	expect(strstr(log_last(), "kmem_cache_destroy box: slab cache still has 1 objects"));
	/* the cache stays, as do its objects */
	expect(shim_slab_live() == 1);
	kmem_cache_free(boxes, b);
	kmem_cache_destroy(boxes);
	expect(shim_warn_count() == 1);
}

void test_leaks_are_reported(void)
{
	struct kmem_cache *boxes = BOXES();
	struct box *b = kmem_cache_alloc(boxes, GFP_KERNEL);
	void *p = kmalloc(1, GFP_KERNEL);

	expect(shim_slab_report() == 2 && log_lines(4) == 2);
	expect(strstr(log_last(), "1 live from kmalloc"));
	kfree(p);
	expect(shim_slab_report() == 1 && log_lines(4) == 3);
	expect(strstr(log_last(), "1 live in box"));
	kmem_cache_free(boxes, b);
	expect(shim_slab_report() == 0 && log_lines(4) == 3);
	kmem_cache_destroy(boxes);
}

void test_nth_allocation_fails(void)
{
	struct kmem_cache *boxes = BOXES();
	void *p[4];

	expect(shim_fail_nth(3) == 0);
	p[0] = kmalloc(1, GFP_KERNEL);
	p[1] = kmem_cache_alloc(boxes, GFP_ATOMIC);
	expect(p[0] && p[1]);
	expect(!kvmalloc(1, GFP_KERNEL));
	p[2] = kmalloc(1, GFP_KERNEL);
	expect(p[2] && shim_fail_nth(1) == 0);
	p[3] = kmalloc(1, GFP_KERNEL | __GFP_NOFAIL);
	expect(p[3]);
	expect(!kmem_cache_alloc(boxes, GFP_KERNEL));
	expect(shim_fail_nth(5) == 0 && shim_fail_nth(0) == 5);
	kfree(p[0]);
	kmem_cache_free(boxes, p[1]);
	kfree(p[2]);
	kfree(p[3]);
	shim_fail_nth(1);
	expect(!BOXES());
	kmem_cache_destroy(boxes);
	expect(shim_slab_live() == 0);
}

static int calls;

static void note_call(void)
{
	/* it may allocate itself */
	kfree(kmalloc(1, GFP_KERNEL));
	calls++;
}

void test_nth_allocation_calls(void)
{
	int i;

	shim_call_nth(3, note_call);
	for (i = 1; i < 6; i++) {
		kfree(kmalloc(1, GFP_KERNEL));
		expect(calls == (i >= 3));
	}
}

static void allocate_one(void *arg)
{
	void *p = kmalloc(1, GFP_KERNEL);

	expect(p);
	kfree(p);
}

void test_nth_failure_is_the_threads(void)
{
	shim_fail_nth(1);
	thread_join(thread_start(allocate_one, NULL));
	expect(!kmalloc(1, GFP_KERNEL));
}

void test_kfree_of_cache_object(void)
{
	struct kmem_cache *boxes = BOXES();

	kfree(kmem_cache_alloc(boxes, GFP_KERNEL));
}

void test_kfree_of_kvmalloc(void)
{
	kfree(kvmalloc(1, GFP_KERNEL));
}

void test_free_into_wrong_cache(void)
{
	struct kmem_cache *boxes = BOXES();
	struct kmem_cache *others = kmem_cache_create("others", 8, 0, 0, NULL);

	kmem_cache_free(others, kmem_cache_alloc(boxes, GFP_KERNEL));
}

void test_kfree_of_middle(void)
{
	char *p = kzalloc(100, GFP_KERNEL);

	kfree(p + 64);
}

void test_free_of_held_lock(void)
{
	struct box *b = kmalloc(sizeof(*b), GFP_KERNEL);

	spin_lock_init(&b->lock);
	spin_lock(&b->lock);
	kfree(b);
}

void test_kvfree_of_much_under_spinlock(void)
{
	static DEFINE_SPINLOCK(lock);
	void *p = kvmalloc(100000, GFP_KERNEL);
	void *q = kvmalloc(100, GFP_KERNEL);

	spin_lock(&lock);
	kvfree(q);
	kvfree(p);
}
