// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counts of tasks in the fake kernel: see fake_kernel.h
 *
 * This does with te_pids what the BPF programs do, without limits. Only BPF decides on those,
 * so here a test says itself which fork is refused.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake_kernel.h"

static struct entry {
	bool		present;
	struct te_pids	pids;
} entries[2][FK_GROUPS];	/* of containers, of clones */

enum te_pids_mode fk_pids_mode;
bool fk_pids_full;
static enum te_pids_state state;
static uint64_t refused;

static struct entry *entry_of(uint64_t key)
{
	uint64_t id = key & ~TE_PIDS_CLONE;

	return id && id < FK_GROUPS ? &entries[!!(key & TE_PIDS_CLONE)][id] : NULL;
}

static void charge(uint64_t key, int delta)
{
	struct entry *e;

	for (; key; key = e->pids.parent) {
		e = entry_of(key);
		if (!e->present)
			return;
		e->pids.count += delta;
		if (e->pids.count < 0)
			abort();
		if (e->pids.count > e->pids.peak)
			e->pids.peak = e->pids.count;
	}
}

void fk_pids_reset(void)
{
	memset(entries, 0, sizeof(entries));
	fk_pids_mode = TE_PIDS_REFUSE;
	state = TE_PIDS_OFF;
	refused = 0;
}

void fk_pids_follow(uint32_t tid)
{
	uint64_t id = te_word_id(fk_task[tid].word);
	uint64_t to = id && fk_task[tid].live && fk_group[id].present ? fk_group[id].group.pids : 0;

	if (state == TE_PIDS_OFF)
		return;
	charge(fk_task[tid].charged, -1);
	charge(to, 1);
	fk_task[tid].charged = to;
}

void fk_pids_clone(uint64_t id, uint64_t parent)
{
	uint64_t above = parent ? fk_group[parent].group.pids : 0;
	uint64_t key = TE_PIDS_CLONE | id;

	fk_group[id].group.pids = above;
	if (state != TE_PIDS_CLONES)
		return;
	fk_group[id].group.pids = key;
	*entry_of(key) = (struct entry){ .present = true, .pids.parent = above };
}

void fk_pids_refuse(uint64_t key)
{
	entry_of(key)->pids.refused++;
	refused++;
}

unsigned int fk_pids_entries(void)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < FK_GROUPS; i++)
		nr += entries[0][i].present + entries[1][i].present;
	return nr;
}

/* --- fs/fuse/bpf/task_events.h --- */

int task_events_pids_set(struct task_events *te, enum te_pids_state now)
{
	state = now;
	return 0;
}

int task_events_pids_enforce(struct task_events *te)
{
	return fk_pids_mode == TE_PIDS_ACCOUNT ? -EOPNOTSUPP : 0;
}

enum te_pids_mode task_events_pids_mode(const struct task_events *te)
{
	return fk_pids_mode;
}

int task_events_pids_until_reaped(const struct task_events *te)
{
	return 0;
}

int task_events_pids_add(struct task_events *te, uint64_t key, uint64_t parent)
{
	if (entry_of(key)->present)
		return -EEXIST;
	if (fk_pids_full)
		return -E2BIG;
	*entry_of(key) = (struct entry){ .present = true, .pids.parent = parent };
	return 0;
}

int task_events_pids_max(struct task_events *te, uint64_t key, int64_t max)
{
	if (!entry_of(key)->present)
		return -ENOENT;
	entry_of(key)->pids.max = max;
	return 0;
}

int task_events_pids_get(struct task_events *te, uint64_t key, struct te_pids *pids)
{
	struct entry *e = entry_of(key);

	if (!e || !e->present)
		return -ENOENT;
	*pids = e->pids;
	return 0;
}

void task_events_pids_del(struct task_events *te, uint64_t key)
{
	if (state != TE_PIDS_OFF && entry_of(key)->pids.count)
		abort();	/* a task is charged to it */
	for (unsigned int i = 0; state != TE_PIDS_OFF && i < 2 * FK_GROUPS; i++)
		if (entries[i & 1][i / 2].present && entries[i & 1][i / 2].pids.parent == key)
			abort();	/* it is on the way up of another entry */
	entry_of(key)->present = false;
}

uint64_t task_events_pids_refused(const struct task_events *te)
{
	return refused;
}
