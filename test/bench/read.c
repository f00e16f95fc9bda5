// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading `tasks`, from open to close, of a container with few tasks and with many.
 *
 * "Again" is while no task comes or leaves; "changed" is right after a task came or left, so
 * that a kept text is of no use.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bench.h"

static struct crowd crowd, visitor;
static bool visiting[NR_SIDES];

static int read_setup(const struct op *op)
{
	char path[96];
	int err;

	for (int side = 0; side < NR_SIDES; side++) {
		snprintf(path, sizeof(path), "%s/crowd", side_dir(side));
		if (side_mounted(side) && mkdir(path, 0755))
			return -errno;
		visiting[side] = false;
	}
	err = crowd_start(&crowd, op->arg, "crowd");
	return err ? err : crowd_start(&visitor, 1, NULL);
}

static void read_teardown(const struct op *op)
{
	crowd_end(&crowd);
	crowd_end(&visitor);
	for (int side = 0; side < NR_SIDES; side++)
		if (side_mounted(side))
			remove_below(side_dir(side));
}

static int change(enum side side)
{
	char path[96];

	visiting[side] = !visiting[side];
	snprintf(path, sizeof(path), "%s%s/tasks", side_dir(side), visiting[side] ? "/crowd" : "");
	return write_number(path, visitor.pid[0]);
}

/* A list of all tasks has at least two bytes for each. */
static int read_once(const struct op *op, enum side side)
{
	char path[96];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/crowd/tasks", side_dir(side));
	len = read_through(path);
	return len < 0 ? len : len < 2 * op->arg ? -EIO : 0;
}

static double read_batch(const struct op *op, enum side side)
{
	double t = now();
	int err = 0;

	for (unsigned int i = 0; i < op->times && !err; i++)
		err = read_once(op, side);
	return err ? err : (now() - t) / op->times;
}

static double read_changed_batch(const struct op *op, enum side side)
{
	double t, sum = 0;
	int err = 0;

	for (unsigned int i = 0; i < op->times && !err; i++) {
		err = change(side);
		if (err)
			break;
		t = now();
		err = read_once(op, side);
		sum += now() - t;
	}
	return err ? err : sum / op->times;
}

#define READ_OPS(nr, what, n, ratio)						\
	{ .name = "read-" #nr "-again", .help = "tasks of " what, .times = n,	\
	  .arg = nr, .aim = { ratio, 0.5 },					\
	  .setup = read_setup, .batch = read_batch, .teardown = read_teardown },	\
	{ .name = "read-" #nr "-changed", .help = "the same after one change",	\
	  .times = (n + 3) / 4, .arg = nr, .aim = { ratio, 0.5 },			\
	  .setup = read_setup, .batch = read_changed_batch, .teardown = read_teardown }

const struct op read_ops[] = {
	READ_OPS(1, "a container with one", 100, 0),
	READ_OPS(1000, "one with 1,000", 10, 0.15),
	READ_OPS(10000, "one with 10,000", 2, 0.02),
	{ 0 }
};
