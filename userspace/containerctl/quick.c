// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands that start a program, or that scripts call for each one that they start.
 * They need no library but libc, so that containerctl can be a static program (front.c).
 */
#include <string.h>

#include "containerctl.h"

const struct command quick_commands[] = {
	{ "run", cmd_run, "[OPTION...] PATH [--] COMMAND [ARGUMENT...]",
	  "run COMMAND in a container made for it, and leave nothing behind",
	  .options = run_options, .also = creation_options, .starts = true },
	{ "create", cmd_create, "[OPTION...] PATH",
	  "make a container that holds namespaces, without a process in it",
	  .options = creation_options },
	{ "enter", cmd_enter, "PATH [--] COMMAND [ARGUMENT...]",
	  "run COMMAND in the container PATH and in all that it holds",
	  .starts = true },
	{ "exec", cmd_exec, "PATH [--] COMMAND [ARGUMENT...]",
	  "run COMMAND in the container PATH" },
	{ "wait", cmd_wait, "[-J] PATH",
	  "wait until the init of the container PATH has ended, with its exit status",
	  .options = wait_options },
	{ "hold", cmd_hold, "PATH WORD...",
	  "the container PATH holds what this process has (net, uts, root, cred), or lets it go (-net)" },
	{ "rm", cmd_rm, "[-r] [-k] [--empty] PATH...",
	  "remove containers",
	  .options = rm_options },
	{ NULL },
};

const struct command *find_quick(const char *name)
{
	for (const struct command *c = quick_commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}
