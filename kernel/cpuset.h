/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpuset: what its two files share; cpuset.c has the state and what becomes of
 * tasks, cpuset_files.c the control files and their rules.
 *
 * All under container_lock, but for what says otherwise.
 */
#ifndef _CONTAINERFS_CPUSET_H
#define _CONTAINERFS_CPUSET_H

#include <linux/bitmap.h>

#include "cftype.h"
#include "cpuset_host.h"

struct cpuset_state {
	struct container_subsys_state css;
	bool		cpu_exclusive, mem_exclusive;
	bool		limited;	/* there are CPUs online that its tasks may not use */
	bool		mems;		/* all memory nodes that there are, or none */
	unsigned int	nr_exclusive;	/* children with one of those flags */
	unsigned long	cpus[];		/* host_nr_cpus() bits; the top's: all */
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
/* @cont has one more, or less, exclusive child. */
void cpuset_count_exclusive(struct container *cont, int delta);
/* The cpus of @cont were changed: have its tasks moved. */
void cpuset_changed(struct container *cont);
/* No lock: ask the host which CPUs and nodes are online. */
void cpuset_refresh(void);
/* No lock: return when what was changed before is in force. */
void cpuset_settle(void);

extern const struct cftype cpuset_files[];

#endif /* _CONTAINERFS_CPUSET_H */
