// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line: one table of options, for getopt_long() and --help.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

struct options options = { .seconds = 3, .containers = 100000 };

static const struct {
	char		 key;
	const char	*name, *arg, *help;
} table[] = {
	{ 's', "seconds", "S", "measure each operation for S seconds (3)" },
	{ 'b', "batches", "N", "measure N pairs of batches, however long they take" },
	{ 'o', "only", "OP", "only operations with OP in their name (may be repeated)" },
	{ 'c', "csv", NULL, "comma separated, times in seconds" },
	{ 'r', "record", "FILE", "append the table to FILE, too" },
	{ 'H', "host", "HOST", "fuse or module (module if the kernel has containerfs)" },
	{ 'l', "module", "FILE", "with --host module: load FILE to mount, and unload it again" },
	{ 'm', "options", "OPTS", "mount options of containerfs (none,name=bench)" },
	{ 'p', "v1-options", "OPTS", "mount options of cgroup v1 (none,name=bench.PID)" },
	{ 'n', "no-v1", NULL, "do without cgroup v1: no ratios to it" },
	{ 'e', "helper", "FILE", "the mount.containerfs to use" },
	{ 'k', "containers", "N", "containers made to learn the memory of one (100000)" },
	{ 'q', "quiet", NULL, "no progress" },
	{ 'h', "help", NULL, "this text" },
};
#define NR_OPTIONS	(sizeof(table) / sizeof(table[0]))

static void help_ops(const struct op *op)
{
	for (; op->name; op++)
		printf("  %-22s %s\n", op->name, op->help);
}

static void help(void)
{
	char arg[40];

	puts("usage: bench [OPTION...]\n\n"
	     "What containerfs costs, as ratios to cgroup v1, to nothing mounted, and to a\n"
	     "command that runs without it.\n");
	for (size_t i = 0; i < NR_OPTIONS; i++) {
		snprintf(arg, sizeof(arg), "--%s%s%s", table[i].name, table[i].arg ? " " : "",
			 table[i].arg ? table[i].arg : "");
		printf("  -%c, %-18s %s\n", table[i].key, arg, table[i].help);
	}
	puts("\nOperations, against cgroup v1:");
	help_ops(tree_ops);
	help_ops(attach_ops);
	help_ops(read_ops);
	process_help();
	run_help();
	memory_help();
}

bool wanted(const char *name)
{
	for (unsigned int i = 0; i < options.nr_only; i++)
		if (strstr(name, options.only[i]))
			return true;
	return !options.nr_only;
}

static int set(int key, char *arg)
{
	switch (key) {
	case 's':
		options.seconds = atof(arg);
		return options.seconds > 0 ? 0 : -1;
	case 'b':
		options.batches = atoi(arg);
		return options.batches > 0 && options.batches < MAX_PAIRS ? 0 : -1;
	case 'o':
		if (options.nr_only == sizeof(options.only) / sizeof(options.only[0]))
			return -1;
		options.only[options.nr_only++] = arg;
		return 0;
	case 'c':
		options.csv = true;
		return 0;
	case 'r':
		options.record = arg;
		return 0;
	case 'H':
		options.host = arg;
		return strcmp(arg, "fuse") && strcmp(arg, "module") ? -1 : 0;
	case 'l':
		options.module = arg;
		return 0;
	case 'm':
		options.our_options = arg;
		return 0;
	case 'p':
		options.v1_options = arg;
		return 0;
	case 'n':
		options.no_base = true;
		return 0;
	case 'e':
		options.helper = arg;
		return 0;
	case 'k':
		options.containers = atoi(arg);
		return options.containers > 0 ? 0 : -1;
	case 'q':
		options.quiet = true;
		return 0;
	}
	return -1;
}

int options_parse(int argc, char **argv)
{
	struct option longs[NR_OPTIONS + 1] = { 0 };
	char shorts[2 * NR_OPTIONS + 1], *p = shorts;
	int key;

	for (size_t i = 0; i < NR_OPTIONS; i++) {
		longs[i].name = table[i].name;
		longs[i].has_arg = table[i].arg ? required_argument : no_argument;
		longs[i].val = table[i].key;
		*p++ = table[i].key;
		if (table[i].arg)
			*p++ = ':';
	}
	*p = '\0';
	while ((key = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (key == 'h') {
			help();
			return 1;
		}
		if (key == '?' || set(key, optarg)) {
			if (key != '?')
				fprintf(stderr, "bench: -%c: bad value '%s'\n", key, optarg);
			fputs("bench: try --help\n", stderr);
			return 3;
		}
	}
	if (optind == argc)
		return 0;
	fprintf(stderr, "bench: '%s'? try --help\n", argv[optind]);
	return 3;
}
