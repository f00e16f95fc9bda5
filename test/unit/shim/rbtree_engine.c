// SPDX-License-Identifier: GPL-2.0-only
/*
 * Red-black trees against a sorted array, with their rules
 * checked after every change.
 */
#include <linux/kernel.h>
#include <linux/rbtree.h>

#include "tests.h"

#define KEYS	200
#define STEPS	6000

struct item {
	unsigned int key;
	bool in_tree;
	struct rb_node rb;
};

static struct item items[KEYS];
static struct rb_root tree = RB_ROOT;

static struct item *item_of(const struct rb_node *node)
{
	return rb_entry(node, struct item, rb);
}

/* Equal keys go to the right: the order of insertion stays. */
static void insert(struct item *item)
{
	struct rb_node **link = &tree.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = item->key < item_of(parent)->key ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&item->rb, parent, link);
	rb_insert_color(&item->rb, &tree);
}

/* The number of black nodes on every way down from here. */
static int black_height(const struct rb_node *node, const struct rb_node *parent)
{
	bool black;
	int left, right;

	if (!node)
		return 1;
	black = node->__rb_parent_color & 1;
	expect(rb_parent(node) == parent);
	expect(black || (parent && (parent->__rb_parent_color & 1)));
	left = black_height(node->rb_left, node);
	right = black_height(node->rb_right, node);
	expect(left == right);
	return left + black;
}

/* Check that the tree has the items of items[], in order of key. */
static void check_tree(void)
{
	struct rb_node *node = rb_first(&tree);
	int i;

	black_height(tree.rb_node, NULL);
	for (i = 0; i < KEYS; i++) {
		if (!items[i].in_tree)
			continue;
		expect(node == &items[i].rb);
		node = rb_next(node);
	}
	expect(!node);
}

void test_rbtree_random(void)
{
	struct item *item;
	int step, i;

	for (i = 0; i < KEYS; i++)
		items[i].key = i;
	for (step = 0; step < STEPS; step++) {
		item = &items[random_next() % KEYS];
		/* fill first, then churn */
		if (item->in_tree && step > KEYS)
			rb_erase(&item->rb, &tree);
		else if (!item->in_tree)
			insert(item);
		else
			continue;
		item->in_tree = !item->in_tree;
		check_tree();
	}
	for (i = 0; i < KEYS; i++) {
		if (!items[i].in_tree)
			continue;
		rb_erase(&items[i].rb, &tree);
		items[i].in_tree = false;
		check_tree();
	}
	expect(!tree.rb_node && !rb_first(&tree));
}

void test_rbtree_keeps_order(void)
{
	struct item twins[3] = { { .key = 50 }, { .key = 50 }, { .key = 50 } };
	struct rb_node *node;
	int i;

	/* in another order */
	for (i = 0; i < KEYS; i++)
		items[i].key = i;
	for (i = 0; i < KEYS; i++)
		insert(&items[i * 77 % KEYS]);
	for (i = 0; i < 3; i++)
		insert(&twins[i]);
	node = &items[50].rb;
	for (i = 0; i < 3; i++) {
		node = rb_next(node);
		expect(node == &twins[i].rb);
	}
	expect(rb_next(node) == &items[51].rb);
	black_height(tree.rb_node, NULL);
}
