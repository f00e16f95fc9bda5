// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fake kernel's entries of css_groups and of device rules
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake_kernel.h"

struct fk_group fk_group[FK_GROUPS];
bool fk_cloning;
uint32_t fk_default_mask;
bool fk_devices;
bool fk_rules[FK_RULES];
void (*fk_before_rules)(void);

static uint64_t next_rules, watches_spent;

void fk_groups_reset(void)
{
	memset(fk_group, 0, sizeof(fk_group));
	fk_group[0].present = true;
	fk_cloning = fk_devices = false;
	memset(fk_rules, 0, sizeof(fk_rules));
	fk_before_rules = NULL;
}

void fk_touch(uint64_t id)
{
	if (!(fk_group[id].group.watch & TE_WATCH_ALL))
		return;
	fk_group[id].group.watch &= ~TE_WATCH_ALL;
	watches_spent++;
}

uint64_t task_events_watches_spent(const struct task_events *te)
{
	return watches_spent;
}

int task_events_set_clone(struct task_events *te, int enabled, uint32_t default_mask,
			  uint32_t levels)
{
	fk_group[0].group.levels = levels;
	fk_cloning = enabled;
	fk_default_mask = default_mask;
	return 0;
}

int task_events_group_set(struct task_events *te, uint64_t id, uint64_t parent, uint32_t watch,
			  uint32_t clone_mask, uint32_t levels, uint64_t pids)
{
	if (!fk_group[id].present) {
		fk_group[id].group.pids = pids;
		fk_group[id].group.emptied = 1;
	}
	fk_group[id].group.levels = levels;
	fk_group[id].present = true;
	fk_group[id].group.parent = parent;
	fk_group[id].group.watch = watch;
	fk_group[id].group.clone_mask = clone_mask;
	return 0;
}

int task_events_group_watch(struct task_events *te, uint64_t id, uint32_t set, uint32_t clear)
{
	if (!fk_group[id].present)
		return -ENOENT;
	fk_group[id].group.watch = (fk_group[id].group.watch | set) & ~clear;
	return 0;
}

int task_events_group_rules(struct task_events *te, uint64_t id, uint64_t rules)
{
	void (*fn)(void) = fk_before_rules;

	fk_before_rules = NULL;
	if (fn)
		fn();
	if (!fk_group[id].present)
		return -ENOENT;
	fk_group[id].group.rules = rules;
	return 0;
}

int task_events_devices_start(struct task_events *te)
{
	fk_devices = true;
	return 0;
}

void task_events_devices_stop(struct task_events *te)
{
	fk_devices = false;
}

const char *task_events_devices_hook(struct task_events *te)
{
	return "the fake kernel";
}

int task_events_rules_add(struct task_events *te, uint64_t id, const struct te_rules *rules)
{
	if (!fk_devices || id >= FK_RULES || fk_rules[id])
		abort();
	fk_rules[id] = true;
	next_rules = id + 1;
	return 0;
}

uint64_t fk_next_rules(void)
{
	return next_rules;
}

/* A task under it would be denied everything. */
void task_events_rules_del(struct task_events *te, uint64_t id)
{
	for (unsigned int i = 0; i < FK_GROUPS; i++)
		if (fk_group[i].present && fk_group[i].group.rules == id)
			abort();
	if (!fk_rules[id])
		abort();
	fk_rules[id] = false;
}

int task_events_group_get(struct task_events *te, uint64_t id, struct te_group *group)
{
	if (id >= FK_GROUPS || !fk_group[id].present)
		return -ENOENT;
	*group = fk_group[id].group;
	return 0;
}

int task_events_group_del(struct task_events *te, uint64_t id)
{
	for (uint32_t tid = 1; tid < FK_TASKS; tid++)
		if (fk_task[tid].live && te_word_id(fk_task[tid].word) == id)
			abort();	/* a task of it lives */
	if (fk_ring_names(id))
		abort();	/* an event names it */
	memset(&fk_group[id], 0, sizeof(fk_group[id]));
	return 0;
}
