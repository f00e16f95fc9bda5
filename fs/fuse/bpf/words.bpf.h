/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The word of a task: where it lives, and how programs find and make it
 *
 * The word lives in the preallocated hash `words`, keyed by the address of the task, until
 * the task is freed; if the hash is full, it lives in task storage. A softirq takes the
 * word out of the hash; the map may be busy then, so that the word stays. Therefore a
 * word with TE_WORD_EXITED is ignored if the task at its address has not exited: an
 * earlier task has left it.
 *
 * The hash comes first because making a word there costs a fork a third of what it costs
 * in task storage (measured: 0.4 to 1.3 us), and because it cannot fail for the reason
 * that this CPU was taken from a task inside a storage operation. An attach may come
 * after the exit program, so it makes words in task storage only, which dies with the
 * task. A slot in storage that holds 0 counts as none. Attach and a program that makes a
 * word for a live task each look into the other place after they have made their own
 * word, so they never both go on with two places.
 *
 * The kernel may reuse an entry of the hash at once. A program that only looks at the
 * word of another task looks it up twice (word_peek()). A program that changes the word
 * expects the old value, and the sequence in it, which differs from task to task, tells
 * a new task's word.
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
te_u64 lost_words;	/* tasks for which no word could be made */
te_u64 spilled;		/* words that did not go into the hash */

void bpf_preempt_disable(void) __ksym __weak;
void bpf_preempt_enable(void) __ksym __weak;

static __always_inline u64 *hash_find(struct task_struct *task)
{
	u64 key = (u64)task;
	u64 *word = hash_used ? bpf_map_lookup_elem(&words, &key) : NULL;

	/* An earlier task at this address has left it. */
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

/* The word of @task, or a slot that holds 0, or NULL. */
static __always_inline u64 *word_find(struct task_struct *task)
{
	u64 *word = bpf_task_storage_get(&storage, task, 0, 0);
	u64 *other;

	if (word && *word)
		return word;
	other = hash_find(task);
	return other ? other : word;
}

/* The word of another task, only to look at, or 0. */
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

/* Make a word for a new task, or for current, for which word_find() has found none. */
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
		/* NULL also if an attach makes it at the same time. */
		return word ? word : bpf_task_storage_get(&storage, task, 0, 0);
	}
	full_barrier();
	word = bpf_task_storage_get(&storage, task, 0, 0);
	if (word) {	/* an attach has made it */
		hash_delete(task);
		return word;
	}
	return bpf_map_lookup_elem(&words, &key);
}

/*
 * The first sequence of a word: the low bits of the start time, so that words of different
 * tasks at one address differ. Not 0, because a word must not be 0.
 */
static __always_inline u64 first_seq(struct task_struct *task)
{
	u64 seq = task->start_boottime & TE_WORD_SEQ_MASK;

	return seq ? seq : 1;
}

/* Note that a task leaves css_group @before; called before its word changes. */
static __always_inline void slot_moves(struct te_slot *slot, u64 before)
{
	slot->before = before;
	slot->since = bpf_ktime_get_boot_ns();
}

#endif /* _CONTAINERFSD_BPF_WORDS_BPF_H */
