/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The second half of linux/list.h, which includes it: lists with a head of one
 * pointer, for hash tables.
 */
#ifndef _SHIM_HLIST_H
#define _SHIM_HLIST_H

#define HLIST_HEAD_INIT		{ .first = NULL }

static inline void INIT_HLIST_NODE(struct hlist_node *n)
{
	n->next = NULL;
	n->pprev = NULL;
}

static inline int hlist_unhashed(const struct hlist_node *n)
{
	return !n->pprev;
}

static inline void __hlist_del(struct hlist_node *n)
{
	struct hlist_node *next = n->next;
	struct hlist_node **pprev = n->pprev;

	BUG_ON((void *)pprev == LIST_POISON2 || *pprev != n);
	smp_store_release(pprev, next);		/* as in __list_del() */
	if (next)
		WRITE_ONCE(next->pprev, pprev);
}

static inline void hlist_del(struct hlist_node *n)
{
	__hlist_del(n);
	n->next = LIST_POISON1;
	n->pprev = LIST_POISON2;
}

static inline void hlist_del_init(struct hlist_node *n)
{
	if (hlist_unhashed(n))
		return;
	__hlist_del(n);
	INIT_HLIST_NODE(n);
}

static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *head)
{
	struct hlist_node *first = head->first;

	WRITE_ONCE(n->next, first);
	if (first)
		WRITE_ONCE(first->pprev, &n->next);
	WRITE_ONCE(head->first, n);
	WRITE_ONCE(n->pprev, &head->first);
}

#define hlist_entry(ptr, type, member)	container_of(ptr, type, member)
#define hlist_entry_safe(ptr, type, member)				\
({									\
	typeof(ptr) __he_ptr = (ptr);					\
	__he_ptr ? hlist_entry(__he_ptr, type, member) : NULL;		\
})

#define hlist_for_each_entry(pos, head, member) \
	for (pos = hlist_entry_safe((head)->first, typeof(*(pos)), member); \
	     pos; \
	     pos = hlist_entry_safe((pos)->member.next, typeof(*(pos)), member))
#define hlist_for_each_entry_safe(pos, n, head, member) \
	for (pos = hlist_entry_safe((head)->first, typeof(*pos), member); \
	     pos && ({ n = pos->member.next; 1; }); \
	     pos = hlist_entry_safe(n, typeof(*pos), member))

#endif /* _SHIM_HLIST_H */
