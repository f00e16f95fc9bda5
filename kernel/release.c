// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deferred work, which the host runs where it may sleep: release agents, and what
 * kill.c, death.c, init.c and the subsystems (work(), trim()) have deferred.
 *
 * A release agent runs when a container with notify_on_release becomes empty, because
 * its last task has left or exited or its last child was removed.  It runs once for each
 * time.  It does not run when the flag is set on an empty container.  When the agent
 * runs, the container may be in use again, or gone; agents expect EBUSY from rmdir, as
 * with cgroup v1.
 */
#include <linux/limits.h>

#include "container.h"

#define TRIM_BATCH	16

static LIST_HEAD(release_list);		/* containers, by pending; under container_lock */

void container_check_release(struct container *cont)
{
	lockdep_assert_held(&container_lock);
	if (!(cont->flags & CONTAINER_NOTIFY_ON_RELEASE) || container_removed(cont) ||
	    !list_empty(&cont->pending))
		return;
	list_add_tail(&cont->pending, &release_list);
	host_work_pending();
}

/* Run one agent; false if none is due.  @path and @agent have room for PATH_MAX bytes each. */
static bool release_one(char *path, char *agent)
{
	struct container *cont;
	bool found = false;

	*agent = '\0';

	spin_lock(&container_lock);
	cont = list_first_entry_or_null(&release_list, struct container, pending);
	if (cont) {
		found = true;
		list_del_init(&cont->pending);
		if (cont->root->release_agent &&
		    container_path_locked(cont, path, PATH_MAX) > 0)
			strscpy(agent, cont->root->release_agent, PATH_MAX);
	}
	spin_unlock(&container_lock);
	if (*agent)
		host_run_agent(agent, path);
	return found;
}

/* What must not wait for agents: signals of kill.c and the effects of subsystems on tasks. */
static void work_all(void)
{
	struct container_subsys *ss;
	int i;

	container_death_work();
	container_kill_work();
	container_init_work();
	for_each_subsys(ss, i)
		if (ss->work)
			ss->work();
}

static bool trim_all(void)
{
	struct container_subsys *ss;
	bool removed = container_death_trim();
	int i;

	for_each_subsys(ss, i)
		if (ss->trim && ss->trim())
			removed = true;
	return removed;
}

/*
 * Do some work of each kind, because more may come for ever and an agent takes its time.
 * True: there may be more.  The removal of a clone may empty its parent, whose agent is
 * then due.
 */
static bool work_pass(char *path)
{
	bool more;
	int n;

	work_all();
	more = release_one(path, path + PATH_MAX);
	for (n = 0; n < TRIM_BATCH && trim_all(); n++)
		more = true;
	return more;
}

static void run_work(bool all)
{
	/* __GFP_NOFAIL, because due agents must not be lost. */
	char *path = kmalloc(2 * PATH_MAX, GFP_KERNEL | __GFP_NOFAIL);
	bool more;

	do {
		more = work_pass(path);
	} while (more && all);
	kfree(path);
	hierarchy_reap();
	if (more)
		host_work_pending();
}

void container_run_work(void)
{
	run_work(true);
}

void container_run_some_work(void)
{
	run_work(false);
}
