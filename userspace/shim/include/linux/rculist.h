/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists that readers walk under RCU while one writer, who has the writers'
 * lock, changes them.  New entries are published with release order, and what
 * is deleted keeps its way forward for the readers still on it.  The walking
 * macros abort outside a reader unless their condition holds.
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

#define list_next_rcu(list)	((list)->next)

static inline void INIT_LIST_HEAD_RCU(struct list_head *list)
{
	INIT_LIST_HEAD(list);
}

static inline void __list_add_rcu(struct list_head *new, struct list_head *prev,
				  struct list_head *next)
{
	__shim_list_check_add(new, prev, next);
	new->next = next;
	new->prev = prev;
	rcu_assign_pointer(prev->next, new);
	next->prev = new;
}

static inline void list_add_rcu(struct list_head *new, struct list_head *head)
{
	__list_add_rcu(new, head, head->next);
}

static inline void list_add_tail_rcu(struct list_head *new, struct list_head *head)
{
	__list_add_rcu(new, head->prev, head);
}

static inline void list_del_rcu(struct list_head *entry)
{
	__list_del_entry(entry);
	entry->prev = LIST_POISON2;
}

static inline void list_replace_rcu(struct list_head *old, struct list_head *new)
{
	new->next = old->next;
	new->prev = old->prev;
	rcu_assign_pointer(new->prev->next, new);
	new->next->prev = new;
	old->prev = LIST_POISON2;
}

#define list_entry_rcu(ptr, type, member) \
	container_of(__shim_rcu_next(ptr), type, member)
#define list_first_or_null_rcu(ptr, type, member)			\
({									\
	struct list_head *__lf_head = (ptr);				\
	struct list_head *__lf_next = __shim_rcu_next(__lf_head->next);	\
	__lf_next != __lf_head ? container_of(__lf_next, type, member) : NULL; \
})
#define list_next_or_null_rcu(head, ptr, type, member)			\
({									\
	struct list_head *__ln_head = (head);				\
	struct list_head *__ln_ptr = (ptr);				\
	struct list_head *__ln_next = __shim_rcu_next(__ln_ptr->next);	\
	__ln_next != __ln_head ? container_of(__ln_next, type, member) : NULL; \
})

#define list_for_each_entry_rcu(pos, head, member, cond...) \
	for (__shim_rcu_walk(cond), \
	     pos = list_entry_rcu((head)->next, typeof(*pos), member); \
	     &pos->member != (head); \
	     pos = list_entry_rcu(pos->member.next, typeof(*pos), member))
#define list_for_each_entry_continue_rcu(pos, head, member) \
	for (pos = list_entry_rcu(pos->member.next, typeof(*pos), member); \
	     &pos->member != (head); \
	     pos = list_entry_rcu(pos->member.next, typeof(*pos), member))
#define list_for_each_entry_from_rcu(pos, head, member) \
	for (; &(pos)->member != (head); \
	     pos = list_entry_rcu(pos->member.next, typeof(*(pos)), member))

#define hlist_first_rcu(head)	((head)->first)
#define hlist_next_rcu(node)	((node)->next)

static inline void hlist_del_rcu(struct hlist_node *n)
{
	__hlist_del(n);
	WRITE_ONCE(n->pprev, LIST_POISON2);
}

static inline void hlist_del_init_rcu(struct hlist_node *n)
{
	if (hlist_unhashed(n))
		return;
	__hlist_del(n);
	WRITE_ONCE(n->pprev, NULL);
}

static inline void hlist_replace_rcu(struct hlist_node *old, struct hlist_node *new)
{
	struct hlist_node *next = old->next;

	new->next = next;
	WRITE_ONCE(new->pprev, old->pprev);
	rcu_assign_pointer(*new->pprev, new);
	if (next)
		WRITE_ONCE(next->pprev, &new->next);
	WRITE_ONCE(old->pprev, LIST_POISON2);
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

static inline void hlist_add_before_rcu(struct hlist_node *n, struct hlist_node *next)
{
	WRITE_ONCE(n->pprev, next->pprev);
	n->next = next;
	rcu_assign_pointer(*n->pprev, n);
	WRITE_ONCE(next->pprev, &n->next);
}

static inline void hlist_add_behind_rcu(struct hlist_node *n, struct hlist_node *prev)
{
	n->next = prev->next;
	WRITE_ONCE(n->pprev, &prev->next);
	rcu_assign_pointer(prev->next, n);
	if (n->next)
		WRITE_ONCE(n->next->pprev, &n->next);
}

static inline void hlist_add_tail_rcu(struct hlist_node *n, struct hlist_head *head)
{
	struct hlist_node *i, *last = NULL;

	for (i = head->first; i; i = i->next)
		last = i;
	if (last)
		hlist_add_behind_rcu(n, last);
	else
		hlist_add_head_rcu(n, head);
}

#define hlist_for_each_entry_rcu(pos, head, member, cond...) \
	for (__shim_rcu_walk(cond), \
	     pos = hlist_entry_safe(__shim_rcu_next((head)->first), \
				    typeof(*(pos)), member); \
	     pos; \
	     pos = hlist_entry_safe(__shim_rcu_next((pos)->member.next), \
				    typeof(*(pos)), member))
#define hlist_for_each_entry_continue_rcu(pos, member) \
	for (pos = hlist_entry_safe(__shim_rcu_next((pos)->member.next), \
				    typeof(*(pos)), member); \
	     pos; \
	     pos = hlist_entry_safe(__shim_rcu_next((pos)->member.next), \
				    typeof(*(pos)), member))

#endif /* _LINUX_RCULIST_H */
