/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hooks that the kernel skips, and what stands in for them
 *
 * The kernel skips a program of type fentry, fexit or tp_btf if that program is active on
 * this CPU already: a task was preempted inside it. (Handlers of tracepoints run with
 * preemption off up to 6.19; since then they are under SRCU: tp_preempted.) The program of
 * a kprobe runs with preemption off. The kernel skips it only while this CPU was taken from
 * a task inside bpf(2) with a map. So there are two hooks where one may be skipped:
 *
 *  unshare	kprobe/perf_event_namespaces, which every successful unshare calls after
 *		its namespaces were exchanged (setns and fork call it, too); and
 *		fexit/ksys_unshare, which does the work if the kprobe was skipped. Where
 *		the kernel has only one of them, that one; where it has none, sys_exit.
 *  birth	task_newtask; and, where handlers of tracepoints can be preempted,
 *		sched_process_fork, which does the work if task_newtask was skipped.
 *  exit	sched_process_exit; and sched_process_free, which is never skipped, because
 *		it runs in a softirq.
 *  reaping	fentry on the release; and sched_process_free.
 *
 * The kernel counts what is skipped all the same. The daemon asks for these numbers only if
 * a program is, or was, inside since it last asked: a program that can be skipped counts
 * when it begins (skip_begun) and ends (skip_ended), and is skipped only while another is
 * inside. misses.c asks; mend.c mends what the skipped programs have left undone.
 */
#ifndef _CONTAINERFSD_BPF_SKIPPED_BPF_H
#define _CONTAINERFSD_BPF_SKIPPED_BPF_H

#include "base.bpf.h"
#include "words.bpf.h"

/* Set by the daemon before loading. */
const volatile te_u32 tp_preempted;	/* handlers of tracepoints can be preempted */
const volatile te_u32 skip_every;	/* tests: n: no program sees each nth event of */
const volatile te_u32 skip_kinds;	/* these TE_SKIP_* */

te_u32 skip_count;

/* Written by programs, read by the daemon. */
te_u64 skip_begun;	/* how many programs that can be skipped have begun */
te_u64 skip_ended;
te_u64 faked;		/* events that skip_every has hidden */

static __always_inline void skip_begin(void)
{
	__sync_fetch_and_add(&skip_begun, 1);
}

static __always_inline void skip_end(void)
{
	__sync_fetch_and_add(&skip_ended, 1);
}

static __always_inline void tp_begin(void)
{
	if (tp_preempted)
		skip_begin();
}

static __always_inline void tp_end(void)
{
	if (tp_preempted)
		skip_end();
}

/* For tests: is the hook to do as if it had not been called for @who, which has a word? */
static __always_inline bool fake_skip(struct task_struct *who, u32 kind)
{
	u64 *word;

	if (!skip_every || !(skip_kinds & kind))
		return false;
	word = word_find(who);
	if (!word || !*word || (__sync_fetch_and_add(&skip_count, 1) + 1) % skip_every)
		return false;
	__sync_fetch_and_add(&faked, 1);
	return true;
}

#endif /* _CONTAINERFSD_BPF_SKIPPED_BPF_H */
