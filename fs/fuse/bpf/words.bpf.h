/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the word of a task lives, and how programs find and make it
 *
 * The word of a task lives in the preallocated hash `words`, keyed by the address of the task, until
 * the task is freed; if the hash is full, in task storage. The word is taken out of the
 * hash in a softirq, where the map may be busy, so the word may also stay. Therefore a
 * word with TE_WORD_EXITED is ignored if the task at its address has not exited: it is
 * left from an earlier task.
 *
 * The hash comes first because making a word there costs a fork a third of what
 * task storage does (measured: 0.4 to 1.3 us), and cannot fail because this CPU was
 * taken from another task in the middle of a storage operation. Attach, which may
 * come after the exit program, makes words in storage only, which dies with the
 * task. A slot in storage that holds 0 counts as none. Attach and a program that
 * makes a word for a live task each look at the other's place after having made
 * their own, so they never both go on with two places.
 *
 * An entry of the hash may be reused at once: who looks at another task's word
 * without changing it looks it up twice (word_peek); who changes it expects a
 * word whose sequence, drawn at random for each task, gives the new user away.
 */
#ifndef _CONTAINERFSD_BPF_WORDS_BPF_H
#define _CONTAINERFSD_BPF_WORDS_BPF_H

#include "base.bpf.h"

/* Set by the daemon before loading. */
const volatile te_u32 have_preempt_disable;
const volatile te_u32 fail_hash_every;	/* tests: n: each nth insertion fails */

te_u32 hash_used;	/* the hash has ever had an entry */
te_u32 fail_hash_count;

/* Written by programs, read by the daemon. */
te_u64 lost_words;
te_u64 spilled;		/* words that did not go into the hash */

void bpf_preempt_disable(void) __ksym __weak;
void bpf_preempt_enable(void) __ksym __weak;

static __always_inline u64 *hash_find(struct task_struct *task)
{
	u64 key = (u64)task;
	u64 *word = hash_used ? bpf_map_lookup_elem(&words, &key) : NULL;

	/* Of a task that was at this address before: its end was not seen. */
	if (word && *word & TE_WORD_EXITED && !(*(volatile u32 *)&task->flags & PF_EXITING))
		return NULL;
	return word;
}

static __always_inline void hash_delete(struct task_struct *task)
{
	u64 key = (u64)task;

	if (hash_used)
		bpf_map_delete_elem(&words, &key);
}

/* The task's word, or a slot that holds 0, or NULL. */
static __always_inline u64 *word_find(struct task_struct *task)
{
	u64 *word = bpf_task_storage_get(&storage, task, 0, 0);
	u64 *other;

	if (word && *word)
		return word;
	other = hash_find(task);
	return other ? other : word;
}

/* Another task's word, or 0, only to look at. */
static __always_inline u64 word_peek(struct task_struct *task)
{
	u64 *word = word_find(task);
	u64 w = word ? word_read(word) : 0;

	return w && word_find(task) == word ? w : 0;
}

static __always_inline u64 *slot_create(struct task_struct *task)
{
	u64 *word;

	if (have_preempt_disable)
		bpf_preempt_disable();
	word = bpf_task_storage_get(&storage, task, 0,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (have_preempt_disable)
		bpf_preempt_enable();
	return word;
}

static __always_inline bool fail_hash(void)
{
	return fail_hash_every && ++fail_hash_count % fail_hash_every == 0;
}

/* For a new task, or for current, of which word_find() found none. */
static __always_inline u64 *word_create(struct task_struct *task)
{
	struct te_slot zero = {};
	u64 key = (u64)task;
	u64 *word;

	if (!hash_used)
		hash_used = 1;
	if (fail_hash() || bpf_map_update_elem(&words, &key, &zero, BPF_ANY)) {
		__sync_fetch_and_add(&spilled, 1);
		word = bpf_task_storage_get(&storage, task, 0,
					    BPF_LOCAL_STORAGE_GET_F_CREATE);
		/* NULL also if attach made it at the same time. */
		return word ? word : bpf_task_storage_get(&storage, task, 0, 0);
	}
	full_barrier();
	word = bpf_task_storage_get(&storage, task, 0, 0);
	if (word) {	/* attach made it */
		hash_delete(task);
		return word;
	}
	return bpf_map_lookup_elem(&words, &key);
}

/*
 * A first sequence: the start time's low bits, so that words of different tasks
 * that had the same tid differ. Not 0, that the word be not 0.
 */
static __always_inline u64 first_seq(struct task_struct *task)
{
	u64 seq = task->start_boottime & TE_WORD_SEQ_MASK;

	return seq ? seq : 1;
}

/* From now on it is in another css_group than @before. Before the word says so. */
static __always_inline void slot_moves(struct te_slot *slot, u64 before)
{
	slot->before = before;
	slot->since = bpf_ktime_get_boot_ns();
}

#endif /* _CONTAINERFSD_BPF_WORDS_BPF_H */
