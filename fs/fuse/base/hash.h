/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hash.h - the hash table of the task link: nodes by a 64-bit key
 *
 * Intrusive: a struct tasks_node is the first member of what is stored, so
 * that a pointer to it is a pointer to the whole. The table owns only its
 * buckets; nodes belong to the user. Keys are unique, which is the user's
 * affair: look before you add. A table that can not grow for want of memory
 * keeps its size and gets slower; nothing but tasks_hash_init() can fail.
 *
 * One thread, no locks.
 */
#ifndef _CONTAINERFSD_HASH_H
#define _CONTAINERFSD_HASH_H

#include <stddef.h>
#include <stdint.h>

struct tasks_node {
	struct tasks_node	*next;
	uint64_t		key;
};

struct tasks_hash {
	struct tasks_node	**buckets;
	size_t			size;		/* of buckets: a power of two */
	size_t			nr;		/* nodes in it */
};

/* -ENOMEM */
int tasks_hash_init(struct tasks_hash *hash);
/* Free the buckets of an empty table. */
void tasks_hash_exit(struct tasks_hash *hash);
struct tasks_node *tasks_hash_find(const struct tasks_hash *hash, uint64_t key);
/* Under @node->key, which nothing in the table has. */
void tasks_hash_add(struct tasks_hash *hash, struct tasks_node *node);
/* @node is in the table. */
void tasks_hash_del(struct tasks_hash *hash, struct tasks_node *node);
/* Call @fn for each node; it may remove the node it is shown, and no other. */
void tasks_hash_each(struct tasks_hash *hash, void (*fn)(struct tasks_node *node, void *arg),
		     void *arg);

#endif /* _CONTAINERFSD_HASH_H */
