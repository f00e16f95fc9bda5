// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of the containers that the kernel knows, one a connection: node.h.
 */
#include <errno.h>
#include <stdlib.h>

#include "node.h"

#define MIN_BUCKETS	16

/* What the kernel knows of one connection. */
struct node_table {
	struct node_table	 *next;
	struct super		 *super;
	struct known		**buckets;
	size_t			  nr_buckets;	/* a power of two */
	size_t			  nr;
	struct known		  top;		/* in no bucket, never forgotten */
};

static struct node_table *tables;	/* one for each mounted hierarchy, so only a few */

/* --- the table --- */

static struct known **bucket_of(struct known **buckets, size_t nr_buckets, uint64_t id)
{
	return &buckets[(id * 0x9e3779b97f4a7c15ull >> 32) & (nr_buckets - 1)];
}

/* If there is no memory, the table keeps its size, and is slower. */
static void table_resize(struct node_table *table, size_t nr_buckets)
{
	struct known **buckets = calloc(nr_buckets, sizeof(*buckets));
	struct known *k, *next, **head;

	if (!buckets)
		return;
	for (size_t i = 0; i < table->nr_buckets; i++) {
		for (k = table->buckets[i]; k; k = next) {
			next = k->next;
			head = bucket_of(buckets, nr_buckets, k->id);
			k->next = *head;
			*head = k;
		}
	}
	free(table->buckets);
	table->buckets = buckets;
	table->nr_buckets = nr_buckets;
}

static struct node_table *table_new(struct super *s)
{
	struct node_table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table_resize(table, MIN_BUCKETS);
	if (!table->buckets) {
		free(table);
		return NULL;
	}
	table->super = s;
	table->top.cont = container_get(hierarchy_top(s->root));
	table->top.id = container_id(table->top.cont);
	table->top.listed = LISTED_MIXED;
	table->next = tables;
	tables = table;
	return table;
}

static struct node_table *table_of(const struct super *s)
{
	struct node_table *table;

	for (table = tables; table; table = table->next)
		if (table->super == s)
			break;
	return table;
}

static struct known *table_find(struct node_table *table, uint64_t id)
{
	struct known *k;

	if (id == table->top.id)
		return &table->top;
	k = *bucket_of(table->buckets, table->nr_buckets, id);
	while (k && k->id != id)
		k = k->next;
	return k;
}

/* The entry of @cont, made if there is none; NULL: no memory. */
static struct known *table_add(struct node_table *table, struct container *cont)
{
	uint64_t id = container_id(cont);
	struct known *k = table_find(table, id), **head;

	if (k)
		return k;
	k = calloc(1, sizeof(*k));
	if (!k)
		return NULL;
	if (table->nr >= table->nr_buckets)
		table_resize(table, table->nr_buckets * 2);
	k->cont = container_get(cont);
	k->id = id;
	k->listed = LISTED_MIXED;
	head = bucket_of(table->buckets, table->nr_buckets, id);
	k->next = *head;
	*head = k;
	table->nr++;
	return k;
}

static void known_free(struct known *k)
{
	container_put(k->cont);
	free(k->told);
	free(k);
}

/* The kernel forgets @nlookup of its lookups; the entry goes with the last one. */
static void table_forget(struct node_table *table, struct known *k, uint64_t nlookup)
{
	struct known **pos;

	k->nlookup -= nlookup < k->nlookup ? nlookup : k->nlookup;
	if (k->nlookup || k == &table->top)
		return;
	for (pos = bucket_of(table->buckets, table->nr_buckets, k->id); *pos != k; )
		pos = &(*pos)->next;
	*pos = k->next;
	known_free(k);
	table->nr--;
	if (table->nr < table->nr_buckets / 8 && table->nr_buckets > MIN_BUCKETS)
		table_resize(table, table->nr_buckets / 2);
}

int nodes_connect(struct super *s)
{
	return table_of(s) || table_new(s) ? 0 : -ENOMEM;
}

void nodes_gone(struct super *s)
{
	struct node_table **pos = &tables, *table = table_of(s);
	struct known *k;

	if (!table)
		return;
	while (*pos != table)
		pos = &(*pos)->next;
	*pos = table->next;
	for (size_t i = 0; i < table->nr_buckets; i++) {
		while ((k = table->buckets[i])) {
			table->buckets[i] = k->next;
			known_free(k);
		}
	}
	container_put(table->top.cont);
	free(table->top.told);
	free(table->buckets);
	free(table);
}

/* --- nodes --- */

fuse_ino_t node_number(struct container *cont, unsigned int node)
{
	if (node == CONTAINER_NODE_DIR && cont == hierarchy_top(container_root(cont)))
		return FUSE_ROOT_ID;
	return container_id(cont) << CONTAINER_NODE_BITS | node;
}

struct known *node_find(fuse_req_t req, fuse_ino_t ino, unsigned int *node)
{
	struct node_table *table = table_of(super_of(req));

	if (!table)
		return NULL;
	if (ino == FUSE_ROOT_ID) {
		*node = CONTAINER_NODE_DIR;
		return &table->top;
	}
	*node = ino & ((1u << CONTAINER_NODE_BITS) - 1);
	return table_find(table, ino >> CONTAINER_NODE_BITS);
}

struct known *node_of(struct container *cont)
{
	struct super *s = hierarchy_host(container_root(cont));
	struct node_table *table = s ? table_of(s) : NULL;

	return table ? table_find(table, container_id(cont)) : NULL;
}

struct known *node_add(const struct super *s, struct container *cont)
{
	struct node_table *table = table_of(s);
	struct known *k = table ? table_add(table, cont) : NULL;

	if (k)
		k->nlookup++;
	return k;
}

void node_forget(const struct super *s, fuse_ino_t ino, uint64_t nlookup)
{
	struct node_table *table = table_of(s);
	struct known *k;

	if (!table || ino == FUSE_ROOT_ID)
		return;
	k = table_find(table, ino >> CONTAINER_NODE_BITS);
	if (k)
		table_forget(table, k, nlookup);
}

void node_reply_err(fuse_req_t req, int err)
{
	fuse_reply_err(req, -err);
}
