// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a task, as the host's hooks see it: fork, exit, reaping.
 *
 * A fork has up to two steps.  A host that can refuse one asks before there is a
 * child (container_fork_begins()), and the subsystems that agree may reserve
 * something; their agreement stays with the creator's record until the end of the
 * fork is known.  Every host tells of the child (container_task_fork(), or
 * container_clone_task() of clone.c): the reservation ends and the child enters its
 * containers in one hold of container_lock, so that nobody sees a number in between.
 *
 * Hooks run where nothing may sleep: allocations are GFP_ATOMIC and a failure
 * never reaches the task, whose fork or unshare goes on.  A child for whose
 * record there is no memory is in the top containers, and is counted.
 */
#include "container.h"

/* --- before there is a child --- */

void container_fork_ended(struct container_task *creator, bool made)
{
	unsigned int agreed = creator->fork_agreed;
	struct container_subsys *ss, **pos;

	lockdep_assert_held(&container_lock);
	if (!agreed)
		return;
	creator->fork_agreed = 0;
	WRITE_ONCE(creator->fork_child, 0);
	for_each_subsys_with(can_fork, ss, pos) {
		if (!(agreed & (1u << ss->id)))
			continue;
		if (made)
			ss->fork(creator);
		else
			ss->cancel_fork(creator);
	}
}

/* Ask all subsystems that are bound; an error: one of them refuses, and nothing is reserved. */
static int fork_ask(struct container_task *creator)
{
	struct container_subsys *ss, **pos;
	struct container *cont;
	int ret;

	for_each_subsys_with(can_fork, ss, pos) {
		if (!ss->root)
			continue;
		cont = css_group_container(creator->group, ss->root);
		ret = ss->can_fork(cont->subsys[ss->id], creator);
		if (ret) {
			container_fork_ended(creator, false);
			return ret;
		}
		creator->fork_agreed |= 1u << ss->id;
	}
	return 0;
}

int container_fork_begins(unsigned long key, unsigned long child)
{
	struct container_task *creator;
	int ret = 0;

	spin_lock(&container_lock);
	creator = container_task_lookup(key);
	if (creator) {
		/* The last fork failed where the host has no hook. */
		container_fork_ended(creator, false);
		ret = fork_ask(creator);
		if (creator->fork_agreed)
			WRITE_ONCE(creator->fork_child, child);
	}
	spin_unlock(&container_lock);
	return ret;
}

void container_fork_failed(unsigned long key, unsigned long child)
{
	struct container_task *creator = container_task_find(key);

	/* No lock needed, because only hooks that run on the creator set fork_child. */
	if (!creator || READ_ONCE(creator->fork_child) != child)
		return;
	spin_lock(&container_lock);
	container_fork_ended(creator, false);
	spin_unlock(&container_lock);
}

/* --- the child is there --- */

int container_task_fork(unsigned long parent, unsigned long child, int tid, int tgid)
{
	struct container_task *creator, *task;
	struct css_group *group;
	bool killed;
	int ret = 0;

	spin_lock(&container_lock);
	creator = container_task_lookup(parent);
	if (creator)
		container_fork_ended(creator, true);
	group = container_births_group(tgid, container_task_group_of(parent));
	/* A child that has a record was attached between becoming visible and now. */
	task = container_task_lookup(child);
	killed = container_kills_child(creator, task ? task->group : group);
	if (task) {
		task->killed |= killed;
	} else if (group != &init_css_group) {
		task = container_task_make(child, tid, tgid);
		if (task) {
			task->killed = killed;
			container_task_move(task, group);
		} else {
			ret = -ENOMEM;
		}
	}
	spin_unlock(&container_lock);
	return killed ? 1 : ret;
}

/* --- its end --- */

static void tell_exit(struct container_task *task)
{
	struct container_subsys *ss, **pos;
	struct container *cont;

	for_each_subsys_with(exit, ss, pos) {
		if (!ss->root)
			continue;
		cont = css_group_container(task->group, ss->root);
		if (!container_is_top(cont))
			ss->exit(cont->subsys[ss->id], task);
	}
}

void container_task_exit(unsigned long key)
{
	struct container_task *task;

	spin_lock(&container_lock);
	task = container_task_lookup(key);
	if (task) {
		container_births_add(task->tgid, task->group, task->cookie);
		tell_exit(task);
		container_task_free(task);
	}
	spin_unlock(&container_lock);
}

void container_task_reaped(unsigned long key)
{
	struct container_subsys *ss, **pos;

	for_each_subsys_with(released, ss, pos)
		if (READ_ONCE(ss->root))
			ss->released(key);
}
