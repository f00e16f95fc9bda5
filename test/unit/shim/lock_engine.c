// SPDX-License-Identifier: GPL-2.0-only
/*
 * lock_engine.c - spinlocks, mutexes and the checks that know their owner.
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

static void expect_all_taken(void *arg)
{
	unsigned long flags;

	expect(spin_is_locked(&outer) && mutex_is_locked(&sleeping));
	expect(!spin_trylock(&outer));
	expect(!mutex_trylock(&sleeping));
	/* a lock that is free can be had, and lets go of */
	expect(spin_trylock(&inner));
	spin_unlock(&inner);
	spin_lock_irqsave(&inner, flags);
	spin_unlock_irqrestore(&inner, flags);
}

void test_trylock_of_a_taken_lock(void)
{
	mutex_lock(&sleeping);
	spin_lock(&outer);
	expect(!spin_trylock(&outer));
	thread_join(thread_start(expect_all_taken, NULL));
	spin_unlock(&outer);
	mutex_unlock(&sleeping);
	expect(!spin_is_locked(&outer) && !mutex_is_locked(&sleeping));
	expect(mutex_trylock(&sleeping));
	mutex_unlock(&sleeping);
}

static void expect_not_ours(void *arg)
{
	lockdep_assert_not_held(&outer);
	lockdep_assert_not_held(&sleeping);
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
	lockdep_assert_none_held_once();
}

void test_irq_flags_nest(void)
{
	unsigned long first, second;

	spin_lock_irqsave(&outer, first);
	spin_lock_irqsave(&inner, second);
	lockdep_assert_irqs_disabled();
	spin_unlock_irqrestore(&inner, second);
	lockdep_assert_irqs_disabled();
	spin_unlock_irqrestore(&outer, first);
	lockdep_assert_irqs_enabled();
	spin_lock_irq(&outer);
	lockdep_assert_irqs_disabled();
	spin_unlock_irq(&outer);
	spin_lock_bh(&outer);
	lockdep_assert_held(&outer);
	spin_unlock_bh(&outer);
	might_sleep();
}

void test_atomic_allocation_under_spinlock(void)
{
	void *p, *q;

	spin_lock(&outer);
	p = kmalloc(8, GFP_ATOMIC);
	q = kzalloc(8, GFP_NOWAIT);
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
	expect(mutex_lock_interruptible(&m) == 0);
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
	lockdep_assert_not_held(&outer);
	spin_unlock(&inner);
	might_sleep();
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

void test_might_sleep_under_spinlock(void)
{
	spin_lock(&outer);
	might_sleep();
}

void test_allocation_under_spinlock(void)
{
	spin_lock(&outer);
	kfree(kmalloc(8, GFP_KERNEL));
}

void test_might_sleep_without_irqs(void)
{
	unsigned long flags;

	spin_lock_irqsave(&outer, flags);
	spin_unlock(&outer);
	might_sleep();
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

void test_assert_not_held_of_own(void)
{
	mutex_lock(&sleeping);
	lockdep_assert_not_held(&sleeping);
}

static void lock_and_end(void *arg)
{
	mutex_lock(&sleeping);
}

void test_thread_ends_with_lock(void)
{
	thread_join(thread_start(lock_and_end, NULL));
}
