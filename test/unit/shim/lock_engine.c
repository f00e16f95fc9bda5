// SPDX-License-Identifier: GPL-2.0-only
/*
 * Spinlocks, mutexes and the checks that know their owner.
 */
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "tests.h"

#define ROUNDS	20000

static DEFINE_SPINLOCK(outer);
static DEFINE_SPINLOCK(inner);
static DEFINE_MUTEX(sleeping);
static long guarded;

static void may_sleep(void)
{
	mutex_lock(&sleeping);
	mutex_unlock(&sleeping);
}

static void add_under_spinlock(void *arg)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		spin_lock(arg);
		guarded++;
		spin_unlock(arg);
	}
}

void test_spin_excludes(void)
{
	struct test_thread *other;
	spinlock_t lock;

	spin_lock_init(&lock);
	other = thread_start(add_under_spinlock, &lock);
	add_under_spinlock(&lock);
	thread_join(other);
	expect(guarded == 2 * ROUNDS);
}

static void add_under_mutex(void *arg)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		mutex_lock(arg);
		guarded++;
		mutex_unlock(arg);
	}
}

void test_mutex_excludes(void)
{
	struct test_thread *other;

	other = thread_start(add_under_mutex, &sleeping);
	add_under_mutex(&sleeping);
	thread_join(other);
	expect(guarded == 2 * ROUNDS);
}

static void expect_not_ours(void *arg)
{
	expect(!lockdep_is_held(&outer) && !lockdep_is_held(&sleeping));
}

void test_owner_is_a_thread(void)
{
	mutex_lock(&sleeping);
	spin_lock(&outer);
	lockdep_assert_held(&outer);
	lockdep_assert_held(&sleeping);
	thread_join(thread_start(expect_not_ours, NULL));
	spin_unlock(&outer);
	mutex_unlock(&sleeping);
	expect_not_ours(NULL);
	expect(!shim_locks_held());
}

void test_irq_flags_nest(void)
{
	unsigned long first, second;

	spin_lock_irqsave(&outer, first);
	spin_lock_irqsave(&inner, second);
	spin_unlock_irqrestore(&inner, second);
	spin_unlock_irqrestore(&outer, first);
	may_sleep();
}

void test_atomic_allocation_under_spinlock(void)
{
	void *p, *q;

	spin_lock(&outer);
	p = kmalloc(8, GFP_ATOMIC);
	q = kzalloc(8, GFP_ATOMIC);
	kfree(p);
	kfree(q);
	spin_unlock(&outer);
	expect(p && q);
}

void test_mutex_can_be_made_again(void)
{
	struct mutex m;

	mutex_init(&m);
	mutex_lock(&m);
	mutex_unlock(&m);
	mutex_destroy(&m);
	mutex_init(&m);
	mutex_lock(&m);
	mutex_unlock(&m);
}

void test_locks_leave_in_any_order(void)
{
	mutex_lock(&sleeping);
	spin_lock(&outer);
	spin_lock(&inner);
	mutex_unlock(&sleeping);
	spin_unlock(&outer);
	lockdep_assert_held(&inner);
	expect(!lockdep_is_held(&outer));
	spin_unlock(&inner);
	may_sleep();
}

void test_spin_twice(void)
{
	spin_lock(&outer);
	spin_lock(&outer);
}

void test_mutex_twice(void)
{
	mutex_lock(&sleeping);
	mutex_lock(&sleeping);
}

static void spin_unlock_it(void *arg)
{
	spin_unlock(arg);
}

void test_spin_unlock_of_another(void)
{
	spin_lock(&outer);
	thread_join(thread_start(spin_unlock_it, &outer));
}

static void mutex_unlock_it(void *arg)
{
	mutex_unlock(arg);
}

void test_mutex_unlock_of_another(void)
{
	mutex_lock(&sleeping);
	thread_join(thread_start(mutex_unlock_it, &sleeping));
}

void test_unlock_of_unlocked(void)
{
	spin_unlock(&outer);
}

void test_lock_never_initialised(void)
{
	spinlock_t *lock = kzalloc(sizeof(*lock), GFP_KERNEL);

	spin_lock(lock);
}

void test_mutex_under_spinlock(void)
{
	spin_lock(&outer);
	mutex_lock(&sleeping);
}

void test_allocation_under_spinlock(void)
{
	spin_lock(&outer);
	kfree(kmalloc(8, GFP_KERNEL));
}

/* The flags of the inner lock tell that interrupts were off before. */
void test_sleep_without_irqs(void)
{
	unsigned long flags, inner_flags;

	spin_lock_irqsave(&outer, flags);
	spin_lock_irqsave(&inner, inner_flags);
	spin_unlock_irqrestore(&inner, inner_flags);
	spin_unlock(&outer);
	may_sleep();
	spin_lock(&outer);
	spin_unlock_irqrestore(&outer, flags);
}

void test_mutex_destroyed_while_held(void)
{
	mutex_lock(&sleeping);
	mutex_destroy(&sleeping);
}

void test_assert_held_of_free_lock(void)
{
	lockdep_assert_held(&outer);
}

static void assert_held(void *arg)
{
	lockdep_assert_held(&sleeping);
}

void test_assert_held_of_another(void)
{
	mutex_lock(&sleeping);
	thread_join(thread_start(assert_held, NULL));
}

static void lock_and_end(void *arg)
{
	mutex_lock(&sleeping);
}

void test_thread_ends_with_lock(void)
{
	thread_join(thread_start(lock_and_end, NULL));
}
