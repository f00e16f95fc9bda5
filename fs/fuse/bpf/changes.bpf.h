/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a fork, a clone, an unshare and an exit do to the word of a task
 *
 * Each change returns whether there is something to report. The caller has reserved the
 * record before (record_change()), because the proof in hooks.bpf.c needs that order.
 */
#ifndef _CONTAINERFSD_BPF_CHANGES_BPF_H
#define _CONTAINERFSD_BPF_CHANGES_BPF_H

#include "base.bpf.h"
#include "births.bpf.h"
#include "cpuacct.bpf.h"
#include "cpuset.bpf.h"
#include "groups.bpf.h"
#include "kill.bpf.h"
#include "namespaces.bpf.h"
#include "pids.bpf.h"
#include "ring.bpf.h"
#include "words.bpf.h"

#define UNSHARE_TRIES	4	/* if an attach crosses each of them, the clone is refused */
#define EXIT_TRIES	64	/* for the verifier: there are never so many attaches at once */

/* The result of a change, for its record. */
struct change {
	u64 word;
	u64 parent;	/* the css_group that was cloned from */
	struct owner owner;
	bool cloned;
	bool wake;
};

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
	if (old)	/* the daemon has attached the child since it appeared */
		c->word = kill ? kill_attached(slot, old) : old;
	c->wake = group_touch(te_word_id(c->word), old ? 0 : 1, false);
	if (kill)
		c->wake |= kill_child(child);
	namespaces_born((struct te_slot *)slot, child, (struct te_slot *)creator);
	pids_born((struct te_slot *)creator, child, (struct te_slot *)slot);
	return true;
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
	if (old) {	/* the daemon has attached the child since it appeared */
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
 * unshare(2) has succeeded: move the caller to a css_group of its own. If an attach
 * crosses, begin again from the group that the attach has put the caller in. The new
 * attempt takes a new id, because ids must grow from parent to child.
 */
static __always_inline bool change_unshare(struct change *c, struct task_struct *me,
					   u32 flags)
{
	u64 *word, w, id;
	int i;

	full_barrier();
	word = word_find(me);
	for (i = 0; i < UNSHARE_TRIES; i++) {
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

/* Only an attach competes with an exit, and only the daemon attaches. */
static __always_inline bool change_exit(struct change *c, struct task_struct *task,
					u64 *word)
{
	struct te_slot *slot = (struct te_slot *)word;
	u64 w = word_read(word), old;
	int i;

	for (i = 0; i < EXIT_TRIES && !(w & TE_WORD_EXITED); i++) {
		old = __sync_val_compare_and_swap(word, w, w | TE_WORD_EXITED);
		if (old == w)
			break;
		w = old;
	}
	if (w & TE_WORD_EXITED)
		return false;
	/* First the time, so that a reader who sees the count or the record finds it charged. */
	cpuacct_charge(te_word_id(w), slot, task);
	slot->exited = te_word_id(w);
	c->word = w | TE_WORD_EXITED;
	c->wake = group_touch(te_word_id(w), -1, true);
	if (!have_release)
		pids_end(slot);
	return true;
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

#endif /* _CONTAINERFSD_BPF_CHANGES_BPF_H */
