// SPDX-License-Identifier: GPL-2.0-only
/*
 * The subsystems that this program was built with, for when no hierarchy can tell.
 */
#include <string.h>

#include "containerctl.h"

/* What each subsystem is for, wherever it works. A subsystem without a line does not build. */
#define PURPOSE_ns	"a container for each task that makes itself namespaces"
#define PURPOSE_debug	"numbers of the implementation, for its tests"
#define PURPOSE_freezer	"stops all tasks of a container, and lets them go on"
#define PURPOSE_cpuacct	"CPU time used, also by tasks that have exited"
#define PURPOSE_devices	"which devices tasks may open and make"
#define PURPOSE_pids	"how many tasks there may be"
#define PURPOSE_cpuset	"on which CPUs tasks may run"

const struct known_subsystem known_subsystems[] = {
#define SUBSYS(x) { #x, PURPOSE_##x },
#include "../../kernel/subsystems.h"
#undef SUBSYS
	{ NULL },
};

bool subsystem_is_known(const char *name)
{
	for (const struct known_subsystem *k = known_subsystems; k->name; k++)
		if (!strcmp(k->name, name))
			return true;
	return false;
}
