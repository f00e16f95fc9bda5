// SPDX-License-Identifier: GPL-2.0-only
/*
 * mkdir, rmdir, listings, stat.
 *
 * mkdir and rmdir are timed apart: a batch makes (or removes) a row of containers, and then
 * undoes that untimed. A listing is of a directory with many children. The first one follows
 * a change, so that no cache can have it; the repeated one does not.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#define CHILDREN	10000

static void path_of(char *path, size_t size, enum side side, const char *name, unsigned int i)
{
	snprintf(path, size, "%s/%s%u", side_dir(side), name, i);
}

static int make_row(enum side side, const char *name, unsigned int nr)
{
	char path[128];

	for (unsigned int i = 0; i < nr && !stopped; i++) {
		path_of(path, sizeof(path), side, name, i);
		if (mkdir(path, 0755))
			return -errno;
	}
	return 0;
}

static int remove_row(enum side side, const char *name, unsigned int nr)
{
	char path[128];

	for (unsigned int i = 0; i < nr; i++) {
		path_of(path, sizeof(path), side, name, i);
		if (rmdir(path))
			return -errno;
	}
	return 0;
}

static double mkdir_batch(const struct op *op, enum side side)
{
	double t = now();
	int err = make_row(side, "d", op->times);

	t = (now() - t) / op->times;
	if (!err)
		err = remove_row(side, "d", op->times);
	return err ? err : t;
}

static double rmdir_batch(const struct op *op, enum side side)
{
	int err = make_row(side, "d", op->times);
	double t = now();

	if (!err)
		err = remove_row(side, "d", op->times);
	return err ? err : (now() - t) / op->times;
}

static void drop_rows(const struct op *op)
{
	for (int side = 0; side < NR_SIDES; side++)
		if (side_mounted(side))
			remove_below(side_dir(side));
}

/* --- listings --- */

static int list_setup(const struct op *op)
{
	char path[96];
	int err = 0;

	for (int side = 0; side < NR_SIDES && !err; side++) {
		if (!side_mounted(side))
			continue;
		snprintf(path, sizeof(path), "%s/list", side_dir(side));
		if (mkdir(path, 0755))
			return -errno;
		err = make_row(side, "list/child", op->arg);
	}
	return err;
}

static double list(const char *path, unsigned int children)
{
	double t = now();
	DIR *d = opendir(path);
	struct dirent *e;
	unsigned int nr = 0;

	if (!d)
		return -errno;
	while ((e = readdir(d)))
		nr += e->d_type == DT_DIR && e->d_name[0] != '.';
	closedir(d);
	t = now() - t;
	return nr == children ? t : -EIO;
}

static double list_batch(const struct op *op, enum side side)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/list", side_dir(side));
	return list(path, op->arg);
}

static double list_changed_batch(const struct op *op, enum side side)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/list/another", side_dir(side));
	if (mkdir(path, 0755) || rmdir(path))
		return -errno;
	return list_batch(op, side);
}

/* --- stat --- */

static int stat_setup(const struct op *op)
{
	for (int side = 0; side < NR_SIDES; side++) {
		int err = side_mounted(side) ? make_row(side, "known", 1) : 0;

		if (err)
			return err;
	}
	return 0;
}

static double stat_batch(const struct op *op, enum side side)
{
	char path[96];
	struct stat st;
	double t;

	snprintf(path, sizeof(path), "%s/known0/tasks", side_dir(side));
	t = now();
	for (unsigned int i = 0; i < op->times; i++)
		if (stat(path, &st))
			return -errno;
	return (now() - t) / op->times;
}

const struct op tree_ops[] = {
	{ .name = "mkdir", .help = "make a container", .times = 50, .aim = { 2.2, 0.6 },
	  .batch = mkdir_batch, .teardown = drop_rows },
	{ .name = "rmdir", .help = "remove it", .times = 50, .aim = { 2.0, 0.6 },
	  .batch = rmdir_batch, .teardown = drop_rows },
	{ .name = "readdir-10000-first", .help = "list 10,000 children after a change", .times = 1,
	  .arg = CHILDREN, .aim = { 0.6, 0.9 },
	  .setup = list_setup, .batch = list_changed_batch, .teardown = drop_rows },
	{ .name = "readdir-10000-again", .help = "list them after no change", .times = 1,
	  .arg = CHILDREN, .aim = { 0.6, 0.9 },
	  .setup = list_setup, .batch = list_batch, .teardown = drop_rows },
	{ .name = "stat", .help = "stat the tasks file of a container", .times = 500, .aim = { 0.8, 0 },
	  .setup = stat_setup, .batch = stat_batch, .teardown = drop_rows },
	{ 0 }
};
