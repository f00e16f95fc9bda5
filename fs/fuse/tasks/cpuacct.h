/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpuacct.h - CPU time of css_groups, from BPF's sums to the engine's charges
 *
 * See cpuacct.c. One thread, no locks; nothing here may be called under
 * the engine's lock unless it says so.
 */
#ifndef _CONTAINERFSD_TASKS_CPUACCT_H
#define _CONTAINERFSD_TASKS_CPUACCT_H

#include <stdbool.h>

struct container_cpu;
struct group_id;

/* -ENOMEM. */
int cpuacct_init(void);
void cpuacct_exit(void);

/* Do clones get containers that are charged? No, until this says so. Under the lock, too. */
void cpuacct_set_clones(bool clones);
/*
 * @gid gets an account, as its time counts: -ENOMEM, or what BPF says. Under the
 * engine's lock, too; the account goes by free().
 */
int cpuacct_open(struct group_id *gid);

/* Charge for all that has been used until now; cpuacct_host.charge() does, unless it was just done. */
void cpuacct_look(void);

/*
 * @gid is idle and about to be freed: charge what it has. false: wait, as some
 * who exited in it may still run.
 */
bool cpuacct_close(struct group_id *gid);

/* system_cpu.c: as system() of kernel/cpuacct_host.h. */
int cpuacct_system(int cpu, struct container_cpu *used);

#endif /* _CONTAINERFSD_TASKS_CPUACCT_H */
