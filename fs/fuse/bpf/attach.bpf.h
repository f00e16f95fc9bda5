/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Move a task to a css_group: what the daemon's attach and its mending have in common
 *
 * walk.c puts the arguments into `call` and finds the result there.
 */
#ifndef _CONTAINERFSD_BPF_ATTACH_BPF_H
#define _CONTAINERFSD_BPF_ATTACH_BPF_H

#include "base.bpf.h"
#include "cpuacct.bpf.h"
#include "groups.bpf.h"
#include "namespaces.bpf.h"
#include "pids.bpf.h"
#include "words.bpf.h"

/* The arguments and results of the daemon's call. */
struct te_call call;
te_u64 call_expect;
te_u32 call_cloned;	/* call.id is a fresh clone, which counts its task already */

/*
 * An attach needs no record, because its caller, the daemon, knows of it.
 *
 * This may make a first word after the exit program has looked for one. Therefore it
 * looks at PF_EXITING again afterwards: if the flag is set, it marks the word as exited,
 * and nothing was moved. (The kernel has a full barrier between the setting of the flag
 * and the tracepoint: the decrement of signal->live.) If the task had a word before, the
 * exit program sees what is done here.
 */
static __always_inline s64 attach_task(struct task_struct *task)
{
	u64 next, old;
	u64 *word;

	call.word = 0;
	if (task->flags & PF_EXITING)
		return -ENOENT;
	word = word_find(task);
	if (!word) {
		if (call_expect)
			return -EAGAIN;
		word = slot_create(task);
		if (!word)
			return -ENOMEM;
		full_barrier();
		/* An unshare, or the birth itself, may have made a word first. */
		if (hash_find(task))
			return -EAGAIN;
	}
	if (call_expect)
		cpuacct_charge(te_word_id(word_read(word)), (struct te_slot *)word, task);
	else if (call.op == TE_OP_ATTACH)
		cpuacct_begin((struct te_slot *)word, task);
	/* A mended task has been there since its birth, or since an unknown moment. */
	if (call.op == TE_OP_ATTACH)
		slot_moves((struct te_slot *)word, te_word_id(call_expect));
	next = call_expect ? te_word_next(call_expect, call.id) :
			     TE_WORD(call.id, first_seq(task));
	if (call.op == TE_OP_MEND)
		next |= call.set;
	old = __sync_val_compare_and_swap(word, call_expect, next);
	if (old != call_expect) {
		call.word = old;
		return old & TE_WORD_EXITED ? -ENOENT : -EAGAIN;
	}
	if (!old && *(volatile u32 *)&task->flags & PF_EXITING) {
		if (__sync_val_compare_and_swap(word, next, next | TE_WORD_EXITED) != next)
			group_count(call.id, 1);	/* the exit program has counted it down */
		return -ENOENT;
	}
	group_count(te_word_id(old), -1);
	if (!call_cloned)
		group_count(call.id, 1);
	namespaces_first((struct te_slot *)word, task);
	pids_follow((struct te_slot *)word);
	call.word = next;
	return 0;
}

#endif /* _CONTAINERFSD_BPF_ATTACH_BPF_H */
