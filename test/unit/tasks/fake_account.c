// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPU time by id and CPU in the fake kernel, as the BPF programs keep it
 */
#include <errno.h>
#include <string.h>

#include "fake_kernel.h"

static enum te_cpuacct_state cpuacct_state;

/* Charge @id with the time of @tid since it was charged, as the BPF programs do. */
void fk_charge(uint64_t id, uint32_t tid)
{
	struct fk_task *t = &fk_task[tid];
	struct te_cpu *sum = &fk_group[id].used[t->on_cpu];
	uint64_t used = t->used - t->accounted;

	if (!cpuacct_state)
		return;
	t->accounted = t->used;
	if (!id || !fk_group[id].accounted)
		return;
	sum->stime += used;
	sum->runtime += used + used / 2;
}

void fk_migrate(uint32_t tid, uint32_t cpu)
{
	if (fk_task[tid].live && fk_task[tid].word)
		fk_charge(te_word_id(fk_task[tid].word), tid);
	fk_task[tid].on_cpu = cpu;
}

void fk_account_clone(uint64_t id, uint64_t parent)
{
	fk_group[id].accounted = cpuacct_state == TE_ACCOUNT_CLONES ||
				 (cpuacct_state && fk_group[parent].accounted);
}

int task_events_cpuacct_set(struct task_events *te, enum te_cpuacct_state state)
{
	cpuacct_state = state;
	return 0;
}

int task_events_cpuacct_cpus(void)
{
	return FK_CPUS;
}

int task_events_cpuacct_add(struct task_events *te, uint64_t id)
{
	fk_group[id].accounted = true;
	return 0;
}

int task_events_cpuacct_get(struct task_events *te, uint64_t id, struct te_cpu *cpus)
{
	if (!fk_group[id].accounted)
		return -ENOENT;
	memcpy(cpus, fk_group[id].used, sizeof(fk_group[id].used));
	return 0;
}
