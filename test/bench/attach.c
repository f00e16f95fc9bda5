// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attach: `echo PID > DIR/tasks`, and the same with cgroup.procs.
 *
 * A sleeping process is moved to and fro between two containers of each side. After a
 * rest, cgroup v1 must wait for a grace period of RCU. That case is measured by itself; a
 * batch of the other case begins with an attach that does not count.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#define ATTACH_REST_US	30000

enum { TASKS, PROCS };

static struct crowd traveller;
static unsigned int place[NR_SIDES];	/* the container of the process, 0 or 1 */

static int attach_setup(const struct op *op)
{
	char path[96];

	for (int side = 0; side < NR_SIDES; side++) {
		for (int i = 0; i < 2 && side_mounted(side); i++) {
			snprintf(path, sizeof(path), "%s/place%d", side_dir(side), i);
			if (mkdir(path, 0755))
				return -errno;
		}
		place[side] = 0;
	}
	return crowd_start(&traveller, 1, "place0");
}

static void attach_teardown(const struct op *op)
{
	crowd_end(&traveller);
	for (int side = 0; side < NR_SIDES; side++)
		if (side_mounted(side))
			remove_below(side_dir(side));
}

/* Move the process once; 0 or -errno. */
static int move(enum side side, unsigned int file)
{
	char path[96];

	place[side] ^= 1;
	snprintf(path, sizeof(path), "%s/place%u/%s", side_dir(side), place[side],
		 file == TASKS ? "tasks" : "cgroup.procs");
	return write_number(path, traveller.pid[0]);
}

static double attach_batch(const struct op *op, enum side side)
{
	int err = op->times > 1 ? move(side, op->arg) : 0;
	double t = now();

	for (unsigned int i = 0; i < op->times && !err; i++)
		err = move(side, op->arg);
	return err ? err : (now() - t) / op->times;
}

static double attach_rested_batch(const struct op *op, enum side side)
{
	usleep(ATTACH_REST_US);
	return attach_batch(op, side);
}

const struct op attach_ops[] = {
	{ .name = "attach", .help = "another process to tasks, back to back", .times = 25,
	  .arg = TASKS, .aim = { 3.0, 0.6 },
	  .setup = attach_setup, .batch = attach_batch, .teardown = attach_teardown },
	{ .name = "attach-procs", .help = "the same to cgroup.procs", .times = 25,
	  .arg = PROCS, .aim = { 3.0, 0.6 },
	  .setup = attach_setup, .batch = attach_batch, .teardown = attach_teardown },
	{ .name = "attach-rested", .help = "one to tasks after 30 ms of rest", .times = 1,
	  .arg = TASKS, .aim = { 0, 0.1 },
	  .setup = attach_setup, .batch = attach_rested_batch, .teardown = attach_teardown },
	{ 0 }
};
