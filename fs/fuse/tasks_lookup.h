/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tasks_lookup.h - which task is meant
 *
 * The file implements host_task_get(), host_task_put(), host_for_each_task()
 * and host_task_kill() of engine_host.h and tasks_actor() of daemon.h; all that it
 * needs to be given is the tracker.
 */
#ifndef FS_FUSE_TASKS_LOOKUP_H
#define FS_FUSE_TASKS_LOOKUP_H

#include <stdbool.h>

struct container_task_info;
struct task_events;

/* @te is borrowed; NULL when it goes. */
void lookup_init(struct task_events *te);
/* Has @info's tid still the task that @info is about? */
bool lookup_same(const struct container_task_info *info);

#endif /* FS_FUSE_TASKS_LOOKUP_H */
