// SPDX-License-Identifier: GPL-2.0-only
/*
 * hooks.bpf.c - the programs that keep each task's css_group
 *
 * They keep the words of abi.h: a child is born with its creator's
 * (fork), or with that of a fresh css_group (clone with CLONE_NEW*); unshare(2)
 * moves the caller to a fresh one; exit ends it; the daemon moves tasks (attach).
 * All but attach are reported in the ring.
 *
 * Why no fork escapes an attach. A program first RESERVES its record, then (full
 * barrier) READS the creator's word. The daemon CHANGES a word (a full barrier),
 * then READS the producer position and consumes up to it, waiting for records
 * that are not yet submitted. If the program read the old word, its read came
 * before the change, hence its reservation before the daemon's sample: the daemon
 * sees the child. If not, the child has the new word. Lookups that find no word,
 * or id 0, end without a record: such forks came before any attach, and the child
 * was already visible to a walk over the threads.
 *
 * Overflow: a program that cannot reserve counts up `lost`, makes its change all
 * the same, then counts up `lost_done`; `lost` stands in for the reservation in the
 * argument above, and makes the daemon rebuild from the words.
 *
 * Locks: none. Words change by compare-and-swap; a record is reserved and
 * submitted in the same program.
 *
 * What only subsystems need is in task_events_SUBSYSTEM.bpf.h, included where it
 * stands.
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#include "abi.h"
#include "hooks.bpf.h"
#include "namespaces.bpf.h"
#include "sys_exit.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* What a change has come to, for its record. */
struct change {
	u64 word;
	u64 parent;	/* of a clone */
	struct owner owner;
	bool cloned;
	bool wake;
};

/* Each change returns whether there is something to report. */
static __always_inline bool change_fork(struct change *c, struct task_struct *child,
					u64 *creator)
{
	u64 from = creator ? word_read(creator) : 0, kill = kill_bit(from);
	u64 id = births_group(child, te_word_id(from));
	u64 *slot, old;

	if (!id && !kill)
		return false;
	slot = word_create(child);
	if (!slot) {
		__sync_fetch_and_add(&lost_words, 1);
		return false;
	}
	c->word = TE_WORD(id, first_seq(child)) | kill;
	old = __sync_val_compare_and_swap(slot, 0, c->word);
	if (old)	/* attached between its appearing and now */
		c->word = kill ? kill_attached(slot, old) : old;
	c->wake = group_touch(te_word_id(c->word), old ? 0 : 1, false);
	if (kill)
		c->wake |= kill_child(child);
	namespaces_born((struct te_slot *)slot, child, (struct te_slot *)creator);
	pids_born((struct te_slot *)creator, child, (struct te_slot *)slot);
	return true;
}

/*
 * fork, and clone without namespaces: the path that must cost nothing. (Here as
 * below each branch has its own call, for before 6.3 the verifier forgets that it
 * has seen the record to be there.)
 */
static __always_inline int newtask_fork(struct task_struct *me,
					struct task_struct *child, u64 *creator)
{
	struct te_fork *rec = bpf_ringbuf_reserve(&ring, sizeof(*rec), 0);
	struct change c = {};

	if (!rec) {
		lost_begin();
		change_fork(&c, child, creator);
		lost_end();
		return 0;
	}
	if (!change_fork(&c, child, creator)) {
		bpf_ringbuf_discard(rec, BPF_RB_NO_WAKEUP);
		return 0;
	}
	rec->type = TE_FORK;
	rec->tid = child->pid;
	rec->tgid = child->tgid;
	rec->creator = me->pid;
	rec->word = c.word;
	rec->task = (u64)child;
	bpf_ringbuf_submit(rec, wake_flags(c.wake || cpus_differ(me, child)));
	return 0;
}

static __always_inline void clone_submit(struct te_clone *rec,
					 const struct change *c,
					 struct task_struct *me,
					 struct task_struct *task, u32 flags)
{
	rec->type = c->cloned ? TE_CLONE : TE_FORK;
	rec->tid = task->pid;
	rec->tgid = task->tgid;
	rec->creator = me->pid;
	rec->word = c->word;
	rec->task = (u64)task;
	rec->parent = c->parent;
	rec->creator_task = (u64)me;
	rec->creator_tgid = me->tgid;
	rec->flags = flags;
	rec->user = c->owner.user;
	rec->unlimited = c->owner.unlimited;
	bpf_core_read(&rec->comm, sizeof(rec->comm), &task->comm);
	bpf_ringbuf_submit(rec, wake_flags(c->wake || watched(c->parent, TE_WATCH_CLONE) ||
					   cpus_differ(me, task)));
}

