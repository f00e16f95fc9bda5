// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grace periods are real: nothing deferred runs while a
 * reader that could see it is inside, and all of it runs afterwards.
 */
#include <linux/hashtable.h>
#include <linux/kernel.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "../../../userspace/shim/shim_libc.h"
#include "tests.h"

static int ran, stop;

static int value_of(const int *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void raise(int *flag)
{
	__atomic_fetch_add(flag, 1, __ATOMIC_RELEASE);
}

static void note(struct rcu_head *head)
{
	raise(&ran);
}

/* A reader on another thread, which enters and leaves when told. */
struct reader {
	int inside, leave;
	struct test_thread *thread;
};

static void read_until_told(void *arg)
{
	struct reader *r = arg;

	rcu_read_lock();
	raise(&r->inside);
	while (!value_of(&r->leave))
		thread_pause();
	rcu_read_unlock();
}

static void reader_enter(struct reader *r)
{
	r->inside = r->leave = 0;
	r->thread = thread_start(read_until_told, r);
	while (!value_of(&r->inside))
		thread_pause();
}

static void reader_leave(struct reader *r)
{
	raise(&r->leave);
	thread_join(r->thread);
}

void test_callback_is_deferred(void)
{
	struct rcu_head head;

	call_rcu(&head, note);
	expect(value_of(&ran) == 0 && shim_rcu_pending() == 1);
	expect(shim_rcu_quiescent() == 0);
	expect(value_of(&ran) == 1);
}

void test_callback_waits_for_outermost_unlock(void)
{
	struct rcu_head head;

	rcu_read_lock();
	rcu_read_lock();
	call_rcu(&head, note);
	expect(shim_rcu_quiescent() == 1);
	rcu_read_unlock();
	expect(rcu_read_lock_held() && value_of(&ran) == 0);
	expect(shim_rcu_quiescent() == 1 && value_of(&ran) == 0);
	rcu_read_unlock();
	expect(value_of(&ran) == 1 && shim_rcu_pending() == 0);
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
	expect(value_of(&ran) == 0);
	reader_leave(&reader);
	shim_rcu_quiescent();
	expect(value_of(&ran) == 1);
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
	expect(shim_rcu_quiescent() == 0 && value_of(&ran) == 1);
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
	expect(shim_rcu_quiescent() == 1 && value_of(&ran) == 0);
	spin_unlock(&lock);
	expect(shim_rcu_quiescent() == 0 && value_of(&ran) == 1);
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
	raise(&ran);
	call_rcu(head, note);
}

void test_callback_queues_callback(void)
{
	struct rcu_head head;

	call_rcu(&head, queue_note);
	rcu_barrier();
	expect(value_of(&ran) >= 1);
	rcu_barrier();
	expect(value_of(&ran) == 2);
}

static void leave_after_a_while(void *arg)
{
	struct reader *r = arg;
	int i;

	for (i = 0; i < 20; i++)
		thread_pause();
	expect(value_of(&ran) == 0);
	raise(&r->leave);
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
	expect(value_of(&ran) == 1);
	expect(value_of(&reader.leave));
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
	kfree_rcu(big, rcu);
	object = NULL;
	kfree_rcu(object, rcu);		/* nothing */
	expect(shim_slab_live() == 2);
	rcu_read_unlock();
	expect(shim_slab_live() == 0);
}

/*
 * Readers walk a table and a pointer while a writer replaces entries. A reader must find whole
 * entries: a freed entry is wiped first, and the address sanitiser would also see a read of
 * it.
 */
#define KEYS		16
#define REPLACEMENTS	4000
#define WHOLE		0x600d600du

struct entry {
	unsigned int whole;
	int key;
	struct hlist_node node;
	struct rcu_head rcu;
};

static DEFINE_HASHTABLE(table, 3);
static struct entry __rcu *newest;
static DEFINE_SPINLOCK(writers);

static void wipe_and_free(struct rcu_head *head)
{
	struct entry *e = container_of(head, struct entry, rcu);

	e->whole = 0;
	kfree(e);
}

static void read_entries(void *arg)
{
	struct entry *e;

	do {
		rcu_read_lock();
		e = rcu_dereference(newest);
		expect(!e || e->whole == WHOLE);
		hash_for_each_possible_rcu(table, e, node, 3)
			expect(e->whole == WHOLE);
		rcu_read_unlock();
	} while (!value_of(&stop));
}

static void replace_entry(struct entry **slot, int key)
{
	struct entry *old = *slot, *new = kmalloc(sizeof(*new), GFP_KERNEL);

	new->whole = WHOLE;
	new->key = key;
	spin_lock(&writers);
	hash_add_rcu(table, &new->node, key);
	rcu_assign_pointer(newest, new);
	if (old)
		hash_del_rcu(&old->node);
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
			rcu_barrier();
	}
	raise(&stop);
	for (i = 0; i < 3; i++)
		thread_join(readers[i]);
	rcu_barrier();
	expect(shim_slab_live() == KEYS);
	for (i = 0; i < KEYS; i++)
		kfree(slots[i]);
}
