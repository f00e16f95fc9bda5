// SPDX-License-Identifier: GPL-2.0-only
/*
 * Limits of clones: see limits.h.
 *
 * Users. BPF counts the clones of each user as it makes them. This file takes back the
 * clones that the engine refused or has removed, and tells BPF of those that the engine
 * made by itself.
 *
 * max_clones counts containers with a task in them or below, which BPF cannot know,
 * because tasks move and a container lives on in its children. So the daemon tells BPF
 * when a container is full. BPF may believe that only until one more clone of the
 * container has become empty, which BPF sees before the engine does. The number of those
 * is read before the drain, and the engine judges after it; so no clone is ever refused
 * because of one that has gone. A storm on a full container is refused by the engine a
 * few times, and then by BPF.
 */
#include <sys/queue.h>

#include "base/base.h"
#include "tasks.h"
#include "bpf/task_events.h"
#include "ids.h"
#include "limits.h"
#include "link.h"

static TAILQ_HEAD(, group_id) asked_list = TAILQ_HEAD_INITIALIZER(asked_list);
static TAILQ_HEAD(, group_id) full_list = TAILQ_HEAD_INITIALIZER(full_list);
static unsigned long long clones_left;	/* container_clones_left() at the last walk over full_list */

void limits_uncharge(uint32_t user)
{
	task_events_user_count(te, user, -1);
}

void limits_charge_user(unsigned int user, unsigned long long word)
{
	/* BPF has charged the user for a clone that it made: @word is its id */
	if (!word)
		task_events_user_count(te, user, 1);
}

void limits_uncharge_user(unsigned int user)
{
	if (te)
		task_events_user_count(te, user, -1);
}

/* If the task has gone, it makes no clone. */
void limits_stays(const struct container_task_info *info, _Bool on)
{
	const struct te_ref ref = {
		.task = info->key, .tid = (uint32_t)info->tid, .tgid = (uint32_t)info->tgid,
	};

	task_events_stays(te, &ref, on);
}

static void move(struct group_id *gid, enum limits_state to)
{
	if (gid->limits == LIMITS_FULL)
		TAILQ_REMOVE(&full_list, gid, in_limits);
	else if (gid->limits != LIMITS_NONE)
		TAILQ_REMOVE(&asked_list, gid, in_limits);
	if (to == LIMITS_FULL)
		TAILQ_INSERT_TAIL(&full_list, gid, in_limits);
	else if (to != LIMITS_NONE)
		TAILQ_INSERT_TAIL(&asked_list, gid, in_limits);
	gid->limits = to;
}

static bool is_full(const struct group_id *gid)
{
	struct css_group_facts facts;

	css_group_get_facts(gid->group, &facts);
	return facts.clone_full;
}

void limits_refused(struct group_id *gid)
{
	if (gid->limits != LIMITS_NONE && gid->limits != LIMITS_FULL)
		return;
	move(gid, LIMITS_ASKED);
	/* Work, because limits_after_drain() needs one more drain. */
	host_work_pending();
}

void limits_before_drain(void)
{
	struct group_id *gid, *next;
	struct te_group group;

	for (gid = TAILQ_FIRST(&asked_list); gid; gid = next) {
		next = TAILQ_NEXT(gid, in_limits);
		if (task_events_group_get(te, gid->node.key, &group)) {
			move(gid, LIMITS_NONE);
			continue;
		}
		gid->emptied = group.emptied;
		gid->limits = LIMITS_READ;	/* it stays in asked_list */
	}
}

void limits_after_drain(void)
{
	struct group_id *gid, *next;

	for (gid = TAILQ_FIRST(&asked_list); gid; gid = next) {
		next = TAILQ_NEXT(gid, in_limits);
		if (gid->limits != LIMITS_READ)
			continue;
		if (is_full(gid) &&
		    !task_events_group_full(te, gid->node.key, gid->emptied))
			move(gid, LIMITS_FULL);
		else
			move(gid, LIMITS_NONE);
	}
	if (clones_left == container_clones_left())
		return;
	clones_left = container_clones_left();
	for (gid = TAILQ_FIRST(&full_list); gid; gid = next) {
		next = TAILQ_NEXT(gid, in_limits);
		if (is_full(gid))
			continue;
		task_events_group_full(te, gid->node.key, 0);
		move(gid, LIMITS_NONE);
	}
}

void limits_forget(struct group_id *gid)
{
	move(gid, LIMITS_NONE);
}

int limits_init(void)
{
	clones_left = 0;
	return 0;
}
