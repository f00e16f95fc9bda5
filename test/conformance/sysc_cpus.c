// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysc commands about CPU affinity.
 *
 * CPUs are lists like "0-2,5", as the kernel prints them. A thread id of 0 is
 * the caller, as sched_setaffinity(2) has it. Up to MAX_CPUS CPUs, which is what
 * the tests meet.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysc.h"

#define MAX_CPUS CPU_SETSIZE

static void parse_list(const char *list, cpu_set_t *set)
{
	char *end;

	CPU_ZERO(set);
	while (*list) {
		long first = strtol(list, &end, 10), last = first;

		if (*end == '-')
			last = strtol(end + 1, &end, 10);
		if (end == list || (*end && *end != ',') || last >= MAX_CPUS)
			die("%s: no list of CPUs", list);
		for (; first <= last; first++)
			CPU_SET(first, set);
		list = *end ? end + 1 : end;
	}
}

static void cmd_affinity(int argc, char **argv)
{
	char text[8 * MAX_CPUS] = "";
	cpu_set_t set;
	int cpu, last;

	if (argc > 2) {
		parse_list(argv[2], &set);
		say_result(sched_setaffinity(atoi(argv[1]), sizeof(set), &set));
		return;
	}
	if (sched_getaffinity(atoi(argv[1]), sizeof(set), &set)) {
		say_result(-1);
		return;
	}
	for (cpu = 0; cpu < MAX_CPUS; cpu = last + 1) {
		last = cpu;
		if (!CPU_ISSET(cpu, &set))
			continue;
		while (last + 1 < MAX_CPUS && CPU_ISSET(last + 1, &set))
			last++;
		sprintf(text + strlen(text), *text ? ",%d" : "%d", cpu);
		if (last > cpu)
			sprintf(text + strlen(text), "-%d", last);
	}
	say("%s", text);
}

/* In turn all CPUs, and each by itself; with pauses, for others have to run, too. */
static void cmd_widen(int argc, char **argv)
{
	cpu_set_t all, set;
	int cpu;

	(void)argc;
	parse_list(argv[1], &all);
	detach_stdio();
	for (cpu = 0;; cpu = (cpu + 1) % MAX_CPUS) {
		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		sched_setaffinity(0, sizeof(all), &all);
		usleep(500);
		sched_setaffinity(0, sizeof(set), &set);
		usleep(500);
	}
}

const struct command cpus_commands[] = {
	{ "affinity", 1, cmd_affinity, "TID [CPUS]: sched_setaffinity(2), or what it is" },
	{ "widen", 1, cmd_widen, "CPUS: ask for them for ever" },
	{ NULL, 0, NULL, NULL }
};
