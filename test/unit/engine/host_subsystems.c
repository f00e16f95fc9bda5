// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the fake host does for subsystems: see host.h
 *
 * It stops a task, sets its CPUs, reports its CPU time and counts it, all in the table of
 * tasks. Devices are in host_devices.c.
 */
#include "../quiet_check.h"
#include <errno.h>
#include <string.h>

#include "host.h"
#include "shim_libc.h"

/* --- the freezer --- */

static const char *freezer_describe(void)
{
	return "enforced: in the table of tasks";
}

static int freezer_start(void)
{
	may_sleep();
	return host.freeze_start_err;
}

/* Let tasks go that were born stopped and must not be. */
static void release_strangers(unsigned long long account)
{
	struct container_task *record;
	int tid;

	for (tid = 1; tid < HOST_TASKS; tid++) {
		if (!host_task_of(tid) || host.task[tid].account != account)
			continue;
		record = container_task_find(host_key(tid));
		if (!record || container_task_account(record) != account) {
			host.task[tid].account = 0;
			host.task[tid].stopped = false;
		}
	}
}

static int task_freeze(const struct container_task_info *info, unsigned long long account,
		       _Bool atomic)
{
	struct host_task *task = host_task_of(info->tid);
	unsigned long long old;

	ck_assert_uint_eq(info->key, host_key(info->tid));
	if (!atomic)
		may_sleep();
	else if (host.freeze_later)
		return -EAGAIN;
	if (!task)
		return -ESRCH;
	if (info->tid == host.freeze_refuse)
		return host.freeze_err;
	if (account)
		host.freezes++;
	else
		host.thaws++;
	old = task->account;
	task->account = account;
	task->stopped = account && (task->stopped || !host.stop_later);
	if (host.freeze_later && old && old != account)
		release_strangers(old);
	return 0;
}

static void freeze_ended(unsigned long long account)
{
	int tid;

	ck_assert_uint_ne(account, 0);
	for (tid = 1; host.freeze_later && tid < HOST_TASKS; tid++) {
		if (host.task[tid].account == account) {
			host.task[tid].account = 0;
			host.task[tid].stopped = false;
		}
	}
}

static _Bool account_frozen(unsigned long long account)
{
	int tid;

	for (tid = 1; tid < HOST_TASKS; tid++)
		if (host.task[tid].live && host.task[tid].account == account &&
		    !host.task[tid].stopped)
			return false;
	return true;
}

/* For a host whose groups others can write to, like the FUSE host. */
static _Bool task_strayed(const struct container_task_info *info, unsigned long long account)
{
	const struct host_task *task = host_task_of(info->tid);

	ck_assert_uint_eq(info->key, host_key(info->tid));
	return host.freeze_later && task && info->tid != host.freeze_refuse &&
	       task->account != account;
}

const struct freezer_host_ops freezer_host = {
	.describe	= freezer_describe,
	.start		= freezer_start,
	.freeze		= task_freeze,
	.ended		= freeze_ended,
	.frozen		= account_frozen,
	.strayed	= task_strayed,
};

void host_stray(int tid)
{
	ck_assert(host_task_of(tid) && host.freeze_later);
	host.task[tid].account = 0;
	host.task[tid].stopped = false;
}

void host_stop(int tid)
{
	ck_assert(host_task_of(tid));
	host.task[tid].stopped = host.task[tid].account;
}

/* --- CPU affinity --- */

static const char *cpuset_describe(void)
{
	return "enforced: in the table of tasks";
}

static _Bool can_set_cpus(void)
{
	return !host.cannot_set_cpus;
}

unsigned int host_nr_cpus(void)
{
	return HOST_CPUS;
}

static void get_online(unsigned long *cpus, unsigned long *mems)
{
	may_sleep();
	*cpus = HOST_ALL_CPUS & ~host.offline;
	memset(mems, 0, CONTAINER_MEMS_MAX / 8);
	*mems = (2ul << host.nodes) - 1;
}

static _Bool task_within(unsigned long key, const unsigned long *cpus)
{
	return !(host.task[host_tid(key)].affinity & ~*cpus);
}

