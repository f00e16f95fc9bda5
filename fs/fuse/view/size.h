/* SPDX-License-Identifier: GPL-2.0-only */
/* The sizes of control files that the kernel has; see size.c. */
#ifndef _CONTAINERFSD_VIEW_SIZE_H
#define _CONTAINERFSD_VIEW_SIZE_H

#include "node.h"

#define SIZE_UNSURE	UINT32_MAX

/* How many bytes the caller would read from @node of @cont now. */
uint32_t size_now(fuse_req_t req, struct container *cont, unsigned int node);

/* Remember that the kernel has @size as the size of @node. */
void size_told(struct known *k, unsigned int node, uint32_t size);
/* That size, or SIZE_UNSURE. */
uint32_t size_of(const struct known *k, unsigned int node);
/* A write that ended at @end has been answered: the kernel makes a file that long. */
void size_written(struct known *k, unsigned int node, uint64_t end);

/*
 * Must an open for reading, which finds @size bytes now, be answered with ESTALE, so that
 * the kernel asks for the size and opens again?  Never twice for one open.
 */
bool size_ask_again(fuse_req_t req, fuse_ino_t ino, struct known *k, unsigned int node,
		    uint32_t size);

#endif /* _CONTAINERFSD_VIEW_SIZE_H */
