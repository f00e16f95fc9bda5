/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Limits of ns: whether a task may be cloned
 *
 * The programs enforce the limits where the clone is made, so that no task can make more
 * clones than the daemon is to hear of. They look at the limits before they reserve a
 * record, because a refused clone leaves the task where it is, concerns no attach, and
 * should take no room in the ring. group_clone() looks at them again.
 *
 *  levels	counts down from parent to child; at 0 the clone would be too deep
 *  full	the value of `emptied` at which the daemon found as many living clones
 *		as max_clones allows. Once another clone has become empty, there may be
 *		room: the programs let a clone through, and the daemon judges.
 *  users	how many automatic containers, empty ones included, each user has
 *		caused. The programs count up; the daemon counts down when it removes a
 *		container, or has made none.
 *
 * A refusal is counted in the group. Only the first since the daemon has looked is
 * reported, so that many refusals make no work.
 */
#ifndef _CONTAINERFSD_BPF_LIMITS_BPF_H
#define _CONTAINERFSD_BPF_LIMITS_BPF_H

#include "base.bpf.h"
#include "task.bpf.h"

#define USERNS_DEPTH_MAX	40	/* the kernel allows 33 */
#define USER_GONE		(-(1LL << 62))	/* count of an entry that is being removed */
#define USER_TRIES		8	/* if its entry is removed each time, a clone is refused */

te_u64 user_limit = ~0ULL;	/* written by the daemon; ~0: unlimited */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, TE_USERS_MAX);
	__type(key, u32);
	__type(value, s64);
} users SEC(".maps");

struct owner {
	u32 user;
	u32 unlimited;
	u32 stays;	/* no limit counts at all, because the daemon will make no clone of it */
};

/* The user to be charged for what @task causes: see struct container_clone_info in engine.h. */
static __noinline void owner_find(struct owner *o, struct task_struct *task)
{
	const struct cred *cred = BPF_CORE_READ(task, real_cred);
	struct user_namespace *ns = BPF_CORE_READ(cred, user_ns);
	u32 owner;
	int i;

	o->user = BPF_CORE_READ(cred, uid.val);
	o->unlimited = 0;
	o->stays = 0;
	if (!BPF_CORE_READ(ns, level)) {
		o->unlimited = !o->user && task_flags(task) & TE_TASK_SYS_ADMIN;
		return;
	}
	for (i = 0; i < USERNS_DEPTH_MAX && BPF_CORE_READ(ns, level) > 1; i++)
		ns = BPF_CORE_READ(ns, parent);
	owner = BPF_CORE_READ(ns, owner.val);
	if (owner)
		o->user = owner;
}

static __always_inline bool user_has_room(const struct owner *o)
{
	u32 user = o->user;
	s64 *n = o->unlimited ? NULL : bpf_map_lookup_elem(&users, &user);

	return o->unlimited || (u64)(n && *n > 0 ? *n : 0) < user_limit;
}

/* Has @user half of the clones that it may have? Then each that becomes empty wakes the daemon. */
static __noinline bool user_presses(u32 user)
{
	s64 *n = bpf_map_lookup_elem(&users, &user);

	return n && *n > 0 && (u64)*n >= user_limit / 2;
}

static __noinline bool user_charge(const struct owner *o)
{
	s64 *n, old, zero = 0;
	u32 user, i;

	if (!o)
		return false;
	user = o->user;
	for (i = 0; i < USER_TRIES; i++) {
		n = bpf_map_lookup_elem(&users, &user);
		if (!n) {
			bpf_map_update_elem(&users, &user, &zero, BPF_NOEXIST);
			n = bpf_map_lookup_elem(&users, &user);
		}
		if (!n)
			return false;
		old = __sync_fetch_and_add(n, 1);
		if (old < 0)
			continue;
		if (o->unlimited || (u64)old < user_limit)
			return true;
		__sync_fetch_and_add(n, -1);
		return false;
	}
	return false;
}

static __noinline void user_uncharge(u32 user)
{
	s64 *n = bpf_map_lookup_elem(&users, &user);

	if (n && __sync_fetch_and_add(n, -1) == 1 &&
	    __sync_val_compare_and_swap(n, 0, USER_GONE) == 0)
		bpf_map_delete_elem(&users, &user);
}

/* The entry that rules the clones of tasks of @*id: its own, or else that of id 0. */
static __always_inline struct te_group *group_from(u64 *id)
{
	struct te_group *g = bpf_map_lookup_elem(&groups, id);

	if (g)
		return g;
	*id = 0;
	return bpf_map_lookup_elem(&groups, id);
}

/* A clone of @id has lost its last living task. */
static __always_inline void group_emptied(u64 id)
{
	struct te_group *g = bpf_map_lookup_elem(&groups, &id);

	if (g)
		__sync_fetch_and_add(&g->emptied, 1);
}

static __always_inline bool group_has_room(const struct te_group *g)
{
	return g->levels && g->full != *(volatile u64 *)&g->emptied;
}

#endif /* _CONTAINERFSD_BPF_LIMITS_BPF_H */
