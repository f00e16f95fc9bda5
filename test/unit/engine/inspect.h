/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inspect.h - looking into the engine from tests
 *
 * Implemented in the engine's world (inspect_engine.c), where its structs are
 * known; this header includes nothing, so both worlds can read it.
 */
#ifndef TEST_ENGINE_INSPECT_H
#define TEST_ENGINE_INSPECT_H

struct container;
struct css_group;

/*
 * Look at every hierarchy, container, css_group and task, and compare what is
 * counted with what is there.  NULL, or a sentence about the first thing that
 * is wrong (in a static buffer).
 */
const char *inspect_engine(void);

/* How many css_groups there are, with the init group; those in use by tasks. */
unsigned int inspect_groups(void);
unsigned int inspect_init_refs(void);

struct inspect_container {
	unsigned int	refs, nr_tasks, nr_children, nr_populated, events, depth;
	_Bool		dead, clone, notify, releasable, pending;
	unsigned int	nr_clones, nr_empties;		/* of ns */
	unsigned long long armed, tasks_generation;
};
struct inspect_container inspect_container(struct container *cont);

/* Where the task of this key is in the hierarchy of @top; borrowed. */
struct container *inspect_where(unsigned long key, struct container *top);

/* The counter of ns, as though so many clones had been made already. */
void inspect_set_next_number(struct container *cont, unsigned long long number);

/*
 * Ask for the state that @subsys (ns, cpuset, pids, freezer, devices or cpuacct) has of
 * @cont, as its own code does, but without the lock: that must not return.
 */
void inspect_without_lock(const char *subsys, struct container *cont);

/* The most that lists of ids, which descriptors keep, may take together; returns what it was. */
unsigned long inspect_set_lists_max(unsigned long bytes);

#endif /* TEST_ENGINE_INSPECT_H */
