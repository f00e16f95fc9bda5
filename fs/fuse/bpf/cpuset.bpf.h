/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that report changes of affinities, for cpuset
 *
 * A program reports a change after it was made, and the daemon takes back the CPUs that
 * the container does not have. It cannot be prevented, because a program on a function
 * cannot change the result, and the LSM hook that could refuse does not see the mask.
 * The programs are attached only while a container is limited.
 *
 * An io_uring worker sets its CPUs itself, to those that its owner has asked for. The
 * kernel then refuses CPUs outside of its own cpusets, but knows nothing of ours. So the
 * programs report a worker when it first wakes, and when it gets another CPU. They run
 * with the scheduler's locks held: nothing in them allocates or sleeps.
 */
#ifndef _CONTAINERFSD_BPF_CPUSET_BPF_H
#define _CONTAINERFSD_BPF_CPUSET_BPF_H

#include "base.bpf.h"
#include "groups.bpf.h"
#include "ring.bpf.h"
#include "skipped.bpf.h"
#include "syscalls.bpf.h"
#include "task.bpf.h"
#include "words.bpf.h"

const volatile te_u32 nr_cpu_words = 1;	/* of 64 CPUs each; set by the daemon before loading */

te_u32 affinity_enabled;		/* written by the daemon */

static __always_inline u64 cpus_word(struct task_struct *task, u32 i)
{
	u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word),
			      (void *)__builtin_preserve_access_index(&task->cpus_mask) + i * 8);
	return word;
}

/*
 * Has the affinity of @creator been changed since @child copied it? Then the record of the
 * birth wakes the daemon, because nothing else would make it look at the child.
 */
static __always_inline bool cpus_differ(struct task_struct *creator, struct task_struct *child)
{
	u32 i;

	if (!affinity_enabled)
		return false;
	for (i = 0; i < TE_CPU_WORDS_MAX && i < nr_cpu_words; i++)
		if (cpus_word(creator, i) != cpus_word(child, i))
			return true;
	return false;
}

static __always_inline bool cpus_watched(struct task_struct *task)
{
	u64 *word = word_find(task);
	u64 id = word ? te_word_id(*word) : 0;

	return id && watched(id, TE_WATCH_CPUS);
}

static __always_inline int affinity_tell(u32 tid)
{
	struct te_affinity *rec = record_change(sizeof(*rec), true);

	if (!rec)
		return 0;
	rec->type = TE_AFFINITY;
	rec->tid = tid;
	bpf_ringbuf_submit(rec, wake_flags(true));
	return 0;
}

/*
 * The caller's sched_setaffinity(2) on @nr, a number in its pid namespace, has succeeded.
 * A program cannot tell here which task another number means, so a call on another task
 * is always reported.
 */
static __always_inline int affinity_set(u32 nr)
{
	struct task_struct *me = bpf_get_current_task_btf();
	struct pid *pid = BPF_CORE_READ(me, thread_pid);
	u32 level = BPF_CORE_READ(pid, level);
	bool self = !nr || nr == own_nr(pid, level);

	if (!affinity_enabled || me->tgid == daemon_tgid || (self && !cpus_watched(me)))
		return 0;
	return affinity_tell(self ? me->pid : level ? 0 : nr);
}

SEC("fexit/sched_setaffinity")
int BPF_PROG(te_affinity_fexit, pid_t nr, const struct cpumask *mask, long ret)
{
	if (ret)
		return 0;
	skip_begin();
	affinity_set(nr);
	skip_end();
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(te_affinity_sys_exit, struct pt_regs *regs, long ret)
{
	u64 nr;

	if (!is_call(SETAFFINITY, regs, &nr) || ret)
		return 0;
	return affinity_set(nr);
}

static __always_inline int worker_seen(struct task_struct *task)
{
	if (!(task->flags & PF_IO_WORKER) || !affinity_enabled || !cpus_watched(task))
		return 0;
	return affinity_tell(task->pid);
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(te_worker_wakes, struct task_struct *task)
{
	return worker_seen(task);
}

SEC("tp_btf/sched_migrate_task")
int BPF_PROG(te_worker_migrates, struct task_struct *task, int dest_cpu)
{
	return worker_seen(task);
}

#endif /* _CONTAINERFSD_BPF_CPUSET_BPF_H */
