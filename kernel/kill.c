// SPDX-License-Identifier: GPL-2.0-only
/*
 * container.kill: SIGKILL to every task in a container and below, until none
 * is left.
 *
 * A container that is being killed keeps CONTAINER_KILLING until nobody is in
 * or below it.  Whoever enters meanwhile (the child of a fork that was under
 * way, too) is killed as well, by the work that its entry makes pending; so
 * there is no fork that outruns the signal.
 */
#include "container.h"

#define KILL_BATCH	64

static unsigned int nr_killing;		/* containers with CONTAINER_KILLING; under container_lock */

static bool container_killing(const struct container *cont)
{
	for (; cont; cont = cont->parent)
		if (cont->flags & CONTAINER_KILLING)
			return true;
	return false;
}

void container_kill_entered(struct container *cont)
{
	lockdep_assert_held(&container_lock);
	if (nr_killing && container_killing(cont))
		host_work_pending();
}

void container_kill_done(struct container *cont)
{
	lockdep_assert_held(&container_lock);
	if (cont->flags & CONTAINER_KILLING) {
		cont->flags &= ~CONTAINER_KILLING;
		nr_killing--;
		css_groups_changed_below(cont);
	}
}

static unsigned int kill_collect_in(struct container *cont, struct container_task_info *victim,
				    unsigned int nr)
{
	struct container_task *task;
	struct css_link *link;

	list_for_each_entry(link, &cont->links, in_container) {
		list_for_each_entry(task, &link->group->tasks, in_group) {
			if (task->killed)
				continue;
			if (nr == KILL_BATCH)
				return nr;
			task->killed = true;
			container_task_changed(task, false);
			victim[nr++] = (struct container_task_info){
				.key = task->key,
				.tid = task->tid,
				.tgid = task->tgid,
				.cookie = task->cookie,
			};
		}
	}
	return nr;
}

/* Some tasks in containers being killed that got no signal yet. */
static unsigned int kill_collect(struct container_task_info *victim)
{
	struct containerfs_root *root;
	struct container *cont;
	unsigned int nr = 0;

	spin_lock(&container_lock);
	list_for_each_entry(root, &container_roots, node)
		container_for_each_below(cont, root->top)
			if (container_killing(cont))
				nr = kill_collect_in(cont, victim, nr);
	spin_unlock(&container_lock);
	return nr;
}

void container_kill_work(void)
{
	struct container_task_info *victim;
	unsigned int i, nr;

	if (!READ_ONCE(nr_killing))
		return;
	victim = kmalloc_array(KILL_BATCH, sizeof(*victim), GFP_KERNEL | __GFP_NOFAIL);
	while ((nr = kill_collect(victim))) {
		for (i = 0; i < nr; i++)
			host_task_kill(&victim[i], 9);
		host_sync();
	}
	kfree(victim);
}

int container_kill(struct container *cont)
{
	int ret = 0;

	spin_lock(&container_lock);
	if (container_dead(cont)) {
		ret = -ENODEV;
	} else if (cont->nr_populated && !(cont->flags & CONTAINER_KILLING)) {
		cont->flags |= CONTAINER_KILLING;
		nr_killing++;
		css_groups_changed_below(cont);
	}
	spin_unlock(&container_lock);
	if (!ret)
		container_kill_work();
	return ret;
}
