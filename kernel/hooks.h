/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which hooks the host must have on: see hooks.c.
 */
#ifndef _CONTAINERFS_HOOKS_H
#define _CONTAINERFS_HOOKS_H

#include "container.h"

struct option_msg;

/* NULL, or why @ss cannot be had: "unsupported: ..."; no lock, or under it. */
const char *hooks_unsupported(const struct container_subsys *ss);
/* A subsystem was unbound, or wants other hooks now: tell the host.  Under the lock. */
void hooks_changed(void);
/* Wait until the hooks that are wanted are on; those that the host has.  No lock, may sleep. */
unsigned int hooks_settle(void);
/*
 * The subsystems of @mask are about to be bound, until hooks_end(): 0, or -EOPNOTSUPP and a
 * sentence in @msg, and no hooks_end().  No lock, may sleep; outside of root->css_rwsem.
 */
int hooks_begin(unsigned int mask, struct option_msg *msg);
void hooks_end(void);

#endif /* _CONTAINERFS_HOOKS_H */
