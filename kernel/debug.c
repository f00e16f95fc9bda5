// SPDX-License-Identifier: GPL-2.0-only
/*
 * The debug subsystem: what the engine thinks, for whoever debugs it.
 *
 * Groups are named by number where the 2007 code printed addresses: those mean
 * nothing outside the kernel.  The init group, of tasks in top containers
 * only, is 1.
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

static u64 debug_refcount(struct container *cont)
{
	return refcount_read(&cont->refs);
}

static u64 debug_taskcount(struct container *cont)
{
	return container_is_top(cont) ? container_count_tasks(cont) : READ_ONCE(cont->nr_tasks);
}

static u64 debug_releasable(struct container *cont)
{
	u64 ret;

	spin_lock(&container_lock);
	ret = container_empty(cont) && (cont->flags & CONTAINER_RELEASABLE);
	spin_unlock(&container_lock);
	return ret;
}

/* A number of the reader's css_group. */
static int debug_show_group(struct seq_file *m, const struct container_actor *reader, bool refs)
{
	struct container_task_info info;
	struct css_group *group;
	int ret = host_task_get(0, reader, &info);

	if (ret)
		return ret;
	spin_lock(&container_lock);
	group = container_task_group_of(info.key);
	seq_printf(m, "%llu\n", refs ? (unsigned long long)group->refs : group->id);
	spin_unlock(&container_lock);
	host_task_put(&info);
	return 0;
}

static int debug_group_show(struct seq_file *m, struct container_file *file,
			    const struct container_actor *reader)
{
	return debug_show_group(m, reader, false);
}

static int debug_group_refcount_show(struct seq_file *m, struct container_file *file,
				     const struct container_actor *reader)
{
	return debug_show_group(m, reader, true);
}

static const char *debug_describe(char *buf, size_t size)
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
