// SPDX-License-Identifier: GPL-2.0-only
/*
 * rcu_engine.c - that grace periods are real: nothing deferred runs while a
 * reader that could see it is inside, and all of it runs afterwards.
 */
#include <linux/atomic.h>
#include <linux/hashtable.h>
#include <linux/kernel.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "../../../userspace/shim/shim_libc.h"
#include "tests.h"

static atomic_t ran = ATOMIC_INIT(0);

static void note(struct rcu_head *head)
{
	atomic_inc(&ran);
}

/* A reader on another thread, who enters and leaves when told. */
struct reader {
	atomic_t inside, leave;
	struct test_thread *thread;
};

static void read_until_told(void *arg)
{
	struct reader *r = arg;

	rcu_read_lock();
	atomic_set_release(&r->inside, 1);
	while (!atomic_read_acquire(&r->leave))
		thread_pause();
	rcu_read_unlock();
}

static void reader_enter(struct reader *r)
{
	atomic_set(&r->inside, 0);
	atomic_set(&r->leave, 0);
	r->thread = thread_start(read_until_told, r);
	while (!atomic_read_acquire(&r->inside))
		thread_pause();
}

static void reader_leave(struct reader *r)
{
	atomic_set_release(&r->leave, 1);
	thread_join(r->thread);
}

void test_callback_is_deferred(void)
{
	struct rcu_head head;

	call_rcu(&head, note);
	expect(atomic_read(&ran) == 0 && shim_rcu_pending() == 1);
	expect(shim_rcu_quiescent() == 0);
	expect(atomic_read(&ran) == 1);
}

void test_callback_waits_for_outermost_unlock(void)
{
	struct rcu_head head;

	rcu_read_lock();
	rcu_read_lock();
	call_rcu(&head, note);
	expect(shim_rcu_quiescent() == 1);
	rcu_read_unlock();
	expect(rcu_read_lock_held() && atomic_read(&ran) == 0);
	expect(shim_rcu_quiescent() == 1 && atomic_read(&ran) == 0);
	rcu_read_unlock();
	expect(atomic_read(&ran) == 1 && shim_rcu_pending() == 0);
}

void test_callback_waits_for_other_thread(void)
{
	struct reader reader;
	struct rcu_head head;
	int i;

	reader_enter(&reader);
	call_rcu(&head, note);
	for (i = 0; i < 5; i++) {
		expect(shim_rcu_quiescent() == 1);
		rcu_read_lock();
		rcu_read_unlock();
		thread_pause();
	}
	expect(atomic_read(&ran) == 0);
	reader_leave(&reader);
	shim_rcu_quiescent();
	expect(atomic_read(&ran) == 1);
}

void test_later_reader_delays_nothing(void)
{
	struct reader old, new;
	struct rcu_head head;

	reader_enter(&old);
	call_rcu(&head, note);
	shim_rcu_quiescent();		/* the grace period begins */
	reader_enter(&new);
	expect(shim_rcu_quiescent() == 1);
	reader_leave(&old);
	expect(shim_rcu_quiescent() == 0 && atomic_read(&ran) == 1);
	reader_leave(&new);
}

void test_callback_not_under_spinlock(void)
{
	static DEFINE_SPINLOCK(lock);
	struct rcu_head head;

	spin_lock(&lock);
	call_rcu(&head, note);
	rcu_read_lock();
	rcu_read_unlock();
	expect(shim_rcu_quiescent() == 1 && atomic_read(&ran) == 0);
	spin_unlock(&lock);
	expect(shim_rcu_quiescent() == 0 && atomic_read(&ran) == 1);
}

struct numbered {
	int number;
	struct rcu_head rcu;
};

static int next_number;

static void expect_next(struct rcu_head *head)
{
	struct numbered *n = container_of(head, struct numbered, rcu);

	expect(n->number == next_number++);
}

void test_callbacks_keep_order(void)
{
	struct numbered n[20];
	int i;

	for (i = 0; i < 20; i++) {
		n[i].number = i;
		call_rcu(&n[i].rcu, expect_next);
		if (i == 10)
			rcu_read_lock();
	}
	expect(next_number == 0);
	rcu_read_unlock();
	rcu_barrier();
	expect(next_number == 20);
}

static void queue_note(struct rcu_head *head)
{
	atomic_inc(&ran);
	call_rcu(head, note);
}

void test_callback_queues_callback(void)
{
	struct rcu_head head;

	call_rcu(&head, queue_note);
	rcu_barrier();
	expect(atomic_read(&ran) >= 1);
	rcu_barrier();
	expect(atomic_read(&ran) == 2);
}

