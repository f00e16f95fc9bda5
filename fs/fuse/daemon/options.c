// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line of containerfsd: options, and what --help says of them.
 *
 * The options are only read here.  --ring-bytes and --force-tracepoint exist so that
 * tests reach code that a machine would otherwise run only under load, or not at all.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "common/cmdline.h"
#include "daemon.h"

enum { SOCKET = 256, LEVEL, SYSLOG, RING, TRACEPOINT };

static const struct cmdline_option table[] = {
	{ 'f', "foreground", NULL, "stay in the foreground, log to standard error" },
	{ SOCKET, "socket", "WHERE", "where clients connect: a name for all of the machine\n"
				     "(" CONTROL_SOCKET "), or a path for a daemon apart" },
	{ LEVEL, "log-level", "LEVEL", "err, warn, info or debug (info)" },
	{ SYSLOG, "syslog", NULL, "log to syslog in the foreground too" },
	{ RING, "ring-bytes", "N", "size of the event ring, for tests of its overflow" },
	{ TRACEPOINT, "force-tracepoint", NULL, "do without BPF programs on functions, for tests" },
	{ 'h', "help", NULL, "show this" },
	{ 'V', "version", NULL, "show the version" },
	{ 0 }
};

static int parse_level(const char *name, enum log_level *level)
{
	static const char *const names[] = { "err", "warn", "info", "debug" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]))
			continue;
		*level = i;
		return 0;
	}
	return -EINVAL;
}

/* Does BPF take @n as the size of a ring? */
static bool ring_size(size_t n)
{
	return n >= (size_t)sysconf(_SC_PAGESIZE) && !(n & (n - 1));
}

static int bad_value(const char *option, const char *value, const char *accepted)
{
	fprintf(stderr, "containerfsd: %s %s: %s is accepted\n", option, value, accepted);
	return 1 + EXIT_FAILURE;
}

int options_parse(int argc, char **argv, struct options *o)
{
	struct cmdline cmd;
	char *end;
	int c;

	*o = (struct options){ .socket = CONTROL_SOCKET, .level = LOG_LEVEL_INFO };
	cmdline_make(table, "", &cmd);
	while ((c = getopt_long(argc, argv, cmd.letters, cmd.names, NULL)) != -1) {
		switch (c) {
		case 'f':
			o->foreground = true;
			break;
		case SOCKET:
			o->socket = optarg;
			break;
		case LEVEL:
			if (parse_level(optarg, &o->level))
				return bad_value("--log-level", optarg, "err, warn, info or debug");
			break;
		case SYSLOG:
			o->syslog = true;
			break;
		case RING:
			o->tasks.ring_bytes = strtoul(optarg, &end, 0);
			if (!*optarg || *end || !ring_size(o->tasks.ring_bytes))
				return bad_value("--ring-bytes", optarg, "a power of two, of a page at least,");
			break;
		case TRACEPOINT:
			o->tasks.force_tracepoint = true;
			break;
		case 'h':
			puts("Usage: containerfsd [OPTION]...\n"
			     "Serve containerfs mounts; mount(8) starts it when it is needed.\n");
			cmdline_help(table, 28, stdout);
			return 1 + EXIT_SUCCESS;
		case 'V':
			puts("containerfsd " VERSION);
			return 1 + EXIT_SUCCESS;
		default:
			return 1 + EXIT_FAILURE;
		}
	}
	if (optind == argc && *o->socket && (o->socket[0] == '/' || !strchr(o->socket, '/')))
		return 0;
	fprintf(stderr, "containerfsd: %s\n", optind < argc ? "takes no arguments" :
							      "--socket needs an absolute path, or a name");
	return 1 + EXIT_FAILURE;
}
