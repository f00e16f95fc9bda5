/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kill.bpf.h - killing at birth: the part of hooks.bpf.c for
 * container.kill
 *
 * TE_WORD_KILLED in a word says that its task has been, or is being, sent SIGKILL
 * by container.kill. Who is born of one has the bit, too, and is killed before its
 * first instruction: by bpf_send_signal_task() where its creator's fork is seen,
 * else by itself where it is first scheduled (te_born), else by the daemon, whom
 * the record wakes, and then its creator is killed at once.
 *
 * What the daemon does, in one go:
 *
 *  1. sets kill_active, then TE_WATCH_KILL in each group that it knows to be meant.
 *     Groups that it has not heard of yet, which lack TE_WATCH_KNOWN, are as meant
 *     as the nearest one above them that it knows: for those made before, who
 *     looks goes up to it (group_killed()); those made later inherit the bit.
 *  2. drains the ring.
 *  3. sets TE_WORD_KILLED in all words of groups that are meant (te_walk).
 *  4. sends SIGKILL to all whom it knows to be in them.
 *  5. takes off what it set in 1.
 *
 * Why nobody escapes. A fork RESERVES its record, (full barrier) READS its
 * creator's word, then kill_active and the groups. If what it read was older than 1,
 * its reservation came before 2, which waits for it: the child is known, and meant
 * in 3 and 4; what it creates meanwhile has a creator in a group that is meant, and
 * is born dead. If not, the child is born dead. A fork whose child is there already,
 * but which has not come to its program when 5 is done, has a creator with the bit
 * since 3: its word cannot have been missed, for numbers change owner in de_thread()
 * alone, and no thread of a process is in fork then. So a creator is either dead, or
 * known by its word; a move keeps the bit, an unshare keeps it, and 5 leaves it.
 *
 * Nobody is moved by others meanwhile, since the daemon is one thread; who is moved
 * afterwards, before it dies, takes the bit along.
 *
 * Kernel threads, the first process and the daemon do not get the bit, as they do
 * not die. A word that is changed at the same time is marked anew; one whose place
 * has been reused is not, for the new one's sequence differs.
 */
#ifndef _CONTAINERFSD_BPF_KILL_BPF_H
#define _CONTAINERFSD_BPF_KILL_BPF_H

#include "base.bpf.h"
#include "task.bpf.h"
#include "words.bpf.h"

/* Set by the daemon before loading. */
const volatile te_u32 have_signal_task;	/* bpf_send_signal_task() */

/* Written by the daemon. */
te_u32 kill_active;
te_u32 kill_born;	/* te_born is attached */

#define KILL_DEPTH_MAX	(1 << 20)	/* steps up to a group that is known */
#define KILL_TRIES	8

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

/* Is css_group @id meant by the kill that is going on? */
static __noinline bool group_killed(u64 id)
{
	struct kill_walk w = { .id = id };

	bpf_loop(KILL_DEPTH_MAX, kill_up, &w, 0);
	return w.killed;
}

/* What the word of a child gets from @creator's: TE_WORD_KILLED or 0. After a barrier. */
static __always_inline u64 kill_bit(u64 creator)
{
	if (creator & TE_WORD_KILLED)
		return TE_WORD_KILLED;
	if (*(volatile u32 *)&kill_active && group_killed(te_word_id(creator)))
		return TE_WORD_KILLED;
	return 0;
}

/* A child got a word, at @slot, from an attach that came first: it keeps its place. */
static __always_inline u64 kill_attached(u64 *slot, u64 word)
{
	u64 next = te_word_next(word, te_word_id(word)) | TE_WORD_KILLED;

	return __sync_val_compare_and_swap(slot, word, next) == word ? next : word;
}

/* Kill @child, which does not run yet; whether the daemon must do it. */
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

/* Mark a task that is meant: its word now, or 0 if it is not. */
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
		/* It unshares all the time; or this is another task's word by now. */
		word = word_peek(task);
	}
	return 0;
}

/*
 * The first that a task does, in its own name. For kernels that cannot send a signal
 * to another task.
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
