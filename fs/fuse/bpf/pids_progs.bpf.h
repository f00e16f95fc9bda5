/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The programs that only pids needs
 *
 * pids.bpf.h says how they count. The programs on fork, exit and attach count, too.
 */
#ifndef _CONTAINERFSD_BPF_PIDS_PROGS_BPF_H
#define _CONTAINERFSD_BPF_PIDS_PROGS_BPF_H

#include "base.bpf.h"
#include "groups.bpf.h"
#include "pids.bpf.h"
#include "ring.bpf.h"
#include "words.bpf.h"

/*
 * A task is reaped: before its waiter goes on; a thread has no waiter. The daemon chooses
 * the function (cgroup_release() has another name since 6.19).
 */
SEC("fentry/cgroup_task_release")
int BPF_PROG(te_release, struct task_struct *task)
{
	struct te_slot *slot = (struct te_slot *)word_find(task);

	if (slot && slot->word)
		pids_end(slot);
	return 0;
}

/* The creator of @child calls this before any other task can find the child. */
SEC("lsm/task_alloc")
int BPF_PROG(te_task_alloc, struct task_struct *child, unsigned long flags, int ret)
{
	struct task_struct *me = bpf_get_current_task_btf();
	struct te_slot *slot;
	u64 word, key;

	if (pids_probe && me->tgid == pids_probe)
		__sync_fetch_and_add(&pids_probed, 1);
	slot = (struct te_slot *)word_find(me);
	if (ret || !slot)
		return ret;
	word = word_read(&slot->word);
	key = pids_of_word(word);
	if (!key)
		return 0;
	pids_fork_drop(slot);
	if (!pids_try(key)) {
		pids_refuse(key);
		if (group_touch(te_word_id(word), 0, false))
			wake_daemon();
		return -EAGAIN;
	}
	slot->fork_child = (u64)child;
	slot->forking = key;
	return 0;
}

/* Each task comes by here in the end, too; this is about a child that its creator gives up. */
SEC("lsm/task_free")
int BPF_PROG(te_task_free, struct task_struct *child)
{
	struct te_slot *slot = (struct te_slot *)word_find(bpf_get_current_task_btf());

	if (slot && slot->forking && slot->fork_child == (u64)child)
		pids_fork_drop(slot);
	return 0;
}

#endif /* _CONTAINERFSD_BPF_PIDS_PROGS_BPF_H */
