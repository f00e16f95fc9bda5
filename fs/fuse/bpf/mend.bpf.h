/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mend what a skipped hook has left undone: the programs
 *
 * The daemon's side (mend.c) reads all tasks by te_mend_walk, and finds out where those
 * tasks belong that no hook has put there. mend_task() puts a task there, unless the
 * task's own hook has done so meanwhile: the hook came late, and was not skipped.
 *
 * The walk itself ends a task that is exiting and whose word does not say so, and finds the
 * end of a process that is watched. Either the
 * walk or the hook changes the word, never both. While the walk looks at a task that was
 * not released when it began, the slot stays the task's, because te_free runs only after a
 * grace period.
 */
#ifndef _CONTAINERFSD_BPF_MEND_BPF_H
#define _CONTAINERFSD_BPF_MEND_BPF_H

#include "base.bpf.h"
#include "attach.bpf.h"
#include "changes.bpf.h"
#include "groups.bpf.h"
#include "inits.bpf.h"
#include "limits.bpf.h"
#include "namespaces.bpf.h"
#include "words.bpf.h"

te_u64 mended_walk;	/* exits that only te_mend_walk saw */

/* Has the task's own hook run since the walk, or is it about to run? */
static __always_inline bool mended_before(struct task_struct *task, const struct te_slot *slot)
{
	if (!call.namespaces)
		return false;
	return (slot && slot->namespaces == call.namespaces) ||
	       namespaces_mix(task) != call.namespaces || unsharing(task);
}

/* Put @task, whose word is call_expect, into call.parent, or into a clone of it. */
static __always_inline s64 mend_task(struct task_struct *task)
{
	struct te_slot *slot = (struct te_slot *)word_find(task);
	struct owner o = {};
	u64 id = 0;
	s64 ret;

	if ((slot ? word_read(&slot->word) : 0) != call_expect || mended_before(task, slot))
		return -EAGAIN;
	if (call.clone_mask) {
		owner_find(&o, task);
		id = group_clone(call.parent, (struct task_struct *)call.creator, task,
				 call.clone_mask, &o);
		call_cloned = id != 0;
	}
	call.id = id ? id : call.parent;
	ret = 0;
	call.word = call_expect;
	/* A task that is there already needs no attach; without a word it is in the top container. */
	if (call.id != te_word_id(call_expect) || call.set)
		ret = attach_task(task);
	if (ret && id)
		group_unclone(id, &o);
	if (!ret && call.namespaces)
		namespaces_note(task, call.namespaces);
	return ret;
}

/* End @task, which is exiting, if its hook was skipped. */
static __always_inline void mend_exit(struct task_struct *task, u64 *word)
{
	struct change c = {};

	if (*word & TE_WORD_EXITED || !task->sighand)
		return;
	if (change_exit(&c, task, word))
		__sync_fetch_and_add(&mended_walk, 1);
}

SEC("iter/task")
int te_mend_walk(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct te_stray s = {};
	struct te_slot *slot;

	if (!task || task->flags & PF_KTHREAD)
		return 0;
	slot = (struct te_slot *)word_find(task);
	if (slot && !slot->word)
		slot = NULL;
	s.exiting = task->flags & PF_EXITING ? 1 : 0;
	if (s.exiting) {
		init_look(task);
		if (!slot)
			return 0;
		mend_exit(task, &slot->word);
	} else if (slot) {
		namespaces_first(slot, task);
	}
	if (slot) {
		s.word = slot->word;
		s.since = slot->since;
		s.before = slot->before;
		s.noted = slot->namespaces;
		if ((struct te_slot *)word_find(task) != slot)
			return 0;
	}
	s.task = (u64)task;
	s.start_time = task->start_boottime;
	s.parent = (u64)BPF_CORE_READ(task, real_parent);
	s.nsproxy = (u64)BPF_CORE_READ(task, nsproxy);
	namespaces_read(s.ns, task);
	s.namespaces = namespaces_mix(task);
	s.unsharing = unsharing(task);
	s.tid = task->pid;
	s.tgid = task->tgid;
	bpf_seq_write(ctx->meta->seq, &s, sizeof(s));
	return 0;
}

/* Cloning has just been enabled: note what namespaces there are, so that they are not new. */
SEC("iter/task")
int te_note_walk(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct te_slot *slot = task ? (struct te_slot *)word_find(task) : NULL;
	u64 was, now;

	if (!slot || !slot->word || task->flags & PF_EXITING)
		return 0;
	was = word_read(&slot->namespaces);
	now = namespaces_mix(task);
	if (!unsharing(task))
		__sync_val_compare_and_swap(&slot->namespaces, was, now);
	return 0;
}

#endif /* _CONTAINERFSD_BPF_MEND_BPF_H */
