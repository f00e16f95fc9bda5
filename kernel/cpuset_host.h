/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPU affinity between engine and host: see cpuset.c, and engine_host.h for what
 * "atomic" means.  Sets of CPUs are bitmaps of host_nr_cpus() bits.
 */
#ifndef _CONTAINERFS_CPUSET_HOST_H
#define _CONTAINERFS_CPUSET_HOST_H

#include "engine.h"

#define CONTAINER_MEMS_MAX	1024u

/* What each host defines, once. */
struct cpuset_host_ops {
	/* One phrase, "enforced: ..." or "unsupported: ...": what this host can do. */
	const char *(*describe)(void);
	/* Atomic.  Can the host set affinities at all?  NULL: yes. */
	_Bool (*can_set)(void);
	/* The CPUs that are online, and the nodes with memory (CONTAINER_MEMS_MAX bits).  May sleep. */
	void (*online)(unsigned long *cpus, unsigned long *mems);
	/* Atomic.  Is the affinity of task @key within @cpus?  Also true of a task that exits. */
	_Bool (*within)(unsigned long key, const unsigned long *cpus);
	/*
	 * @cpus are the thread's affinity from now on; with @keep, what it has of them, if
	 * it has any.  May sleep.  The host logs what fails.
	 */
	void (*set)(const struct container_task_info *info, const unsigned long *cpus, _Bool keep);
	/*
	 * Atomic.  Call container_task_affinity() whenever somebody else sets the affinity of
	 * a task that is in a group with CSS_GROUP_WATCH_CPUS; or (@on false) there is no such
	 * group any more.  NULL: the host calls it for all tasks.
	 */
	void (*watch)(_Bool on);
};

extern const struct cpuset_host_ops cpuset_host;

/*
 * Somebody has changed the affinity of task @key, or (0) of tasks that the host
 * cannot name: CPUs that its container does not have are taken off again, by
 * work.  Atomic.
 */
void container_task_affinity(unsigned long key);
/* The CPUs that task @key may use; false, and nothing is written: all.  Atomic. */
_Bool container_task_cpus(unsigned long key, unsigned long *cpus);
/* CPUs came online or went; affinities follow.  May sleep. */
void container_cpus_changed(void);

#endif /* _CONTAINERFS_CPUSET_HOST_H */
