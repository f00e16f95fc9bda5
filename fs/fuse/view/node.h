/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The containers that the kernel knows by one connection, and how handlers find them.
 *
 * Node ids.  1 (FUSE_ROOT_ID) is the directory of the top container.  The id of every
 * other node is (container id << CONTAINER_NODE_BITS | index in the container); the directory has
 * index 0.  Container ids are at least 1 and never used again, so node ids are never
 * used again, and none is 1 by accident.  Node ids are the inode numbers, too.
 *
 * The connection's table has a container, with a reference, from the first of its nodes
 * that the kernel is told of until the kernel has forgotten all its nodes.  A request
 * for a node that the table does not have is ESTALE.  No number from the kernel is
 * taken for a pointer, except a file handle that the daemon gave it.
 */
#ifndef _CONTAINERFSD_VIEW_NODE_H
#define _CONTAINERFSD_VIEW_NODE_H

#include "base/hash.h"
#include "view.h"

/* a value that is no generation of a directory; see struct known */
#define LISTED_MIXED		UINT64_MAX

/* room for the text of a symbolic link, with a NUL */
#define NODE_LINK_MAX		64

struct known {
	struct tasks_node	 node;		/* first; key: the container's id */
	struct container	*cont;		/* a reference; the top's too */
	uint64_t		 nlookup : 62;	/* lookups of all its nodes together */
	uint64_t		 attr_out : 1;	/* the kernel has the directory's attributes */
	uint64_t		 vanished : 1;	/* the kernel keeps its name, and it was removed */
	/*
	 * The generation that all entries in the kernel's cached listing are of;
	 * LISTED_MIXED if they may be of several.
	 */
	uint64_t		 listed;
	/* by node, the size that the kernel has for the file; see size.c */
	uint32_t		*told;
	unsigned int		 nr_told;
};

/* Make a table for connection @s, if it has none: 0 or -ENOMEM.  Free it, when @s has ended. */
int nodes_connect(struct super *s);
void nodes_gone(struct super *s);

/* The node id, and inode number, of @node of @cont. */
fuse_ino_t node_number(struct container *cont, unsigned int node);
/*
 * The entry of the container of @ino, and in *@node the index.  The entry stays at least
 * until this request is answered.  NULL: reply -ESTALE.
 */
struct known *node_find(fuse_req_t req, fuse_ino_t ino, unsigned int *node);
/* The entry of @cont, or NULL: the kernel does not know the container. */
struct known *node_of(struct container *cont);
/*
 * Count one more lookup of a node of @cont, which the kernel is about to be told of; its
 * entry, or NULL: no memory.  node_forget() takes @nlookup lookups of @ino back.
 */
struct known *node_add(const struct super *s, struct container *cont);
void node_forget(const struct super *s, fuse_ino_t ino, uint64_t nlookup);

/* End request @req with @err, 0 or a negative errno. */
void node_reply_err(fuse_req_t req, int err);

#endif /* _CONTAINERFSD_VIEW_NODE_H */
