/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which task is meant: what lookup.c does for other files of this folder.  It also
 * implements host_task_get(), host_task_put(), host_for_each_task() and
 * host_tasks_kill() of engine_host.h, and tasks_actor() of tasks.h.
 */
#ifndef _CONTAINERFSD_TASKS_LOOKUP_H
#define _CONTAINERFSD_TASKS_LOOKUP_H

struct container_task;
struct container_task_info;

int lookup_init(void);
/*
 * The number that the task has now, by @info or (it has a record) by its key: other
 * than info->tid from the middle of an exec on. 0: it is no more.
 */
int lookup_tid(const struct container_task_info *info);
int lookup_tid_of(unsigned long key);
/* The record of the task that has number @tid now, or NULL. */
struct container_task *lookup_record(int tid);

/* container.kill, as struct replica_host_ops says. */
void lookup_kill_begin(void);
int lookup_kill_sync(void);
void lookup_kill_end(void);

#endif /* _CONTAINERFSD_TASKS_LOOKUP_H */
