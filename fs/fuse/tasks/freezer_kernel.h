/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own cgroup v1 freezer, as freezer.c uses it
 *
 * Groups are paths below the hierarchy's root, "" for the root itself. Functions
 * that return int return 0 or a negative errno. But for kernel_freezer_lacks() and
 * _known(), all want the hierarchy open.
 */
#ifndef _CONTAINERFSD_TASKS_FREEZER_KERNEL_H
#define _CONTAINERFSD_TASKS_FREEZER_KERNEL_H

#include <stdbool.h>
#include <stdio.h>

#define GROUP_MAX	4096

/* The root directory of the hierarchy, or -1: it is not open. */
extern int kernel_freezer;

/* Does the kernel have a freezer, and in which hierarchy is it (0: in none)? */
bool kernel_freezer_known(int *id);
/* -EOPNOTSUPP: there is none; -EBUSY: other controllers are in its hierarchy; others. */
int kernel_freezer_open(void);
void kernel_freezer_close(void);
/* Why it could not be opened now, as a phrase; NULL: it could. */
const char *kernel_freezer_lacks(void);

int group_write(const char *group, const char *file, const char *text);
/* NULL if it cannot be read; for fclose(). */
FILE *group_open(const char *group, const char *file);
/* Those that cannot be moved, kernel threads of a CPU, stay where they are: 0. */
int group_move(int tid, const char *group);
/*
 * Which group @tid is in; @group has room for GROUP_MAX. -ESRCH: there is no such
 * task; -EOPNOTSUPP: it is in no group that is seen from here.
 */
int group_of_task(int tid, char *group);
/* The same, of the text of a /proc/PID/cgroup, which is written to. */
int group_parse(char *text, char *group);

#endif /* _CONTAINERFSD_TASKS_FREEZER_KERNEL_H */
