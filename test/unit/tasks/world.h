/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hierarchy in the real engine, above the fake kernel
 *
 * setup() brings both up with containers /a and /b, teardown() ends all tasks,
 * checks that nothing is left of them, and takes both down. In between,
 * attach(), write_as() and text_of() are requests, served as the daemon does:
 * tasks_begin(), engine calls, tasks_end().
 */
#ifndef TEST_UNIT_TASKS_WORLD_H
#define TEST_UNIT_TASKS_WORLD_H

#include <stdbool.h>

#include "../cases.h"
#include "../../../kernel/engine.h"

extern const struct container_actor root;
extern struct containerfs_root *hierarchy;
extern struct container *top, *a, *b;

void setup(void);
void teardown(void);

/* The container, with a reference, or NULL. */
struct container *child_of(struct container *dir, const char *name);
/* 0 or -errno */
long write_as(const struct container_actor *who, struct container *cont, const char *name,
	      const char *text);
long attach(struct container *cont, int tid);
/* The text of a file, its lines joined by spaces; valid until the next call. */
const char *text_of(struct container *cont, const char *name);
/*
 * Check that engine and kernel agree: each word is in a record, with the group of its id, and
 * there is no other record, id, or entry in BPF.
 */
void consistent(void);

/* A case whose fixture is setup() and teardown(). */
TCase *world_case(const char *name);

#define CASES(X)	\
	X(tasks)	\
	X(identity)	\
	X(account)	\
	X(devices)	\
	X(pids)		\
	X(inits)	\
	X(hold)		\
	X(freeze)
CASES_DECLARE(CASES)

#endif /* TEST_UNIT_TASKS_WORLD_H */
