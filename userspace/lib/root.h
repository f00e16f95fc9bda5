/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * root.c, for mount.c.
 */
#ifndef LIBCONTAINERFS_ROOT_H
#define LIBCONTAINERFS_ROOT_H

#include <sys/types.h>

/* openat2(2) that does not leave the directory @root. */
int open_in_root(int root, const char *path, int flags, mode_t mode);

#endif /* LIBCONTAINERFS_ROOT_H */
