// SPDX-License-Identifier: GPL-2.0-only
/*
 * The time that the whole system has used, CPU by CPU: /proc/stat.
 *
 * Its numbers are in units of USER_HZ, so they grow in steps of 10 ms. It leaves out
 * CPUs that are offline; their last numbers are kept, so that no sum goes down.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "../../../kernel/cpuacct_host.h"
#include "cpuacct.h"

static struct container_cpu *cpus;
static int nr_cpus;

static int make_room(int nr)
{
	struct container_cpu *more;

	if (nr <= nr_cpus)
		return 0;
	more = reallocarray(cpus, (size_t)nr, sizeof(*cpus));
	if (!more)
		return -1;
	memset(more + nr_cpus, 0, (size_t)(nr - nr_cpus) * sizeof(*cpus));
	cpus = more;
	nr_cpus = nr;
	return 0;
}

static void refresh(void)
{
	const unsigned long long tick = 1000000000ULL / (unsigned long long)sysconf(_SC_CLK_TCK);
	uint64_t user, nice, system, idle, iowait, irq, softirq;
	FILE *stat = fopen("/proc/stat", "re");
	char line[512];
	int cpu;

	if (!stat)
		return;
	while (fgets(line, sizeof(line), stat) && !strncmp(line, "cpu", 3)) {
		/* The first line is the sum of all CPUs, online and offline. */
		if (!isdigit((unsigned char)line[3]) ||
		    sscanf(line, "cpu%d %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
			   " %" SCNu64 " %" SCNu64, &cpu, &user, &nice, &system, &idle, &iowait,
			   &irq, &softirq) != 8 || cpu < 0 || make_room(cpu + 1))
			continue;
		cpus[cpu].user = (user + nice) * tick;
		cpus[cpu].system = (system + irq + softirq) * tick;
		cpus[cpu].runtime = cpus[cpu].user + cpus[cpu].system;
	}
	fclose(stat);
}

int cpuacct_system(int cpu, struct container_cpu *used)
{
	if (!cpu) {
		make_room((int)sysconf(_SC_NPROCESSORS_CONF));
		refresh();
	}
	if (cpu >= nr_cpus)
		return -1;
	*used = cpus[cpu];
	return cpu;
}
