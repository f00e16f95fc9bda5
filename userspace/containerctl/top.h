/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * containerctl top, in four parts: top.c is the command, its options and what is
 * printed for pipes; top_sample.c reads all containers and compares them with
 * the sample before; top_lines.c puts them in order and into text; top_screen.c
 * is the terminal.
 *
 * All numbers of a container are those of itself and of all below it.
 */
#ifndef _CONTAINERCTL_TOP_H
#define _CONTAINERCTL_TOP_H

#include "containerctl.h"

#define DELAY_LEAST	0.1	/* s */
#define DELAY_MOST	86400.0
#define DELAY_DEFAULT	3
#define DELAY_FIRST	0.5	/* at most, between the first two samples */

/* STATE_NONE: it has no freezer.state */
enum top_state { STATE_NONE, STATE_THAWED, STATE_FREEZING, STATE_FROZEN };

#define PIDS_UNLIMITED	(-1LL)
#define PIDS_UNKNOWN	(-2LL)
#define CPU_UNKNOWN	(-1LL)

/* What the visitor makes of a container (struct container, own). */
struct row {
	bool			 has_usage;
	unsigned long long	 usage;		/* cpuacct.usage, ns */
	unsigned long long	 when;		/* it was read: ns, CLOCK_MONOTONIC */
	enum top_state		 state;
	long long		 pids_current, pids_max;

	/* of it and all below */
	unsigned long		 tasks, containers;
	long long		 cpu;		/* tenths of a per cent of a CPU */
	unsigned long long	 memory;	/* sum of resident sets, bytes */
	char			 command[32];	/* of the process started last */
	bool			 has_self;	/* containerctl is in it */

	size_t			 nr_pids;	/* processes in it alone */
	pid_t			 pid[];
};

enum top_file { FILE_USAGE, FILE_STATE, FILE_PIDS_CURRENT, FILE_PIDS_MAX, NR_TOP_FILES };

/* One PATH, or one hierarchy. */
struct tree {
	struct place		 place;		/* shut once it is read */
	dev_t			 dev;
	struct container	*top;		/* NULL: it has gone */
	bool			 absent[NR_TOP_FILES];	/* not in this hierarchy */
};

struct usage {
	dev_t			 dev;
	ino_t			 ino;
	bool			 has_usage;
	unsigned long long	 usage, when;
};

struct sample {
	struct tree		*tree;
	size_t			 nr;
	size_t			 live;		/* trees that have not gone */
	struct procs		 procs;
	struct usage		*usage;		/* of all containers, by device and inode */
	size_t			 nr_usage;
	unsigned long long	 when;		/* ns, CLOCK_MONOTONIC */
	unsigned long long	 boot_ticks;	/* since boot, as the start of processes */
	double			 interval;	/* s since the one before, 0 if it is the first */
	unsigned long		 unreadable;
	pid_t			 self;
};

/*
 * Read the containers @directories, or those of all hierarchies if @nr is 0, and compare
 * them with @prev, which is NULL the first time. -ESRCH: all have gone.
 */
int sample_take(struct sample *sample, char *const *directories, size_t nr,
		const struct sample *prev);
void sample_free(struct sample *sample);
const struct row *row_of(const struct container *cont);

/* --- top_lines.c --- */

#define SORT_KEYS(X) \
	X(SORT_CPU, "cpu") X(SORT_NAME, "name") X(SORT_MEMORY, "memory") X(SORT_TASKS, "tasks")

#define SORT_KEY(key, name) key,
enum sort_key { SORT_KEYS(SORT_KEY) NR_SORT_KEYS };
#undef SORT_KEY

/* " cpu name memory tasks" */
#define SORT_KEY_NAME(key, name) " " name
#define SORT_KEY_LIST	SORT_KEYS(SORT_KEY_NAME)

struct line {
	const struct tree	*tree;
	const struct container	*cont;
	int			 depth;
};

struct lines {
	const struct sample	*sample;
	struct line		*line;
	size_t			 nr;
	bool			 flat;
	bool			 pids;		/* is the column PIDS/MAX shown? */
	int			 pids_width, command_width;	/* of these two columns */
};

bool sort_key_parse(const char *word, enum sort_key *key);
const char *sort_key_name(enum sort_key key);
void lines_make(struct lines *lines, const struct sample *sample, enum sort_key key, bool flat);
void lines_free(struct lines *lines);
/*
 * The line @i, or the headings (-1); the name is filled up to @width columns, or cut at
 * its left. For free().
 */
char *lines_text(const struct lines *lines, ssize_t i, int width);
/* How many columns the longest name takes, and how many everything else. */
int lines_name_width(const struct lines *lines);
int lines_rest_width(const struct lines *lines);
/* "12 containers, 40 tasks", and where the CPU times come from; for free(). */
char *sample_summary(const struct sample *sample);
char *sample_sources(const struct sample *sample);
const char *state_name(const struct row *row);

/* --- top.c, top_screen.c --- */

struct top {
	char		**directories;
	size_t		  nr;
	double		  delay;	/* s */
	unsigned long	  count;	/* of samples to show, 0: no end */
	enum sort_key	  sort;
	bool		  flat;
	struct sample	  sample;
	bool		  sampled;
};

/* Replace top->sample by a new one. */
int top_refresh(struct top *top);
/* Run until the user quits; exit status. On a signal, restore the terminal and end. */
int top_screen(struct top *top);
/* Print why top_refresh() failed with @err. */
void top_complain(int err);
bool delay_parse(const char *word, double *delay);

#endif /* _CONTAINERCTL_TOP_H */
