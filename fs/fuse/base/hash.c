// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hash table of tasks and view (hash.h).
 *
 * Chained buckets, doubled when there are more nodes than buckets. The table never
 * shrinks, because there may be as many tasks again as there were, and a bucket has
 * only eight bytes. Fibonacci hashing, because the ids of threads, css_groups and
 * containers are handed out in sequence.
 */
#include <errno.h>
#include <stdlib.h>

#include "hash.h"

#define HASH_MIN 256

static struct tasks_node **bucket(const struct tasks_hash *hash, uint64_t key)
{
	return &hash->buckets[(key * 0x9e3779b97f4a7c15ULL >> 32) & (hash->size - 1)];
}

int tasks_hash_init(struct tasks_hash *hash)
{
	hash->nr = 0;
	hash->size = HASH_MIN;
	hash->buckets = calloc(hash->size, sizeof(*hash->buckets));
	return hash->buckets ? 0 : -ENOMEM;
}

void tasks_hash_exit(struct tasks_hash *hash)
{
	free(hash->buckets);
	hash->buckets = NULL;
	hash->size = 0;
}

struct tasks_node *tasks_hash_find(const struct tasks_hash *hash, uint64_t key)
{
	struct tasks_node *node;

	for (node = *bucket(hash, key); node; node = node->next)
		if (node->key == key)
			return node;
	return NULL;
}

static void link_node(struct tasks_hash *hash, struct tasks_node *node)
{
	struct tasks_node **head = bucket(hash, node->key);

	node->next = *head;
	*head = node;
}

static void grow_buckets(struct tasks_hash *hash)
{
	struct tasks_hash old = *hash;
	struct tasks_node **buckets = calloc(old.size * 2, sizeof(*buckets));
	struct tasks_node *node;

	if (!buckets)
		return;
	hash->buckets = buckets;
	hash->size = old.size * 2;
	for (size_t i = 0; i < old.size; i++) {
		while ((node = old.buckets[i])) {
			old.buckets[i] = node->next;
			link_node(hash, node);
		}
	}
	free(old.buckets);
}

void tasks_hash_add(struct tasks_hash *hash, struct tasks_node *node)
{
	if (hash->nr >= hash->size)
		grow_buckets(hash);
	link_node(hash, node);
	hash->nr++;
}

void tasks_hash_del(struct tasks_hash *hash, struct tasks_node *node)
{
	struct tasks_node **p = bucket(hash, node->key);

	while (*p != node)
		p = &(*p)->next;
	*p = node->next;
	hash->nr--;
}

void tasks_hash_each(struct tasks_hash *hash, void (*fn)(struct tasks_node *node, void *arg),
		     void *arg)
{
	struct tasks_node *node, *next;

	for (size_t i = 0; i < hash->size; i++) {
		for (node = hash->buckets[i]; node; node = next) {
			next = node->next;
			fn(node, arg);
		}
	}
}