static void task_set_cpus(const struct container_task_info *info, const unsigned long *cpus,
			  _Bool keep)
{
	struct host_task *task;

	may_sleep();
	ck_assert_uint_eq(info->key, host_key(info->tid));
	ck_assert_uint_ne(*cpus & HOST_ALL_CPUS, 0);
	if (host.on_set_cpus)
		host.on_set_cpus(info->tid);
	task = host_task_of(host_tid(info->key));
	if (!task)
		return;
	host.cpus_set++;
	task->affinity = keep && task->affinity & *cpus ? task->affinity & *cpus :
			 *cpus & HOST_ALL_CPUS;
}

static void watch_affinity(_Bool on)
{
	ck_assert(on != host.watching_affinity);
	host.watching_affinity = on;
	host.watching_calls++;
}

const struct cpuset_host_ops cpuset_host = {
	.describe	= cpuset_describe,
	.can_set	= can_set_cpus,
	.online		= get_online,
	.within		= task_within,
	.set		= task_set_cpus,
	.watch		= watch_affinity,
};

void host_set_affinity(int tid, unsigned long cpus)
{
	ck_assert(host_task_of(tid));
	host.task[tid].affinity = cpus;
	if (host.watching_affinity)
		container_task_affinity(host_key(tid));
}

static int task_cpu(unsigned long key, struct container_cpu *used, int *cpu)
{
	int tid = host_tid(key);

	if (host.by_group)
		return CONTAINER_CPU_BY_GROUP;
	*used = host.task[tid].cpu;
	*cpu = host.task[tid].on_cpu;
	return host.task[tid].dead ? CONTAINER_CPU_FINAL : CONTAINER_CPU_SO_FAR;
}

static void watch_migrations(_Bool on)
{
	ck_assert(on != host.watching_migrations);
	host.watching_migrations = on;
}

void host_migrate(int tid, int cpu)
{
	ck_assert(host_task_of(tid));
	if (host.watching_migrations)
		container_task_migrates(host_key(tid));
	host.task[tid].on_cpu = cpu;
}

static void charge_all(void)
{
	may_sleep();
	if (host.on_charge)
		host.on_charge();
}

/* CPU n of the system has used n + 1 seconds of system and 10 of user time. */
static int system_cpu(int cpu, struct container_cpu *used)
{
	may_sleep();
	cpu += cpu % 2;
	if (cpu >= host.cpus)
		return -1;
	used->user = 10000000000ull;
	used->system = (cpu + 1) * 1000000000ull;
	used->runtime = used->user + used->system;
	return cpu;
}

const struct cpuacct_host_ops cpuacct_host = {
	.task			= task_cpu,
	.watch_migrations	= watch_migrations,
	.charge			= charge_all,
	.system			= system_cpu,
};

/* --- the number of tasks --- */

static const char *pids_describe(void)
{
	return "enforced: in the table of tasks";
}

static int limits_start(void)
{
	may_sleep();
	ck_assert(host.counts);
	return 0;
}

static void pids_set(_Bool on)
{
	host.pids_set += on ? 1 : -1;
}

static _Bool pids_counts(void)
{
	return host.counts;
}

static void pids_add(unsigned long long id, unsigned long long parent,
		     unsigned long long word)
{
	ck_assert_uint_gt(id, parent);
	host.pids_added++;
}

static void pids_remove(unsigned long long id)
{
	ck_assert_uint_ne(id, 0);
	host.pids_removed++;
}

static int pids_limit(unsigned long long id, unsigned long long max)
{
	ck_assert(host.counts);
	host.limited = id;
	host.limit = max;
	return 0;
}

static _Bool pids_read(unsigned long long id, struct container_pids *now)
{
	ck_assert(host.counts);
	*now = host.numbers;
	return id == host.limited;
}

const struct pids_host_ops pids_host = {
	.describe	= pids_describe,
	.counts		= pids_counts,
	.start		= limits_start,
	.set		= pids_set,
	.add		= pids_add,
	.remove		= pids_remove,
	.limit		= pids_limit,
	.read		= pids_read,
};

