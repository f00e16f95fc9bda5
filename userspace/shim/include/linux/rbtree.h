/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Red-black trees. The caller searches and links, rb_insert_color() and
 * rb_erase() balance. rb_erase() does not clear the node. Locking is the caller's.
 */
#ifndef _LINUX_RBTREE_H
#define _LINUX_RBTREE_H

#include <linux/container_of.h>
#include <linux/compiler.h>
#include <linux/stddef.h>
#include <linux/types.h>

/* The parent, with the colour in its lowest bit (1: black). */
struct rb_node {
	unsigned long __rb_parent_color;
	struct rb_node *rb_right;
	struct rb_node *rb_left;
} __attribute__((__aligned__(sizeof(long))));

struct rb_root {
	struct rb_node *rb_node;
};

#define RB_ROOT			(struct rb_root) { NULL, }

#define rb_parent(r)		((struct rb_node *)((r)->__rb_parent_color & ~3UL))
#define rb_entry(ptr, type, member) container_of(ptr, type, member)

void rb_insert_color(struct rb_node *node, struct rb_root *root);
void rb_erase(struct rb_node *node, struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_first(const struct rb_root *root);

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent,
				struct rb_node **rb_link)
{
	node->__rb_parent_color = (unsigned long)parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*rb_link = node;
}

#endif /* _LINUX_RBTREE_H */
