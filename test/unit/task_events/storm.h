/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storm.h - trees of processes that fork, clone, unshare, exec and die at random
 *
 * Each task of a storm carries in its name its line of descent, "LINE.TREE": the line
 * is a new number whenever the task made itself (or was born with) new namespaces,
 * and else its creator's. So at rest every two tasks must be in one css_group if and
 * only if they have one line, and a line's group must be the child of that of the
 * line it came from. The lines' origins are in memory shared by all.
 *
 * A storm is at rest when the read end of its pipe says end of file: whoever works
 * holds the write end, whoever survives closes it and sleeps. The root is the init
 * of a pid namespace, so killing it kills all.
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

/* Make the root, which waits until storm_begin(). Aborts on errors. */
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
