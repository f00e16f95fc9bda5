// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands that start a program, or that scripts call for each one that they start.
 * They need no library but libc, so that containerctl can be a static program (front.c).
 */
#include <string.h>

#include "containerctl.h"

const struct command quick_commands[] = {
	{ "exec", cmd_exec, "PATH [--] COMMAND [ARGUMENT...]",
	  "run COMMAND in the container PATH" },
	{ NULL },
};

const struct command *find_quick(const char *name)
{
	for (const struct command *c = quick_commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}
