// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of tracked tasks, and moves between containers.
 *
 * A task has a record from the first time it leaves the top containers, or names its next
 * clone, until it exits.  A task without a record is in the init css_group; it costs the
 * hooks (fork.c) one lookup and no memory.
 *
 * Records are made where nothing may sleep, so allocations are GFP_ATOMIC.
 *
 * Records are found by the key that the host has for a task.  The table changes under
 * container_lock.  Whether a task has a record can be asked under RCU, so a fork outside
 * of every container takes no lock.
 */
#include <linux/hashtable.h>
#include <linux/rculist.h>

#include "container.h"

#define TASK_HASH_BITS	14
static DEFINE_HASHTABLE(task_table, TASK_HASH_BITS);
static size_t task_size;		/* of a record, with what the subsystems have */

void container_tasks_init(void)
{
	struct container_subsys *ss;
	int i;

	task_size = sizeof(struct container_task);
	for_each_subsys(ss, i) {
		ss->task_offset = task_size;
		task_size += round_up(ss->task_size, sizeof(u64));
	}
}

struct container_task *container_task_lookup(unsigned long key)
{
	struct container_task *task;

	hash_for_each_possible_rcu(task_table, task, hash, key, lockdep_is_held(&container_lock))
		if (task->key == key)
			return task;
	return NULL;
}

struct container_task *container_task_find(unsigned long key)
{
	struct container_task *task;

	rcu_read_lock();
	task = container_task_lookup(key);
	rcu_read_unlock();
	return task;
}

_Bool container_task_tracked(unsigned long key)
{
	return container_task_find(key);
}

unsigned long long container_task_cookie(const struct container_task *task)
{
	return task->cookie;
}

void container_task_set_cookie(struct container_task *task, unsigned long long cookie)
{
	task->cookie = cookie;
}

struct css_group *container_task_group(const struct container_task *task)
{
	return task->group;
}

void container_task_ids(const struct container_task *task, int *tid, int *tgid)
{
	*tid = task->tid;
	*tgid = task->tgid;
}

struct css_group *container_task_group_of(unsigned long key)
{
	struct container_task *task = container_task_lookup(key);

	lockdep_assert_held(&container_lock);
	return task ? task->group : &init_css_group;
}

void container_task_get(struct container_task *task)
{
	refcount_inc(&task->refs);
}

void container_task_put(struct container_task *task)
{
	if (refcount_dec_and_test(&task->refs))
		kfree_rcu(task, rcu);
}

struct container_task *container_task_make(unsigned long key, int tid, int tgid)
{
	struct container_task *task = container_task_lookup(key);
	struct container_subsys *ss, **pos;

	lockdep_assert_held(&container_lock);
	if (task)
		return task;
	task = kzalloc(task_size, GFP_ATOMIC);
	if (!task)
		return NULL;
	task->key = key;
	task->tid = tid;
	task->tgid = tgid;
	task->group = &init_css_group;
	refcount_set(&task->refs, 1);
	INIT_LIST_HEAD(&task->kill_node);
	for_each_subsys_with(task_init, ss, pos)
		ss->task_init(task);
	init_css_group.refs++;
	init_css_group.nr_tasks++;
	list_add_tail(&task->in_group, &init_css_group.tasks);
	hash_add_rcu(task_table, &task->hash, key);
	return task;
}

void container_task_changed(struct container_task *task, bool now)
{
	struct container_subsys *ss, **pos;

	lockdep_assert_held(&container_lock);
	for_each_subsys_with(task_changed, ss, pos)
		if (ss->root)
			ss->task_changed(task, now);
}

/* Call leave() and enter() of the subsystems whose container changes with @group. */
static void container_task_tell(struct container_task *task, struct css_group *group)
{
	struct container_subsys *ss, **pos;
	struct container *from, *to;

	for_each_subsys_with(enter, ss, pos) {
		if (!ss->root)
			continue;
		from = css_group_container(task->group, ss->root);
		to = css_group_container(group, ss->root);
		if (from == to)
			continue;
		if (ss->leave)
			ss->leave(from->subsys[ss->id], task);
		ss->enter(to->subsys[ss->id], task);
	}
}

/*
 * Count @task in the containers that it enters, then out of those that it leaves.  In this
 * order, so that a common ancestor is populated all the time.
 */
static void container_task_switch(struct container_task *task, struct css_group *group)
{
	struct css_group *old = task->group;
	struct css_link *link;

	lockdep_assert_held(&container_lock);
	if (old == group)
		return;
	group->refs++;
	group->nr_tasks++;
	list_move_tail(&task->in_group, &group->tasks);
	task->group = group;
	list_for_each_entry(link, &group->links, in_group)
		if (css_group_container(old, link->container->root) != link->container)
			container_tasks_changed(link->container, 1);
	old->nr_tasks--;
	list_for_each_entry(link, &old->links, in_group)
		if (css_group_container(group, link->container->root) != link->container)
			container_tasks_changed(link->container, -1);
	css_group_put_locked(old);
}

