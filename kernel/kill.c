// SPDX-License-Identifier: GPL-2.0-only
/*
 * container.kill: SIGKILL to every task in a container and below.
 *
 * A task that is being killed is a mark in its record, and the mark is inherited:
 * whoever was there when the write began, and all that they create from then on,
 * whatever they do, has its SIGKILL when the write returns; who enters afterwards
 * has not, for nothing of it stays with the container.  The mark stays with the
 * task, which dies of it: a fork that was under way, whose child appears when the
 * write has returned, makes a child that is killed before it runs.
 *
 * Where the hooks ask the engine, the marks are set under one hold of the lock, so
 * that each fork comes before it, and its child is marked, or after it, and its
 * creator is.  Where they cannot, the host makes that so (host_kill_sync()), told
 * by CSS_GROUP_WATCH_KILL which groups are meant for as long as the write lasts.
 *
 * Kernel threads and the first process of the system ignore the signal, so they
 * are not marked, else all that they create would die for ever.
 */
#include "container.h"

static DEFINE_MUTEX(kill_mutex);	/* outside of container_lock: one sends at a time */
static LIST_HEAD(kill_list);		/* tasks, by kill_node, to be sent it; under container_lock */

static bool unkillable(const struct container_task *task)
{
	return task->kthread || task->tgid == 1;
}

/* It is to be killed; told to the subsystems, which may hold it. */
static void kill_mark(struct container_task *task)
{
	if (task->killed || unkillable(task))
		return;
	task->killed = true;
	list_add_tail(&task->kill_node, &kill_list);
	container_task_changed(task, false);
}

void container_task_killed(unsigned long key)
{
	struct container_task *task;

	spin_lock(&container_lock);
	task = container_task_lookup(key);
	if (task && !task->killed) {
		kill_mark(task);
		host_work_pending();
	}
	spin_unlock(&container_lock);
}

static void kill_mark_in(struct container *cont)
{
	struct container_task *task;
	struct css_link *link;

	list_for_each_entry(link, &cont->links, in_container)
		list_for_each_entry(task, &link->group->tasks, in_group)
			kill_mark(task);
}

static void kill_mark_below(struct container *top)
{
	struct container *cont;

	spin_lock(&container_lock);
	container_for_each_below(cont, top)
		kill_mark_in(cont);
	spin_unlock(&container_lock);
}

/* Some of those that have the mark and not yet the signal, pinned. */
static unsigned int kill_take(struct container_task_info *victim)
{
	struct container_task *task;
	unsigned int nr = 0;

	spin_lock(&container_lock);
	while (nr < CONTAINER_KILL_BATCH && !list_empty(&kill_list)) {
		task = list_first_entry(&kill_list, struct container_task, kill_node);
		list_del_init(&task->kill_node);
		victim[nr] = (struct container_task_info){
			.key = task->key,
			.tid = task->tid,
			.tgid = task->tgid,
			.cookie = task->cookie,
		};
		host_task_hold(&victim[nr++]);
	}
	spin_unlock(&container_lock);
	return nr;
}

/*
 * Send it to all that have the mark, also those that get it meanwhile: they were
 * created by some who have not got the signal yet, so they become fewer.
 */
static int kill_send(void)
{
	struct container_task_info *victim;
	unsigned int i, nr;
	int ret = 0, err;

	victim = kmalloc_array(CONTAINER_KILL_BATCH, sizeof(*victim), GFP_KERNEL | __GFP_NOFAIL);
	while ((nr = kill_take(victim))) {
		err = host_tasks_kill(victim, nr);
		if (err)
			ret = err;
		for (i = 0; i < nr; i++)
			host_task_put(&victim[i]);
	}
	kfree(victim);
	return ret;
}

void container_kill_work(void)
{
	if (list_empty(&kill_list))
		return;
	mutex_lock(&kill_mutex);
	kill_send();
	mutex_unlock(&kill_mutex);
}

/* Tell the host which groups are meant, or (@on false) that it is over. */
static int kill_announce(struct container *cont, bool on)
{
	int ret = 0;

	spin_lock(&container_lock);
	if (on && container_dead(cont)) {
		ret = -ENODEV;
	} else if (on && !cont->nr_populated) {
		ret = -ENOENT;
	} else {
		if (on)
			cont->flags |= CONTAINER_KILLING;
		else
			cont->flags &= ~CONTAINER_KILLING;
		css_groups_changed_below(cont);
	}
	spin_unlock(&container_lock);
	return ret;
}

int container_kill(struct container *cont)
{
	int ret, err;

	mutex_lock(&kill_mutex);
	host_kill_begin();
	ret = kill_announce(cont, true);
	if (!ret) {
		ret = host_kill_sync();
		kill_mark_below(cont);
		err = kill_send();
		if (!ret)
			ret = err;
		kill_announce(cont, false);
	} else if (ret == -ENOENT) {
		ret = 0;	/* nobody is there */
	}
	host_kill_end();
	mutex_unlock(&kill_mutex);
	return ret;
}
