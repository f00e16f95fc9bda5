/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries of css_groups: count their tasks, wake the daemon for them, clone them
 *
 * A clone is refused beyond the limits of limits.bpf.h. A clone that is made gets its
 * entries of cpuacct and pids here, too.
 */
#ifndef _CONTAINERFSD_BPF_GROUPS_BPF_H
#define _CONTAINERFSD_BPF_GROUPS_BPF_H

#include "base.bpf.h"
#include "cpuacct.bpf.h"
#include "limits.bpf.h"
#include "pids.bpf.h"
#include "ring.bpf.h"

te_u32 clone_enabled;	/* written by the daemon */
te_u64 next_id = 1;	/* taken by programs and by the daemon */

/* Written by programs, read by the daemon. */
te_u64 clone_refused;	/* for want of room in a map, or of tries */
te_u64 empties;		/* groups with TE_WATCH_EMPTIES that became empty */
te_u64 watches_spent;	/* how many TE_WATCH_ALL have woken the daemon */

/* Count @delta tasks more in @g. Returns whether @g became empty and the daemon must know. */
static __always_inline bool group_add(struct te_group *g, s64 delta)
{
	s64 n = __sync_fetch_and_add(&g->tasks, delta) + delta;

	if (n || delta > 0)
		return false;
	if (g->creator)
		group_emptied(g->parent);
	if (g->watch & TE_WATCH_EMPTY)
		return true;
	return g->watch & TE_WATCH_EMPTIES &&
		(__sync_fetch_and_add(&empties, 1) % TE_EMPTIES == TE_EMPTIES - 1 ||
		 user_presses(g->user));
}

/* The same for the daemon's own moves, which need not wake it. */
static __always_inline void group_count(u64 id, s64 delta)
{
	struct te_group *g = id ? bpf_map_lookup_elem(&groups, &id) : NULL;

	if (g)
		group_add(g, delta);
}

static __always_inline bool watched(u64 id, u32 watch)
{
	struct te_group *g = bpf_map_lookup_elem(&groups, &id);

	return g && g->watch & watch;
}

/*
 * Note an event in css_group @id, which changes its number of tasks by @delta. Returns
 * whether the daemon must be woken. @exits: a task exits in @id, and is charged already.
 */
static __always_inline bool group_touch(u64 id, s64 delta, bool exits)
{
	struct te_group *g = bpf_map_lookup_elem(&groups, &id);
	bool wake = false;

	if (!g)
		return false;
	if (id && exits)
		__sync_fetch_and_add(&g->dying, 1);
	if (id && delta)
		wake = group_add(g, delta);
	if (g->watch & TE_WATCH_ALL) {
		__sync_fetch_and_and(&g->watch, ~TE_WATCH_ALL);
		__sync_fetch_and_add(&watches_spent, 1);
		wake = true;
	}
	return wake;
}

/* Count the refusal of a clone from @id, and report the first since the daemon has looked. */
static __noinline void clone_refuse(u64 id)
{
	struct te_group *g = bpf_map_lookup_elem(&groups, &id);
	struct te_refused *rec;

	if (!g)
		return;
	__sync_fetch_and_add(&g->refused, 1);
	full_barrier();
	if (__sync_val_compare_and_swap(&g->refused_told, 0, 1))
		return;
	/* Without a record, the daemon rebuilds, and then looks at all groups. */
	rec = record_change(sizeof(*rec), true);
	if (!rec)
		return;
	rec->type = TE_REFUSED;
	rec->pad = 0;
	rec->id = id;
	/* ns.events counts refusals, too, so its readers wait for them as they do for clones. */
	bpf_ringbuf_submit(rec, wake_flags(group_touch(id, 0, false) ||
					   watched(id, TE_WATCH_CLONE)));
}

/*
 * Is a task of @parent with the new namespaces @flags to be cloned? A refusal by a limit is
 * counted. @o gets the user to be charged.
 */
static __always_inline bool clone_asked(u64 parent, struct task_struct *task, u32 flags,
					struct owner *o)
{
	struct te_slot *mine = (struct te_slot *)word_find(bpf_get_current_task_btf());
	struct te_group *from = group_from(&parent);

	if (!from || !(from->clone_mask & flags))
		return false;
	owner_find(o, task);
	if (mine && mine->stays) {
		mine->stays = 0;
		o->stays = o->unlimited = 1;
		return true;
	}
	if (group_has_room(from) && user_has_room(o))
		return true;
	clone_refuse(parent);
	return false;
}

/*
 * Make a css_group below @parent, to hold @task, which has the new namespaces @flags.
 * Returns its id, or 0: tasks of @parent are not cloned for these, or a limit or a full
 * map refuses it.
 */
static __always_inline u64 group_clone(u64 parent, struct task_struct *creator,
				       struct task_struct *task, u32 flags,
				       const struct owner *o)
{
	struct te_group g = {};
	struct te_group *from;
	u64 id, above = parent;

	from = group_from(&above);
	if (!from || !(from->clone_mask & flags))
		return 0;
	if (!(o->stays || group_has_room(from)) || !user_charge(o)) {
		clone_refuse(above);
		return 0;
	}
	g.parent = parent;
	g.tasks = 1;
	g.creator = (u64)creator;
	g.pid = task->tgid;
	g.flags = flags;
	g.watch = (*(volatile u32 *)&from->watch & ~TE_WATCH_KNOWN) | TE_WATCH_EMPTIES;
	g.clone_mask = from->clone_mask;
	g.rules = from->rules;
	g.levels = from->levels;
	if (g.levels && g.levels != TE_LEVELS_UNLIMITED)
		g.levels--;
	g.user = o->user;
	g.unlimited = o->unlimited;
	g.emptied = 1;
	if (flags & ~TE_CLONE_NEWUSER)
		g.nsproxy = (u64)BPF_CORE_READ(task, nsproxy);
	bpf_core_read(&g.comm, sizeof(g.comm), &task->comm);
	id = __sync_fetch_and_add(&next_id, 1);
	if (!cpuacct_clone(parent, id) || !pids_clone(&g, from, id) ||
	    bpf_map_update_elem(&groups, &id, &g, BPF_NOEXIST)) {
		cpuacct_unclone(id);
		pids_unclone(id);
		user_uncharge(o->user);
		clone_refuse(above);
		__sync_fetch_and_add(&clone_refused, 1);
		return 0;
	}
	return id;
}

/* Take back group_clone(): no task came to be in @id. */
static __always_inline void group_unclone(u64 id, const struct owner *o)
{
	bpf_map_delete_elem(&groups, &id);
	cpuacct_unclone(id);
	pids_unclone(id);
	user_uncharge(o->user);
}

#endif /* _CONTAINERFSD_BPF_GROUPS_BPF_H */
