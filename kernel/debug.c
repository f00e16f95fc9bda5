// SPDX-License-Identifier: GPL-2.0-only
/*
 * The debug subsystem: the state of the engine, for people who debug it.
 *
 * Groups are named by number.  The 2007 code printed addresses, which mean nothing
 * outside the kernel.  The init group is 1; its tasks are in top containers only.
 */
#include "cftype.h"

static struct container_subsys_state *debug_create(gfp_t gfp)
{
	return kzalloc(sizeof(struct container_subsys_state), gfp);
}

static void debug_destroy(struct container_subsys_state *css)
{
	kfree(css);
}

static u64 debug_refcount(struct container_subsys_state *css)
{
	return refcount_read(&css->container->refs);
}

static u64 debug_taskcount(struct container_subsys_state *css)
{
	return container_count_tasks(css->container);
}

static u64 debug_releasable(struct container_subsys_state *css)
{
	struct container *cont = css->container;
	u64 ret;

	spin_lock(&container_lock);
	ret = container_empty(cont) && (cont->flags & CONTAINER_RELEASABLE);
	spin_unlock(&container_lock);
	return ret;
}

/* Show the number of the reader's css_group or, with @refs, its references. */
static int debug_show_group(struct seq_file *m, bool refs)
{
	const struct container_file *file = m->private;
	struct container_task_info info;
	struct css_group *group;
	int ret = host_task_get(0, file->caller, &info);

	if (ret)
		return ret;
	spin_lock(&container_lock);
	group = container_task_group_of(info.key);
	seq_printf(m, "%llu\n", refs ? (unsigned long long)group->refs : group->id);
	spin_unlock(&container_lock);
	host_task_put(&info);
	return 0;
}

static int debug_group_show(struct seq_file *m, struct container_subsys_state *css)
{
	return debug_show_group(m, false);
}

static int debug_group_refcount_show(struct seq_file *m, struct container_subsys_state *css)
{
	return debug_show_group(m, true);
}

static const char *debug_describe(void)
{
	return "accounted: counts and references of the engine";
}

static const struct cftype debug_files[] = {
	{ .name = "debug.container_refcount", .mode = 0444, .read_u64 = debug_refcount },
	{ .name = "debug.taskcount", .mode = 0444, .read_u64 = debug_taskcount },
	{ .name = "debug.current_css_group", .mode = 0444, .show = debug_group_show },
	{ .name = "debug.current_css_group_refcount", .mode = 0444,
	  .show = debug_group_refcount_show },
	{ .name = "debug.releasable", .mode = 0444, .read_u64 = debug_releasable },
	{ }
};

struct container_subsys debug_subsys = {
	.name		= "debug",
	.id		= debug_subsys_id,
	.create		= debug_create,
	.destroy	= debug_destroy,
	.describe	= debug_describe,
	.files		= debug_files,
};
