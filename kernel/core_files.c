// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control files that every container has, whatever is bound to its
 * hierarchy.  Names, modes and errors are cgroup v1's where v1 has the file.
 */
#include <linux/limits.h>

#include "cftype.h"
#include "init.h"
#include "lease.h"

/* --- tasks, cgroup.procs --- */

static struct container_list *tasks_list(struct container_subsys_state *css,
					 struct container_file *file)
{
	return container_tasks_list(css->container, false, file->caller);
}

static struct container_list *procs_list(struct container_subsys_state *css,
					 struct container_file *file)
{
	return container_tasks_list(css->container, true, file->caller);
}

static int attach_write(struct container *cont, const struct container_file *file, char *buf,
			bool threadgroup)
{
	int nr;

	if (kstrtoint(strim(buf), 0, &nr) || nr < 0)
		return -EINVAL;
	return container_attach(cont, nr, threadgroup, &file->opener, file->caller);
}

static int tasks_write(struct container_subsys_state *css, struct container_file *file,
		       char *buf, size_t len)
{
	return attach_write(css->container, file, buf, false);
}

static int procs_write(struct container_subsys_state *css, struct container_file *file,
		       char *buf, size_t len)
{
	return attach_write(css->container, file, buf, true);
}

/* --- flags --- */

static u64 flag_get(struct container_subsys_state *css, unsigned int flag)
{
	return !!(READ_ONCE(css->container->flags) & flag);
}

static int flag_set(struct container_subsys_state *css, unsigned int flag, bool on)
{
	struct container *cont = css->container;

	spin_lock(&container_lock);
	if (on)
		cont->flags |= flag;
	else
		cont->flags &= ~flag;
	css_groups_changed(cont);
	spin_unlock(&container_lock);
	return 0;
}

static u64 notify_get(struct container_subsys_state *css)
{
	return flag_get(css, CONTAINER_NOTIFY_ON_RELEASE);
}

static int notify_set(struct container_subsys_state *css, u64 val)
{
	return flag_set(css, CONTAINER_NOTIFY_ON_RELEASE, val);
}

static u64 clone_children_get(struct container_subsys_state *css)
{
	return flag_get(css, CONTAINER_CLONE_CHILDREN);
}

static int clone_children_set(struct container_subsys_state *css, u64 val)
{
	return flag_set(css, CONTAINER_CLONE_CHILDREN, val);
}

/* --- release_agent, cgroup.sane_behavior --- */

static int release_agent_show(struct seq_file *m, struct container_subsys_state *css)
{
	const char *agent;

	spin_lock(&container_lock);
	agent = css->container->root->release_agent;
	if (agent)
		seq_puts(m, agent);
	spin_unlock(&container_lock);
	seq_putc(m, '\n');
	return 0;
}

static int release_agent_write(struct container_subsys_state *css, struct container_file *file,
			       char *buf, size_t len)
{
	struct containerfs_root *root = css->container->root;
	char *agent, *old;

	if (len >= PATH_MAX)
		return -E2BIG;
	/* The opener must be allowed to make root run programs: CVE-2022-0492. */
	if (!file->opener.sys_admin)
		return -EPERM;
	agent = kstrdup(strim(buf), GFP_KERNEL);
	if (!agent)
		return -ENOMEM;
	spin_lock(&container_lock);
	old = root->release_agent;
	root->release_agent = agent;
	spin_unlock(&container_lock);
	kfree(old);
	return 0;
}

static u64 sane_behavior_get(struct container_subsys_state *css)
{
	return 0;
}

/* --- container.events, container.kill --- */

static int events_show(struct seq_file *m, struct container_subsys_state *css)
{
	struct container *cont = css->container;
	unsigned long tasks = container_is_top(cont) ? container_count_tasks(cont) : 0;

	spin_lock(&container_lock);
	if (!container_is_top(cont))
		tasks = cont->nr_tasks;
	seq_printf(m, "populated %d\ntasks %lu\nchildren %u\ndead %d\n",
		   container_is_top(cont) || cont->nr_populated, tasks, cont->nr_children,
		   container_dead(cont));
	spin_unlock(&container_lock);
	return 0;
}

static u32 *events_counter(struct container_subsys_state *css)
{
	return &css->container->events;
}

static int kill_write(struct container_subsys_state *css, struct container_file *file,
		      char *buf, size_t len)
{
	int val;

	if (kstrtoint(strim(buf), 0, &val) || val != 1)
		return -EINVAL;
	return container_kill(css->container);
}

/* --- container.hierarchies, container.where --- */

static int hierarchies_show(struct seq_file *m, struct container_subsys_state *css)
{
	hierarchy_show_all(m);
	return 0;
}

static int subsystems_show(struct seq_file *m, struct container_subsys_state *css)
{
	container_show_subsystems(m);
	return 0;
}

static int where_show(struct seq_file *m, struct container_subsys_state *css)
{
	return container_where(m, m->private);
}

static int where_write(struct container_subsys_state *css, struct container_file *file,
		       char *buf, size_t len)
{
	int nr;

	if (kstrtoint(strim(buf), 0, &nr) || nr < 0)
		return -EINVAL;
	return container_where_ask(file, nr);
}

const struct cftype core_files[] = {
	[CORE_TASKS] = {
		.name = "tasks",
		.mode = 0644,
		.list = tasks_list,
		.write = tasks_write,
	},
	[CORE_PROCS] = {
		.name = "cgroup.procs",
		.mode = 0644,
		.list = procs_list,
		.write = procs_write,
	},
	[CORE_EVENTS] = {
		.name = "container.events",
		.mode = 0444,
		.show = events_show,
		.events = events_counter,
	},
	[CORE_INIT] = {
		.name = "container.init",
		.mode = 0644,
		.flags = CFTYPE_NOT_ON_ROOT | CFTYPE_UNWATCHED,
		.show = container_init_show,
		.write = container_init_write,
		.events = container_init_events,
		.poll = container_init_poll,
	},
	{
		.name = "container.lease",
		.mode = 0200,
		.flags = CFTYPE_NOT_ON_ROOT,
		.write = container_lease_write,
	},
	{
		.name = "container.kill",
		.mode = 0200,
		.flags = CFTYPE_NOT_ON_ROOT,
		.write = kill_write,
	},
	{
		.name = "notify_on_release",
		.mode = 0644,
		.read_u64 = notify_get,
		.write_u64 = notify_set,
	},
	{
		.name = "cgroup.clone_children",
		.mode = 0644,
		.read_u64 = clone_children_get,
		.write_u64 = clone_children_set,
	},
	{
		.name = "release_agent",
		.mode = 0644,
		.flags = CFTYPE_ONLY_ON_ROOT,
		.show = release_agent_show,
		.write = release_agent_write,
	},
	{
		.name = "cgroup.sane_behavior",
		.mode = 0444,
		.flags = CFTYPE_ONLY_ON_ROOT,
		.read_u64 = sane_behavior_get,
	},
	{
		.name = "container.hierarchies",
		.mode = 0444,
		.flags = CFTYPE_ONLY_ON_ROOT,
		.show = hierarchies_show,
	},
	{
		.name = "container.subsystems",
		.mode = 0444,
		.flags = CFTYPE_ONLY_ON_ROOT,
		.show = subsystems_show,
	},
	{
		.name = "container.where",
		.mode = 0666,
		.flags = CFTYPE_ONLY_ON_ROOT,
		.show = where_show,
		.write = where_write,
	},
	{ }
};
