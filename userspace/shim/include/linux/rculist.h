/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists that readers walk under RCU while one writer, which holds the writers' lock, changes
 * them. New entries are published with release order. A deleted entry keeps its pointer
 * forward, for readers that are still on it. The walking macros abort outside a reader unless
 * their condition holds.
 */
#ifndef _LINUX_RCULIST_H
#define _LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

/* The optional condition of a walk, or 0. */
#define __shim_rcu_cond(dummy, cond, ...)	(cond)
#define __shim_rcu_walk(cond...)					\
({									\
	RCU_LOCKDEP_WARN(!__shim_rcu_cond(0, ##cond, 0) &&		\
			 !rcu_read_lock_any_held(),			\
			 "list walked outside a reader");		\
})
#define __shim_rcu_next(p)	__atomic_load_n(&(p), __ATOMIC_ACQUIRE)

static inline void hlist_del_init_rcu(struct hlist_node *n)
{
	if (hlist_unhashed(n))
		return;
	__hlist_del(n);
	WRITE_ONCE(n->pprev, NULL);
}

static inline void hlist_add_head_rcu(struct hlist_node *n, struct hlist_head *head)
{
	struct hlist_node *first = head->first;

	n->next = first;
	WRITE_ONCE(n->pprev, &head->first);
	rcu_assign_pointer(head->first, n);
	if (first)
		WRITE_ONCE(first->pprev, &n->next);
}

#define hlist_for_each_entry_rcu(pos, head, member, cond...) \
	for (__shim_rcu_walk(cond), \
	     pos = hlist_entry_safe(__shim_rcu_next((head)->first), \
				    typeof(*(pos)), member); \
	     pos; \
	     pos = hlist_entry_safe(__shim_rcu_next((pos)->member.next), \
				    typeof(*(pos)), member))

#endif /* _LINUX_RCULIST_H */
