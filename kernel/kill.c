// SPDX-License-Identifier: GPL-2.0-only
/*
 * container.kill: SIGKILL to every task in a container and below.
 *
 * A task that is being killed has a mark in its record, and its children inherit the
 * mark.  When the write returns, SIGKILL was sent to each task that was there when the
 * write began, and to everything those tasks have created since.  A task that enters the
 * container later is spared, because the container keeps nothing of the kill.  A marked
 * task keeps its mark until it dies.  So the child of a fork that was under way gets
 * SIGKILL before it runs, even if it appears after the write has returned.
 *
 * Where the hooks call the engine, all marks are set in one hold of the lock.  A fork
 * before it has made a child that is marked; a fork after it has a creator that is
 * marked.  Where the hooks cannot call the engine, the host does the same
 * (host_replica->kill_sync()); CSS_GROUP_WATCH_KILL tells it which groups are meant while the
 * write lasts.
 *
 * Kernel threads and the first process of the system ignore SIGKILL, so they are not
 * marked: otherwise everything they create would die for ever.
 */
#include "container.h"

static DEFINE_MUTEX(kill_mutex);	/* one sender at a time; taken before container_lock */
static LIST_HEAD(kill_list);		/* tasks to be sent SIGKILL, by kill_node; under container_lock */
static LIST_HEAD(kill_dying_list);	/* dead containers in kill, by dying; likewise */

static bool unkillable(const struct container_task *task)
{
	return task->kthread || task->tgid == 1;
}

/* Mark @task, and tell the subsystems, because one of them may hold the task. */
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
	if (task && !task->killed)
		container_kill_task(task);
	spin_unlock(&container_lock);
}

void container_kill_task(struct container_task *task)
{
	lockdep_assert_held(&container_lock);
	kill_mark(task);
	host_work_pending();
}

bool container_kills_child(const struct container_task *creator, const struct css_group *group)
{
	lockdep_assert_held(&container_lock);
	return group->dead || (creator && creator->killed);
}

void container_kill_marked(struct container *cont)
{
	struct container_task *task;
	struct css_link *link;

	container_for_each_task(task, link, cont)
		kill_mark(task);
}

static void kill_mark_below(struct container *top)
{
	struct container *cont;

	spin_lock(&container_lock);
	container_for_each_below(cont, top)
		container_kill_marked(cont);
	spin_unlock(&container_lock);
}

/* Take some tasks off the list into @victim, pinned; how many. */
static unsigned int kill_take(struct container_task_info *victim)
{
	struct container_task *task;
	unsigned int nr = 0;

	spin_lock(&container_lock);
	while (nr < CONTAINER_KILL_BATCH && !list_empty(&kill_list)) {
		task = list_first_entry(&kill_list, struct container_task, kill_node);
		list_del_init(&task->kill_node);
		victim[nr] = container_task_info_of(task);
		host_task_hold(&victim[nr++]);
	}
	spin_unlock(&container_lock);
	return nr;
}

/*
 * Send SIGKILL to all marked tasks, until the list is empty.  Tasks that are marked
 * meanwhile were created by tasks that have not got the signal yet, so this ends.
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

/*
 * Tell the host which groups are being killed, or (@on false) that the kill is over.
 * -ENODEV: @cont was removed; -ENOENT: there is no task.
 */
static int kill_announce(struct container *cont, bool on)
{
	int ret = 0;

	spin_lock(&container_lock);
	if (on && container_removed(cont)) {
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

static void kill_begin(void)
{
	mutex_lock(&kill_mutex);
	if (host_replica)
		host_replica->kill_begin();
}

static void kill_end(void)
{
	if (host_replica)
		host_replica->kill_end();
	mutex_unlock(&kill_mutex);
}

int container_kill(struct container *cont)
{
	int ret, err;

	kill_begin();
	ret = kill_announce(cont, true);
	if (!ret) {
		ret = host_replica ? host_replica->kill_sync() : 0;
		kill_mark_below(cont);
		err = kill_send();
		if (!ret)
			ret = err;
		kill_announce(cont, false);
	} else if (ret == -ENOENT) {
		ret = 0;	/* no task is there */
	}
	kill_end();
	return ret;
}

/* --- containers that died, all by one kill: kill_sync() may take long --- */

/* Move those of @dying with a task to kill_dying_list, announced; false: there is none. */
static bool kill_dying_begin(struct list_head *dying)
{
	struct container *cont;
	bool found;

	spin_lock(&container_lock);
	while ((cont = list_first_entry_or_null(dying, struct container, dying))) {
		list_del_init(&cont->dying);
		if (!cont->nr_populated) {
			container_dead_check(cont);
			continue;
		}
		list_add_tail(&cont->dying, &kill_dying_list);
		cont->flags |= CONTAINER_KILLING;
		css_groups_changed_below(cont);
	}
	found = !list_empty(&kill_dying_list);
	spin_unlock(&container_lock);
	return found;
}

static void kill_dying_mark(void)
{
	struct container *top, *cont;

	spin_lock(&container_lock);
	list_for_each_entry(top, &kill_dying_list, dying)
		container_for_each_below(cont, top)
			container_kill_marked(cont);
	spin_unlock(&container_lock);
}

/* After an error they are on @dying again. */
static void kill_dying_end(struct list_head *dying, int err)
{
	struct container *cont;

	spin_lock(&container_lock);
	while ((cont = list_first_entry_or_null(&kill_dying_list, struct container, dying))) {
		list_del_init(&cont->dying);
		cont->flags &= ~CONTAINER_KILLING;
		css_groups_changed_below(cont);
		if (err)
			list_add_tail(&cont->dying, dying);
		else
			container_dead_check(cont);
	}
	spin_unlock(&container_lock);
}

void container_kill_dying(struct list_head *dying)
{
	int ret, err;

	kill_begin();
	if (kill_dying_begin(dying)) {
		ret = host_replica ? host_replica->kill_sync() : 0;
		kill_dying_mark();
		err = kill_send();
		kill_dying_end(dying, ret ? ret : err);
	}
	kill_end();
}
