/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks on unshare(2)
 *
 * skipped.bpf.h says why there are several. Where only sys_exit can be had, the program
 * sees no more than the result of the call, and a seccomp filter may have made up a
 * result of 0. Therefore the program compares the namespaces with those noted before
 * (namespaces.bpf.h). There is no note of a task in the top container. If such a task has
 * a filter, the program believes the result if no other task has its nsproxy, or, for a
 * user namespace alone, if its parent is in another one: a real unshare makes this true.
 */
#ifndef _CONTAINERFSD_BPF_UNSHARE_BPF_H
#define _CONTAINERFSD_BPF_UNSHARE_BPF_H

#include "base.bpf.h"
#include "changes.bpf.h"
#include "groups.bpf.h"
#include "namespaces.bpf.h"
#include "ring.bpf.h"
#include "skipped.bpf.h"
#include "syscalls.bpf.h"
#include "words.bpf.h"

te_u32 unshare_twice;	/* both hooks of unshare are attached: written by the daemon */

/* Written by programs, read by the daemon. */
te_u64 unshares_mended;	/* fexit stood in for the kprobe */
te_u64 unshares_alone;	/* the kprobe saw them, and fexit did not, or not yet */

/* The namespaces that unshare(@flags) makes; from 7.1 on it can make an empty mount namespace. */
static __always_inline u32 unshare_flags(u64 flags)
{
	return (flags & TE_UNSHARE_EMPTY_MNTNS ? TE_CLONE_NEWNS : 0) | (flags & TE_CLONE_ALL);
}

static __always_inline int task_unshared(u64 flags)
{
	struct task_struct *me = bpf_get_current_task_btf();
	struct change c = {};
	struct te_clone *rec;
	u64 *word;

	flags = unshare_flags(flags);
	if (!flags || !clone_enabled)
		return 0;
	word = word_find(me);
	if (!clone_asked(word ? te_word_id(*word) : 0, me, flags, &c.owner))
		return 0;
	rec = record_change(sizeof(*rec), change_unshare(&c, me, flags));
	if (rec)
		clone_submit(rec, &c, me, me, flags);
	return 0;
}

static __always_inline bool filtered(struct task_struct *me)
{
	return bpf_core_field_exists(me->seccomp) && BPF_CORE_READ(me, seccomp.mode);
}

/* Could @me have just made itself the namespaces @flags? */
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

static __always_inline int sys_unshare(u64 flags)
{
	struct task_struct *me = bpf_get_current_task_btf();
	struct te_slot *slot = (struct te_slot *)word_find(me);
	u64 before = slot && slot->word ? slot->namespaces : 0;
	u64 now;

	if (!clone_enabled || !unshare_flags(flags))
		return 0;
	now = namespaces_mix(me);
	if (before ? before != now : !filtered(me) || namespaces_fresh(me, unshare_flags(flags)))
		task_unshared(flags);
	namespaces_note(me, now);
	return 0;
}

/* Every system call comes by here, so the number is looked at first. */
SEC("tp_btf/sys_exit")
int BPF_PROG(te_unshare_sys_exit, struct pt_regs *regs, long ret)
{
	struct task_struct *me;
	u64 arg;

	tp_begin();
	if (is_call(UNSHARE, regs, &arg)) {
		me = bpf_get_current_task_btf();
		if (!ret && !fake_skip(me, TE_SKIP_UNSHARE))
			sys_unshare(arg);
	} else if (is_call(SETNS, regs, &arg)) {
		me = bpf_get_current_task_btf();
		namespaces_note(me, namespaces_mix(me));
	}
	tp_end();
	return 0;
}

/*
 * The kprobe leaves the namespaces that an unshare has come to for fexit: in the slot of the
 * task, if it has one. A task without a slot was refused a container in the top container:
 * the place for it is in a table, where another task may write over it. Then fexit refuses
 * the container a second time.
 */
#define SEEN_SIZE	1024

te_u64 unshare_seen[SEEN_SIZE];

static __always_inline u64 *unshare_seen_at(struct task_struct *me)
{
	struct te_slot *slot = (struct te_slot *)word_find(me);

	return slot && slot->word ? &slot->namespaces : &unshare_seen[me->pid & (SEEN_SIZE - 1)];
}

/* Has the daemon mended this unshare before its own hook came by? */
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
		task_unshared(flags);
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
			task_unshared(flags);
		namespaces_note(me, now);
	}
	skip_end();
	return 0;
}

#endif /* _CONTAINERFSD_BPF_UNSHARE_BPF_H */