static __always_inline bool change_clone(struct change *c, struct task_struct *me,
					 struct task_struct *child, u32 flags)
{
	u64 *word, *slot, id, old, from, kill;

	full_barrier();
	word = word_find(me);
	from = word ? word_read(word) : 0;
	kill = kill_bit(from);
	c->parent = births_group(child, te_word_id(from));
	id = group_clone(c->parent, me, child, flags, &c->owner);
	if (!id && !c->parent && !kill)
		return false;
	slot = word_create(child);
	if (!slot) {
		__sync_fetch_and_add(&lost_words, 1);
		if (id)
			group_unclone(id, &c->owner);
		return false;
	}
	c->cloned = id != 0;
	c->word = TE_WORD(id ? id : c->parent, first_seq(child)) | kill;
	old = __sync_val_compare_and_swap(slot, 0, c->word);
	if (old) {	/* attached between its appearing and now */
		if (id)
			group_unclone(id, &c->owner);
		c->cloned = false;
		c->word = kill ? kill_attached(slot, old) : old;
	}
	c->wake = group_touch(old ? te_word_id(old) : c->parent,
			      old || id ? 0 : 1, false);
	if (kill)
		c->wake |= kill_child(child);
	namespaces_born((struct te_slot *)slot, child, NULL);
	pids_born((struct te_slot *)word, child, (struct te_slot *)slot);
	return true;
}

/*
 * clone with namespaces. What comes out may be a plain fork: te_fork is how
 * te_clone begins.
 */
static __always_inline int newtask_clone(struct task_struct *me,
					 struct task_struct *child, u32 flags,
					 const struct owner *o)
{
	struct te_clone *rec = bpf_ringbuf_reserve(&ring, sizeof(*rec), 0);
	struct change c = { .owner = *o };

	if (!rec) {
		lost_begin();
		change_clone(&c, me, child, flags);
		lost_end();
		return 0;
	}
	if (!change_clone(&c, me, child, flags)) {
		bpf_ringbuf_discard(rec, BPF_RB_NO_WAKEUP);
		return 0;
	}
	clone_submit(rec, &c, me, child, flags);
	return 0;
}

/* @flags has no exit signal in its low byte here: bit 7 is CLONE_NEWTIME. */
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
	/* Who forks has left where the child was charged, or no word could be had. */
	if (word && ((struct te_slot *)word)->forking)
		pids_fork_drop((struct te_slot *)word);
	return 0;
}

/* The last child whose birth task_newtask saw, by its creator; see te_newtask_late. */
#define BIRTHS_SEEN	1024

te_u64 births_seen[BIRTHS_SEEN];

static __always_inline u64 *birth_seen_at(struct task_struct *creator)
{
	return &births_seen[creator->pid & (BIRTHS_SEEN - 1)];
}

