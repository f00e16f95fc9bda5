/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tracker of the kernel's tasks, for the files of this folder
 */
#ifndef _CONTAINERFSD_TASKS_LINK_H
#define _CONTAINERFSD_TASKS_LINK_H

struct task_events;

/*
 * From before the first part of tasks.c comes up until the last one has gone down; NULL
 * outside of that, when the engine may still say what nobody has to follow any more.
 */
extern struct task_events *te;

#endif /* _CONTAINERFSD_TASKS_LINK_H */