static void leave_after_a_while(void *arg)
{
	struct reader *r = arg;
	int i;

	for (i = 0; i < 20; i++)
		thread_pause();
	expect(atomic_read(&ran) == 0);
	atomic_set_release(&r->leave, 1);
}

void test_barrier_waits_for_reader(void)
{
	struct test_thread *helper;
	struct reader reader;
	struct rcu_head head;

	reader_enter(&reader);
	call_rcu(&head, note);
	helper = thread_start(leave_after_a_while, &reader);
	rcu_barrier();
	expect(atomic_read(&ran) == 1);
	expect(atomic_read(&reader.leave));
	thread_join(helper);
	thread_join(reader.thread);
}

void test_synchronize_waits_for_reader(void)
{
	struct test_thread *helper;
	struct reader reader;

	reader_enter(&reader);
	helper = thread_start(leave_after_a_while, &reader);
	synchronize_rcu();
	expect(atomic_read(&reader.leave));
	thread_join(helper);
	thread_join(reader.thread);
}

struct object {
	char first[40];
	struct rcu_head rcu;
};

void test_kfree_rcu_frees_later(void)
{
	struct object *object = kmalloc(sizeof(*object), GFP_KERNEL);
	struct numbered *big = kvmalloc(100000, GFP_KERNEL);

	rcu_read_lock();
	kfree_rcu(object, rcu);
	kvfree_rcu(big, rcu);
	object = NULL;
	kfree_rcu(object, rcu);		/* nothing */
	expect(shim_slab_live() == 2);
	rcu_read_unlock();
	expect(shim_slab_live() == 0);

	object = kmalloc(sizeof(*object), GFP_KERNEL);
	kfree_rcu(object);
	expect(shim_slab_live() == 0);
}

/*
 * Readers walk a table and a pointer while a writer replaces entries.  What a
 * reader finds must be whole; what is freed is wiped first, and the address
 * sanitiser would see a read of it besides.
 */
#define KEYS		16
#define REPLACEMENTS	4000
#define WHOLE		0x600d600du

struct entry {
	unsigned int whole;
	int key;
	struct hlist_node node;
	struct list_head list;
	struct rcu_head rcu;
};

static DEFINE_HASHTABLE(table, 3);
static LIST_HEAD(entries);
static struct entry __rcu *newest;
static DEFINE_SPINLOCK(writers);
static atomic_t stop = ATOMIC_INIT(0);

static void wipe_and_free(struct rcu_head *head)
{
	struct entry *e = container_of(head, struct entry, rcu);

	e->whole = 0;
	kfree(e);
}

static void read_entries(void *arg)
{
	struct entry *e;
	int bkt, seen;

	do {
		rcu_read_lock();
		e = rcu_dereference(newest);
		expect(!e || e->whole == WHOLE);
		hash_for_each_rcu(table, bkt, e, node)
			expect(e->whole == WHOLE);
		hash_for_each_possible_rcu(table, e, node, 3)
			expect(e->whole == WHOLE);
		seen = 0;
		list_for_each_entry_rcu(e, &entries, list) {
			expect(e->whole == WHOLE);
			seen++;
		}
		expect(seen <= 2 * KEYS * REPLACEMENTS);
		rcu_read_unlock();
	} while (!atomic_read(&stop));
}

static void replace_entry(struct entry **slot, int key)
{
	struct entry *old = *slot, *new = kmalloc(sizeof(*new), GFP_KERNEL);

	new->whole = WHOLE;
	new->key = key;
	spin_lock(&writers);
	hash_add_rcu(table, &new->node, key);
	list_add_tail_rcu(&new->list, &entries);
	rcu_assign_pointer(newest, new);
	if (old) {
		hash_del_rcu(&old->node);
		list_del_rcu(&old->list);
	}
	spin_unlock(&writers);
	*slot = new;
	if (old)
		call_rcu(&old->rcu, wipe_and_free);
}

void test_readers_never_see_freed(void)
{
	struct entry *slots[KEYS] = { NULL };
	struct test_thread *readers[3];
	int i;

	for (i = 0; i < 3; i++)
		readers[i] = thread_start(read_entries, NULL);
	for (i = 0; i < REPLACEMENTS; i++) {
		replace_entry(&slots[i % KEYS], i % KEYS);
		if (i % 64 == 0)
			shim_rcu_quiescent();
		if (i % 1000 == 0)
			synchronize_rcu();
	}
	atomic_set(&stop, 1);
	for (i = 0; i < 3; i++)
		thread_join(readers[i]);
	rcu_barrier();
	expect(shim_slab_live() == KEYS);
	for (i = 0; i < KEYS; i++)
		kfree(slots[i]);
}
