// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is put off until the host says that it is time: release agents, and
 * what others defer (kill.c, the subsystems' work() and trim()).
 *
 * An agent runs when a container with notify_on_release becomes empty: its
 * last task left or exited, or its last child was removed.  Not when the flag
 * is set on one that is empty, and once for each time.  By the time the agent
 * runs, the container may be in use again or gone; agents know that rmdir may
 * say EBUSY, as with cgroup v1.
 */
#include <linux/limits.h>

#include "container.h"

#define TRIM_BATCH	16

static LIST_HEAD(release_list);		/* containers, by pending; under container_lock */

void container_check_release(struct container *cont)
{
	lockdep_assert_held(&container_lock);
	if (!(cont->flags & CONTAINER_NOTIFY_ON_RELEASE) || container_dead(cont) ||
	    !list_empty(&cont->pending))
		return;
	list_add_tail(&cont->pending, &release_list);
	host_work_pending();
}

/* One agent, if one is due.  @path and @agent have room for PATH_MAX bytes each. */
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

/* What must not wait: who is to be killed, stopped, kept off a CPU. */
static void work_all(void)
{
	struct container_subsys *ss;
	int i;

	container_kill_work();
	for_each_subsys(ss, i)
		if (ss->work)
			ss->work();
}

static bool trim_all(void)
{
	struct container_subsys *ss;
	bool removed = false;
	int i;

	for_each_subsys(ss, i)
		if (ss->trim && ss->trim())
			removed = true;
	return removed;
}

/*
 * Of each some, since more may come for ever and an agent takes its time.  A clone
 * that is removed may leave its parent empty, which has one, too.
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
	/* What is due is not lost for lack of memory. */
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
