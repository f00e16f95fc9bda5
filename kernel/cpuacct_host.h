/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPU time between engine and host: see cpuacct.c, and engine_host.h for what "atomic"
 * means.
 *
 * A host accounts by task if it knows at each moment what a task has used, else by group.
 */
#ifndef _CONTAINERFS_CPUACCT_HOST_H
#define _CONTAINERFS_CPUACCT_HOST_H

#include "engine.h"

/* CPU time in ns.  The kernel counts user and system time by ticks, run time exactly. */
struct container_cpu {
	unsigned long long	runtime, user, system;
};

enum {
	CONTAINER_CPU_BY_GROUP,		/* nothing filled: this host accounts by group */
	CONTAINER_CPU_SO_FAR,
	CONTAINER_CPU_FINAL,		/* the task has exited and will not run again */
};

/* Each host defines one. */
struct cpuacct_host_ops {
	/*
	 * Atomic, and also called from container_task_migrates().  Fills @used with what task
	 * @key has used so far, and @cpu (below host_nr_cpus()) with the CPU on which it has
	 * run since it last migrated.  The task has a record or is pinned.  A running task's
	 * times may lag by a tick, but a later call never says less.  Returns CONTAINER_CPU_*.
	 * NULL: CONTAINER_CPU_BY_GROUP.
	 */
	int (*task)(unsigned long key, struct container_cpu *used, int *cpu);
	/*
	 * Atomic.  @on: a hierarchy accounts from now on, and splits times by CPU, so a host
	 * that accounts by task calls container_task_migrates().  @on false: no hierarchy
	 * accounts any more.
	 */
	void (*watch_migrations)(_Bool on);
	/*
	 * Call container_charge() for what all groups have used until now, or until a moment
	 * ago.  May sleep.  NULL on a host that accounts by task.
	 */
	void (*charge)(void);
	/*
	 * Fill @used with the system's times since boot on the first possible CPU from @cpu
	 * on.  Returns the number of that CPU, or -1 if there is none.  May sleep.
	 */
	int (*system)(int cpu, struct container_cpu *used);
};

extern const struct cpuacct_host_ops cpuacct_host;

/*
 * For a host that accounts by task, while watch_migrations() is on: task @key, which does
 * not run, is about to get another CPU, and cpuacct_host.task() still says the old one.
 * Called with interrupts off.  Takes only a lock of the task's own, so the caller may hold
 * the scheduler's locks.
 */
void container_task_migrates(unsigned long key);
/*
 * For a host that accounts by group: tasks of @group have used @used on CPU @cpu, which has
 * not been charged yet.  Charges the group's container and all above; nothing if no
 * hierarchy has cpuacct.  Takes the engine's lock.
 */
void container_charge(struct css_group *group, int cpu, const struct container_cpu *used);

#endif /* _CONTAINERFS_CPUACCT_HOST_H */
