/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trees of processes that fork, clone, unshare, exec and die at random
 *
 * The name of each task has its line of descent, "LINE.TREE". The line is a new number if the
 * task has made, or was born with, new namespaces; else it is the creator's. So at rest two
 * tasks must be in one css_group if and only if they have the same line, and the group of a
 * line must be the child of the group of the line that it came from. Shared memory has the
 * origins of the lines.
 *
 * A storm is at rest at end of file on its pipe: a working task holds the write end; a task
 * that stays closes it and sleeps. The root is the init of a pid namespace, so the end of the
 * root ends all.
 */
#ifndef TEST_UNIT_TASK_EVENTS_STORM_H
#define TEST_UNIT_TASK_EVENTS_STORM_H

#include <stdint.h>
#include <sys/types.h>

#define STORM_LINES	65536

struct storm_shared {
	uint32_t lines;			/* the next free one; 0 is not used */
	uint32_t survivors;
	uint32_t did[16];		/* by action, for the report */
	uint32_t from[STORM_LINES];	/* the line that a line came from */
};

struct storm {
	struct storm_shared *shared;
	pid_t root;
	uint32_t tree;
	uint32_t line;		/* of the root */
	int rest;		/* read end */
	int go;			/* write end: a byte lets the root begin */
};

/* Make the root, which waits for storm_begin(). Aborts on errors. */
void storm_prepare(struct storm *s, struct storm_shared *shared, uint32_t tree,
		   unsigned int work);
void storm_begin(struct storm *s);
/* Kill all and wait for them. */
void storm_end(struct storm *s);

struct storm_shared *storm_share(void);
void storm_unshare(struct storm_shared *shared);

/* Parse a task's name; 0 if it is not of a storm. */
int storm_name(const char *comm, uint32_t *line, uint32_t *tree);

/* main() begins with this: does not return if argv asks for a storm's exec. */
void storm_main(int argc, char **argv);

#endif /* TEST_UNIT_TASK_EVENTS_STORM_H */
