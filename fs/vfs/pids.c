// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts of tasks: the engine counts, by the hooks of hooks.c and forks.c.
 */
#include "pids_host.h"
#include "vfs.h"

static const char *pids_describe(void)
{
	static const char *const what[2][2] = {
		{
			"accounted: tasks count until they exit; this kernel lacks a function to probe",
			"accounted: tasks count until they are reaped; this kernel lacks a function to probe",
		}, {
			"enforced: a fork beyond a limit fails; tasks count until they exit",
			"enforced: a fork beyond a limit fails; tasks count until they are reaped",
		},
	};
	unsigned int hooks = host_hooks_had();

	return what[!!(hooks & CONTAINER_HOOK_FORK)][!!(hooks & CONTAINER_HOOK_REAP)];
}

const struct pids_host_ops pids_host = {
	.describe	= pids_describe,
};
