/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the test cases of task_events share
 *
 * A fixture is a tracker with its replica. Each case runs in a process of its own (libcheck's),
 * and its children die with it. If the kernel refuses BPF, the program prints that, and skips.
 */
#ifndef TEST_UNIT_TASK_EVENTS_TESTS_H
#define TEST_UNIT_TASK_EVENTS_TESTS_H

#include "../cases.h"
#include "../quiet_check.h"
#include <sys/types.h>

#include "replica.h"

struct fixture {
	struct task_events *te;
	struct replica replica;
	uint64_t group;		/* a css_group below 0 */
};

/* Every case runs in each of these ways. */
enum way { WAY_BEST, WAY_ITER, WAY_SPILL, NWAYS };

/* Aborts the case on failure. */
void fixture_open(struct fixture *f, enum way way, size_t ring_bytes);
/* The same, and no program sees each @every'th event of @kinds (TE_SKIP_*). */
void fixture_open_skipping(struct fixture *f, enum way way, uint32_t every, uint32_t kinds);
/* The same, and all births have one place to be noted at (te_newtask_late). */
void fixture_open_sharing(struct fixture *f);
void fixture_close(struct fixture *f);

/* A new css_group, watching @watch, in BPF and in the replica. */
uint64_t fixture_group(struct fixture *f, uint64_t parent, uint32_t watch);

/* The task that has this number now; task 0: none. */
struct te_ref fixture_ref(struct fixture *f, uint32_t tid);

/* Attach and tell the replica. Returns what task_events_attach() returns. */
int fixture_attach(struct fixture *f, uint32_t tid, uint32_t tgid, uint64_t id);

/* Drain until the replica equals the kernel's words twice; fail if it never does. */
void fixture_compare(struct fixture *f);

/* fork() whose child dies with this process. */
pid_t child(void);
void reap(pid_t pid);

#define CASES(X)	\
	X(basic)	\
	X(limits)	\
	X(race)		\
	X(storm)	\
	X(pids)		\
	X(kill)		\
	X(ends)		\
	X(misses)
CASES_DECLARE(CASES)

#endif /* TEST_UNIT_TASK_EVENTS_TESTS_H */
