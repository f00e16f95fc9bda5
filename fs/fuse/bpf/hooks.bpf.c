// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs that keep the css_group of each task: births, exits, execs
 *
 * They keep the words of abi.h. A child is born with the word of its creator (fork), or
 * with the word of a fresh css_group (clone with CLONE_NEW*). unshare(2) moves the caller
 * to a fresh css_group, exit ends the word, and the daemon moves tasks (attach). The
 * programs report all of these but attach in the ring.
 *
 * Locks: none. Words change by compare-and-swap; a program submits the record that it has
 * reserved. The headers, from the ground up; each includes those that it needs:
 *
 *	base, ring, words, syscalls, task	what the others stand on
 *	skipped, namespaces, births, kill, cpuacct, pids, limits, groups, cpuset, inits
 *	changes					what events do to words
 *	unshare, pids_progs, attach, mend, calls	more programs
 */
#include "base.bpf.h"
#include "births.bpf.h"
#include "calls.bpf.h"
#include "changes.bpf.h"
#include "cpuset.bpf.h"
#include "groups.bpf.h"
#include "inits.bpf.h"
#include "kill.bpf.h"
#include "pids.bpf.h"
#include "pids_progs.bpf.h"
#include "ring.bpf.h"
#include "skipped.bpf.h"
#include "unshare.bpf.h"
#include "words.bpf.h"

/*
 * Why no fork escapes an attach. A program first RESERVES its record, then (full barrier)
 * READS the creator's word. The daemon CHANGES a word (a full barrier), then READS the
 * producer position and consumes up to it, waiting for records that are not yet
 * submitted. If the program read the old word, its read came before the change, hence its
 * reservation before the daemon's sample: the daemon sees the child. If not, the child
 * has the new word. A program that finds no word, or id 0, ends without a record: such a
 * fork came before any attach, and the child was already visible to a walk over the
 * threads. If the ring is full, `lost` stands in for the reservation in this argument,
 * and makes the daemon rebuild from the words (ring.bpf.h).
 */

char LICENSE[] SEC("license") = "GPL";

/* Written by programs, read by the daemon. */
te_u64 births_mended;	/* sched_process_fork stood in for task_newtask */
te_u64 mended_exits;	/* exits seen only when the task was freed */

/* fork, and clone without namespaces: the path that must cost nothing. */
static __always_inline int newtask_fork(struct task_struct *me,
					struct task_struct *child, u64 *creator)
{
	struct change c = {};
	struct te_fork *rec;

	rec = record_change(sizeof(*rec), change_fork(&c, child, creator));
	if (!rec)
		return 0;
	rec->type = TE_FORK;
	rec->tid = child->pid;
	rec->tgid = child->tgid;
	rec->creator = me->pid;
	rec->word = c.word;
	rec->task = (u64)child;
	bpf_ringbuf_submit(rec, wake_flags(c.wake || cpus_differ(me, child)));
	return 0;
}

/*
 * clone with namespaces. If the clone is refused, the record is a plain fork's: te_clone
 * begins like te_fork.
 */
static __always_inline int newtask_clone(struct task_struct *me,
					 struct task_struct *child, u32 flags,
					 const struct owner *o)
{
	struct change c = { .owner = *o };
	struct te_clone *rec;

	rec = record_change(sizeof(*rec), change_clone(&c, me, child, flags));
	if (rec)
		clone_submit(rec, &c, me, child, flags);
	return 0;
}

/* The low byte of @flags holds no exit signal here: bit 7 is CLONE_NEWTIME. */
static __always_inline int newtask(struct task_struct *child, u64 flags)
{
	struct task_struct *me = bpf_get_current_task_btf();
	u64 *word = word_find(me);
	struct owner o = {};

	flags &= TE_CLONE_ALL;
	if (flags && clone_enabled &&
	    clone_asked(word ? te_word_id(*word) : 0, child, flags, &o)) {
		newtask_clone(me, child, flags, &o);
		word = word_find(me);
	} else if ((word && (te_word_id(*word) || *word & TE_WORD_KILLED)) ||
		   births_follow(child)) {
		newtask_fork(me, child, word);
	}
	/* The creator has been moved since it charged the child, or the child got no word. */
	if (word && ((struct te_slot *)word)->forking)
		pids_fork_drop((struct te_slot *)word);
	return 0;
}

/*
 * The last child whose birth task_newtask saw, by the number of its creator: see
 * te_newtask_late. Two creators whose numbers agree in the low bits share a place. If they
 * fork at the same moment, the child's word tells: a birth has made it, unless the task has
 * been moved since. A child without a word may be looked at twice.
 */
