// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits of clones in the fake kernel, as the BPF programs enforce them
 */
#include <errno.h>
#include <string.h>

#include "fake_kernel.h"

long fk_user[FK_USERS];
uint64_t fk_user_limit = UINT64_MAX;
unsigned int fk_refusals;

void fk_limits_reset(void)
{
	memset(fk_user, 0, sizeof(fk_user));
	fk_user_limit = UINT64_MAX;
	fk_refusals = 0;
	fk_group[0].group.levels = TE_LEVELS_UNLIMITED;
	fk_group[0].group.emptied = 1;
}

bool fk_may_clone(uint32_t creator, uint64_t parent, uint32_t user)
{
	struct te_group *g = &fk_group[parent].group;
	bool stays = fk_task[creator].stays;

	fk_task[creator].stays = false;
	if (stays) {
		fk_user[user]++;
		return true;
	}
	if (g->levels && g->full != g->emptied && (uint64_t)fk_user[user] < fk_user_limit) {
		fk_user[user]++;
		return true;
	}
	fk_refusals++;
	g->refused++;
	if (!g->refused_told)
		fk_tell_refused(parent);
	g->refused_told = 1;
	return false;
}

void fk_left(uint64_t id)
{
	struct te_group *g = &fk_group[id].group;

	if (id && !--g->tasks && g->creator)
		fk_group[g->parent].group.emptied++;
}

int task_events_group_full(struct task_events *te, uint64_t id, uint64_t emptied)
{
	if (!fk_group[id].present)
		return -ENOENT;
	fk_group[id].group.full = emptied;
	return 0;
}

uint64_t task_events_group_refused(struct task_events *te, uint64_t id)
{
	uint64_t nr = fk_group[id].group.refused;

	fk_group[id].group.refused_told = 0;
	fk_group[id].group.refused = 0;
	return nr;
}

void task_events_set_user_limit(struct task_events *te, uint64_t limit)
{
	fk_user_limit = limit;
}

void task_events_user_count(struct task_events *te, uint32_t user, int delta)
{
	fk_user[user] += delta;
}

int task_events_stays(struct task_events *te, const struct te_ref *ref, int on)
{
	struct te_facts facts;

	if (task_events_find(te, ref, &facts))
		return -ESRCH;
	if (!fk_task[facts.tid].word)
		return -ENOENT;
	fk_task[facts.tid].stays = on;
	return 0;
}
