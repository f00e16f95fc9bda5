// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysc commands about CPU affinity.
 *
 * CPUs are lists like "0-2,5", as the kernel prints them. A thread id of 0 is the caller,
 * as for sched_setaffinity(2). There are up to MAX_CPUS CPUs, enough for the machines that
 * run the tests.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
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

/* In turn all CPUs, and each by itself; with pauses, because other tasks must run, too. */
static void cmd_widen(int argc, char **argv)
{
	cpu_set_t all, set;
	int cpu;

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

static unsigned long long usage_of(const char *path)
{
	unsigned long long usage = 0;
	FILE *f = fopen(path, "re");

	if (!f || fscanf(f, "%llu", &usage) != 1)
		die("reaped: %s cannot be read", path);
	fclose(f);
	return usage;
}

/*
 * Makes children whose end is much work for the kernel. When wait4(2) returns, the file must
 * have the time that it reports for the child, but for a little that is still under way.
 */
static void cmd_reaped(int argc, char **argv)
{
	const size_t size = 32 << 20;
	unsigned long long before, used;
	struct rusage ru;
	int n = atoi(argv[2]);
	pid_t pid;

	while (n-- > 0) {
		before = usage_of(argv[1]);
		pid = fork();
		if (!pid) {
			memset(mmap(NULL, size, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 1, size);
			_exit(0);
		}
		if (pid < 0 || wait4(pid, NULL, 0, &ru) != pid)
			die("reaped: no child");
		used = 1000000000ULL * (ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) +
		       1000ULL * (ru.ru_utime.tv_usec + ru.ru_stime.tv_usec);
		if (usage_of(argv[1]) - before + 1000000 < used) {
			say("lacks");
			return;
		}
	}
	say("OK");
}

const struct command cpus_commands[] = {
	{ "reaped", 2, cmd_reaped, "FILE N: is what children used in cpuacct.usage when they are waited for" },
	{ "affinity", 1, cmd_affinity, "TID [CPUS]: sched_setaffinity(2), or what it is" },
	{ "widen", 1, cmd_widen, "CPUS: ask for them for ever" },
	{ NULL, 0, NULL, NULL }
};
