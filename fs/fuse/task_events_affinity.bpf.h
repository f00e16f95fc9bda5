/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * task_events_affinity.bpf.h - who changes affinities: the part of task_events.bpf.c
 * for cpuset
 *
 * A change is reported after it was made, and the daemon takes back what is too
 * much: a program on functions cannot change a result, and the hook that could
 * refuse does not see the mask. Attached only while a container is limited.
 */
#ifndef FS_FUSE_TASK_EVENTS_AFFINITY_BPF_H
#define FS_FUSE_TASK_EVENTS_AFFINITY_BPF_H

static __always_inline bool cpus_watched(struct task_struct *task)
{
	u64 *word = word_find(task);
	u64 id = word ? te_word_id(*word) : 0;

	return id && watched(id, TE_WATCH_CPUS);
}

/*
 * sched_setaffinity(2) of @nr, a number in the caller's pid namespace, has
 * succeeded. Of others than the caller it is not known here who they are.
 */
static __always_inline int affinity_set(u32 nr)
{
	struct task_struct *me = bpf_get_current_task_btf();
	struct pid *pid = BPF_CORE_READ(me, thread_pid);
	u32 level = BPF_CORE_READ(pid, level);
	bool self = !nr || nr == own_nr(pid, level);
	struct te_affinity *rec;

	if (!affinity_enabled || me->tgid == daemon_tgid || (self && !cpus_watched(me)))
		return 0;
	rec = bpf_ringbuf_reserve(&ring, sizeof(*rec), 0);
	if (!rec) {
		lost_begin();
		lost_end();
		return 0;
	}
	rec->type = TE_AFFINITY;
	rec->tid = self ? me->pid : level ? 0 : nr;
	bpf_ringbuf_submit(rec, wake_flags(true));
	return 0;
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

#endif /* FS_FUSE_TASK_EVENTS_AFFINITY_BPF_H */
