/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPU affinity
 *
 * The file defines cpuset_host of kernel/cpuset_host.h, and host_nr_cpus().
 */
#ifndef _CONTAINERFSD_TASKS_CPUSET_H
#define _CONTAINERFSD_TASKS_CPUSET_H

/* @changed: called from the loop when CPUs have come or gone. */
int cpuset_init(void (*changed)(void));
void cpuset_exit(void);

#endif /* _CONTAINERFSD_TASKS_CPUSET_H */
