// SPDX-License-Identifier: GPL-2.0-only
/*
 * Misuses of RCU that a kernel with lock debugging reports, and for which the shims end the
 * process.
 */
#include <linux/hashtable.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "../../../userspace/shim/shim_libc.h"
#include "tests.h"

struct entry {
	struct hlist_node node;
};

static struct entry __rcu *pointer;
static DEFINE_HASHTABLE(table, 2);
static DEFINE_MUTEX(mutex);
static DEFINE_SPINLOCK(lock);

void test_dereference_outside_reader(void)
{
	spin_lock(&lock);
	expect(!rcu_dereference_check(pointer, lockdep_is_held(&lock)));
	spin_unlock(&lock);
	expect(rcu_dereference(pointer));
}

void test_hash_walk_outside_reader(void)
{
	struct entry *e;

	spin_lock(&lock);
	hash_for_each_possible_rcu(table, e, node, 1, lockdep_is_held(&lock))
		expect(!e);
	spin_unlock(&lock);
	hash_for_each_possible_rcu(table, e, node, 1)
		expect(!e);
}

void test_unlock_outside_reader(void)
{
	rcu_read_lock();
	rcu_read_unlock();
	rcu_read_unlock();
}

void test_barrier_inside_reader(void)
{
	rcu_read_lock();
	rcu_barrier();
}

void test_mutex_inside_reader(void)
{
	rcu_read_lock();
	mutex_lock(&mutex);
}

void test_allocation_inside_reader(void)
{
	rcu_read_lock();
	kfree(kmalloc(8, GFP_ATOMIC));
	kfree(kmalloc(8, GFP_KERNEL));
}

static void sleep_in_it(struct rcu_head *head)
{
	spin_lock(&lock);
	spin_unlock(&lock);
	mutex_lock(&mutex);
}

void test_sleep_in_callback(void)
{
	struct rcu_head head;

	call_rcu(&head, sleep_in_it);
	rcu_barrier();
}

static void keep_lock(struct rcu_head *head)
{
	spin_lock(&lock);
}

void test_callback_keeps_lock(void)
{
	struct rcu_head head;

	call_rcu(&head, keep_lock);
	rcu_barrier();
}

static void enter_and_end(void *arg)
{
	rcu_read_lock();
}

void test_thread_ends_inside_reader(void)
{
	thread_join(thread_start(enter_and_end, NULL));
}
