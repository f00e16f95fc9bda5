/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the two files of cpuset share.  cpuset.c has the state and moves the tasks;
 * cpuset_files.c has the control files and their rules.
 *
 * Everything is under container_lock unless its comment says otherwise.
 */
#ifndef _CONTAINERFS_CPUSET_H
#define _CONTAINERFS_CPUSET_H

#include <linux/bitmap.h>

#include "cftype.h"
#include "cpuset_host.h"

struct cpuset_state {
	struct container_subsys_state css;
	bool		cpu_exclusive, mem_exclusive;
	bool		limited;	/* its tasks may not use all CPUs that are online */
	bool		mems;		/* true: all memory nodes; false: none */
	unsigned int	nr_exclusive;	/* children with an exclusive flag */
	unsigned long	cpus[];		/* host_nr_cpus() bits; all set in the top container */
};

static inline struct cpuset_state *cpuset_of_css(struct container_subsys_state *css)
{
	return container_of(css, struct cpuset_state, css);
}

static inline struct cpuset_state *cpuset_of(const struct container *cont)
{
	lockdep_assert_held(&container_lock);
	return cpuset_of_css(cont->subsys[cpuset_subsys_id]);
}

static inline bool cpuset_exclusive(const struct cpuset_state *cs)
{
	return cs->cpu_exclusive || cs->mem_exclusive;
}

extern unsigned long cpuset_online_cpus[BITS_TO_LONGS(CONTAINER_CPUS_MAX)];
extern unsigned long cpuset_online_mems[BITS_TO_LONGS(CONTAINER_MEMS_MAX)];

/* The CPUs that tasks of @cont may use now. */
void cpuset_effective(const struct container *cont, unsigned long *cpus);
/* @cont has @delta more exclusive children. */
void cpuset_count_exclusive(struct container *cont, int delta);
/* The CPUs of @cont were changed: queue the tasks whose affinity follows. */
void cpuset_changed(struct container *cont);
/* No lock: ask the host which CPUs and nodes are online. */
void cpuset_refresh(void);
/* No lock: tell the host of all queued tasks; earlier changes are in force on return. */
void cpuset_settle(void);

extern const struct cftype cpuset_files[];

#endif /* _CONTAINERFS_CPUSET_H */
