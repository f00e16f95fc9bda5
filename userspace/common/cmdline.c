// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options of a program, from one table (cmdline.h).
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "cmdline.h"

#define FIRST_NUMBER	256	/* of options without a letter */

void cmdline_make(const struct cmdline_option *table, const char *first, struct cmdline *cmd)
{
	struct option *name = cmd->names;
	char *letter = cmd->letters;

	memset(cmd, 0, sizeof(*cmd));
	if (*first)
		*letter++ = *first;
	for (const struct cmdline_option *o = table; o->value; o++) {
		if (o - table == CMDLINE_OPTIONS_MAX)
			abort();
		if (o->value < FIRST_NUMBER) {
			*letter++ = (char)o->value;
			if (o->arg)
				*letter++ = ':';
		}
		if (o->name)
			*name++ = (struct option){
				.name = o->name, .val = o->value,
				.has_arg = o->arg ? required_argument : no_argument,
			};
	}
}

static void print_help(const struct cmdline_option *o, int column, FILE *out)
{
	const char *text = o->help, *end;
	int at = 0;

	if (o->value < FIRST_NUMBER)
		at += fprintf(out, "  -%c%s", o->value, o->name ? ", " : "");
	else
		at += fprintf(out, "      ");
	if (o->name)
		at += fprintf(out, "--%s", o->name);
	if (o->arg)
		at += fprintf(out, " %s", o->arg);
	for (;; text = end + 1, at = 0) {
		end = strchrnul(text, '\n');
		fprintf(out, "%*s%.*s\n", column - at, "", (int)(end - text), text);
		if (!*end)
			return;
	}
}

void cmdline_help(const struct cmdline_option *table, int column, FILE *out)
{
	for (const struct cmdline_option *o = table; o->value; o++)
		if (o->help)
			print_help(o, column, out);
}
