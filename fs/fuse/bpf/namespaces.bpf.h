/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The namespaces that a task had when a program last looked
 *
 * Only unshare and setns change the namespaces of a task. A program sees each such call
 * and notes the namespaces in the task's slot, whether or not it clones. A child begins
 * with its creator's note, or with the namespaces that it was cloned with. So a task whose
 * namespaces differ from its note has just changed them, or changed them while the hook
 * was skipped (mend.bpf.h). The old namespaces exist until the new ones are made, so
 * addresses tell them apart. exec may replace the nsproxy, and the time namespace by the
 * one for children; therefore the note contains neither of them.
 *
 * A note of 0 says nothing. Programs of other tasks give no note to a task that is inside
 * unshare(2), because the hook at the end of the call must find that they changed.
 */
#ifndef _CONTAINERFSD_BPF_NAMESPACES_BPF_H
#define _CONTAINERFSD_BPF_NAMESPACES_BPF_H

#include "base.bpf.h"
#include "words.bpf.h"
#include "syscalls.bpf.h"

#define NS_READ(_ns, _member)							\
	(bpf_core_field_exists((_ns)->_member) ? (u64)BPF_CORE_READ(_ns, _member) : 0)

/* The namespaces that @task can unshare, in the order of enum te_ns. */
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

/* One number for all of them; never 0. */
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

/* Note the namespaces of the newborn @child in its @slot: the note of @like, if it has one. */
static __always_inline void namespaces_born(struct te_slot *slot, struct task_struct *child,
					    const struct te_slot *like)
{
	slot->namespaces = like && like->namespaces ? like->namespaces : namespaces_mix(child);
}

/* Note @now, which are the namespaces of @me. */
static __always_inline void namespaces_note(struct task_struct *me, u64 now)
{
	struct te_slot *slot = (struct te_slot *)word_find(me);

	if (slot && slot->word)
		slot->namespaces = now;
}

/*
 * May @task be inside unshare(2)? Its registers hold the number of its last system call
 * until the next one, so this may also be true of a task that has left it.
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

/*
 * Give @task, which is not current, a note if it has none. It reads the namespaces before
 * it asks unsharing(), because the note must not be of an unshare whose hook has not run.
 */
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
