// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record of each thread, and the rule about sleeping.
 *
 * A record is made at the first call of its thread, lives in one list, and ends with the
 * thread. It is a bug, as in the kernel, if a thread ends inside a reader or with a lock.
 *
 * Lock: registry_lock protects the list; no other lock is taken inside it.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "internal.h"

__thread struct shim_thread *shim_this_thread;

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct shim_thread *registry;	/* protected by registry_lock */
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

static void thread_leave(void *arg)
{
	struct shim_thread *t = arg, **link;

	if (t->rcu_nesting)
		shim_bug(__FILE__, __LINE__, "a thread ended inside an RCU reader");
	if (t->nheld)
		shim_bug(__FILE__, __LINE__, "a thread ended with the lock %s held",
			 t->held[t->nheld - 1]->name);
	pthread_mutex_lock(&registry_lock);
	for (link = &registry; *link != t; link = &(*link)->next)
		;
	*link = t->next;
	pthread_mutex_unlock(&registry_lock);
	shim_this_thread = NULL;
	free(t);
}

static void make_key(void)
{
	if (pthread_key_create(&key, thread_leave))
		abort();
}

struct shim_thread *shim_thread_enter(void)
{
	struct shim_thread *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	pthread_once(&key_once, make_key);
	if (pthread_setspecific(key, t))
		abort();
	shim_this_thread = t;
	pthread_mutex_lock(&registry_lock);
	t->next = registry;
	registry = t;
	pthread_mutex_unlock(&registry_lock);
	return t;
}

bool shim_threads_all(bool (*visit)(const struct shim_thread *t, unsigned long arg),
		      unsigned long arg)
{
	const struct shim_thread *t;
	bool all = true;

	pthread_mutex_lock(&registry_lock);
	for (t = registry; t && all; t = t->next)
		all = visit(t, arg);
	pthread_mutex_unlock(&registry_lock);
	return all;
}

const char *shim_atomic_reason(const struct shim_thread *t)
{
	if (t->spinlocks)
		return "with a spinlock held";
	if (t->in_callback)
		return "in an RCU callback";
	if (t->rcu_nesting)
		return "inside an RCU reader";
	if (t->irqs_off)
		return "with interrupts off";
	return NULL;
}

void shim_might_sleep(const char *file, int line)
{
	const struct shim_thread *t = shim_thread();
	const char *why = shim_atomic_reason(t);

	if (!why)
		return;
	if (t->spinlocks)
		shim_bug(file, line, "sleeping function called %s (%s)", why,
			 t->held[t->nheld - 1]->name);
	shim_bug(file, line, "sleeping function called %s", why);
}

unsigned long shim_irq_save(void)
{
	struct shim_thread *t = shim_thread();
	unsigned long flags = t->irqs_off;

	t->irqs_off = true;
	return flags;
}

void shim_irq_restore(unsigned long flags)
{
	shim_thread()->irqs_off = flags;
}
