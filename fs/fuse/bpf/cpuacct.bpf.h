/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPU time that tasks use, by css_group and CPU
 *
 * The slot of a task says up to which times the task has been charged. A program that
 * takes the task out of a css_group, gives it another CPU or sees its end exchanges these
 * times for the present ones, and adds the difference to the sum that the css_group has
 * for the CPU of the task. If two programs do so at once, one exchange comes after the
 * other, so the two differences add up to the time used: a sum may be short for a moment,
 * and none is wrong for good.
 *
 * Only css_groups whose time counts for a container have sums. A task that comes from
 * another css_group brings no time along, because its time there is exchanged first.
 *
 * te_migrate runs with the scheduler's locks held. It looks up and adds; nothing in it
 * allocates or takes a lock.
 */
#ifndef _CONTAINERFSD_BPF_CPUACCT_BPF_H
#define _CONTAINERFSD_BPF_CPUACCT_BPF_H

#include "base.bpf.h"
#include "words.bpf.h"

te_u32 cpuacct_state;	/* enum te_cpuacct_state */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, TE_SUMS_MAX);
	__type(key, u64);
	__type(value, struct te_cpu);
} used SEC(".maps");

static __always_inline void cpu_fill(struct te_cpu *cpu, struct task_struct *task)
{
	cpu->utime = task->utime;
	cpu->stime = task->stime;
	cpu->runtime = task->se.sum_exec_runtime;
}

/* Nothing that @task has used up to now is charged. */
static __always_inline void cpuacct_begin(struct te_slot *slot, struct task_struct *task)
{
	cpu_fill(&slot->cpu, task);
}

/* Charge @id with what @task has used since it was charged last. */
static __always_inline void cpuacct_charge(u64 id, struct te_slot *slot,
					   struct task_struct *task)
{
	struct te_cpu now, *sum;

	if (!cpuacct_state)
		return;
	cpu_fill(&now, task);
	now.utime -= __sync_lock_test_and_set(&slot->cpu.utime, now.utime);
	now.stime -= __sync_lock_test_and_set(&slot->cpu.stime, now.stime);
	now.runtime -= __sync_lock_test_and_set(&slot->cpu.runtime, now.runtime);
	sum = id ? bpf_map_lookup_percpu_elem(&used, &id, task->thread_info.cpu) : NULL;
	if (!sum)
		return;
	__sync_fetch_and_add(&sum->utime, now.utime);
	__sync_fetch_and_add(&sum->stime, now.stime);
	__sync_fetch_and_add(&sum->runtime, now.runtime);
}

/*
 * Into @t: what @task has used since it was charged, and on which CPU. The task, whose
 * word was t->word, runs meanwhile. If it is charged or migrates, @t gets nothing, because
 * the sums have changed; nor does it if the slot now belongs to another task.
 */
static __always_inline void cpuacct_since(struct te_task *t, const struct te_slot *slot,
					  struct task_struct *task)
{
	u64 from = *(volatile u64 *)&slot->cpu.runtime;
	u32 on_cpu = *(volatile u32 *)&task->thread_info.cpu;
	struct te_cpu used;

	used.utime = *(volatile u64 *)&task->utime - slot->cpu.utime;
	used.stime = *(volatile u64 *)&task->stime - slot->cpu.stime;
	used.runtime = *(volatile u64 *)&task->se.sum_exec_runtime - from;
	if (*(volatile u64 *)&slot->cpu.runtime != from ||
	    *(volatile u32 *)&task->thread_info.cpu != on_cpu ||
	    *(volatile u64 *)&slot->word != t->word)
		return;
	t->cpu = used;
	t->on_cpu = on_cpu;
}

/* Make sums for @id, a clone of @parent, if its time is to be charged; false: no room. */
static __always_inline bool cpuacct_clone(u64 parent, u64 id)
{
	struct te_cpu zero = {};

	if (!cpuacct_state || (cpuacct_state != TE_ACCOUNT_CLONES &&
			       !bpf_map_lookup_elem(&used, &parent)))
		return true;
	return !bpf_map_update_elem(&used, &id, &zero, BPF_NOEXIST);
}

static __always_inline void cpuacct_unclone(u64 id)
{
	if (cpuacct_state)
		bpf_map_delete_elem(&used, &id);
}

/* The task still has its old CPU. An exited task is charged to its last CPU (te_switch). */
SEC("tp_btf/sched_migrate_task")
int BPF_PROG(te_migrate, struct task_struct *task, int dest_cpu)
{
	u64 *word = word_find(task);
	u64 w = word ? *(volatile u64 *)word : 0;

	if (w && !(w & TE_WORD_EXITED))
		cpuacct_charge(te_word_id(w), (struct te_slot *)word, task);
	return 0;
}

/*
 * Charge what a task uses after its exit was reported, each time it gives the CPU away.
 * The last time its times are final, so that its parent, once it has waited for the task,
 * reads a sum with all of them.
 */
SEC("tp_btf/sched_switch")
int BPF_PROG(te_switch, bool preempt, struct task_struct *prev)
{
	struct te_slot *slot;

	if (!(prev->flags & PF_EXITING))
		return 0;
	slot = (struct te_slot *)word_find(prev);
	if (slot && slot->word && slot->exited)
		cpuacct_charge(slot->exited, slot, prev);
	return 0;
}

#endif /* _CONTAINERFSD_BPF_CPUACCT_BPF_H */
