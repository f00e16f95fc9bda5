// SPDX-License-Identifier: GPL-2.0-only
/*
 * The death of a container, which its init (init.c) or its last lease (lease.c) brings.
 *
 * A dead container, and all below it, stays dead.  Nobody enters it by a write: attach.c
 * answers -ECANCELED.  Each task in it is killed, and so is each that is born there later.
 * A fork, clone or unshare never fails because of that.
 *
 * In the hold of the lock in which the container dies, each task of it that the engine
 * knows gets the mark of kill.c, so the task can not save itself by moving away, and its
 * children are born marked; each css_group there is marked too, so that a child is killed
 * whose creator the engine did not know (css_group.dead).  The signals are sent by deferred
 * work, because that sleeps.  The work is a whole kill as by container.kill, one for all
 * that have died, because a host with a replica must look for tasks that the engine does
 * not know yet.  Such a task that is reported only later is killed when the engine hears
 * of it (container_task_enter()).  A kill that fails is tried again with the next work.
 *
 * A container that had a lease with "remove" is removed, with all below, when it is dead,
 * nobody holds a lease of it any more, and no task is left.  The removal waits for release
 * agents that are due.  It takes leaves, some in each hold of the lock.
 */
#include "container.h"

#define REMOVE_BATCH	16

/* Containers, by dying, under container_lock: those to be killed, then those to be removed. */
static LIST_HEAD(dying_list);
static LIST_HEAD(remove_list);

void container_kept_changed(struct container *cont)
{
	struct container_subsys *ss;
	int i;

	lockdep_assert_held(&container_lock);
	for_each_subsys(ss, i)
		if (cont->subsys[i] && ss->kept_changed)
			ss->kept_changed(cont->subsys[i]);
}

void container_dead_check(struct container *cont)
{
	lockdep_assert_held(&container_lock);
	if (!container_dead(cont) || !(cont->flags & CONTAINER_REMOVE_DEAD) || cont->leases ||
	    cont->nr_populated || container_removed(cont) || !list_empty(&cont->dying))
		return;
	list_add_tail(&cont->dying, &remove_list);
	host_work_pending();
}

static void die_one(struct container *cont)
{
	struct css_link *link;

	cont->flags |= CONTAINER_DEAD;
	list_for_each_entry(link, &cont->links, in_container)
		link->group->dead = true;
	container_kill_marked(cont);
	container_events_changed(cont);
	container_init_event(cont);
}

void container_die(struct container *cont)
{
	struct container *pos;

	lockdep_assert_held(&container_lock);
	if (container_dead(cont))
		return;
	list_add_tail(&cont->dying, &dying_list);
	container_for_each_below(pos, cont)
		if (!container_dead(pos))
			die_one(pos);
	css_groups_changed_below(cont);
	host_work_pending();
}

void container_death_work(void)
{
	if (!list_empty(&dying_list))
		container_kill_dying(&dying_list);
}

/* Remove leaves of @top, at most @nr, and at last @top; false: an agent is due first. */
static bool remove_leaves(struct container *top, unsigned int nr)
{
	struct container *leaf, *parent = top;
	bool last;

	do {
		leaf = container_first_leaf(parent);
		if (!list_empty(&leaf->pending))
			return false;
		last = leaf == top;
		parent = leaf->parent;
		host_clone_removed(parent, leaf);
		container_unlink(leaf);
	} while (!last && --nr);
	return true;
}

bool container_death_trim(void)
{
	struct container *cont;
	bool removed = false;

	spin_lock(&container_lock);
	cont = list_first_entry_or_null(&remove_list, struct container, dying);
	/* A task that was reported late may be there for a moment; its end asks again. */
	if (cont && cont->nr_populated)
		list_del_init(&cont->dying);
	else if (cont)
		removed = remove_leaves(cont, REMOVE_BATCH);
	spin_unlock(&container_lock);
	return removed;
}
