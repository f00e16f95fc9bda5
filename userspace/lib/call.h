/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * call.c, for what is done in a container's namespaces from outside.
 */
#ifndef LIBCONTAINERFS_CALL_H
#define LIBCONTAINERFS_CALL_H

#include "lib.h"

/* container_call() with what is held; in a calm. */
int call_in(const struct held *held, unsigned int types, int (*fn)(void *), void *arg);

#endif /* LIBCONTAINERFS_CALL_H */
