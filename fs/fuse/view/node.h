/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The containers that the kernel knows of one connection, and how handlers
 * find and answer for them.
 *
 * Node ids.  1 (FUSE_ROOT_ID) is the top container's directory; every other
 * node is its container's id << 6 | its index there, 0 for the directory.
 * Container ids are at least 1 and never used again, so neither are node ids,
 * and none of them is 1 by accident.  They also are the inode numbers.
 *
 * A container is in the connection's table, with a reference, from the first
 * node of it that the kernel was told of until the kernel has forgotten all of
 * them.  What a request names and the table does not hold is ESTALE; nothing
 * that the kernel sends is taken for a pointer unless the kernel got it as a
 * file handle from us.
 */
#ifndef _CONTAINERFSD_VIEW_NODE_H
#define _CONTAINERFSD_VIEW_NODE_H

#include "view.h"

#define NODE_BITS		6

/* no generation of a directory; see struct known */
#define LISTED_MIXED		UINT64_MAX

struct known {
	struct known		*next;		/* same hash bucket */
	struct container	*cont;		/* a reference; the top's too */
	uint64_t		 id;
	uint64_t		 nlookup : 63;	/* of all its nodes together */
	uint64_t		 attr_out : 1;	/* the kernel has its attributes */
	/*
	 * The generation that all of the kernel's cached listing is of, were
	 * it complete; LISTED_MIXED if it may be of several.
	 */
	uint64_t		 listed;
	/* by node, what the kernel takes for the sizes of the files; see size.c */
	uint32_t		*told;
	unsigned int		 nr_told;
};

/* Begin a table for connection @s, if it has none: 0 or -ENOMEM.  End it, when the connection has ended. */
int nodes_connect(struct super *s);
void nodes_gone(struct super *s);

/* The node id, and inode number, of @node of @cont. */
fuse_ino_t node_number(struct container *cont, unsigned int node);
/*
 * What @ino names: *@node of the container of the entry returned, which stays
 * at least until this request is answered; NULL: reply -ESTALE.
 */
struct known *node_find(fuse_req_t req, fuse_ino_t ino, unsigned int *node);
/* The entry of @cont, or NULL: the kernel does not know the container. */
struct known *node_of(struct container *cont);
/*
 * The kernel is about to be told of a node of @cont once more: its entry, or NULL: no
 * memory.  node_forget() gives @nlookup of those back, by the number of the node.
 */
struct known *node_add(const struct super *s, struct container *cont);
void node_forget(const struct super *s, fuse_ino_t ino, uint64_t nlookup);

/* End request @req with @err, 0 or a negative errno. */
void node_reply_err(fuse_req_t req, int err);

#endif /* _CONTAINERFSD_VIEW_NODE_H */
