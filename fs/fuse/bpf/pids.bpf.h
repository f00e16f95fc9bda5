/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts of tasks, and their limits, for pids
 *
 * The count of an entry is that of the tasks charged to it or to entries below it. A
 * program changes counts by atomic additions and compare-and-swaps of one word, from the
 * task's own entry upwards. It looks at the limit in the same step that raises the count,
 * so that only a move makes a count exceed its limit, even for a moment.
 *
 * The word of a task says where the task is to be charged: the css_group names the entry.
 * A program that has changed a word calls pids_follow(), which moves the charge and looks
 * at the word again, until both agree; so the last program leaves them agreeing. A move
 * does not touch the ancestors that both entries have, lest it make a fork fail.
 *
 * The first charge of a task is claimed before it is made, because the birth of a task and
 * an attach may come at the same moment: counted twice, even for that moment, a task could
 * make the next fork fail, or be killed itself.
 *
 * A fork is charged where its creator is:
 *
 *  lsm/task_alloc	before the child exists. The creator's slot holds the charge until
 *			task_newtask gives it to the child, or until lsm/task_free says
 *			that the fork has failed (there is no tracepoint for that).
 *  task_newtask	where there is no such charge. With TE_PIDS_KILL a child beyond a
 *			limit is killed: the signal is pending before the child is woken
 *			for the first time.
 *
 * A task can be attached from when others can find it, just before task_newtask. Then the
 * attach has charged it, whatever the limits, and task_newtask only kills it if it is
 * beyond a limit that its creator is below, too.
 *
 * The charge ends when the task is reaped (te_release), or else when it exits.
 */
#ifndef _CONTAINERFSD_BPF_PIDS_BPF_H
#define _CONTAINERFSD_BPF_PIDS_BPF_H

#include "base.bpf.h"
#include "kill.bpf.h"
#include "ring.bpf.h"

/* Set by the daemon before loading. */
const volatile te_u32 have_release;	/* te_release is there */

/* Written by the daemon: enum te_pids_state, enum te_pids_mode. */
te_u32 pids_state;
te_u32 pids_mode;

/* Written by programs, read by the daemon. */
te_u64 pids_refused;
te_u64 pids_probed;	/* how many forks of the daemon lsm/task_alloc has seen */
te_u32 pids_probe;	/* the daemon's tgid, while it wants to know that */

#define PIDS_DEPTH_MAX	(1 << 20)	/* steps up; paths are much shorter */
#define PIDS_TRIES	8	/* in loops whose steps the verifier follows */
#define PIDS_FOLLOWS	64	/* enough, because every program that changes the word follows it */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, TE_PIDS_MAX);
	__type(key, u64);
	__type(value, struct te_pids);
} pids SEC(".maps");

/* A way up from `at`, which ends below `stop`. */
struct pids_walk {
	u64 at;
	u64 stop;
	u64 other;
	bool full;
};

static __always_inline struct te_pids *pids_find(u64 key)
{
	return key ? bpf_map_lookup_elem(&pids, &key) : NULL;
}

static __always_inline void peak_raise(struct te_pids *p, s64 n)
{
	s64 old;
	int i;

	for (i = 0; i < PIDS_TRIES; i++) {
		old = *(volatile s64 *)&p->peak;
		if (old >= n || __sync_val_compare_and_swap(&p->peak, old, n) == old)
			break;
	}
}

static long pids_up(u32 i, void *ctx)
{
	struct pids_walk *w = ctx;
	u64 at = w->at;
	struct te_pids *p = at == w->stop ? NULL : pids_find(at);

	if (!p)
		return 1;
	peak_raise(p, __sync_fetch_and_add(&p->count, 1) + 1);
	w->at = p->parent;
	return 0;
}

static long pids_down(u32 i, void *ctx)
{
	struct pids_walk *w = ctx;
	u64 at = w->at;
	struct te_pids *p = at == w->stop ? NULL : pids_find(at);

	if (!p)
		return 1;
	__sync_fetch_and_add(&p->count, -1);
	w->at = p->parent;
	return 0;
}

