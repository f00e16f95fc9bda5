/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The handler of container.lease: see lease.c.
 */
#ifndef _CONTAINERFS_LEASE_H
#define _CONTAINERFS_LEASE_H

#include "cftype.h"

int container_lease_write(struct container_subsys_state *css, struct container_file *file,
			  char *buf, size_t len);

#endif /* _CONTAINERFS_LEASE_H */
