/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The programs that the daemon runs itself: calls, and the walk over tasks
 *
 * walk.c and groups.c run them, with arguments and results in the globals `call` and
 * `walk`.
 */
#ifndef _CONTAINERFSD_BPF_CALLS_BPF_H
#define _CONTAINERFSD_BPF_CALLS_BPF_H

#include "base.bpf.h"
#include "attach.bpf.h"
#include "cpuacct.bpf.h"
#include "kill.bpf.h"
#include "limits.bpf.h"
#include "mend.bpf.h"
#include "pids.bpf.h"
#include "task.bpf.h"
#include "words.bpf.h"

struct te_walk walk;	/* the arguments of the daemon's walk */

struct task_struct *bpf_task_from_pid(s32 pid) __ksym __weak;
void bpf_task_release(struct task_struct *p) __ksym __weak;

static __always_inline s64 stays_task(struct task_struct *task)
{
	struct te_slot *slot = (struct te_slot *)word_find(task);

	if (!slot || !slot->word)
		return -ENOENT;
	slot->stays = call.set;
	return 0;
}

/*
 * Do call.op on @task, which has the number call.tid, if @task is the task that the daemon
 * means. te_call_sys() calls this where syscall programs have bpf_task_from_pid(),
 * elsewhere te_call_iter() does: an iterator that is limited to that number.
 */
static __always_inline void call_task(struct task_struct *task)
{
	if (call.task && call.task != (u64)task)
		return;
	call_cloned = 0;
	call_expect = call.word;
	if (call.op == TE_OP_ATTACH) {
		call.ret = attach_task(task);
	} else if (call.op == TE_OP_MEND) {
		call.ret = mend_task(task);
	} else if (call.op == TE_OP_STAYS) {
		call.ret = stays_task(task);
	} else {
		facts_fill(&call.facts, task);
		call.ret = 0;
	}
}

SEC("syscall")
int te_call_sys(void *ctx)
{
	struct task_struct *task = bpf_task_from_pid(call.tid);

	if (!task)
		return 0;
	call_task(task);
	bpf_task_release(task);
	return 0;
}

SEC("iter/task")
int te_call_iter(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;

	if (task && task->pid == call.tid)
		call_task(task);
	return 0;
}

/* Change an entry of `groups` in place, because programs count in it meanwhile. */
SEC("syscall")
int te_call_group(void *ctx)
{
	u64 id = call.id;
	struct te_group *g = bpf_map_lookup_elem(&groups, &id);

	if (call.op == TE_OP_PIDS_MAX) {
		struct te_pids *p = pids_find(id);

		if (p) {
			p->max = call.max;
			call.ret = 0;
		}
		return 0;
	}
	if (call.op == TE_OP_USER) {
		struct owner o = { .user = id, .unlimited = 1 };

		if (call.max < 0)
			user_uncharge(id);
		else
			user_charge(&o);
		call.ret = 0;
		return 0;
	}
	if (!g)
		return 0;
	if (call.op == TE_OP_GROUP_SET) {
		g->parent = call.parent;
		g->clone_mask = call.clone_mask;
		g->levels = call.levels;
		*(volatile u32 *)&g->watch = call.set | TE_WATCH_KNOWN;
		full_barrier();
	} else if (call.op == TE_OP_GROUP_RULES) {
		*(volatile u64 *)&g->rules = call.rules;
		full_barrier();
	} else if (call.op == TE_OP_GROUP_FULL) {
		*(volatile u64 *)&g->full = call.full;
	} else if (call.op == TE_OP_GROUP_REFUSED) {
		*(volatile u32 *)&g->refused_told = 0;
		full_barrier();
		call.refused = __sync_lock_test_and_set(&g->refused, 0);
	} else {
		__sync_fetch_and_or(&g->watch, call.set);
		__sync_fetch_and_and(&g->watch, ~call.clear | TE_WATCH_KNOWN);
		full_barrier();
	}
	call.ret = 0;
	return 0;
}

SEC("iter/task")
int te_walk(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct te_task t = {};
	struct te_slot *slot;

	if (!task || (walk.tgid && task->tgid != walk.tgid))
		return 0;
	t.word = word_peek(task);
	if (walk.words_only && (!t.word || (t.word & TE_WORD_EXITED && !walk.dying_too)))
		return 0;
	slot = t.word ? (struct te_slot *)word_find(task) : NULL;
	if (walk.kill) {
		t.word = slot ? kill_mark(task, &slot->word, t.word) : 0;
		if (!t.word)
			return 0;
	}
	/* A task that was in no css_group before its end has nothing to be charged. */
	if (slot && (!(t.word & TE_WORD_EXITED) || slot->exited))
		cpuacct_since(&t, slot, task);
	t.task = (u64)task;
	t.tid = task->pid;
	t.tgid = task->tgid;
	t.start_time = task->start_boottime;
	if (!walk.words_only) {
		t.vtid = nr_in(task, walk.ns_inum, walk.ns_level);
		t.vtgid = nr_in(task->group_leader, walk.ns_inum, walk.ns_level);
		t.flags = task_flags(task);
	}
	bpf_core_read(&t.comm, sizeof(t.comm), &task->comm);
	bpf_seq_write(ctx->meta->seq, &t, sizeof(t));
	return 0;
}

#endif /* _CONTAINERFSD_BPF_CALLS_BPF_H */
