/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The simplest user of fs/fuse/bpf/task_events.h: task -> word, and the groups
 *
 * It follows the rules of task_events.h to the letter, so that a difference from the kernel's
 * words is a fault of the tracker or of the rules. It counts in `wrong` what must not happen:
 * an event of an unknown css_group, a parent after its child, a child in the ring before its
 * group.
 */
#ifndef TEST_UNIT_TASK_EVENTS_REPLICA_H
#define TEST_UNIT_TASK_EVENTS_REPLICA_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/task_events.h"

#define REPLICA_BUCKETS	4096

struct entry {
	struct entry *next;
	uint64_t task;
	uint64_t word;
	uint32_t tid;
	uint32_t tgid;
	bool seen;	/* in the present rebuild */
};

struct known_group {
	bool known;
	uint64_t parent;
};

struct replica {
	struct entry *buckets[REPLICA_BUCKETS];
	struct known_group *groups;	/* by id */
	uint64_t ngroups;
	size_t n;
	bool rebuilding;
	uint32_t watched;	/* 0, or the only tid whose forks count in: */
	unsigned int strays;	/* how many began in another group than the task's */
	unsigned int forks, clones, exits, execs, affinities, rebuilds, wrong;
	unsigned int refusals;
	unsigned int ends;		/* of watched processes */
	uint32_t last_ended;		/* tgid */
	struct te_end last_end;
	uint64_t last_refused;		/* css_group */
	struct te_clone last_clone;
	struct te_exit last_exit;
	struct te_exec last_exec;
	struct te_fork last_fork;
	struct te_affinity last_affinity;
};

extern const struct task_events_ops replica_ops;	/* ctx: struct replica * */

struct entry *replica_find(struct replica *r, uint64_t task);
/* Looks at all entries. */
struct entry *replica_find_tid(struct replica *r, uint32_t tid);
void replica_set(struct replica *r, const struct te_ref *ref, uint64_t word);
void replica_add_group(struct replica *r, uint64_t id, uint64_t parent);
void replica_clear(struct replica *r);

#endif /* TEST_UNIT_TASK_EVENTS_REPLICA_H */
