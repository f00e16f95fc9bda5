/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * task_events_sys_exit.bpf.h - unshare, where only the exit of system calls is seen
 *
 * What is seen there is an answer, and a seccomp filter answers in the kernel's
 * stead, with 0 if it likes. So of a task that has a filter it counts whether its
 * namespaces are others than before. They change by unshare and setns alone, and
 * each is seen here and remembered in the task's slot; a child begins with its
 * creator's, or its own. (The old ones are there until the new ones are made, so
 * addresses tell them apart. exec may replace the nsproxy, and the time namespace
 * by the one for children: neither is looked at.)
 *
 * Before the first time nothing is remembered of one that was attached, or is in the
 * top container. Then an unshare is believed if it made him the only one who has his
 * nsproxy, or a user namespace that his parent is not in: always so if it is true.
 */
#ifndef FS_FUSE_TASK_EVENTS_SYS_EXIT_BPF_H
#define FS_FUSE_TASK_EVENTS_SYS_EXIT_BPF_H

/* Set by the daemon before loading. */
const volatile te_u32 by_sys_exit;	/* no better hook is to be had */

#define NS_MIX(_h, _ns, _member)						\
	((_h) * 0x9e3779b97f4a7c15ULL +						\
	 (bpf_core_field_exists((_ns)->_member) ? (u64)BPF_CORE_READ(_ns, _member) : 0))

/* One number for all that @task can unshare; never 0. */
static __noinline u64 namespaces_mix(struct task_struct *task)
{
	struct nsproxy *ns = BPF_CORE_READ(task, nsproxy);
	u64 h = (u64)BPF_CORE_READ(task, real_cred, user_ns);

	h = NS_MIX(h, ns, uts_ns);
	h = NS_MIX(h, ns, ipc_ns);
	h = NS_MIX(h, ns, mnt_ns);
	h = NS_MIX(h, ns, pid_ns_for_children);
	h = NS_MIX(h, ns, net_ns);
	h = NS_MIX(h, ns, time_ns_for_children);
	h = NS_MIX(h, ns, cgroup_ns);
	return h ? h : 1;
}

/* @child, in @slot, has been made, and not run: with its creator's, if @like. */
static __always_inline void namespaces_born(struct te_slot *slot, struct task_struct *child,
					    const struct te_slot *like)
{
	if (by_sys_exit)
		slot->namespaces = like && like->namespaces ? like->namespaces :
							      namespaces_mix(child);
}

static __always_inline void namespaces_note(struct task_struct *me, u64 now)
{
	struct te_slot *slot = (struct te_slot *)word_find(me);

	if (slot && slot->word)
		slot->namespaces = now;
}

static __always_inline bool filtered(struct task_struct *me)
{
	return bpf_core_field_exists(me->seccomp) && BPF_CORE_READ(me, seccomp.mode);
}

/* Could it be that @me has just made itself @flags? */
static __noinline bool namespaces_fresh(struct task_struct *me, u32 flags)
{
	struct nsproxy *ns = BPF_CORE_READ(me, nsproxy);
	u32 count = 0;

	if (!(flags & TE_CLONE_ALL & ~TE_CLONE_NEWUSER))
		return BPF_CORE_READ(me, real_parent, real_cred, user_ns) !=
		       BPF_CORE_READ(me, real_cred, user_ns);
	bpf_core_read(&count, sizeof(count), &ns->count);
	return count == 1;
}

#endif /* FS_FUSE_TASK_EVENTS_SYS_EXIT_BPF_H */
