/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPU affinity between engine and host: see cpuset.c, and engine_host.h for what
 * "atomic" means.  Sets of CPUs are bitmaps of host_nr_cpus() bits.
 */
#ifndef _CONTAINERFS_CPUSET_HOST_H
#define _CONTAINERFS_CPUSET_HOST_H

#include "engine.h"

#define CONTAINER_MEMS_MAX	1024u

/* Each host defines one. */
struct cpuset_host_ops {
	/* What this host can do, in one phrase: "enforced: ..." or "unsupported: ...". */
	const char *(*describe)(void);
	/* Atomic.  Can the host set affinities at all?  NULL: yes. */
	_Bool (*can_set)(void);
	/* Fill in the CPUs online and the (CONTAINER_MEMS_MAX) nodes with memory.  May sleep. */
	void (*online)(unsigned long *cpus, unsigned long *mems);
	/* Atomic.  Is the affinity of task @key within @cpus?  True also if the task exits. */
	_Bool (*within)(unsigned long key, const unsigned long *cpus);
	/*
	 * Set the thread's affinity to @cpus; with @keep, to those of @cpus that it has
	 * already, if there are any.  May sleep.  The host logs failures.
	 */
	void (*set)(const struct container_task_info *info, const unsigned long *cpus, _Bool keep);
	/*
	 * Atomic.  @on: from now on the host calls container_task_affinity() whenever somebody
	 * else sets the affinity of a task in a group with CSS_GROUP_WATCH_CPUS.  @on false:
	 * there is no such group any more.  NULL: the host calls it for all tasks.
	 */
	void (*watch)(_Bool on);
};

extern const struct cpuset_host_ops cpuset_host;

/*
 * Somebody has changed the affinity of task @key, or (0) of tasks that the host cannot
 * name.  The work takes off again the CPUs that the task's container does not have.
 * Does not sleep.
 */
void container_task_affinity(unsigned long key);
/*
 * Write the CPUs that task @key may use to @cpus; false: all, and nothing is written.
 * Does not sleep.
 */
_Bool container_task_cpus(unsigned long key, unsigned long *cpus);
/* CPUs came online or went: affinities follow.  May sleep. */
void container_cpus_changed(void);

#endif /* _CONTAINERFS_CPUSET_HOST_H */
