// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a command says: a complaint, how it is used, its help. All of it is made of the
 * command's row in a table (main.c, quick.c).
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "containerctl.h"

void complain(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("containerctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int usage_error(const char *command)
{
	const struct command *cmd = find_command(command);

	fprintf(stderr, "Usage: containerctl %s %s\n", cmd->name, cmd->args);
	fprintf(stderr, "See `containerctl help %s`.\n", cmd->name);
	return EXIT_USAGE;
}

void print_help(const char *command)
{
	const struct command *cmd = find_command(command);

	printf("Usage: containerctl %s %s\n\n%c%s.\n", cmd->name, cmd->args,
	       cmd->help[0] - 'a' + 'A', cmd->help + 1);
	if (strstr(cmd->args, "PATH"))
		puts("\nPATH is a directory of a mounted hierarchy; or a path such as /node1 within\n"
		     "the hierarchy that has the subsystem ns, or the only one that is mounted.");
	print_options(cmd);
	if (cmd->columns) {
		puts("\nColumns:");
		columns_print(stdout, cmd->columns);
	}
}
