// SPDX-License-Identifier: GPL-2.0-only
/*
 * The freezer's effect on tasks: a task work that waits.
 *
 * A task to be stopped gets a struct freeze, which is queued as a task work with the urgency
 * of a signal. The task leaves its sleep as for a signal that it need not handle, and waits
 * in freeze_fn(), on its way to user space, until it is let go. Then the system call
 * restarts, or fails with EINTR, as under the kernel's own freezer. SIGKILL ends the wait
 * and the task. A child gets its work in task_newtask, so it waits before its first
 * instruction.
 *
 * Lifetime. A queued work always runs, at the latest when its task exits, and only its run
 * frees the struct. Until then the struct is in the table, and a task that is let go and
 * stopped again uses it again. So a task has one struct at most, and outlives it.
 * containerfs_freezer_exit() lets all tasks go, waits until all works have run, and then
 * until the last one has left this code; therefore nothing may sleep after freeze_put().
 *
 * A task counts as stopped while it waits. It also counts as stopped while it sleeps
 * freezably (vfork), or is stopped (SIGSTOP, ptrace), because it comes by here before it
 * runs user code. Kernel threads are left alone.
 */
#include <linux/freezer.h>
#include <linux/hashtable.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/task_work.h>
#include <linux/wait.h>

#include "freezer_host.h"
#include "vfs.h"

#define FREEZE_HASH_BITS	10

/* As in the kernel's freezer: no load, no obstacle to suspend, and SIGKILL ends it. */
#define FREEZE_STATE	(TASK_KILLABLE | TASK_FREEZABLE | TASK_NOLOAD)

struct freeze {
	struct callback_head	work;
	struct hlist_node	hash;
	struct list_head	node;		/* in `running` until the task waits, else empty */
	struct task_struct	*task;
	u64			account;	/* 0: let go */
	wait_queue_head_t	wait;
};

static DEFINE_SPINLOCK(freeze_lock);		/* protects all these; inside container_lock */
static DEFINE_HASHTABLE(freezes, FREEZE_HASH_BITS);
static LIST_HEAD(running);			/* told to stop, not yet waiting */
static bool freeze_used;			/* a task was stopped since the module was loaded */
static atomic_t nr_freezes = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(freeze_drained);

static const char *freezer_describe(void)
{
	return "enforced: tasks wait on their way to user space; SIGKILL ends frozen tasks at once";
}

static struct freeze *freeze_find(struct task_struct *task)
{
	struct freeze *f;

	hash_for_each_possible(freezes, f, hash, (unsigned long)task)
		if (f->task == task)
			return f;
	return NULL;
}

/* After this the caller touches nothing of the module but its code. */
static void freeze_put(struct freeze *f)
{
	kfree(f);
	if (atomic_dec_and_test(&nr_freezes))
		wake_up(&freeze_drained);
}

/* Runs in the task. It may sleep, except when the task exits. */
static void freeze_fn(struct callback_head *work)
{
	struct freeze *f = container_of(work, struct freeze, work);

	spin_lock(&freeze_lock);
	while (f->account && !(current->flags & PF_EXITING) && !fatal_signal_pending(current)) {
		list_del_init(&f->node);
		spin_unlock(&freeze_lock);
		wait_event_state(f->wait, !READ_ONCE(f->account), FREEZE_STATE);
		spin_lock(&freeze_lock);
	}
	list_del(&f->node);
	hash_del(&f->hash);
	spin_unlock(&freeze_lock);
	freeze_put(f);
}

/* With freeze_lock. */
static int freeze_start(struct task_struct *task, u64 account)
{
	struct freeze *f = kmalloc(sizeof(*f), GFP_ATOMIC | __GFP_NOWARN);

	if (!f)
		return -ENOMEM;
	init_task_work(&f->work, freeze_fn);
	init_waitqueue_head(&f->wait);
	f->task = task;
	f->account = account;
	/* The work may run as soon as it is added, and then waits for the lock. */
	if (task_work_add(task, &f->work, TWA_SIGNAL)) {
		kfree(f);
		return -ESRCH;
	}
	freeze_used = true;
	atomic_inc(&nr_freezes);
	list_add_tail(&f->node, &running);
	hash_add(freezes, &f->hash, (unsigned long)task);
	return 0;
}

/* With freeze_lock: the task waits no more, or will not wait. */
static void freeze_end(struct freeze *f)
{
	WRITE_ONCE(f->account, 0);
	list_del_init(&f->node);
	wake_up(&f->wait);
}

/* Always atomic here. The task exists, because the engine has a record of it. */
static int task_freeze(const struct container_task_info *info, unsigned long long account,
		       _Bool atomic)
{
	struct task_struct *task = (struct task_struct *)info->key;
	struct freeze *f;
	int ret = 0;

	if (task->flags & PF_KTHREAD)
		return 0;
	spin_lock(&freeze_lock);
	f = freeze_find(task);
	if (f && account) {
		/* The task goes on waiting, unless it has just seen that it was let go. */
		if (!f->account)
			list_move_tail(&f->node, &running);
		WRITE_ONCE(f->account, account);
	} else if (f) {
		freeze_end(f);
	} else if (account) {
		ret = freeze_start(task, account);
	}
	spin_unlock(&freeze_lock);
	return ret;
}

static bool freeze_as_good(struct task_struct *task)
{
	unsigned int state = READ_ONCE(task->__state);

	return state & (TASK_FREEZABLE | TASK_FROZEN | __TASK_STOPPED | __TASK_TRACED);
}

static _Bool account_frozen(unsigned long long account)
{
	struct freeze *f;
	bool ret = true;

	spin_lock(&freeze_lock);
	list_for_each_entry(f, &running, node) {
		if (f->account == account && !freeze_as_good(f->task)) {
			ret = false;
			break;
		}
	}
	spin_unlock(&freeze_lock);
	return ret;
}

/* Children are stopped only when the engine says so, and only this file can end the wait. */
const struct freezer_host_ops freezer_host = {
	.describe	= freezer_describe,
	.freeze		= task_freeze,
	.frozen		= account_frozen,
};

void containerfs_freezer_exit(void)
{
	struct freeze *f;
	int bkt;

	if (!freeze_used)
		return;
	spin_lock(&freeze_lock);
	hash_for_each(freezes, bkt, f, hash)
		freeze_end(f);
	spin_unlock(&freeze_lock);
	wait_event(freeze_drained, !atomic_read(&nr_freezes));
	synchronize_rcu_tasks();
}
