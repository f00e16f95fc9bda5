/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hash table of tasks and view: nodes by a 64-bit key.
 *
 * Intrusive: a struct tasks_node is the first member of each stored object, so that a
 * pointer to it is a pointer to the object. The table owns only its buckets; the nodes
 * belong to the caller. The caller keeps keys unique, by tasks_hash_find() before
 * tasks_hash_add(). A table that cannot grow, because memory is short, keeps its size
 * and gets slower; only tasks_hash_init() can fail.
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
/* Add @node; no node in the table has its key. */
void tasks_hash_add(struct tasks_hash *hash, struct tasks_node *node);
/* @node is in the table. */
void tasks_hash_del(struct tasks_hash *hash, struct tasks_node *node);
/* Call @fn for each node; it may remove the node it is shown, and no other. */
void tasks_hash_each(struct tasks_hash *hash, void (*fn)(struct tasks_node *node, void *arg),
		     void *arg);

#endif /* _CONTAINERFSD_HASH_H */
