/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tests see of the engine's inside
 *
 * Implemented in the engine's world (inspect_engine.c), where its structs are
 * known; this header includes nothing, so both worlds can read it.
 */
#ifndef TEST_ENGINE_INSPECT_H
#define TEST_ENGINE_INSPECT_H

struct container;
struct css_group;

/*
 * Look at every hierarchy, container, css_group and task, and compare the counts with what
 * exists. NULL, or a sentence (in a static buffer) about the first difference.
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

/* The container of the task with this key in the hierarchy of @top; borrowed. */
struct container *inspect_where(unsigned long key, struct container *top);

/* Set the counter of ns, as if so many clones had been made. */
void inspect_set_next_number(struct container *cont, unsigned long long number);

/*
 * Ask for the state that @subsys (ns, cpuset, pids, freezer, devices or cpuacct) has of
 * @cont, as its own code does, but without the lock: that must not return.
 */
void inspect_without_lock(const char *subsys, struct container *cont);

/* Set how much memory lists of ids may take together; returns the former value. */
unsigned long inspect_set_lists_max(unsigned long bytes);

#endif /* TEST_ENGINE_INSPECT_H */
