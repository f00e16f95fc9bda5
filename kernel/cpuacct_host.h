/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPU time between engine and host: see cpuacct.c, and engine_host.h for what "atomic"
 * means.
 *
 * A host accounts by task, if it can say at each moment what a task has used, or by
 * group.
 */
#ifndef _CONTAINERFS_CPUACCT_HOST_H
#define _CONTAINERFS_CPUACCT_HOST_H

#include "engine.h"

/* CPU time in ns; the kernel counts user and system time by ticks, run time exactly */
struct container_cpu {
	unsigned long long	runtime, user, system;
};

enum {
	CONTAINER_CPU_BY_GROUP,		/* nothing filled: this host accounts by group */
	CONTAINER_CPU_SO_FAR,
	CONTAINER_CPU_FINAL,		/* the task has exited and will not run again */
};

/* What each host defines, once. */
struct cpuacct_host_ops {
	/*
	 * Atomic, and also called from container_task_migrates().  What task @key, which
	 * has a record or is pinned, has used so far, and the CPU (below host_nr_cpus())
	 * on which since it last migrated; a running task's may lag by a tick, but what a
	 * later call says is never less.  NULL: CONTAINER_CPU_BY_GROUP.
	 */
	int (*task)(unsigned long key, struct container_cpu *used, int *cpu);
	/*
	 * Atomic.  What tasks use is split by CPU from now on, as there is a hierarchy
	 * that accounts: a host that accounts by task calls container_task_migrates().
	 * Or (@on false) it is not any more.
	 */
	void (*watch_migrations)(_Bool on);
	/*
	 * A host that accounts by group charges, by container_charge(), for what all groups
	 * have used until now, or until a moment ago.  May sleep.  NULL on a host that
	 * accounts by task.
	 */
	void (*charge)(void);
	/*
	 * Times of the system since boot, on the first possible CPU from @cpu on: its
	 * number, or -1 if there is none.  May sleep.
	 */
	int (*system)(int cpu, struct container_cpu *used);
};

extern const struct cpuacct_host_ops cpuacct_host;

/*
 * For a host that accounts by task, while watch_migrations() is on: @key, which does
 * not run, is about to get another CPU, and task() still says the old one.  Interrupts
 * are off; takes no lock but one of the task's own, so that it may be called with the
 * scheduler's held.
 */
void container_task_migrates(unsigned long key);
/*
 * For a host that accounts by group: tasks used that much on CPU @cpu while they were
 * of @group, and that has not been charged yet.  Takes it to the group's container and
 * all above; nothing if there is none that counts.
 */
void container_charge(struct css_group *group, int cpu, const struct container_cpu *used);

#endif /* _CONTAINERFS_CPUACCT_HOST_H */
