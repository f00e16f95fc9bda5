/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * namespaces.bpf.h - which namespaces a task had when it was last looked at
 *
 * They change by unshare and setns alone, and each is seen and noted in the task's
 * slot, whatever came of it; a child begins with its creator's note, or with what it
 * was cloned with. So one whose namespaces are not those of its note has just changed
 * them, or did so unseen (mend.bpf.h). The old ones are there until the new
 * ones are made, so addresses tell them apart. exec may replace the nsproxy, and the
 * time namespace by the one for children: neither is looked at.
 *
 * A note of 0 says nothing. Who is amid unshare(2) gets none from others, as the hook
 * at its end is to find that they changed.
 */
#ifndef _CONTAINERFSD_BPF_NAMESPACES_BPF_H
#define _CONTAINERFSD_BPF_NAMESPACES_BPF_H

#include "base.bpf.h"
#include "words.bpf.h"
#include "syscalls.bpf.h"

#define NS_READ(_ns, _member)							\
	(bpf_core_field_exists((_ns)->_member) ? (u64)BPF_CORE_READ(_ns, _member) : 0)

/* All that @task can unshare, in the order of enum te_ns. */
static __always_inline void namespaces_read(u64 at[TE_NS_NR], struct task_struct *task)
{
	struct nsproxy *ns = BPF_CORE_READ(task, nsproxy);

	at[TE_NS_USER] = (u64)BPF_CORE_READ(task, real_cred, user_ns);
	at[TE_NS_UTS] = NS_READ(ns, uts_ns);
	at[TE_NS_IPC] = NS_READ(ns, ipc_ns);
	at[TE_NS_NS] = NS_READ(ns, mnt_ns);
	at[TE_NS_PID] = NS_READ(ns, pid_ns_for_children);
	at[TE_NS_NET] = NS_READ(ns, net_ns);
	at[TE_NS_TIME] = NS_READ(ns, time_ns_for_children);
	at[TE_NS_CGROUP] = NS_READ(ns, cgroup_ns);
}

/* One number for them; never 0. */
static __noinline u64 namespaces_mix(struct task_struct *task)
{
	u64 at[TE_NS_NR], h = 0;
	int i;

	namespaces_read(at, task);
	for (i = 0; i < TE_NS_NR; i++)
		h = h * 0x9e3779b97f4a7c15ULL + at[i];
	return h ? h : 1;
}

/* 1 if they differ, without a branch: the verifier would follow all combinations of eight. */
static __always_inline u64 differ(u64 a, u64 b)
{
	u64 d = a ^ b;

	d |= -d;
	barrier_var(d);
	return d >> 63;
}

/* TE_CLONE_NEW* of those that @child and @creator do not share. */
static __noinline u32 namespaces_differ(struct task_struct *creator, struct task_struct *child)
{
	u64 a[TE_NS_NR], b[TE_NS_NR];
	u64 flags = 0;

	namespaces_read(a, creator);
	namespaces_read(b, child);
#define NS_DIFFERS(_ns)								\
	(differ(a[TE_NS_ ## _ns], b[TE_NS_ ## _ns]) * TE_CLONE_NEW ## _ns)
	flags |= NS_DIFFERS(USER) | NS_DIFFERS(UTS) | NS_DIFFERS(IPC) | NS_DIFFERS(NS);
	flags |= NS_DIFFERS(PID) | NS_DIFFERS(NET) | NS_DIFFERS(TIME) | NS_DIFFERS(CGROUP);
#undef NS_DIFFERS
	return flags;
}

/* @child, in @slot, has been made, and not run: with its creator's, if @like. */
static __always_inline void namespaces_born(struct te_slot *slot, struct task_struct *child,
					    const struct te_slot *like)
{
	slot->namespaces = like && like->namespaces ? like->namespaces : namespaces_mix(child);
}

/* What the caller's are now is no news any more. */
static __always_inline void namespaces_note(struct task_struct *me, u64 now)
{
	struct te_slot *slot = (struct te_slot *)word_find(me);

	if (slot && slot->word)
		slot->namespaces = now;
}

/*
 * May @task be amid unshare(2)? What it once said to the kernel stays where it is until
 * it says something else.
 */
static __always_inline bool unsharing(struct task_struct *task)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

#if defined(__TARGET_ARCH_x86)
	u32 nr = regs->orig_ax;

	return nr == NR_UNSHARE || nr == NR_UNSHARE_X32 || nr == NR_UNSHARE_IA32;
#elif defined(__TARGET_ARCH_arm64)
	u32 nr = regs->syscallno;

	return nr == NR_UNSHARE || nr == NR_UNSHARE_ARM;
#endif
}

/* Give another task the note that it lacks. Looks at its call after its namespaces. */
static __always_inline void namespaces_first(struct te_slot *slot, struct task_struct *task)
{
	u64 now;

	if (*(volatile u64 *)&slot->namespaces)
		return;
	now = namespaces_mix(task);
	if (!unsharing(task))
		__sync_val_compare_and_swap(&slot->namespaces, 0, now);
}

#endif /* _CONTAINERFSD_BPF_NAMESPACES_BPF_H */
