/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * task_events_hooks.bpf.h - which hooks are skipped, and what stands in for them
 *
 * The kernel skips a program of type fentry, fexit or tp_btf that is active on
 * this CPU already. Where it preempts, that is the program of a task that was
 * preempted inside it. (Handlers of tracepoints run with preemption off up to 6.19;
 * since then they are under SRCU: tp_preempted.) A kprobe's program runs with
 * preemption off, and is skipped only while this CPU was taken from somebody amid
 * bpf(2) with a map. So:
 *
 *  unshare	kprobe/perf_event_namespaces, where every unshare that has succeeded
 *		comes by, its namespaces exchanged already (setns and fork do, too);
 *		and fexit/ksys_unshare, which looks whether the other was there, and
 *		if not does its work. One where there is only one; else sys_exit.
 *  reaping	fentry; who is skipped is counted off when he is freed.
 *
 * What is skipped all the same is counted by the kernel, and noticed: a program that
 * can be skipped says when it begins and ends (skip_begun, skip_ended). Whoever is
 * skipped is so while another is inside, so as long as nobody is, and nobody has been
 * since, the daemon need not ask the kernel for the numbers (task_events_misses.c).
 */
#ifndef FS_FUSE_TASK_EVENTS_HOOKS_BPF_H
#define FS_FUSE_TASK_EVENTS_HOOKS_BPF_H

/* Written by the daemon. */
te_u32 unshare_twice;	/* both hooks of unshare are attached */

/* Written by programs, read by the daemon. */
te_u64 unshares_mended;	/* fexit stood in for the kprobe */
te_u64 unshares_alone;	/* seen by the kprobe, and not, or not yet, by fexit */

/*
 * Whether an unshare was seen is told by the namespaces that it came to: the new
 * nsproxy, or user namespace, was made while the old one was still there, so it is at
 * another address. Kept in the task's slot if it has one; else, where it was refused a
 * container in the top one, in a table which others may write over: then it is refused
 * twice.
 */
#define SEEN_SIZE	1024

te_u64 unshare_seen[SEEN_SIZE];

static __always_inline u64 namespaces_of(struct task_struct *me)
{
	return (u64)BPF_CORE_READ(me, nsproxy) ^ (u64)BPF_CORE_READ(me, real_cred, user_ns);
}

static __always_inline u64 *unshare_seen_at(struct task_struct *me)
{
	struct te_slot *slot = (struct te_slot *)word_find(me);

	return slot && slot->word ? &slot->namespaces : &unshare_seen[me->pid & (SEEN_SIZE - 1)];
}

SEC("kprobe/perf_event_namespaces")
int te_unshare_kprobe(struct pt_regs *ctx)
{
	struct task_struct *me = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(me);
	u64 flags;

	if (!is_call(UNSHARE, regs, &flags) || !clone_enabled || !unshare_flags(flags) ||
	    fake_skip())
		return 0;
	unshared(flags);
	if (unshare_twice) {
		*unshare_seen_at(me) = namespaces_of(me);
		__sync_fetch_and_add(&unshares_alone, 1);
	}
	return 0;
}

SEC("fexit/ksys_unshare")
int BPF_PROG(te_unshare_fexit, unsigned long flags, int ret)
{
	struct task_struct *me = bpf_get_current_task_btf();

	if (ret || !clone_enabled || !unshare_flags(flags))
		return 0;
	skip_begin();
	if (unshare_twice && *unshare_seen_at(me) == namespaces_of(me)) {
		__sync_fetch_and_add(&unshares_alone, -1);
	} else {
		if (unshare_twice)
			__sync_fetch_and_add(&unshares_mended, 1);
		unshared(flags);
	}
	skip_end();
	return 0;
}

#endif /* FS_FUSE_TASK_EVENTS_HOOKS_BPF_H */
