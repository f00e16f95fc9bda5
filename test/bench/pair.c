// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measure one operation on both sides, batch by batch in alternation.
 *
 * The order within a pair changes from pair to pair. There is a short rest before each batch,
 * because the work that a batch leaves for later must not slow down the other side: cgroup
 * v1 frees its groups in worker threads, and FUSE forgets inodes. The first pair warms up,
 * and does not count.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define REST_US		1000
#define MIN_PAIRS	5

static double measure(const struct op *op, enum side side)
{
	if (!side_mounted(side))
		return -1;
	usleep(REST_US);
	return op->batch(op, side);
}

/* Why a batch failed, or NULL. */
static const char *failure(const double v[NR_SIDES])
{
	for (int side = 0; side < NR_SIDES; side++)
		if (side_mounted(side) && v[side] <= -1)
			return strerror((int)-v[side]);
	return NULL;
}

static const char *measure_pairs(const struct op *op, struct samples *s)
{
	double began = now(), spent, part, v[NR_SIDES];
	const char *why;

	for (unsigned int i = 0; !stopped; i++) {
		enum side first = i & 1 ? OURS : BASE;

		v[first] = measure(op, first);
		v[!first] = measure(op, !first);
		why = failure(v);
		if (why)
			return why;
		if (i)
			samples_add(s, v[BASE], v[OURS]);
		spent = (now() - began) / options.seconds;
		part = options.batches ? (double)i / options.batches : 0;
		progress(op->name, part > spent ? part : spent);
		if (options.batches && i >= options.batches)
			break;
		if (!options.batches && spent >= 1 && i >= MIN_PAIRS)
			break;
	}
	return s->nr ? NULL : "interrupted";
}

void pair_run(const struct op *op)
{
	struct samples s;
	struct summary sum;
	const char *why;
	int err;

	if (!wanted(op->name))
		return;
	samples_init(&s);
	progress(op->name, 0);
	err = op->setup ? op->setup(op) : 0;
	why = err ? strerror(-err) : measure_pairs(op, &s);
	progress_end();
	if (why) {
		table_skip(op->name, why);
	} else {
		sum = samples_summary(&s);
		table_row(op->name, "cgroup v1", SECONDS, op->aim, &sum);
	}
	if (op->teardown)
		op->teardown(op);
	samples_free(&s);
}
