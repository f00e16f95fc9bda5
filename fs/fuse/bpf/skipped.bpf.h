/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which hooks are skipped, and what stands in for them
 *
 * The kernel skips a program of type fentry, fexit or tp_btf that is active on
 * this CPU already. Where it preempts, that is the program of a task that was
 * preempted inside it. (Handlers of tracepoints run with preemption off up to 6.19;
 * since then they are under SRCU: tp_preempted.) A kprobe's program runs with
 * preemption off, and is skipped only while this CPU was taken from somebody amid
 * bpf(2) with a map. So:
 *
 *  unshare	kprobe/perf_event_namespaces, where every unshare that has succeeded
 * 	comes by, its namespaces exchanged already (setns and fork do, too);
 * 	and fexit/ksys_unshare, which looks whether the other was there, and
 * 	if not does its work. One where there is only one; else sys_exit.
 *  birth	task_newtask; and sched_process_fork, where handlers of tracepoints can be
 * 	preempted: it looks whether the other was there, as fexit does.
 *  exit	sched_process_exit; who is skipped is ended when he is freed, where nothing
 * 	is skipped, for that is a softirq.
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

#include "base.bpf.h"
#include "words.bpf.h"

/* Set by the daemon before loading. */
const volatile te_u32 tp_preempted;	/* handlers of tracepoints can be preempted */
const volatile te_u32 skip_every;	/* tests: n: each nth event is not seen, of */
const volatile te_u32 skip_kinds;	/* these TE_SKIP_* */

te_u32 skip_count;

/* Written by programs, read by the daemon. */
te_u64 skip_begun;	/* programs that can be skipped */
te_u64 skip_ended;
te_u64 faked;		/* events not seen for skip_every */

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

/* For tests: a hook for @who, which has a word, is as if it had not been called. */
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