/* Count one more in @p, if there is room. */
static __always_inline bool pids_room(struct te_pids *p)
{
	s64 n = *(volatile s64 *)&p->count, old;
	bool got = false;
	int i;

	for (i = 0; i < PIDS_TRIES && !got; i++) {
		if (n >= p->max)
			return false;
		old = __sync_val_compare_and_swap(&p->count, n, n + 1);
		got = old == n;
		n = old;
	}
	/* Other CPUs were faster each time: count first, and look at the limit afterwards. */
	if (!got) {
		n = __sync_fetch_and_add(&p->count, 1);
		if (n >= p->max) {
			__sync_fetch_and_add(&p->count, -1);
			return false;
		}
	}
	peak_raise(p, n + 1);
	return true;
}

static long pids_try_up(u32 i, void *ctx)
{
	struct pids_walk *w = ctx;
	struct te_pids *p = pids_find(w->at);

	if (!p)
		return 1;
	if (!pids_room(p)) {
		w->full = true;
		return 1;
	}
	w->at = p->parent;
	return 0;
}

/* One step towards where the ways up from `at` and `other` meet. */
static long pids_meet(u32 i, void *ctx)
{
	struct pids_walk *w = ctx;
	u64 a = w->at, b = w->other;
	struct te_pids *p, *q;

	if (a == b)
		return 1;
	p = pids_find(a);
	q = pids_find(b);
	if (p && (!q || p->level >= q->level))
		w->at = p->parent;
	else if (q)
		w->other = q->parent;
	else
		w->at = w->other = 0;
	return 0;
}

static __noinline void pids_charge(u64 key, u64 stop)
{
	struct pids_walk w = { .at = key, .stop = stop };

	bpf_loop(PIDS_DEPTH_MAX, pids_up, &w, 0);
}

static __noinline void pids_uncharge(u64 key, u64 stop)
{
	struct pids_walk w = { .at = key, .stop = stop };

	bpf_loop(PIDS_DEPTH_MAX, pids_down, &w, 0);
}

/* Charge @key and all above, if all of them have room. */
static __noinline bool pids_try(u64 key)
{
	struct pids_walk w = { .at = key };

	bpf_loop(PIDS_DEPTH_MAX, pids_try_up, &w, 0);
	if (w.full)
		pids_uncharge(key, w.at);
	return !w.full;
}

static __noinline u64 pids_common(u64 a, u64 b)
{
	struct pids_walk w = { .at = a, .other = b };

	bpf_loop(PIDS_DEPTH_MAX, pids_meet, &w, 0);
	return w.at;
}

/* The entry that tasks with the word @word are charged to, or 0. */
static __always_inline u64 pids_of_word(u64 word)
{
	u64 id = te_word_id(word);
	struct te_group *g = id ? bpf_map_lookup_elem(&groups, &id) : NULL;

	return g ? g->pids : 0;
}

static __always_inline bool pids_claim(struct te_slot *slot)
{
	return !__sync_val_compare_and_swap(&slot->charged, 0, TE_PIDS_CLAIMED);
}

/* The task, which was claimed, is charged to @key, unless it has ended meanwhile. */
static __always_inline void pids_claimed(struct te_slot *slot, u64 key)
{
	if (__sync_val_compare_and_swap(&slot->charged, TE_PIDS_CLAIMED, key) != TE_PIDS_CLAIMED)
		pids_uncharge(key, 0);
}

struct pids_following {
	struct te_slot *slot;
};

static long pids_follow_once(u32 i, void *ctx)
{
	struct te_slot *slot = ((struct pids_following *)ctx)->slot;
	u64 to = pids_of_word(word_read(&slot->word));
	u64 old = word_read(&slot->charged);
	u64 common;

	/* Who has claimed it looks at the word again, afterwards. */
	if (old == to || old == TE_PIDS_GONE || old == TE_PIDS_CLAIMED)
		return 1;
	if (!old) {
		if (pids_claim(slot)) {
			pids_charge(to, 0);
			pids_claimed(slot, to);
		}
		return 0;
	}
	common = pids_common(old, to);
	pids_charge(to, common);
	if (__sync_val_compare_and_swap(&slot->charged, old, to) == old)
		pids_uncharge(old, common);
	else
		pids_uncharge(to, common);
	return 0;
}

/* Make the charge of a task follow its word. (A plain loop would take the verifier a second.) */
static __always_inline void pids_follow(struct te_slot *slot)
{
	struct pids_following f = { .slot = slot };

	if (pids_state)
		bpf_loop(PIDS_FOLLOWS, pids_follow_once, &f, 0);
}

