/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stopping tasks
 *
 * The file defines freezer_host of kernel/freezer_host.h. It needs nothing but these
 * two calls and the event loop; the kernel's freezer is opened when it is first needed.
 */
#ifndef _CONTAINERFSD_TASKS_FREEZER_H
#define _CONTAINERFSD_TASKS_FREEZER_H

/* Let go whom a daemon that was killed has left frozen. 0 or a negative errno. */
int freezer_init(void);
/* Let everybody go. */
void freezer_exit(void);

#endif /* _CONTAINERFSD_TASKS_FREEZER_H */
