/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Killing at birth, for container.kill
 *
 * TE_WORD_KILLED in a word says that container.kill has sent, or is sending, SIGKILL to
 * the task. A child of the task gets the bit, too, and dies before its first instruction:
 * bpf_send_signal_task() kills it in its creator's fork; where there is none, te_born
 * does when the child is first scheduled; else the daemon does, which the record wakes,
 * and then its creator is killed at once. Kernel threads, the first process and the daemon
 * do not get the bit, because they do not die. In one go the daemon
 *
 *  1. sets kill_active, then TE_WATCH_KILL in each group that it knows to be meant. Groups
 *     that it has not heard of yet lack TE_WATCH_KNOWN, and are meant if the nearest known
 *     group above is: group_killed() goes up to that; groups made later inherit the bit.
 *  2. drains the ring.
 *  3. sets TE_WORD_KILLED in all words of groups that are meant (te_walk). It marks a word
 *     anew that changes meanwhile, but not a later task's at the same place: the sequence
 *     of that word differs.
 *  4. sends SIGKILL to all tasks that it knows to be in these groups.
 *  5. takes off what it set in 1.
 */
#ifndef _CONTAINERFSD_BPF_KILL_BPF_H
#define _CONTAINERFSD_BPF_KILL_BPF_H

#include "base.bpf.h"
#include "task.bpf.h"
#include "words.bpf.h"

/*
 * Why no task escapes. A fork RESERVES its record, (full barrier) READS its creator's
 * word, then kill_active and the groups. If it read what was there before 1, its
 * reservation came before 2, which waits for it: the child is known, and meant in 3 and
 * 4; and what the child creates meanwhile is born dead. If not, the child is born dead.
 * There may also be a fork whose child exists, but whose program has not run when 5 is
 * done. Its creator has had the bit since 3: the walk cannot have missed its word, because
 * numbers change owner only in de_thread(), when no thread of the process is in fork. So
 * a creator is either dead, or known by its word, which keeps the bit in moves, unshares
 * and 5. The daemon moves no task meanwhile, because it is one thread.
 */

/* Set by the daemon before loading. */
const volatile te_u32 have_signal_task;	/* bpf_send_signal_task() */

/* Written by the daemon. */
te_u32 kill_active;
te_u32 kill_born;	/* te_born is attached */

#define KILL_DEPTH_MAX	(1 << 20)	/* steps up to a group that is known */
#define KILL_TRIES	8	/* changes that cross the marking; then the task is not marked */

int bpf_send_signal_task(struct task_struct *task, int sig, enum pid_type type,
			 u64 value) __ksym __weak;

struct kill_walk {
	u64 id;
	bool killed;
};

static long kill_up(u32 i, void *ctx)
{
	struct kill_walk *w = ctx;
	u64 id = w->id;
	struct te_group *g = id ? bpf_map_lookup_elem(&groups, &id) : NULL;
	u32 watch;

	if (!g)
		return 1;
	watch = *(volatile u32 *)&g->watch;
	w->killed = watch & TE_WATCH_KILL;
	w->id = g->parent;
	return watch & (TE_WATCH_KILL | TE_WATCH_KNOWN) ? 1 : 0;
}

/* Is css_group @id meant by the present kill? */
static __noinline bool group_killed(u64 id)
{
	struct kill_walk w = { .id = id };

	bpf_loop(KILL_DEPTH_MAX, kill_up, &w, 0);
	return w.killed;
}

/* TE_WORD_KILLED if a child of a task with the word @creator must die, else 0. After a barrier. */
static __always_inline u64 kill_bit(u64 creator)
{
	if (creator & TE_WORD_KILLED)
		return TE_WORD_KILLED;
	if (*(volatile u32 *)&kill_active && group_killed(te_word_id(creator)))
		return TE_WORD_KILLED;
	return 0;
}

/* Mark @word, which an attach has put into @slot of a child before its birth was seen. */
static __always_inline u64 kill_attached(u64 *slot, u64 word)
{
	u64 next = te_word_next(word, te_word_id(word)) | TE_WORD_KILLED;

	return __sync_val_compare_and_swap(slot, word, next) == word ? next : word;
}

/* Kill @child, which does not run yet. Returns whether the daemon must do it. */
static __always_inline bool kill_child(struct task_struct *child)
{
	if (have_signal_task && !bpf_send_signal_task(child, SIGKILL, PIDTYPE_PID, 0))
		return false;
	if (*(volatile u32 *)&kill_born)
		return false;
	bpf_send_signal(SIGKILL);
	return true;
}

static __always_inline bool unkillable(struct task_struct *task)
{
	return task->flags & PF_KTHREAD || task->tgid == 1 || task->tgid == daemon_tgid;
}

/* Mark @task if its css_group is meant. Returns its word then, or 0. */
static __always_inline u64 kill_mark(struct task_struct *task, u64 *slot, u64 word)
{
	u64 next, old;
	int i;

	if (unkillable(task))
		return 0;
	for (i = 0; i < KILL_TRIES; i++) {
		if (!word || word & TE_WORD_EXITED || !group_killed(te_word_id(word)))
			return 0;
		if (word & TE_WORD_KILLED)
			return word;
		next = te_word_next(word, te_word_id(word)) | TE_WORD_KILLED;
		old = __sync_val_compare_and_swap(slot, word, next);
		if (old == word)
			return next;
		/* The task was moved or unshared; or the slot is another task's by now. */
		word = word_peek(task);
	}
	return 0;
}

/*
 * A task does this first. The program kills it in its own name, on kernels where programs
 * cannot send a signal to another task.
 */
SEC("kprobe/calculate_sigpending")
int te_born(void *ctx)
{
	u64 *word = word_find(bpf_get_current_task_btf());

	if (word && *word & TE_WORD_KILLED)
		bpf_send_signal(SIGKILL);
	return 0;
}

#endif /* _CONTAINERFSD_BPF_KILL_BPF_H */
