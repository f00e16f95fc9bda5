/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What containers hold, as descriptors and keys of the daemon: hold.c. The functions do what
 * struct ns_host_ops says.
 */
#ifndef _CONTAINERFSD_TASKS_HOLD_H
#define _CONTAINERFSD_TASKS_HOLD_H

#include "../../../kernel/ns_host.h"

int hold_init(void);
void hold_exit(void);

int hold_own(const struct container_actor *writer, unsigned int type,
	     struct container_hold *hold);
int hold_fd(const struct container_actor *writer, int fd, struct container_hold *hold);
void hold_put(const struct container_hold *hold);
int hold_link(const struct container_hold *hold, char *buf, unsigned long size);
long hold_cred(const struct container_actor *writer, unsigned int *uid, unsigned int *gid,
	       unsigned int *groups, unsigned int max);
int hold_keyring_new(const char *description);
void hold_keyring_put(int serial);

#endif /* _CONTAINERFSD_TASKS_HOLD_H */
