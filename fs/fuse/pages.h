/* SPDX-License-Identifier: GPL-2.0-only */
/* What splice(2) leaves in the page cache; see pages.c. */
#ifndef _CONTAINERFS_PAGES_H
#define _CONTAINERFS_PAGES_H

#include "daemon.h"

/*
 * The page cache of @ino is dropped once the READ that is about to be answered is; false:
 * it cannot be, so the READ must be refused.
 */
bool pages_drop(const struct super *s, fuse_ino_t ino);

#endif /* _CONTAINERFS_PAGES_H */
