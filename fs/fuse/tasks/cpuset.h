/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpuset.h - CPU affinity
 *
 * The file implements host_cpuset(), host_can_set_cpus(), host_nr_cpus(),
 * host_online(), host_task_within(), host_task_set_cpus() and
 * host_watch_affinity() of engine_host.h.
 */
#ifndef _CONTAINERFSD_TASKS_CPUSET_H
#define _CONTAINERFSD_TASKS_CPUSET_H

struct task_events;

/* @te is borrowed; NULL when it goes. */
void cpuset_init(struct task_events *te);
void cpuset_exit(void);

#endif /* _CONTAINERFSD_TASKS_CPUSET_H */
