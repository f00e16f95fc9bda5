// SPDX-License-Identifier: GPL-2.0-only
/*
 * slab_engine.c - allocation: contracts, counts, leaks and failures.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "../../../userspace/shim/shim_libc.h"
#include "tests.h"

struct box {
	long content[5];
	spinlock_t lock;
};

void test_kmalloc_counts(void)
{
	char *p = kmalloc(10, GFP_KERNEL), *q = kzalloc(10, GFP_KERNEL);

	expect(p && q && shim_slab_live() == 2 && shim_slab_bytes() == 20);
	expect(!memchr_inv(q, 0, 10) && ksize(p) >= 10);
	expect(IS_ALIGNED((unsigned long)p, ARCH_KMALLOC_MINALIGN));
	kfree(p);
	kfree_sensitive(q);
	kfree(NULL);
	expect(shim_slab_live() == 0 && shim_slab_bytes() == 0);
}

void test_kmalloc_zero_size(void)
{
	size_t zero = 0;
	void *p = kmalloc(zero, GFP_KERNEL);

	expect(p == ZERO_SIZE_PTR && ZERO_OR_NULL_PTR(p) && shim_slab_live() == 0);
	kfree(p);
	p = kvmalloc(zero, GFP_KERNEL);
	expect(ZERO_OR_NULL_PTR(p));
	kvfree(p);
	p = krealloc(kmalloc(5, GFP_KERNEL), zero, GFP_KERNEL);
	expect(p == ZERO_SIZE_PTR && shim_slab_live() == 0);
	p = krealloc(p, 5, GFP_KERNEL);
	expect(p && shim_slab_live() == 1);
	kfree(p);
}

void test_kmalloc_too_much(void)
{
	size_t size = KMALLOC_MAX_SIZE + 1;

	expect(!kmalloc(size, GFP_KERNEL | __GFP_NOWARN) && shim_warn_count() == 0);
	expect(!kmalloc(size, GFP_KERNEL) && shim_warn_count() == 1);
	expect(shim_slab_live() == 0);
}

void test_kcalloc_clears_and_checks(void)
{
	size_t many = SIZE_MAX / 8 + 2;
	char *p = kcalloc(7, 3, GFP_KERNEL);

	expect(p && !memchr_inv(p, 0, 21));
	kfree(p);
	/* the product overflows to 8 or so: must fail, without a word */
	expect(!kcalloc(many, 8, GFP_KERNEL) && !kmalloc_array(8, many, GFP_KERNEL));
	expect(!kvmalloc_array(many, 8, GFP_KERNEL) && shim_warn_count() == 0);
}

void test_krealloc_keeps(void)
{
	char *p = krealloc(NULL, 4, GFP_KERNEL), *q;

	memcpy(p, "abc", 4);
	p = krealloc(p, 4000, GFP_KERNEL);
	expect(!strcmp(p, "abc"));
	p = krealloc(p, 2, GFP_KERNEL);
	expect(p[0] == 'a' && p[1] == 'b' && shim_slab_live() == 1);
	/* a failure leaves the old memory to its owner */
	shim_fail_nth(1);
	q = krealloc(p, 100000, GFP_KERNEL);
	expect(!q && p[0] == 'a' && shim_slab_live() == 1);
	q = krealloc_array(p, SIZE_MAX / 2, 3, GFP_KERNEL);
	expect(!q && p[0] == 'a');
	kfree(p);
}

void test_kvmalloc_takes_more(void)
{
	size_t size = KMALLOC_MAX_SIZE + 1;
	char *p = kvzalloc(size, GFP_KERNEL);

	expect(p && !p[0] && !p[size - 1]);
	kvfree(p);
	p = kmalloc(10, GFP_KERNEL);
	kvfree(p);
	p = kvcalloc(10, 10, GFP_KERNEL);
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
	struct kmem_cache *boxes = KMEM_CACHE(box, SLAB_ACCOUNT), *made;
	struct box *a, *b;

	a = kmem_cache_alloc(boxes, GFP_KERNEL);
	b = kmem_cache_zalloc(boxes, GFP_KERNEL);
	expect(!memchr_inv(b, 0, sizeof(*b)) && kmem_cache_size(boxes) == sizeof(*b));
	expect(shim_slab_live_in("box") == 2 && shim_slab_live() == 2);
	kmem_cache_free(boxes, a);
	expect(shim_slab_live_in("box") == 1);
	kmem_cache_free(boxes, b);
	kmem_cache_destroy(boxes);
	expect(shim_slab_live_in("box") == -1);
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
		expect(p[i] && IS_ALIGNED((unsigned long)p[i], 256));
	}
	for (i = 0; i < 8; i++)
		kmem_cache_free(wide, p[i]);
	kmem_cache_destroy(wide);
}

void test_cache_destroyed_with_objects(void)
{
	struct kmem_cache *boxes = KMEM_CACHE(box, 0);
	struct box *b = kmem_cache_alloc(boxes, GFP_KERNEL);

	kmem_cache_destroy(boxes);
	expect(shim_warn_count() == 1);
	expect(strstr(log_last(), "kmem_cache_destroy box: slab cache still has 1 objects"));
	/* the cache stays, as do its objects */
	expect(shim_slab_live_in("box") == 1);
	kmem_cache_free(boxes, b);
	kmem_cache_destroy(boxes);
	expect(shim_warn_count() == 1);
}

void test_leaks_are_reported(void)
{
	struct kmem_cache *boxes = KMEM_CACHE(box, 0);
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
	struct kmem_cache *boxes = KMEM_CACHE(box, 0);
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
	expect(!KMEM_CACHE(box, 0));
	kmem_cache_destroy(boxes);
	expect(shim_slab_live() == 0);
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
	struct kmem_cache *boxes = KMEM_CACHE(box, 0);

	kfree(kmem_cache_alloc(boxes, GFP_KERNEL));
}

void test_kfree_of_kvmalloc(void)
{
	kfree(kvmalloc(1, GFP_KERNEL));
}

void test_free_into_wrong_cache(void)
{
	struct kmem_cache *boxes = KMEM_CACHE(box, 0);
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
