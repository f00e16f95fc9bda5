// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench: measure the costs of containerfs. See bench.h.
 *
 * Exit status: 0, 1 if nothing could be measured at all, 2 for a wrong command
 * line, 130 after an interrupt (after the results so far are shown).
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

volatile sig_atomic_t stopped;

static void on_signal(int sig)
{
	if (stopped++ > 1)
		_exit(130);
}

static void run_ops(const struct op *op)
{
	for (; op->name && !stopped; op++)
		pair_run(op);
}

static bool any_wanted(const struct op *op)
{
	for (; op->name; op++)
		if (wanted(op->name))
			return true;
	return false;
}

/* Measure with both sides mounted. */
static void tree_run(void)
{
	const char *opts = options.our_options ? options.our_options : "none,name=bench";
	int err;

	if (!any_wanted(tree_ops) && !any_wanted(attach_ops) && !any_wanted(read_ops))
		return;
	err = options.no_base ? 0 : host_mount_base();
	if (err)
		fprintf(stderr, "bench: no cgroup v1 (%s): no ratios to it\n", strerror(-err));
	err = host_mount(side_dir(OURS), opts);
	if (err) {
		table_skip("the tree", strerror(-err));
	} else {
		run_ops(tree_ops);
		run_ops(attach_ops);
		run_ops(read_ops);
		host_umount_last(side_dir(OURS));
	}
	host_umount_base();
}

int main(int argc, char **argv)
{
	int err;

	/* vfork-* executes this */
	if (argc == 2 && !strcmp(argv[1], "--nothing"))
		return 0;
	err = options_parse(argc, argv);
	if (err)
		return err - 1;
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	signal(SIGPIPE, SIG_IGN);
	if (host_init())
		return 1;
	table_begin();
	tree_run();
	if (!stopped)
		process_run();
	if (!stopped)
		run_run();
	if (!stopped)
		memory_run();
	err = table_end();
	if (err)
		fprintf(stderr, "bench: %s: %s\n", options.record, strerror(-err));
	host_exit();
	return stopped ? 130 : err ? 1 : 0;
}
