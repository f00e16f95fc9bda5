/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sys_exit.bpf.h - unshare, where only the exit of system calls is seen
 *
 * What is seen there is an answer, and a seccomp filter answers in the kernel's
 * stead, with 0 if it likes. So it counts whether the namespaces are others than those
 * noted before (namespaces.bpf.h).
 *
 * Nothing is noted of one that is in the top container. Then an unshare of one that has
 * a filter is believed if it made him the only one who has his nsproxy, or a user
 * namespace that his parent is not in: always so if it is true.
 */
#ifndef _CONTAINERFSD_BPF_SYS_EXIT_BPF_H
#define _CONTAINERFSD_BPF_SYS_EXIT_BPF_H

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

#endif /* _CONTAINERFSD_BPF_SYS_EXIT_BPF_H */
