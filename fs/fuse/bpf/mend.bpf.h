/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mend.bpf.h - what a hook that was skipped has left undone
 *
 * The daemon's side (mend.c) reads all tasks by te_mend_walk and says
 * where those belong that no hook has put there; mend_task() does it, unless the task has
 * been put somewhere meanwhile: by its own hook, which came late and was not skipped.
 *
 * Exits need no judgement: who is exiting, and has a word that does not say so, is
 * ended by the walk. Of the two, it and the hook, one changes the word. The slot is
 * the task's for as long as the walk looks at it, if it has not been released when it
 * begins, as its end is called after a grace period only.
 */
#ifndef _CONTAINERFSD_BPF_MEND_BPF_H
#define _CONTAINERFSD_BPF_MEND_BPF_H

#include "base.bpf.h"
#include "attach.bpf.h"
#include "changes.bpf.h"
#include "groups.bpf.h"
#include "limits.bpf.h"
#include "namespaces.bpf.h"
#include "words.bpf.h"

te_u64 mended_walk;	/* exits that only te_mend_walk saw */

/* Has its own hook come by since the walk, or is it about to? */
static __always_inline bool mended_before(struct task_struct *task, const struct te_slot *slot)
{
	if (!call.namespaces)
		return false;
	return (slot && slot->namespaces == call.namespaces) ||
	       namespaces_mix(task) != call.namespaces || unsharing(task);
}

/* Put @task, whose word is call_expect, into call.parent or a clone of that. */
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
	/* A word that says where it is already, or that it is in the top container. */
	if (call.id != te_word_id(call_expect) || call.set)
		ret = attach_task(task);
	if (ret && id)
		group_unclone(id, &o);
	if (!ret && call.namespaces)
		namespaces_note(task, call.namespaces);
	return ret;
}

/* End @task, which is exiting, if it was not seen to. */
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

/* Cloning is about to be looked at: what came before is no news. */
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
