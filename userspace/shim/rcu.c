// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read-copy-update with real grace periods.
 *
 * gp_seq counts grace periods begun. A reader notes its value in the
 * thread's record on the way in and clears the note on the way out; a grace
 * period with number s has ended when every record is clear or notes s or
 * more.
 *
 * Why no reader is missed: reader and grace period both do a read-modify-write of gp_seq, and
 * these have one order. If the reader's is first, its note is visible to the thread that looks
 * for notes. If the grace period's is first, the reader sees every pointer that was
 * unpublished before it, so it cannot find the object. A note that is older than necessary
 * only makes the grace period longer. There is no fence in this, so the thread sanitiser can
 * follow.
 *
 * Lock: queue_lock protects the queue; callbacks run outside it. The
 * registry's lock nests inside.
 */
#include <pthread.h>
#include <time.h>

#include "internal.h"

#define KFREE_OFFSETS	4096	/* a func below this is an offset of kfree_rcu() */

static unsigned long gp_seq = 1;	/* atomic */

static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
/* Protected by queue_lock: */
static struct shim_rcu_head *waiting, **waiting_tail = &waiting; /* for a grace period to begin */
static struct shim_rcu_head *current;	/* for current_gp to end */
static unsigned long current_gp;
static bool running;			/* a thread is running callbacks */
/* Atomic, in order of call_rcu(): */
static unsigned long queued, done;

void shim_rcu_read_lock(void)
{
	struct shim_thread *t = shim_thread();

	if (t->rcu_nesting++)
		return;
	__atomic_store_n(&t->rcu_seq, __atomic_load_n(&gp_seq, __ATOMIC_RELAXED),
			 __ATOMIC_RELAXED);
	__atomic_fetch_add(&gp_seq, 0, __ATOMIC_SEQ_CST);
}

int shim_rcu_read_held(void)
{
	return shim_thread()->rcu_nesting != 0;
}

static bool is_past(const struct shim_thread *t, unsigned long seq)
{
	unsigned long at = __atomic_load_n(&t->rcu_seq, __ATOMIC_ACQUIRE);

	return at == 0 || at >= seq;
}

static unsigned long begin_grace_period(void)
{
	return __atomic_add_fetch(&gp_seq, 1, __ATOMIC_SEQ_CST);
}

static void wait_a_little(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 20000 }, NULL);
}

/* Takes the callbacks that may run now. Begins a grace period if none is under way. */
static struct shim_rcu_head *take_ready(void)
{
	struct shim_rcu_head *ready;

	if (!current && waiting) {
		current = waiting;
		waiting = NULL;
		waiting_tail = &waiting;
		current_gp = begin_grace_period();
	}
	if (!current || !shim_threads_all(is_past, current_gp))
		return NULL;
	ready = current;
	current = NULL;
	return ready;
}

static void run_one(struct shim_thread *t, struct shim_rcu_head *head)
{
	unsigned long offset = (unsigned long)head->func;
	unsigned int nheld = t->nheld;

	if (offset < KFREE_OFFSETS)
		shim_kvfree((char *)head - offset, __FILE__, __LINE__);
	else
		head->func(head);
	if (t->nheld != nheld || t->rcu_nesting || t->irqs_off)
		shim_bug(__FILE__, __LINE__,
			 "RCU callback %p came back with a lock or reader", (void *)offset);
}

/*
 * Runs the ready callbacks, of at most `passes` grace periods. One thread at a time, so that
 * callbacks finish in the order of their call_rcu().
 */
static void run_callbacks(struct shim_thread *t, int passes)
{
	struct shim_rcu_head *head, *next;

	if (shim_atomic_reason(t))
		return;
	pthread_mutex_lock(&queue_lock);
	if (running)
		passes = 0;
	while (passes-- > 0 && (head = take_ready())) {
		running = true;
		pthread_mutex_unlock(&queue_lock);
		t->in_callback = true;
		for (; head; head = next) {
			next = head->next;
			run_one(t, head);
			__atomic_fetch_add(&done, 1, __ATOMIC_RELEASE);
		}
		t->in_callback = false;
		pthread_mutex_lock(&queue_lock);
		running = false;
	}
	pthread_mutex_unlock(&queue_lock);
}

unsigned long shim_rcu_pending(void)
{
	unsigned long finished = __atomic_load_n(&done, __ATOMIC_ACQUIRE);

	return __atomic_load_n(&queued, __ATOMIC_RELAXED) - finished;
}

void shim_rcu_read_unlock(const char *file, int line)
{
	struct shim_thread *t = shim_thread();

	if (!t->rcu_nesting)
		shim_bug(file, line, "rcu_read_unlock() outside a reader");
	if (--t->rcu_nesting)
		return;
	__atomic_store_n(&t->rcu_seq, 0, __ATOMIC_RELEASE);
	if (shim_rcu_pending())
		run_callbacks(t, 2);
}

static void enqueue(struct shim_rcu_head *head)
{
	head->next = NULL;
	pthread_mutex_lock(&queue_lock);
	*waiting_tail = head;
	waiting_tail = &head->next;
	__atomic_fetch_add(&queued, 1, __ATOMIC_RELAXED);
	pthread_mutex_unlock(&queue_lock);
}

void shim_rcu_call(struct shim_rcu_head *head, void (*func)(struct shim_rcu_head *head))
{
	if ((unsigned long)func < KFREE_OFFSETS)
		shim_bug(__FILE__, __LINE__, "call_rcu() of no function");
	head->func = func;
	enqueue(head);
}

void shim_rcu_kfree(struct shim_rcu_head *head, unsigned long offset)
{
	head->func = (void (*)(struct shim_rcu_head *))offset;
	enqueue(head);
}

static void check_may_wait(const char *what, const char *file, int line)
{
	if (shim_rcu_read_held())
		shim_bug(file, line, "%s inside an RCU reader", what);
	shim_might_sleep(file, line);
}

void shim_rcu_barrier(const char *file, int line)
{
	unsigned long target = __atomic_load_n(&queued, __ATOMIC_RELAXED);

	check_may_wait("rcu_barrier()", file, line);
	for (;;) {
		run_callbacks(shim_thread(), 1);
		if ((long)(__atomic_load_n(&done, __ATOMIC_ACQUIRE) - target) >= 0)
			return;
		wait_a_little();
	}
}

unsigned long shim_rcu_quiescent(void)
{
	if (shim_rcu_pending())
		run_callbacks(shim_thread(), 4);
	return shim_rcu_pending();
}
