/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A child that does what it is told
 */
#ifndef TEST_UNIT_TASK_EVENTS_PUPPET_H
#define TEST_UNIT_TASK_EVENTS_PUPPET_H

#include "tests.h"

/* The parent sends letters; the child does what each means, and answers. */
struct puppet {
	pid_t pid;
	int to, from;
	int32_t answer;
};

#define NOBODY	47110815	/* a user */

void puppet_start(struct puppet *p);
int tell(struct puppet *p, char c);
void puppet_end(struct puppet *p);
uint64_t id_of(struct fixture *f, pid_t tid);
void kill_one(pid_t pid);
int set_affinity(pid_t pid);
bool readable(struct fixture *f);
bool woken(struct fixture *f);

#endif /* TEST_UNIT_TASK_EVENTS_PUPPET_H */
