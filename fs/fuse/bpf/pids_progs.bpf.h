/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pids_progs.bpf.h - the programs that only pids needs
 *
 * How they count is said in pids.bpf.h; what else counts are the
 * programs on fork, exit and attach, which are there anyway.
 */
#ifndef _CONTAINERFSD_BPF_PIDS_PROGS_BPF_H
#define _CONTAINERFSD_BPF_PIDS_PROGS_BPF_H

#include "base.bpf.h"
#include "groups.bpf.h"
#include "pids.bpf.h"
#include "ring.bpf.h"
#include "words.bpf.h"

/*
 * A task is reaped: before its waiter goes on, and of a thread nobody waits for. The
 * daemon says at which function (cgroup_release() has another name since 6.19).
 */
SEC("fentry/cgroup_task_release")
int BPF_PROG(te_release, struct task_struct *task)
{
	struct te_slot *slot = (struct te_slot *)word_find(task);

	if (slot && slot->word)
		pids_end(slot);
	return 0;
}

/* The creator of a task that does not exist for anybody else yet. */
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

/* Of all tasks in the end, too; here are wanted those that their creator gives up. */
SEC("lsm/task_free")
int BPF_PROG(te_task_free, struct task_struct *child)
{
	struct te_slot *slot = (struct te_slot *)word_find(bpf_get_current_task_btf());

	if (slot && slot->forking && slot->fork_child == (u64)child)
		pids_fork_drop(slot);
	return 0;
}

#endif /* _CONTAINERFSD_BPF_PIDS_PROGS_BPF_H */
