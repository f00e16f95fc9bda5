// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaching tasks, in two phases.
 *
 * First all subsystems are asked about every thread that is to move (can_attach), and
 * nothing moves unless all agree.  Then the host commits each move, so that children of
 * the thread are born in the new group, and the engine follows, both under
 * container_lock.  can_attach() reserves nothing, so there is nothing to undo for a
 * thread that is not moved after all.
 *
 * The host may find that a thread is not where the engine believed it to be, because the
 * thread unshared a moment ago: -EAGAIN.  Then everything is undone, host_sync() brings
 * the engine up to date, and the attach begins again.  Each round means that another task
 * made progress; after many rounds the attach fails with -EAGAIN.
 *
 * A whole process moves by repeated passes over its threads, until a pass finds only
 * exiting threads left to move.  Mostly this is the second pass, because children of the
 * threads are born in the destination meanwhile (births.c).
 *
 * Rules and errors are those of cgroup v1, and -ECANCELED for a dead container.  The opener's euid must be 0 or the target's
 * uid or suid, else -EACCES.  -ESRCH if there is no such task, -EINVAL for kernel threads
 * that must not move.  A thread that exits stays where it is, and that is success.
 *
 * There is one attach at a time, so that of two attaches of a process the last one wins.
 */
#include "container.h"

/* How many passes over a process there are, and how many attempts to move a thread. */
#define ATTACH_PASSES	100
#define ATTACH_TRIES	1000

static DEFINE_MUTEX(attach_mutex);	/* one attach at a time */

/* One thread on its way. */
struct attach_thread {
	struct container_task_info	info;
	struct css_group		*from, *to;	/* @to: a reference */
	struct container		*from_cont;
	struct container_task		*task;
};

struct attach_set {
	struct container		*cont;
	struct container_actor		actor;
	bool				process;
	unsigned int			nr, size;
	struct attach_thread		*thread;
	bool				moved;		/* the last attach_commit() moved a thread */
};

static struct container_attach attach_of(const struct attach_set *set,
					 const struct attach_thread *t)
{
	return (struct container_attach){
		.from		= t->from_cont,
		.to		= set->cont,
		.process	= set->process,
		.task		= &t->info,
		.actor		= &set->actor,
	};
}

static void thread_cancel(struct attach_thread *t)
{
	css_group_put_locked(t->to);
	t->to = NULL;
}

/* Phase one.  1: the thread is in the container already. */
static int thread_can_attach(struct attach_set *set, struct attach_thread *t)
{
	struct container_attach a;
	struct container_subsys *ss;
	int i, ret;

	t->from = container_task_group_of(t->info.key);
	t->from_cont = css_group_container(t->from, set->cont->root);
	if (t->from_cont == set->cont)
		return 1;
	a = attach_of(set, t);
	for_each_subsys(ss, i) {
		if (!set->cont->subsys[i] || !ss->can_attach)
			continue;
		ret = ss->can_attach(set->cont->subsys[i], &a);
		if (ret)
			return ret;
	}
	t->to = css_group_find(t->from, set->cont);
	if (!t->to)
		return -ENOMEM;
	t->task = container_task_make(t->info.key, t->info.tid, t->info.tgid);
	if (!t->task) {
		thread_cancel(t);
		return -ENOMEM;
	}
	t->task->kthread = t->info.flags & CONTAINER_TASK_KTHREAD;
	return 0;
}

/* Phase two. */
static int thread_attach(struct attach_set *set, struct attach_thread *t)
{
	struct container_attach a = attach_of(set, t);
	unsigned long long cookie = t->task->cookie;
	struct container_subsys *ss;
	int i, ret;

	ret = css_group_meet(t->to);
	if (!ret)
		ret = host_task_set_group(&t->info, t->from, t->to, &cookie);
	if (ret)
		return ret;
	t->task->cookie = cookie;
	container_task_move(t->task, t->to);
	for_each_subsys(ss, i)
		if (set->cont->subsys[i] && ss->attach)
			ss->attach(set->cont->subsys[i], &a);
	t->task = NULL;
	css_group_put_locked(t->to);
	t->to = NULL;
	return 0;
}

