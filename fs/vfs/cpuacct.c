// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPU time: the kernel's own numbers of each task, and of the whole system.
 *
 * They can be read at each moment, so this host accounts by task, and the hook on
 * migrations (hooks.c) tells the engine before a task gets another CPU.
 */
#include <linux/kernel_stat.h>
#include <linux/sched.h>

#include "cpuacct_host.h"
#include "vfs.h"

bool containerfs_migrations;

static void watch_migrations(_Bool on)
{
	WRITE_ONCE(containerfs_migrations, on);
}

/*
 * The fields of /proc/PID/schedstat and stat. The times of a dead task are final.
 *
 * The CPU is read after the times, because it changes only once container_task_migrates(),
 * which waits for this, has taken the times.
 */
static int task_cpu_time(unsigned long key, struct container_cpu *used, int *cpu)
{
	struct task_struct *task = (struct task_struct *)key;
	/* The last switch away from the task accounts its time, then clears on_cpu. */
	bool final = READ_ONCE(task->__state) == TASK_DEAD && !smp_load_acquire(&task->on_cpu);

	used->runtime = READ_ONCE(task->se.sum_exec_runtime);
	used->user = READ_ONCE(task->utime);
	used->system = READ_ONCE(task->stime);
	smp_rmb();
	*cpu = min(task_cpu(task), host_nr_cpus() - 1);
	return final ? CONTAINER_CPU_FINAL : CONTAINER_CPU_SO_FAR;
}

static int system_cpu_time(int cpu, struct container_cpu *used)
{
	struct kernel_cpustat stat;

	cpu = cpumask_next(cpu - 1, cpu_possible_mask);
	if (cpu >= nr_cpu_ids)
		return -1;
	kcpustat_cpu_fetch(&stat, cpu);
	used->user = stat.cpustat[CPUTIME_USER] + stat.cpustat[CPUTIME_NICE];
	used->system = stat.cpustat[CPUTIME_SYSTEM] + stat.cpustat[CPUTIME_IRQ] +
		       stat.cpustat[CPUTIME_SOFTIRQ];
	used->runtime = used->user + used->system;
	return cpu;
}

const struct cpuacct_host_ops cpuacct_host = {
	.task			= task_cpu_time,
	.watch_migrations	= watch_migrations,
	.system			= system_cpu_time,
};
