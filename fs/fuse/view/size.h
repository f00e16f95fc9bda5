/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel takes for the sizes of control files; see size.c. */
#ifndef _CONTAINERFSD_VIEW_SIZE_H
#define _CONTAINERFSD_VIEW_SIZE_H

#include "node.h"

#define SIZE_UNSURE	UINT32_MAX

/* How much whoever makes this request would read from @node of @cont now. */
uint32_t size_now(fuse_req_t req, struct container *cont, unsigned int node);

/* The kernel has been told, or has found out, that @node is @size bytes long. */
void size_told(struct known *k, unsigned int node, uint32_t size);
/* The last such size, SIZE_UNSURE if there is none to rely on. */
uint32_t size_of(const struct known *k, unsigned int node);
/* A write that ended at @end has been answered: the kernel makes a file that long. */
void size_written(struct known *k, unsigned int node, uint64_t end);

/*
 * Whether an open for reading, which finds @size bytes now, must be answered with
 * ESTALE, so that the kernel asks for the size and comes again.  Never twice for one open.
 */
bool size_ask_again(fuse_req_t req, fuse_ino_t ino, struct known *k, unsigned int node,
		    uint32_t size);

#endif /* _CONTAINERFSD_VIEW_SIZE_H */