#define BIRTHS_SEEN	1024

te_u64 births_seen[BIRTHS_SEEN];

/* Set by the daemon before loading. */
const volatile te_u32 births_mask = BIRTHS_SEEN - 1;	/* tests: fewer places */

static __always_inline u64 *birth_seen_at(struct task_struct *creator)
{
	return &births_seen[creator->pid & births_mask & (BIRTHS_SEEN - 1)];
}

static __always_inline u64 birth_sign(struct task_struct *child)
{
	return child->start_boottime;
}

/* Has a birth made a word for @child? */
static __always_inline bool born(struct task_struct *child)
{
	struct te_slot *slot = (struct te_slot *)word_find(child);

	return slot && slot->word && !slot->since;
}

SEC("tp_btf/task_newtask")
int BPF_PROG(te_newtask, struct task_struct *child, u64 flags)
{
	struct task_struct *me = bpf_get_current_task_btf();

	if (fake_skip(me, TE_SKIP_BIRTH))
		return 0;
	if (tp_preempted)
		*birth_seen_at(me) = birth_sign(child);
	tp_begin();
	newtask(child, flags);
	tp_end();
	return 0;
}

/*
 * sched_process_fork comes later in the same fork, with the same creator, but without
 * flags: the namespaces that differ tell them.
 */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(te_newtask_late, struct task_struct *creator, struct task_struct *child)
{
	struct task_struct *me = bpf_get_current_task_btf();

	if (*birth_seen_at(me) == birth_sign(child) || born(child))
		return 0;
	tp_begin();
	newtask(child, namespaces_differ(me, child));
	if (born(child))
		__sync_fetch_and_add(&births_mended, 1);
	tp_end();
	return 0;
}

/* @task has PF_EXITING. Its tid and its address are not used again until long after. */
static __always_inline int task_exited(struct task_struct *task)
{
	u64 *word = word_find(task);
	struct change c = {};
	struct te_exit *rec;

	if (!word || !*word)
		return 0;
	rec = record_change(sizeof(*rec), change_exit(&c, task, word));
	if (!rec)
		return 0;
	rec->type = TE_EXIT;
	rec->tid = task->pid;
	rec->tgid = task->tgid;
	rec->pad = 0;
	rec->word = c.word;
	rec->task = (u64)task;
	bpf_ringbuf_submit(rec, wake_flags(c.wake));
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(te_exit, struct task_struct *task)
{
	if (fake_skip(task, TE_SKIP_EXIT))
		return 0;
	tp_begin();
	init_look(task);
	task_exited(task);
	tp_end();
	return 0;
}

/*
 * The task has run its last instruction, and a grace period has passed. Charge what it
 * used since its exit was reported: nothing else sees that.
 */
SEC("tp_btf/sched_process_free")
int BPF_PROG(te_free, struct task_struct *task)
{
	struct te_slot *slot = (struct te_slot *)word_find(task);
	struct te_group *g;
	u64 id;

	init_look(task);
	if (!slot || !slot->word)
		return 0;
	if (!(slot->word & TE_WORD_EXITED)) {
		__sync_fetch_and_add(&mended_exits, 1);
		task_exited(task);	/* the hook on its exit was skipped */
	}
	/* Where no program sees that a task is reaped, it counts until here. */
	pids_end(slot);
	id = slot->exited;
	g = id ? bpf_map_lookup_elem(&groups, &id) : NULL;
	if (g) {
		cpuacct_charge(id, slot, task);
		__sync_fetch_and_add(&g->dying, -1);
	}
	hash_delete(task);
	return 0;
}

static __always_inline int task_execed(struct task_struct *task, pid_t old_pid)
{
	struct te_exec *rec;
	u64 *word;
	u64 w;

	if (old_pid == task->pid)
		return 0;
	word = word_find(task);
	if (!word || !*word)
		return 0;
	rec = record_change(sizeof(*rec), true);
	if (!rec)
		return 0;
	w = word_read(word);
	rec->type = TE_EXEC;
	rec->old_tid = old_pid;
	rec->tid = task->pid;
	rec->pad = 0;
	rec->word = w;
	rec->task = (u64)task;
	bpf_ringbuf_submit(rec, wake_flags(group_touch(te_word_id(w), 0, false)));
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(te_exec, struct task_struct *task, pid_t old_pid,
	     struct linux_binprm *bprm)
{
	if (fake_skip(task, TE_SKIP_EXEC))
		return 0;
	tp_begin();
	task_execed(task, old_pid);
	tp_end();
	return 0;
}
