/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * skipped.bpf.h - which hooks are skipped, and what stands in for them
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
 *  birth	task_newtask; and sched_process_fork, where handlers of tracepoints can be
 *		preempted: it looks whether the other was there, as fexit does.
 *  exit	sched_process_exit; who is skipped is ended when he is freed, where nothing
 *		is skipped, for that is a softirq.
 *  reaping	fentry; likewise.
 *
 * What is skipped all the same is counted by the kernel, and noticed: a program that
 * can be skipped says when it begins and ends (skip_begun, skip_ended). Whoever is
 * skipped is so while another is inside, so as long as nobody is, and nobody has been
 * since, the daemon need not ask the kernel for the numbers (misses.c).
 * Then it mends what they have left undone (mend.c).
 */
#ifndef _CONTAINERFSD_BPF_SKIPPED_BPF_H
#define _CONTAINERFSD_BPF_SKIPPED_BPF_H

/* Written by the daemon. */
te_u32 unshare_twice;	/* both hooks of unshare are attached */

/* Written by programs, read by the daemon. */
te_u64 unshares_mended;	/* fexit stood in for the kprobe */
te_u64 births_mended;	/* sched_process_fork for task_newtask */
te_u64 unshares_alone;	/* seen by the kprobe, and not, or not yet, by fexit */

/*
 * Whether an unshare was seen is told by the namespaces that it came to, which are noted
 * in the task's slot if it has one; else, where it was refused a container in the top
 * one, in a table which others may write over: then it is refused twice.
 */
#define SEEN_SIZE	1024

te_u64 unshare_seen[SEEN_SIZE];

static __always_inline u64 *unshare_seen_at(struct task_struct *me)
{
	struct te_slot *slot = (struct te_slot *)word_find(me);

	return slot && slot->word ? &slot->namespaces : &unshare_seen[me->pid & (SEEN_SIZE - 1)];
}

/* Was it mended before its own hook came by? */
static __always_inline bool namespaces_noted(struct task_struct *me, u64 now)
{
	struct te_slot *slot = (struct te_slot *)word_find(me);

	return slot && slot->word && slot->namespaces == now;
}

SEC("kprobe/perf_event_namespaces")
int te_unshare_kprobe(struct pt_regs *ctx)
{
	struct task_struct *me = bpf_get_current_task_btf();
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(me);
	u64 flags, now;

	if (!clone_enabled)
		return 0;
	if (is_call(SETNS, regs, &flags)) {
		namespaces_note(me, namespaces_mix(me));
		return 0;
	}
	if (!is_call(UNSHARE, regs, &flags) || !unshare_flags(flags) ||
	    fake_skip(me, TE_SKIP_UNSHARE))
		return 0;
	now = namespaces_mix(me);
	if (!namespaces_noted(me, now))
		unshared(flags);
	namespaces_note(me, now);
	if (unshare_twice) {
		*unshare_seen_at(me) = now;
		__sync_fetch_and_add(&unshares_alone, 1);
	}
	return 0;
}

SEC("fexit/ksys_unshare")
int BPF_PROG(te_unshare_fexit, unsigned long flags, int ret)
{
	struct task_struct *me = bpf_get_current_task_btf();
	u64 now;

	if (ret || !clone_enabled || !unshare_flags(flags))
		return 0;
	skip_begin();
	now = namespaces_mix(me);
	if (unshare_twice && *unshare_seen_at(me) == now) {
		__sync_fetch_and_add(&unshares_alone, -1);
	} else {
		if (unshare_twice)
			__sync_fetch_and_add(&unshares_mended, 1);
		if (!namespaces_noted(me, now))
			unshared(flags);
		namespaces_note(me, now);
	}
	skip_end();
	return 0;
}

/* The creator, once more, and no flags any more: what differs says them. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(te_newtask_late, struct task_struct *creator, struct task_struct *child)
{
	struct task_struct *me = bpf_get_current_task_btf();

	if (*birth_seen_at(me) == birth_sign(child))
		return 0;
	tp_begin();
	__sync_fetch_and_add(&births_mended, 1);
	newtask(child, namespaces_differ(me, child));
	tp_end();
	return 0;
}

#endif /* _CONTAINERFSD_BPF_SKIPPED_BPF_H */