static __always_inline u64 birth_sign(struct task_struct *child)
{
	return child->start_boottime;
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
 * unshare(2) has succeeded: move the caller to a css_group of its own. If an
 * attach crosses, begin again from where that put it, with a new id, so that ids
 * always grow from parent to child.
 */
static __always_inline bool change_unshare(struct change *c, struct task_struct *me,
					   u32 flags)
{
	u64 *word, w, id;
	int i;

	full_barrier();
	word = word_find(me);
	for (i = 0; i < 4; i++) {
		w = word ? word_read(word) : 0;
		c->parent = te_word_id(w);
		id = group_clone(c->parent, me, me, flags, &c->owner);
		if (!id)
			return false;
		if (!word)
			word = word_create(me);
		if (!word) {
			group_unclone(id, &c->owner);
			__sync_fetch_and_add(&lost_words, 1);
			return false;
		}
		if (w)
			cpuacct_charge(c->parent, (struct te_slot *)word, me);
		else
			cpuacct_begin((struct te_slot *)word, me);
		c->word = w ? te_word_next(w, id) : TE_WORD(id, first_seq(me));
		slot_moves((struct te_slot *)word, c->parent);
		if (__sync_val_compare_and_swap(word, w, c->word) == w) {
			c->cloned = true;
			c->wake = group_touch(c->parent, -1, false);
			pids_follow((struct te_slot *)word);
			return true;
		}
		group_unclone(id, &c->owner);
	}
	__sync_fetch_and_add(&clone_refused, 1);
	return false;
}

/* What unshare(2) was asked for: from 7.1 on also an empty mount namespace. */
static __always_inline u32 unshare_flags(u64 flags)
{
	return (flags & TE_UNSHARE_EMPTY_MNTNS ? TE_CLONE_NEWNS : 0) | (flags & TE_CLONE_ALL);
}

static __always_inline int unshared(u64 flags)
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
	rec = bpf_ringbuf_reserve(&ring, sizeof(*rec), 0);
	if (!rec) {
		lost_begin();
		change_unshare(&c, me, flags);
		lost_end();
		return 0;
	}
	if (!change_unshare(&c, me, flags)) {
		bpf_ringbuf_discard(rec, BPF_RB_NO_WAKEUP);
		return 0;
	}
	clone_submit(rec, &c, me, me, flags);
	return 0;
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
		unshared(flags);
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

#include "skipped.bpf.h"
#include "cpuset.bpf.h"

/* Its CPU is still the old one. What it used after its exit is its last CPU's. */
SEC("tp_btf/sched_migrate_task")
int BPF_PROG(te_migrate, struct task_struct *task, int dest_cpu)
{
	u64 *word = word_find(task);
	u64 w = word ? *(volatile u64 *)word : 0;

	if (w && !(w & TE_WORD_EXITED))
		cpuacct_charge(te_word_id(w), (struct te_slot *)word, task);
	return 0;
}

/*
 * What a task uses after its exit was reported is charged when it gives the CPU away: the
 * last time it does, its times are final, and who waited for it may read the sum.
 */
SEC("tp_btf/sched_switch")
int BPF_PROG(te_switch, bool preempt, struct task_struct *prev)
{
	struct te_slot *slot;

	if (!(prev->flags & PF_EXITING))
		return 0;
	slot = (struct te_slot *)word_find(prev);
	if (slot && slot->word && slot->exited)
		cpuacct_charge(slot->exited, slot, prev);
	return 0;
}

/* Only attach competes here, and it is one caller. */
static __always_inline bool change_exit(struct change *c, struct task_struct *task,
					u64 *word)
{
	struct te_slot *slot = (struct te_slot *)word;
	u64 w = word_read(word), old;
	int i;

	for (i = 0; i < 64 && !(w & TE_WORD_EXITED); i++) {
		old = __sync_val_compare_and_swap(word, w, w | TE_WORD_EXITED);
		if (old == w)
			break;
		w = old;
	}
	if (w & TE_WORD_EXITED)
		return false;
	/* The time first: who sees the count, or the record, finds it there. */
	cpuacct_charge(te_word_id(w), slot, task);
	slot->exited = te_word_id(w);
	c->word = w | TE_WORD_EXITED;
	c->wake = group_touch(te_word_id(w), -1, true);
	if (!have_release)
		pids_end(slot);
	return true;
}

/* PF_EXITING is set; tid and address stay taken until long after. */
static __always_inline int exited(struct task_struct *task)
{
	u64 *word = word_find(task);
	struct change c = {};
	struct te_exit *rec;

	if (!word || !*word)
		return 0;
	rec = bpf_ringbuf_reserve(&ring, sizeof(*rec), 0);
	if (!rec) {
		lost_begin();
		change_exit(&c, task, word);
		lost_end();
		return 0;
	}
	if (!change_exit(&c, task, word)) {
		bpf_ringbuf_discard(rec, BPF_RB_NO_WAKEUP);
		return 0;
	}
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
	exited(task);
	tp_end();
	return 0;
}

/*
 * After its last instruction, and a grace period: what it used since its exit was
 * reported, which is all that nobody else can know.
 */
SEC("tp_btf/sched_process_free")
int BPF_PROG(te_free, struct task_struct *task)
{
	struct te_slot *slot = (struct te_slot *)word_find(task);
	struct te_group *g;
	u64 id;

	if (!slot || !slot->word)
		return 0;
	if (!(slot->word & TE_WORD_EXITED)) {
		__sync_fetch_and_add(&mended_exits, 1);
		exited(task);	/* which was not seen */
	}
	/* If it could not be seen to be reaped. */
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

#include "pids_progs.bpf.h"

/*
 * The first that a task does, in its own name. For kernels that cannot send a signal
 * to another task.
 */
SEC("kprobe/calculate_sigpending")
int te_born(void *ctx)
{
	u64 *word = word_find(bpf_get_current_task_btf());

	if (word && *word & TE_WORD_KILLED)
		bpf_send_signal(SIGKILL);
	return 0;
}

static __always_inline int execed(struct task_struct *task, pid_t old_pid)
{
	struct te_exec *rec;
	u64 *word;
	u64 w;

	if (old_pid == task->pid)
		return 0;
	word = word_find(task);
	if (!word || !*word)
		return 0;
	rec = bpf_ringbuf_reserve(&ring, sizeof(*rec), 0);
	if (!rec) {
		lost_begin();
		lost_end();
		return 0;
	}
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
	execed(task, old_pid);
	tp_end();
	return 0;
}

#include "calls.bpf.h"
