/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPU affinity
 *
 * The file defines cpuset_host of kernel/cpuset_host.h, and host_nr_cpus().
 */
#ifndef _CONTAINERFSD_TASKS_CPUSET_H
#define _CONTAINERFSD_TASKS_CPUSET_H

int cpuset_init(void);
void cpuset_exit(void);

#endif /* _CONTAINERFSD_TASKS_CPUSET_H */