/* End the charge of a task for good: pids_follow() finds TE_PIDS_GONE and does nothing. */
static __always_inline void pids_end(struct te_slot *slot)
{
	u64 old;

	if (!pids_state)
		return;
	old = __sync_lock_test_and_set(&slot->charged, TE_PIDS_GONE);
	if (old != TE_PIDS_GONE)
		pids_uncharge(old, 0);
}

/* A fork was refused to a task of the entry @key. The daemon logs the first one. */
static __always_inline void pids_refuse(u64 key)
{
	struct te_pids *p = pids_find(key);

	__sync_fetch_and_add(&pids_refused, 1);
	if (p && !__sync_fetch_and_add(&p->refused, 1))
		wake_daemon();
}

/* Take back the charge for a child of @creator that came to nothing, or was charged anew. */
static __always_inline void pids_fork_drop(struct te_slot *creator)
{
	u64 key = creator->forking;

	creator->forking = 0;
	if (key)
		pids_uncharge(key, 0);
}

/* Kill @child, which does not run yet. If it is a thread, its process dies with it. */
static __always_inline bool pids_kill(struct task_struct *child)
{
	return have_signal_task && pids_mode == TE_PIDS_KILL &&
	       !bpf_send_signal_task(child, SIGKILL, PIDTYPE_PID, 0);
}

static long pids_look(u32 i, void *ctx)
{
	struct pids_walk *w = ctx;
	struct te_pids *p = pids_find(w->at);

	if (!p)
		return 1;
	w->full = p->count > p->max;
	w->at = p->parent;
	return w->full;
}

/* Is a limit exceeded that holds for both @a and @b? */
static __noinline bool pids_beyond(u64 a, u64 b)
{
	struct pids_walk w = { .at = pids_common(a, b) };

	bpf_loop(PIDS_DEPTH_MAX, pids_look, &w, 0);
	return w.full;
}

/* An attach has come first, and has charged @child; the charge that the creator holds ends. */
static __always_inline void pids_born_moved(struct te_slot *creator, struct task_struct *child,
					    struct te_slot *slot)
{
	u64 from, charged = word_read(&slot->charged);

	if (!creator || pids_mode != TE_PIDS_KILL || charged == TE_PIDS_GONE ||
	    charged == TE_PIDS_CLAIMED)
		return;
	from = pids_of_word(word_read(&creator->word));
	if (pids_beyond(from, charged) && pids_kill(child)) {
		pids_refuse(from);
		pids_end(slot);
	}
}

/* Charge @child, which has got its word, in @slot, from @creator; @creator may be NULL. */
static __always_inline void pids_born(struct te_slot *creator, struct task_struct *child,
				      struct te_slot *slot)
{
	u64 key;

	if (!pids_state)
		return;
	key = pids_of_word(word_read(&slot->word));
	if (!key && !(creator && creator->forking))
		return;
	if (!pids_claim(slot)) {
		pids_born_moved(creator, child, slot);
		return;
	}
	if (creator && creator->forking && creator->fork_child == (u64)child) {
		key = creator->forking;
		creator->forking = 0;
	} else if (!pids_try(key)) {
		if (pids_kill(child)) {
			pids_refuse(creator ? pids_of_word(creator->word) : 0);
			__sync_val_compare_and_swap(&slot->charged, TE_PIDS_CLAIMED, TE_PIDS_GONE);
			return;
		}
		pids_charge(key, 0);
	}
	pids_claimed(slot, key);
	pids_follow(slot);
}

/* Give @g, the clone @id of a task of @from, an entry of its own; false: no room. */
static __always_inline bool pids_clone(struct te_group *g, const struct te_group *from, u64 id)
{
	struct te_pids *above, p = {
		.parent = from->pids, .max = TE_PIDS_UNLIMITED, .level = 1,
	};
	u64 key = TE_PIDS_CLONE | id;

	g->pids = from->pids;
	if (pids_state != TE_PIDS_CLONES)
		return true;
	above = pids_find(from->pids);
	if (above)
		p.level = above->level + 1;
	g->pids = key;
	return !bpf_map_update_elem(&pids, &key, &p, BPF_NOEXIST);
}

static __always_inline void pids_unclone(u64 id)
{
	u64 key = TE_PIDS_CLONE | id;

	if (pids_state == TE_PIDS_CLONES)
		bpf_map_delete_elem(&pids, &key);
}

#endif /* _CONTAINERFSD_BPF_PIDS_BPF_H */
