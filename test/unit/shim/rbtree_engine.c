// SPDX-License-Identifier: GPL-2.0-only
/*
 * rbtree_engine.c - red-black trees against a sorted array, with their rules
 * checked after every change.
 */
#include <linux/kernel.h>
#include <linux/rbtree.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "../../../userspace/shim/shim_libc.h"
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

static bool less(struct rb_node *a, const struct rb_node *b)
{
	return item_of(a)->key < item_of(b)->key;
}

static int compare_nodes(struct rb_node *a, const struct rb_node *b)
{
	return item_of(a)->key < item_of(b)->key ? -1 : item_of(a)->key > item_of(b)->key;
}

static int compare_key(const void *key, const struct rb_node *node)
{
	unsigned int k = *(const unsigned int *)key;

	return k < item_of(node)->key ? -1 : k > item_of(node)->key;
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

/* Forwards and backwards the tree has what items[] says, in order of key. */
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
	node = rb_last(&tree);
	for (i = KEYS; i--; ) {
		if (!items[i].in_tree)
			continue;
		expect(node == &items[i].rb);
		node = rb_prev(node);
	}
	expect(!node);
}

static void number_items(void)
{
	int i;

	for (i = 0; i < KEYS; i++)
		items[i].key = i;
}

void test_rbtree_random(void)
{
	struct item *item;
	int step, i;

	number_items();
	for (step = 0; step < STEPS; step++) {
		item = &items[random_next() % KEYS];
		/* fill first, then churn */
		if (item->in_tree && step > KEYS)
			rb_erase(&item->rb, &tree);
		else if (!item->in_tree)
			rb_add(&item->rb, &tree, less);
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
	expect(RB_EMPTY_ROOT(&tree) && !rb_first(&tree) && !rb_last(&tree));
}

void test_rbtree_search(void)
{
	struct item twins[3] = { { .key = 50 }, { .key = 50 }, { .key = 50 } };
	struct rb_node *node;
	unsigned int key;
	int i, n = 0;

	number_items();
	/* even keys, in an order that is not theirs */
	for (i = 0; i < KEYS; i++)
		if (items[i * 77 % KEYS].key % 2 == 0)
			expect(!rb_find_add(&items[i * 77 % KEYS].rb, &tree, compare_nodes));
	for (key = 0; key < KEYS; key++) {
		node = rb_find(&key, &tree, compare_key);
		expect(key % 2 ? !node : node == &items[key].rb);
	}
	expect(rb_find_add(&twins[0].rb, &tree, compare_nodes) == &items[50].rb);
	/* equal keys stay in the order in which they came */
	for (i = 0; i < 3; i++)
		rb_add(&twins[i].rb, &tree, less);
	key = 50;
	rb_for_each(node, &key, &tree, compare_key) {
		expect(node == (n ? &twins[n - 1].rb : &items[50].rb));
		n++;
	}
	expect(n == 4);
	black_height(tree.rb_node, NULL);
}

void test_rbtree_postorder_frees(void)
{
	struct item *item, *tmp;
	int i;

	for (i = 0; i < KEYS; i++) {
		item = kmalloc(sizeof(*item), GFP_KERNEL);
		item->key = random_next();
		rb_add(&item->rb, &tree, less);
	}
	rbtree_postorder_for_each_entry_safe(item, tmp, &tree, rb)
		kfree(item);
	expect(shim_slab_live() == 0);
}

void test_rbtree_cached_and_replace(void)
{
	struct rb_root_cached cached = RB_ROOT_CACHED;
	struct item new = { .key = 3 };
	struct rb_node **link, *parent = NULL;
	bool leftmost = true;
	int i;

	number_items();
	for (i = 9; i >= 0; i--) {
		link = &cached.rb_root.rb_node;
		parent = NULL;
		leftmost = true;
		while (*link) {
			parent = *link;
			if (less(&items[i].rb, parent)) {
				link = &parent->rb_left;
			} else {
				link = &parent->rb_right;
				leftmost = false;
			}
		}
		rb_link_node(&items[i].rb, parent, link);
		rb_insert_color_cached(&items[i].rb, &cached, leftmost);
		expect(rb_first_cached(&cached) == &items[i].rb);
	}
	rb_erase_cached(&items[0].rb, &cached);
	expect(rb_first_cached(&cached) == &items[1].rb);
	rb_replace_node(&items[3].rb, &new.rb, &cached.rb_root);
	expect(rb_next(&items[2].rb) == &new.rb && rb_next(&new.rb) == &items[4].rb);
	black_height(cached.rb_root.rb_node, NULL);
}

void test_rbtree_empty_nodes(void)
{
	struct item item = { .key = 1 };

	RB_CLEAR_NODE(&item.rb);
	expect(RB_EMPTY_NODE(&item.rb) && !rb_next(&item.rb) && !rb_prev(&item.rb));
	rb_add(&item.rb, &tree, less);
	expect(!RB_EMPTY_NODE(&item.rb) && !RB_EMPTY_ROOT(&tree));
	rb_erase(&item.rb, &tree);
	expect(!RB_EMPTY_NODE(&item.rb));
	expect(!rb_entry_safe((struct rb_node *)NULL, struct item, rb));
	expect(rb_entry_safe(&item.rb, struct item, rb) == &item);
}