/*
 * Drop the records that were made for threads which did not move.  This comes after all
 * threads are done, because a host may have listed a thread twice.
 */
static void attach_forget(struct attach_set *set)
{
	struct container_task *task;
	unsigned int i;

	for (i = 0; i < set->nr; i++) {
		task = set->thread[i].task ? container_task_lookup(set->thread[i].info.key) : NULL;
		if (task)
			container_task_forget(task);
		set->thread[i].task = NULL;
	}
}

/* All subsystems agree: children that are born from now on go to the destination at once. */
static void attach_births(struct attach_set *set)
{
	struct attach_thread *t;
	unsigned int i;

	container_births_agreed();
	for (i = 0; i < set->nr; i++) {
		t = &set->thread[i];
		if (t->to)
			container_births_add(t->info.tgid, t->from, t->task->cookie);
	}
}

/*
 * Ask about all threads, then move all.  -EAGAIN: some are not where the engine believed
 * them to be, so the caller brings the engine up to date and tries again.
 */
static int attach_commit(struct attach_set *set)
{
	struct attach_thread *t;
	bool again = false;
	unsigned int i;
	int ret = 0, err;

	set->moved = false;
	spin_lock(&container_lock);
	if (container_removed(set->cont))
		ret = -ENODEV;
	else if (container_dead(set->cont))
		ret = -ECANCELED;
	for (i = 0; !ret && i < set->nr; i++) {
		ret = thread_can_attach(set, &set->thread[i]);
		if (ret > 0)
			ret = 0;
	}
	if (!ret)
		attach_births(set);
	for (i = 0; i < set->nr; i++) {
		t = &set->thread[i];
		if (!t->to)
			continue;
		err = ret ? ret : thread_attach(set, t);
		if (!err)
			set->moved = true;
		else
			thread_cancel(t);
		/* A thread that exits stays where it is. */
		if (err == -EAGAIN)
			again = true;
		else if (err && err != -ESRCH)
			ret = err;
	}
	attach_forget(set);
	spin_unlock(&container_lock);
	return !ret && again ? -EAGAIN : ret;
}

static int attach_collect(const struct container_task_info *info, int vtid, int vtgid, void *arg)
{
	struct attach_set *set = arg;

	if (set->nr < set->size) {
		set->thread[set->nr] = (struct attach_thread){ .info = *info };
		host_task_hold(info);
	}
	set->nr++;
	return 0;
}

static void attach_release(struct attach_set *set)
{
	unsigned int i;

	for (i = 0; i < min(set->nr, set->size); i++)
		host_task_put(&set->thread[i].info);
	set->nr = 0;
}

static int attach_room(struct attach_set *set, unsigned int nr)
{
	kvfree(set->thread);
	set->size = nr + nr / 4 + 16;
	set->thread = kvmalloc_array(set->size, sizeof(*set->thread), GFP_KERNEL);
	return set->thread ? 0 : -ENOMEM;
}

/* The threads of process @tgid that are not in the container yet. */
static int attach_threads(struct attach_set *set, int tgid)
{
	struct attach_thread *t;
	unsigned int i, n;
	int ret;

	/* This ends, because each round has more room by a quarter. */
	for (;;) {
		set->nr = 0;
		host_for_each_task(tgid, &set->actor, attach_collect, set);
		if (set->nr <= set->size)
			break;
		n = set->nr;
		attach_release(set);
		ret = attach_room(set, n);
		if (ret)
			return ret;
	}
	/* Now the engine knows each thread that was born before the list was made. */
	host_sync();
	spin_lock(&container_lock);
	for (i = n = 0; i < set->nr; i++) {
		t = &set->thread[i];
		if (css_group_container(container_task_group_of(t->info.key), set->cont->root) !=
		    set->cont) {
			swap(set->thread[n], *t);
			n++;
		}
	}
	spin_unlock(&container_lock);
	for (i = n; i < set->nr; i++)
		host_task_put(&set->thread[i].info);
	set->nr = n;
	return 0;
}

