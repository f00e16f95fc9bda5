/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hierarchy of the tests' own, with a containerfsd of its own, in a mount namespace of its
 * own. The tests work in a container of it, because whoever unshares namespaces on this
 * machine makes containers in the top one.
 */
#ifndef TEST_UNIT_LIB_LIVE_H
#define TEST_UNIT_LIB_LIVE_H

#include <stdbool.h>
#include <stddef.h>

/* The mounted hierarchy, which has ns and freezer; NULL: there can be none here. */
extern const char *live_top;

/* Mount one with @options; false, with a reason on stderr, if that cannot be. */
bool live_mount(const char *options);
void live_umount(void);

/* A path in the container of the tests. One of eight buffers. */
const char *live_path(const char *name);
/* The content of a file in it; and a write to it: 0, or an errno. */
const char *live_read(const char *name);
int live_write(const char *name, const char *text);
/* How many containers are in the directory. */
int live_count(const char *dir);
/* Wait for it, 5 seconds at most. */
bool live_gone(const char *name);
/* Kill what is in @name and below, and remove all of it. */
void live_remove(const char *name);

#endif /* TEST_UNIT_LIB_LIVE_H */
