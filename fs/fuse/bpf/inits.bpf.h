/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of a process that is the init of a container
 *
 * The daemon names the processes that it watches in the map `inits`. A process has ended
 * when its last thread is in its exit: long before its parent can wait for it, because a
 * parent waits until all threads are released, and the init of a pid namespace until the
 * last process in there is reaped.
 *
 * The first program that sees a thread exit after signal->live came to 0 makes the report. By
 * then no thread can be born. Some threads may not have come by their own hook yet, so the
 * program does not rely on what hooks have added up. It sums up what the kernel has of the
 * threads that were released and what the other threads have of themselves, as wait4(2) does.
 * The kernel moves the numbers of a thread from one to the other under a sequence lock.
 *
 * The map keeps the end until the daemon takes the entry away. The record only says where to
 * look, so a record that is lost in a full ring loses nothing. If the hook on exits was
 * skipped, the walk that mends or the hook on the freeing of a task finds the end.
 *
 * While no process is watched, an exit costs one look at inits_watched.
 */
#ifndef _CONTAINERFSD_BPF_INITS_BPF_H
#define _CONTAINERFSD_BPF_INITS_BPF_H

#include "base.bpf.h"
#include "ring.bpf.h"

te_u32 inits_watched;	/* how many: written by the daemon */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, TE_INITS_MAX);
	__type(key, u32);
	__type(value, struct te_init);
} inits SEC(".maps");

#define INIT_THREADS_MAX	(1 << 22)	/* no process has more: the kernel's limit of pids */
#define INIT_TRIES		8	/* sums that cross with the release of a thread */

struct init_sum {
	struct te_end end;
	u64 sig;	/* the process's struct signal_struct */
	u64 head;	/* address of signal->thread_head */
	u64 node;	/* of the thread_node that comes next */
};

static long init_add_thread(u32 i, void *ctx)
{
	struct init_sum *sum = ctx;
	struct task_struct *task;

	if (!sum->node || sum->node == sum->head)
		return 1;
	task = (void *)(sum->node - bpf_core_field_offset(struct task_struct, thread_node));
	sum->end.utime += BPF_CORE_READ(task, utime);
	sum->end.stime += BPF_CORE_READ(task, stime);
	sum->end.runtime += BPF_CORE_READ(task, se.sum_exec_runtime);
	sum->end.minflt += BPF_CORE_READ(task, min_flt);
	sum->end.majflt += BPF_CORE_READ(task, maj_flt);
	sum->end.nvcsw += BPF_CORE_READ(task, nvcsw);
	sum->end.nivcsw += BPF_CORE_READ(task, nivcsw);
	sum->node = (u64)BPF_CORE_READ(task, thread_node.next);
	return 0;
}

static __always_inline void init_sum_up(struct init_sum *sum, struct signal_struct *sig)
{
	struct te_end *end = &sum->end;

	end->utime = BPF_CORE_READ(sig, utime);
	end->stime = BPF_CORE_READ(sig, stime);
	end->runtime = BPF_CORE_READ(sig, sum_sched_runtime);
	end->minflt = BPF_CORE_READ(sig, min_flt) + BPF_CORE_READ(sig, cmin_flt);
	end->majflt = BPF_CORE_READ(sig, maj_flt) + BPF_CORE_READ(sig, cmaj_flt);
	end->nvcsw = BPF_CORE_READ(sig, nvcsw) + BPF_CORE_READ(sig, cnvcsw);
	end->nivcsw = BPF_CORE_READ(sig, nivcsw) + BPF_CORE_READ(sig, cnivcsw);
	sum->head = (u64)sig + bpf_core_field_offset(struct signal_struct, thread_head);
	sum->node = (u64)BPF_CORE_READ(sig, thread_head.next);
	bpf_loop(INIT_THREADS_MAX, init_add_thread, sum, 0);
}

static __always_inline u32 init_sequence(struct signal_struct *sig)
{
	u32 sequence = BPF_CORE_READ(sig, stats_lock.seqcount.seqcount.sequence);

	full_barrier();
	return sequence;
}

/* 1: nothing has changed meanwhile. */
static long init_try(u32 i, void *ctx)
{
	struct init_sum *sum = ctx;
	struct signal_struct *sig = (void *)sum->sig;
	u32 sequence = init_sequence(sig);

	init_sum_up(sum, sig);
	return !(sequence & 1) && init_sequence(sig) == sequence;
}

/* Fill in the end of the process of @task. */
static __always_inline void init_fill(struct te_end *end, struct task_struct *task)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	struct signal_struct *sig = BPF_CORE_READ(task, signal);
	struct init_sum sum = { .sig = (u64)sig };
	u64 maxrss, cmaxrss;

	/* No loop in C: of some forms of it the verifier of Linux 6.1 says "back-edge". */
	bpf_loop(INIT_TRIES, init_try, &sum, 0);
	maxrss = BPF_CORE_READ(sig, maxrss);
	cmaxrss = BPF_CORE_READ(sig, cmaxrss);
	sum.end.maxrss = maxrss > cmaxrss ? maxrss : cmaxrss;
	sum.end.waited_utime = BPF_CORE_READ(sig, cutime);
	sum.end.waited_stime = BPF_CORE_READ(sig, cstime);
	sum.end.told_utime = BPF_CORE_READ(sig, prev_cputime.utime);
	sum.end.told_stime = BPF_CORE_READ(sig, prev_cputime.stime);
	sum.end.status = BPF_CORE_READ(sig, flags) & SIGNAL_GROUP_EXIT ?
			 BPF_CORE_READ(sig, group_exit_code) : BPF_CORE_READ(leader, exit_code);
	*end = sum.end;
}

/*
 * The program that comes by first writes the end into @init; is it this one?  The entry may be
 * another process's by now, because the daemon has taken it away and the kernel uses its
 * memory again.
 */
static __always_inline bool init_end(struct te_init *init, u64 start, struct task_struct *task)
{
	if (__sync_val_compare_and_swap(&init->state, TE_INIT_RUNS, TE_INIT_ENDS) != TE_INIT_RUNS)
		return false;
	if (*(volatile u64 *)&init->start != start) {
		__sync_lock_test_and_set(&init->state, TE_INIT_RUNS);
		return false;
	}
	init_fill(&init->end, task);
	__sync_lock_test_and_set(&init->state, TE_INIT_ENDED);
	return true;
}

/* If @task is of a process that is watched and has ended, report that, once. */
static __always_inline void init_look(struct task_struct *task)
{
	struct te_init *init;
	struct te_ended *rec;
	u32 tgid = task->tgid;
	u64 start;

	if (!*(volatile u32 *)&inits_watched)
		return;
	init = bpf_map_lookup_elem(&inits, &tgid);
	if (!init || init->state != TE_INIT_RUNS)
		return;
	start = BPF_CORE_READ(task, group_leader, start_boottime);
	if (init->start != start || BPF_CORE_READ(task, signal, live.counter))
		return;
	rec = record_change(sizeof(*rec), init_end(init, start, task));
	if (!rec)
		return;
	rec->type = TE_ENDED;
	rec->tgid = tgid;
	bpf_ringbuf_submit(rec, BPF_RB_FORCE_WAKEUP);
}

#endif /* _CONTAINERFSD_BPF_INITS_BPF_H */
