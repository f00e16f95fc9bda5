/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tasks_cpus.h - CPU affinity
 *
 * The file implements host_cpuset(), host_can_set_cpus(), host_nr_cpus(),
 * host_online(), host_task_within(), host_task_set_cpus() and
 * host_watch_affinity() of engine_host.h.
 */
#ifndef FS_FUSE_TASKS_CPUS_H
#define FS_FUSE_TASKS_CPUS_H

struct task_events;

/* @te is borrowed; NULL when it goes. */
void cpus_init(struct task_events *te);
void cpus_exit(void);

#endif /* FS_FUSE_TASKS_CPUS_H */