static int attach_thread(struct attach_set *set, const struct container_task_info *info)
{
	struct attach_thread one = { .info = *info };
	unsigned int tries = ATTACH_TRIES;
	int ret;

	set->thread = &one;
	set->nr = set->size = 1;
	while ((ret = attach_commit(set)) == -EAGAIN && --tries)
		host_sync();
	set->thread = NULL;
	return ret;
}

/*
 * Move the only thread of a process.  If the process has one thread before and after the
 * move, and the same one, then no thread is left behind, because the children of a moved
 * thread are born in the new group.  If it is another one, a thread that was created
 * before the move has taken its place by an exec.
 */
static bool attach_only_thread(struct attach_set *set, const struct container_task_info *info,
			       int *ret)
{
	struct container_actor initial = { 0 };
	struct container_task_info now;
	bool only;

	if (info->nr_threads != 1 || (info->flags & CONTAINER_TASK_EXITING))
		return false;
	*ret = attach_thread(set, info);
	if (*ret)
		return true;
	if (host_task_get(info->tid, &initial, &now))
		return true;
	only = now.nr_threads == 1 && now.key == info->key;
	host_task_put(&now);
	return only;
}

static int attach_process(struct attach_set *set, const struct container_task_info *info)
{
	unsigned int passes = 0;
	bool done = false;
	int ret;

	if (attach_only_thread(set, info, &ret))
		return ret;
	ret = attach_room(set, info->nr_threads);
	container_births_begin(info->tgid, set->cont);
	while (!ret && !done) {
		if (passes++ == ATTACH_PASSES) {
			ret = -EAGAIN;
			break;
		}
		set->moved = false;
		ret = attach_threads(set, info->tgid);
		if (!ret && set->nr) {
			ret = attach_commit(set);
			attach_release(set);
		}
		done = !container_births_news() && !set->moved && !ret;
		if (ret == -EAGAIN)
			ret = 0;
	}
	container_births_end();
	kvfree(set->thread);
	return ret;
}

/* Let subsystems do what the move has made due, before the writer goes on. */
static void attach_ended(struct container *cont)
{
	struct container_subsys *ss;
	int i;

	for_each_subsys(ss, i)
		if (READ_ONCE(cont->subsys[i]) && ss->post_attach)
			ss->post_attach();
}

int container_attach(struct container *cont, int nr, bool threadgroup,
		     const struct container_actor *opener, const struct container_actor *writer)
{
	struct attach_set set = { .cont = cont, .actor = *writer, .process = threadgroup };
	struct container_task_info info;
	int ret;

	set.actor.euid = opener->euid;
	set.actor.sys_admin = opener->sys_admin;
	mutex_lock(&attach_mutex);
	ret = host_task_get(nr, writer, &info);
	if (ret) {
		mutex_unlock(&attach_mutex);
		return ret;
	}
	if (info.flags & CONTAINER_TASK_UNMOVABLE)
		ret = -EINVAL;
	else if (opener->euid && opener->euid != info.uid && opener->euid != info.suid)
		ret = -EACCES;
	else if (container_is_dead(cont))
		ret = -ECANCELED;
	else if (info.flags & CONTAINER_TASK_HOST)
		ret = 0;
	else if (threadgroup)
		ret = attach_process(&set, &info);
	else if (!(info.flags & CONTAINER_TASK_EXITING))
		ret = attach_thread(&set, &info);
	host_task_put(&info);
	mutex_unlock(&attach_mutex);
	attach_ended(cont);
	return ret;
}
