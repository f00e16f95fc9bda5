/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPU time of css_groups, from BPF's sums to the engine's charges
 *
 * See cpuacct.c. One thread, no locks; nothing here may be called under
 * the engine's lock unless it says so.
 */
#ifndef _CONTAINERFSD_TASKS_CPUACCT_H
#define _CONTAINERFSD_TASKS_CPUACCT_H

struct container_cpu;

/* -ENOMEM. */
int cpuacct_init(void);
void cpuacct_exit(void);

/* Charge for all time that was used until now; cpuacct_host.charge() does so rarely enough. */
void cpuacct_look(void);

/* system_cpu.c: as system() of kernel/cpuacct_host.h. */
int cpuacct_system(int cpu, struct container_cpu *used);

#endif /* _CONTAINERFSD_TASKS_CPUACCT_H */