void container_task_move(struct container_task *task, struct css_group *group)
{
	container_task_tell(task, group);
	container_task_switch(task, group);
	container_task_changed(task, true);
}

/* @task is in @cont, whose hierarchy ends: its subsystems let go of the task. */
static void container_task_let_go(struct container_task *task, struct container *cont)
{
	struct container *top = cont->root->top;
	struct container_subsys *ss;
	int i;

	for_each_subsys(ss, i) {
		if (!cont->subsys[i])
			continue;
		if (ss->let_go)
			ss->let_go(cont->subsys[i], task);
		if (ss->leave)
			ss->leave(cont->subsys[i], task);
		if (ss->enter)
			ss->enter(top->subsys[i], task);
	}
}

/*
 * The groups themselves are moved to the top container and not task by task, because a
 * fork could outrun that: a child that is about to be born in a group goes with it.
 */
void container_let_go(struct container *cont)
{
	struct container_task *task;
	struct css_group *group;
	struct css_link *link;

	lockdep_assert_held(&container_lock);
	if (container_is_top(cont))
		return;
	while ((link = list_first_entry_or_null(&cont->links, struct css_link, in_container))) {
		group = link->group;
		list_for_each_entry(task, &group->tasks, in_group)
			container_task_let_go(task, cont);
		css_group_unlink(link);
		if (group->nr_tasks)
			container_tasks_changed(cont, -(int)group->nr_tasks);
		list_for_each_entry(task, &group->tasks, in_group)
			container_task_changed(task, true);
		css_group_changed(group);
	}
}

/* Set the ids of @task; the lists of its containers change with them. */
static void container_task_set_ids(struct container_task *task, int tid, int tgid)
{
	struct css_link *link;

	if (task->tid == tid && task->tgid == tgid)
		return;
	task->tid = tid;
	task->tgid = tgid;
	list_for_each_entry(link, &task->group->links, in_group)
		link->container->tasks_generation++;
}

void container_task_free(struct container_task *task)
{
	struct container_subsys *ss, **pos;

	lockdep_assert_held(&container_lock);
	hash_del_rcu(&task->hash);
	list_del_init(&task->kill_node);
	container_task_switch(task, &init_css_group);
	list_del(&task->in_group);
	init_css_group.nr_tasks--;
	css_group_put_locked(&init_css_group);
	container_fork_ended(task, false);
	for_each_subsys_with(task_free, ss, pos)
		ss->task_free(task);
	container_task_put(task);
}

static bool task_busy(const struct container_task *task)
{
	struct container_subsys *ss, **pos;

	if (task->group != &init_css_group || task->cookie || task->killed || task->fork_agreed)
		return true;
	for_each_subsys_with(task_busy, ss, pos)
		if (ss->task_busy(task))
			return true;
	return false;
}

void container_task_forget(struct container_task *task)
{
	lockdep_assert_held(&container_lock);
	if (!task_busy(task))
		container_task_free(task);
}

int container_task_enter(unsigned long key, int tid, int tgid,
			 struct css_group *group, unsigned long long cookie)
{
	struct container_task *task;

	spin_lock(&container_lock);
	task = container_task_make(key, tid, tgid);
	if (task) {
		task->cookie = cookie;
		container_task_move(task, group);
		container_task_set_ids(task, tid, tgid);
		container_births_add(tgid, group, cookie);
		if (group->dead)
			container_kill_task(task);
	}
	spin_unlock(&container_lock);
	return task ? 0 : -ENOMEM;
}

void container_task_rename(unsigned long key, int tid, int tgid)
{
	struct container_task *task;
	struct container_subsys *ss;
	int i;

	spin_lock(&container_lock);
	task = container_task_lookup(key);
	if (task) {
		container_task_set_ids(task, tid, tgid);
		for_each_subsys(ss, i)
			if (ss->root && ss->task_renamed)
				ss->task_renamed(task);
	}
	spin_unlock(&container_lock);
}

int container_task_for_each(int (*fn)(struct container_task *task, unsigned long key, void *arg),
			    void *arg)
{
	struct container_task *task;
	int bkt, ret;

	spin_lock(&container_lock);
	hash_for_each(task_table, bkt, task, hash) {
		ret = fn(task, task->key, arg);
		if (ret) {
			spin_unlock(&container_lock);
			return ret;
		}
	}
	spin_unlock(&container_lock);
	return 0;
}

void container_tasks_drop(void)
{
	struct container_task *task;
	struct hlist_node *next;
	int bkt;

	spin_lock(&container_lock);
	hash_for_each_safe(task_table, bkt, next, task, hash)
		container_task_free(task);
	spin_unlock(&container_lock);
}
