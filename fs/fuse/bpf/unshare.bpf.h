/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks on unshare(2)
 *
 * Where only the exit of system calls is seen, what is seen is an answer, and a seccomp
 * filter answers in the kernel's stead, with 0 if it likes. So it counts whether the
 * namespaces are others than those noted before (namespaces.bpf.h).
 *
 * Nothing is noted of one that is in the top container. Then an unshare of one that has
 * a filter is believed if it made him the only one who has his nsproxy, or a user
 * namespace that his parent is not in: always so if it is true.
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
te_u64 unshares_alone;	/* seen by the kprobe, and not, or not yet, by fexit */

/* What unshare(2) was asked for: from 7.1 on also an empty mount namespace. */
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

/* Every system call comes by here: look at its number first. */
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
