/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * limits.bpf.h - what may be cloned: the part of hooks.bpf.c for
 * the limits of ns
 *
 * Limits hold here, where the clone is made, so that nobody can make more than the
 * daemon has to hear of. They are looked at before a record is reserved: a clone
 * that is refused leaves the task where it is, concerns no attach, and takes no
 * room in the ring. (Who passes is looked at again when the group is made.)
 *
 *  levels	counts down from parent to child, 0: too deep
 *  full	the daemon has found as many living clones as max_clones allows, when
 *		so many had become empty as `emptied` says; as soon as one more has,
 *		there may be room, and the daemon is to judge
 *  users	automatic containers, empty ones too, that each user has caused: counted
 *		up here, down by the daemon when one is removed or it made none
 *
 * A refusal is counted in the group. Only the first since the daemon has looked is
 * reported, so that refusals, however many, are no work.
 */
#ifndef _CONTAINERFSD_BPF_LIMITS_BPF_H
#define _CONTAINERFSD_BPF_LIMITS_BPF_H

#include "base.bpf.h"
#include "task.bpf.h"

#define USERNS_DEPTH_MAX	40	/* the kernel's is 33 */
#define USER_GONE		(-(1LL << 62))	/* its entry is being removed */
#define USER_TRIES		8	/* if its entry is removed each time, a clone is refused */

te_u64 user_limit = ~0ULL;	/* written by the daemon */

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
};

/* Whose @task is, as container_max_user_clones() in kernel/engine.h says. */
static __noinline void owner_find(struct owner *o, struct task_struct *task)
{
	const struct cred *cred = BPF_CORE_READ(task, real_cred);
	struct user_namespace *ns = BPF_CORE_READ(cred, user_ns);
	u32 owner;
	int i;

	o->user = BPF_CORE_READ(cred, uid.val);
	o->unlimited = 0;
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

/* Has @user caused half of what he may?  Then his empty ones are not to wait. */
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

/* The entry that says what becomes of tasks of @*id, which may have none of its own. */
static __always_inline struct te_group *group_from(u64 *id)
{
	struct te_group *g = bpf_map_lookup_elem(&groups, id);

	if (g)
		return g;
	*id = 0;
	return bpf_map_lookup_elem(&groups, id);
}

/* The last living task of a clone of @id has left it. */
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
