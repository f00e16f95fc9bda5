// SPDX-License-Identifier: GPL-2.0-only
/*
 * Red-black trees.
 *
 * Rules that hold between calls: the root is black, a red node has no red
 * child, and all ways from the root down to a missing child pass equally many
 * black nodes. So no way is more than twice as long as another.
 *
 * Both repairs walk up from the trouble. Each step either moves the trouble
 * one or two levels up by recolouring, or ends it with at most three
 * rotations.
 */
#include <linux/rbtree.h>

#define RED	0UL
#define BLACK	1UL

static bool is_black(const struct rb_node *node)
{
	return !node || (node->__rb_parent_color & BLACK);
}

static void set_color(struct rb_node *node, unsigned long color)
{
	node->__rb_parent_color = (node->__rb_parent_color & ~BLACK) | color;
}

static void set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->__rb_parent_color = (node->__rb_parent_color & BLACK) |
				  (unsigned long)parent;
}

/* The pointer that leads to node, of its parent or of the root. */
static struct rb_node **link_to(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent = rb_parent(node);

	if (!parent)
		return &root->rb_node;
	return parent->rb_left == node ? &parent->rb_left : &parent->rb_right;
}

static struct rb_node *child(const struct rb_node *node, bool left)
{
	return left ? node->rb_left : node->rb_right;
}

/* Puts the other child of node in its place, and node below that, on the left or right. */
static void rotate(struct rb_node *node, bool left, struct rb_root *root)
{
	struct rb_node *up = child(node, !left);
	struct rb_node *between = child(up, left);

	*link_to(node, root) = up;
	set_parent(up, rb_parent(node));
	if (left) {
		node->rb_right = between;
		up->rb_left = node;
	} else {
		node->rb_left = between;
		up->rb_right = node;
	}
	if (between)
		set_parent(between, node);
	set_parent(node, up);
}

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent, *grandparent, *uncle;
	bool left;

	/* node is red; the trouble is a red parent, which is never the root */
	while ((parent = rb_parent(node)) && !is_black(parent)) {
		grandparent = rb_parent(parent);
		left = parent == grandparent->rb_left;
		uncle = child(grandparent, !left);

		if (!is_black(uncle)) {
			set_color(parent, BLACK);
			set_color(uncle, BLACK);
			set_color(grandparent, RED);
			node = grandparent;
			continue;
		}
		if (node == child(parent, !left)) {
			rotate(parent, left, root);
			parent = node;
		}
		set_color(parent, BLACK);
		set_color(grandparent, RED);
		rotate(grandparent, !left, root);
		break;
	}
	set_color(root->rb_node, BLACK);
}

/*
 * The ways through node, a child of parent and maybe missing, pass one black
 * node too few.
 */
static void repair_erase(struct rb_node *node, struct rb_node *parent,
			 struct rb_root *root)
{
	struct rb_node *sibling, *near, *far;
	bool left;

	while (parent && is_black(node)) {
		left = node == parent->rb_left;
		sibling = child(parent, !left);

		if (!is_black(sibling)) {
			set_color(sibling, BLACK);
			set_color(parent, RED);
			rotate(parent, left, root);
			sibling = child(parent, !left);
		}
		near = child(sibling, left);
		far = child(sibling, !left);
		if (is_black(near) && is_black(far)) {
			set_color(sibling, RED);
			node = parent;
			parent = rb_parent(node);
			continue;
		}
		if (is_black(far)) {
			set_color(near, BLACK);
			set_color(sibling, RED);
			rotate(sibling, !left, root);
			far = sibling;
			sibling = near;
		}
		set_color(sibling, is_black(parent) ? BLACK : RED);
		set_color(parent, BLACK);
		set_color(far, BLACK);
		rotate(parent, left, root);
		return;
	}
	if (node)
		set_color(node, BLACK);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *fill, *parent, *next;
	bool lost_black;

	if (!node->rb_left || !node->rb_right) {
		/* at most one child: it takes the place */
		fill = node->rb_left ? node->rb_left : node->rb_right;
		parent = rb_parent(node);
		lost_black = is_black(node);
		*link_to(node, root) = fill;
		if (fill)
			set_parent(fill, parent);
	} else {
		/* the next node in order has no left child; it takes the place */
		next = rb_next(node);
		fill = next->rb_right;
		lost_black = is_black(next);
		parent = rb_parent(next);
		if (parent == node) {
			parent = next;
		} else {
			parent->rb_left = fill;
			if (fill)
				set_parent(fill, parent);
			next->rb_right = node->rb_right;
			set_parent(next->rb_right, next);
		}
		next->rb_left = node->rb_left;
		set_parent(next->rb_left, next);
		*link_to(node, root) = next;
		next->__rb_parent_color = node->__rb_parent_color;
	}
	if (lost_black)
		repair_erase(fill, parent, root);
}

static struct rb_node *leftmost(struct rb_node *node)
{
	while (node && node->rb_left)
		node = node->rb_left;
	return node;
}

static unsigned long firsts;

/* How often rb_first() was called: tests count the steps down a tree by it. */
unsigned long shim_rb_firsts(void);
unsigned long shim_rb_firsts(void)
{
	return __atomic_load_n(&firsts, __ATOMIC_RELAXED);
}

struct rb_node *rb_first(const struct rb_root *root)
{
	__atomic_fetch_add(&firsts, 1, __ATOMIC_RELAXED);
	return leftmost(root->rb_node);
}

struct rb_node *rb_next(const struct rb_node *node)
{
	struct rb_node *parent;

	if (node->rb_right)
		return leftmost(node->rb_right);
	while ((parent = rb_parent(node)) && node == parent->rb_right)
		node = parent;
	return parent;
}
