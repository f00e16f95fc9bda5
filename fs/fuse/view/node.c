// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of the containers that the kernel knows, one a connection: node.h.
 */
#include <errno.h>
#include <stdlib.h>

#include "node.h"

/* What the kernel knows of one connection. */
struct node_table {
	struct node_table	 *next;
	struct super		 *super;
	struct tasks_hash	  hash;
	struct known		  top;		/* not in the hash, never forgotten */
};

static struct node_table *tables;	/* one for each mounted hierarchy, so only a few */

/* --- the table --- */

static struct node_table *table_new(struct super *s)
{
	struct node_table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	if (tasks_hash_init(&table->hash)) {
		free(table);
		return NULL;
	}
	table->super = s;
	table->top.cont = container_get(hierarchy_top(s->root));
	table->top.node.key = container_id(table->top.cont);
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
	if (id == table->top.node.key)
		return &table->top;
	return (struct known *)tasks_hash_find(&table->hash, id);
}

/* The entry of @cont, made if there is none; NULL: no memory. */
static struct known *table_add(struct node_table *table, struct container *cont)
{
	uint64_t id = container_id(cont);
	struct known *k = table_find(table, id);

	if (k)
		return k;
	k = calloc(1, sizeof(*k));
	if (!k)
		return NULL;
	k->cont = container_get(cont);
	k->listed = LISTED_MIXED;
	k->node.key = id;
	tasks_hash_add(&table->hash, &k->node);
	return k;
}

static void known_free(struct tasks_node *node, void *table)
{
	struct known *k = (struct known *)node;

	tasks_hash_del(table, node);
	container_put(k->cont);
	free(k->told);
	free(k);
}

/* The kernel forgets @nlookup of its lookups; the entry goes with the last one. */
static void table_forget(struct node_table *table, struct known *k, uint64_t nlookup)
{
	k->nlookup -= nlookup < k->nlookup ? nlookup : k->nlookup;
	if (!k->nlookup && k != &table->top)
		known_free(&k->node, &table->hash);
}

int nodes_connect(struct super *s)
{
	return table_of(s) || table_new(s) ? 0 : -ENOMEM;
}

void nodes_gone(struct super *s)
{
	struct node_table **pos = &tables, *table = table_of(s);

	if (!table)
		return;
	while (*pos != table)
		pos = &(*pos)->next;
	*pos = table->next;
	tasks_hash_each(&table->hash, known_free, &table->hash);
	tasks_hash_exit(&table->hash);
	container_put(table->top.cont);
	free(table->top.told);
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
