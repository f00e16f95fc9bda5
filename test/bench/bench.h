/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench - the costs of containerfs, as multiples of a base
 *
 * Each operation is measured on two sides in one run, in short batches that alternate (base,
 * ours, ours, base, ...), so that other load meets both. A pair of batches gives a ratio. The
 * table shows the medians of both sides, the median of the ratios and their quartiles.
 *
 * For operations on the tree the base is the kernel's own cgroup v1, a named hierarchy
 * without controllers. For fork, thread creation and unshare it is the same operation while
 * nothing is mounted: then no daemon runs, and a module that bench loads (--module) is not
 * loaded. For programs that run a command it is the command itself.
 *
 * main.c is the table of contents. Times are in seconds unless a name says otherwise. Nothing
 * here is a test: no time is asserted, and an operation that cannot be measured is shown as
 * skipped, with the reason.
 */
#ifndef TEST_BENCH_H
#define TEST_BENCH_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum side { BASE, OURS, NR_SIDES };

struct options {
	double		 seconds;	/* at most, for each operation */
	unsigned int	 batches;	/* pairs for each operation; 0: as time allows */
	const char	*only[32];	/* substrings of names; none: all */
	unsigned int	 nr_only;
	bool		 csv;
	bool		 quiet;		/* no progress */
	bool		 no_base;	/* measure without cgroup v1 */
	const char	*record;	/* append the table to this file */
	const char	*host;		/* "fuse" or "module" */
	const char	*module;	/* to be loaded while containerfs is mounted */
	const char	*v1_options;
	const char	*our_options;
	const char	*helper;	/* mount.containerfs */
	unsigned int	 containers;	/* to measure the memory of one */
};
extern struct options options;

/* 0 to go on, else the exit status + 1. options.c */
int options_parse(int argc, char **argv);
bool wanted(const char *name);

/* main.c: an interrupt came. All loops look at it. */
extern volatile sig_atomic_t stopped;

/* --- stats.c --- */

#define MAX_PAIRS	20000

struct samples {
	double		*base, *ours, *ratio;	/* by pair */
	unsigned int	 nr;
};
struct summary {
	double		 base, ours;		/* medians; base < 0: there is none */
	double		 ratio, low, high;	/* median and quartiles of the ratios */
	unsigned int	 pairs;
};
/* The quantile @q of the @n values, which it sorts. */
double quantile(double *v, unsigned int n, double q);
void samples_init(struct samples *s);
void samples_free(struct samples *s);
/* @base < 0: not measured. */
void samples_add(struct samples *s, double base, double ours);
struct summary samples_summary(struct samples *s);
double now(void);

/* --- table.c --- */

enum unit { SECONDS, BYTES };

void table_begin(void);
/* The goal for each host: a ratio, or bytes; 0: none. */
struct aim {
	double	fuse, module;
};
/* @base: the name of the base */
void table_row(const char *name, const char *base, enum unit unit, struct aim aim,
	       const struct summary *s);
void table_skip(const char *name, const char *why);
/* Write options.record, if it is given; 0 or -errno. */
int table_end(void);
/* On a terminal, show the progress of @name, from 0 to 1, once it takes 2 s. */
void progress(const char *name, double part);
void progress_end(void);

/* --- host.c: the two sides --- */

/* Make our directory, mount namespace and environment; 0, or -errno after the reason is printed. */
int host_init(void);
void host_exit(void);
/* Mount cgroup v1 at side_dir(BASE); 0 or -errno. */
int host_mount_base(void);
/* Remove its containers and unmount it; host_exit() waits for its end. */
void host_umount_base(void);
/* Mount containerfs with @opts at side_dir(OURS), or at our directory @dir. */
int host_mount(const char *dir, const char *opts);
/* Unmount; all containers must have been removed. */
void host_umount(const char *dir);
/* Unmount the last mount, and wait for the end of the daemon, or of the loaded module. */
void host_umount_last(const char *dir);
bool side_mounted(enum side side);
const char *side_dir(enum side side);
/* A second mount point of ours. */
const char *other_dir(void);
/* The daemon's pid, or 0 for the module. */
pid_t host_daemon(void);
bool host_is_module(void);
/* How many other daemons run now: they cost both sides time. */
unsigned int host_others(void);

/* --- file.c --- */

/* open, write, close, like echo of a shell; 0 or -errno */
int write_file(const char *path, const char *text);
int write_number(const char *path, long number);
/* Read to the end: the number of bytes, or -errno. */
ssize_t read_through(const char *path);
/* The sum of the numbers behind lines that begin with @key in @path; -1: none. */
long long read_field(const char *path, const char *key);
/* Remove all containers below @dir, and not @dir; they must have no tasks. */
void remove_below(const char *dir);
/* rmdir, tried again while the last task leaves. */
int remove_container(const char *path);

/* --- crowd.c: tasks that sleep, in containers of both sides --- */

struct crowd {
	pid_t		*pid;
	unsigned int	 nr_pids;
};
/* Make @tasks tasks, in the container @name of each side that is mounted; 0 or -errno. */
int crowd_start(struct crowd *crowd, unsigned int tasks, const char *name);
void crowd_end(struct crowd *crowd);

/* --- pair.c: operations on the tree --- */

struct op {
	const char	*name;
	const char	*help;
	unsigned int	 times;		/* operations in a batch */
	unsigned int	 arg;
	struct aim	 aim;
	int		(*setup)(const struct op *op);			/* both sides; 0 or -errno */
	/* One batch: seconds for each operation, or -errno. */
	double		(*batch)(const struct op *op, enum side side);
	void		(*teardown)(const struct op *op);
};
void pair_run(const struct op *op);

/* tables of operations, each ending with an empty name */
extern const struct op tree_ops[], attach_ops[], read_ops[];

/* --- process.c, run.c, memory.c --- */

void process_run(void);
void run_run(void);
void memory_run(void);
/* Their names and descriptions, for --help. */
void process_help(void);
void run_help(void);
void memory_help(void);

#endif /* TEST_BENCH_H */
