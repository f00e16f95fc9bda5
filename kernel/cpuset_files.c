// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control files of cpuset, and the rules by which they are written.
 *
 * Rules, their order and errors are cgroup v1's: a container's CPUs, nodes and exclusive
 * flags are a subset of its parent's (-EACCES) and a superset of its children's (-EBUSY),
 * siblings share nothing exclusive (-EINVAL), and a container with tasks keeps at least
 * one CPU and node (-ENOSPC).  Beyond v1, a list of CPUs is kept while some of them are
 * offline, and the top container has all CPUs, later ones included.
 *
 * A value that v1 takes and no host can honour is -EOPNOTSUPP, after v1's own checks: a
 * part of the memory nodes, and every value but the default in the files about memory
 * and load balancing.
 */
#include "cpuset.h"

/* The settings of a container, as they are or as a write wants them. */
struct cpuset_view {
	const unsigned long	*cpus, *mems;
	bool			cpu_exclusive, mem_exclusive;
};

static const unsigned long no_mems[BITS_TO_LONGS(CONTAINER_MEMS_MAX)];

static struct cpuset_view cpuset_view(const struct container *cont)
{
	const struct cpuset_state *cs = cpuset_of(cont);

	return (struct cpuset_view){
		.cpus = cs->cpus,
		.mems = cs->mems ? cpuset_online_mems : no_mems,
		.cpu_exclusive = cs->cpu_exclusive,
		.mem_exclusive = cs->mem_exclusive,
	};
}

static bool view_is_subset(const struct cpuset_view *v, const struct cpuset_view *of)
{
	return bitmap_subset(v->cpus, of->cpus, host_nr_cpus()) &&
	       bitmap_subset(v->mems, of->mems, CONTAINER_MEMS_MAX) &&
	       v->cpu_exclusive <= of->cpu_exclusive && v->mem_exclusive <= of->mem_exclusive;
}

/* Does @a or @b hold exclusively a CPU or node that the other has, too? */
static bool views_collide(const struct cpuset_view *a, const struct cpuset_view *b)
{
	if ((a->cpu_exclusive || b->cpu_exclusive) &&
	    bitmap_intersects(a->cpus, b->cpus, host_nr_cpus()))
		return true;
	return (a->mem_exclusive || b->mem_exclusive) &&
	       bitmap_intersects(a->mems, b->mems, CONTAINER_MEMS_MAX);
}

static bool view_empties(const struct cpuset_view *v, const struct cpuset_view *now)
{
	return (bitmap_empty(v->cpus, host_nr_cpus()) &&
		!bitmap_empty(now->cpus, host_nr_cpus())) ||
	       (bitmap_empty(v->mems, CONTAINER_MEMS_MAX) &&
		!bitmap_empty(now->mems, CONTAINER_MEMS_MAX));
}

/* 0 if @cont may have the settings @to, or the error of the first rule that they break. */
static int cpuset_validate(const struct container *cont, const struct cpuset_view *to)
{
	struct cpuset_view now = cpuset_view(cont), other;
	const struct container *pos;
	struct rb_node *node;

	for (node = rb_first(&cont->children); node; node = rb_next(node)) {
		other = cpuset_view(rb_entry(node, struct container, by_name));
		if (!view_is_subset(&other, to))
			return -EBUSY;
	}
	if (container_is_top(cont))
		return 0;
	other = cpuset_view(cont->parent);
	if (!view_is_subset(to, &other))
		return -EACCES;
	for (node = rb_first(&cont->parent->children); node; node = rb_next(node)) {
		pos = rb_entry(node, struct container, by_name);
		other = cpuset_view(pos);
		if (pos != cont && views_collide(to, &other))
			return -EINVAL;
	}
	return cont->nr_populated && view_empties(to, &now) ? -ENOSPC : 0;
}

/* --- cpus, mems --- */

/* Show @map in the form "0-3,5\n". */
static void show_list(struct seq_file *m, const unsigned long *map, unsigned int size)
{
	unsigned int begin, end;
	bool first = true;

	for (begin = find_first_bit(map, size); begin < size;
	     begin = find_next_bit(map, size, end)) {
		end = find_next_zero_bit(map, size, begin);
		seq_printf(m, first ? "%u" : ",%u", begin);
		if (end - begin > 1)
			seq_printf(m, "-%u", end - 1);
		first = false;
	}
	seq_putc(m, '\n');
}

static int cpus_show(struct seq_file *m, struct container_subsys_state *css)
{
	cpuset_refresh();
	spin_lock(&container_lock);
	show_list(m, container_is_top(css->container) ? cpuset_online_cpus :
							cpuset_of_css(css)->cpus, host_nr_cpus());
	spin_unlock(&container_lock);
	return 0;
}

/*
 * Is @cont without tasks, here and below?  Then it has no use for CPUs.  A container with
 * tasks and no CPUs is a clone, which uses its parent's.
 */
static bool cpuset_unused(const struct container *cont)
{
	return !container_is_top(cont) && !cont->nr_populated;
}

static int effective_cpus_show(struct seq_file *m, struct container_subsys_state *css)
{
	struct container *cont = css->container;
	unsigned int nr = host_nr_cpus();
	unsigned long *cpus = bitmap_zalloc(nr, GFP_KERNEL);

	if (!cpus)
		return -ENOMEM;
	container_cpus_changed();
	spin_lock(&container_lock);
	if (!cpuset_unused(cont) || !bitmap_empty(cpuset_of_css(css)->cpus, nr))
		cpuset_effective(cont, cpus);
	spin_unlock(&container_lock);
	show_list(m, cpus, nr);
	bitmap_free(cpus);
	return 0;
}

static int cpus_write(struct container_subsys_state *css, struct container_file *file,
		      char *buf, size_t len)
{
	struct container *cont = css->container;
	unsigned int nr = host_nr_cpus();
	struct cpuset_view to;
	unsigned long *cpus;
	int ret;

	if (container_is_top(cont))
		return -EACCES;
	cpus = bitmap_zalloc(nr, GFP_KERNEL);
	if (!cpus)
		return -ENOMEM;
	cpuset_refresh();
	ret = bitmap_parselist(strim(buf), cpus, nr);
	if (ret)
		goto free;
	spin_lock(&container_lock);
	if (container_removed(cont)) {
		ret = -ENODEV;
	} else if (!bitmap_subset(cpus, cpuset_online_cpus, nr)) {
		ret = -EINVAL;
	} else if (!bitmap_equal(cpus, cpuset_of_css(css)->cpus, nr)) {
		to = cpuset_view(cont);
		to.cpus = cpus;
		ret = cpuset_validate(cont, &to);
		if (!ret && cpuset_host.can_set && !cpuset_host.can_set())
			ret = -EOPNOTSUPP;
		if (!ret) {
			bitmap_copy(cpuset_of_css(css)->cpus, cpus, nr);
			cpuset_changed(cont);
		}
	}
	spin_unlock(&container_lock);
	cpuset_settle();
free:
	bitmap_free(cpus);
	return ret;
}

static int mems_show(struct seq_file *m, struct container_subsys_state *css)
{
	cpuset_refresh();
	spin_lock(&container_lock);
	show_list(m, cpuset_view(css->container).mems, CONTAINER_MEMS_MAX);
	spin_unlock(&container_lock);
	return 0;
}

static int effective_mems_show(struct seq_file *m, struct container_subsys_state *css)
{
	bool none;

	cpuset_refresh();
	spin_lock(&container_lock);
	none = cpuset_unused(css->container) && !cpuset_of_css(css)->mems;
	show_list(m, none ? no_mems : cpuset_online_mems, CONTAINER_MEMS_MAX);
	spin_unlock(&container_lock);
	return 0;
}

static int mems_write(struct container_subsys_state *css, struct container_file *file,
		      char *buf, size_t len)
{
	unsigned long mems[BITS_TO_LONGS(CONTAINER_MEMS_MAX)];
	struct container *cont = css->container;
	struct cpuset_view to;
	int ret;

	if (container_is_top(cont))
		return -EACCES;
	ret = bitmap_parselist(strim(buf), mems, CONTAINER_MEMS_MAX);
	if (ret)
		return ret;
	cpuset_refresh();
	spin_lock(&container_lock);
	to = cpuset_view(cont);
	if (container_removed(cont)) {
		ret = -ENODEV;
	} else if (!bitmap_subset(mems, cpuset_online_mems, CONTAINER_MEMS_MAX)) {
		ret = -EINVAL;
	} else if (!bitmap_equal(mems, to.mems, CONTAINER_MEMS_MAX)) {
		to.mems = mems;
		ret = cpuset_validate(cont, &to);
		if (!ret && !bitmap_empty(mems, CONTAINER_MEMS_MAX) &&
		    !bitmap_equal(mems, cpuset_online_mems, CONTAINER_MEMS_MAX))
			ret = -EOPNOTSUPP;
		if (!ret)
			cpuset_of_css(css)->mems = !bitmap_empty(mems, CONTAINER_MEMS_MAX);
	}
	spin_unlock(&container_lock);
	return ret;
}

/* --- exclusive --- */

static u64 cpu_exclusive_get(struct container_subsys_state *css)
{
	return READ_ONCE(cpuset_of_css(css)->cpu_exclusive);
}

static u64 mem_exclusive_get(struct container_subsys_state *css)
{
	return READ_ONCE(cpuset_of_css(css)->mem_exclusive);
}

/* Set the exclusive flags of CPUs and of memory nodes.  NULL: leave the flag as it is. */
static int exclusive_set(struct container_subsys_state *css, const bool *cpu, const bool *mem)
{
	struct cpuset_state *cs = cpuset_of_css(css);
	struct container *cont = css->container;
	struct cpuset_view to;
	bool was;
	int ret;

	spin_lock(&container_lock);
	to = cpuset_view(cont);
	if (cpu)
		to.cpu_exclusive = *cpu;
	if (mem)
		to.mem_exclusive = *mem;
	ret = container_removed(cont) ? -ENODEV : cpuset_validate(cont, &to);
	if (!ret) {
		was = cpuset_exclusive(cs);
		cs->cpu_exclusive = to.cpu_exclusive;
		cs->mem_exclusive = to.mem_exclusive;
		if (cont->parent)
			cpuset_count_exclusive(cont->parent, cpuset_exclusive(cs) - was);
	}
	spin_unlock(&container_lock);
	return ret;
}

static int cpu_exclusive_set(struct container_subsys_state *css, u64 val)
{
	bool on = val;

	return exclusive_set(css, &on, NULL);
}

static int mem_exclusive_set(struct container_subsys_state *css, u64 val)
{
	bool on = val;

	return exclusive_set(css, NULL, &on);
}

/* --- files that take only their default --- */

static u64 zero_get(struct container_subsys_state *css)
{
	return 0;
}

static int zero_set(struct container_subsys_state *css, u64 val)
{
	return val ? -EOPNOTSUPP : 0;
}

static u64 one_get(struct container_subsys_state *css)
{
	return 1;
}

static int one_set(struct container_subsys_state *css, u64 val)
{
	return val ? 0 : -EOPNOTSUPP;
}

static int relax_show(struct seq_file *m, struct container_subsys_state *css)
{
	seq_puts(m, "-1\n");
	return 0;
}

static int relax_write(struct container_subsys_state *css, struct container_file *file,
		       char *buf, size_t len)
{
	long long level;
	int ret = kstrtoll(strim(buf), 0, &level);

	if (ret)
		return ret;
	if (level < -1)
		return -EINVAL;
	return level == -1 ? 0 : -EOPNOTSUPP;
}

const struct cftype cpuset_files[] = {
	{
		.name = "cpuset.cpus",
		.mode = 0644,
		.show = cpus_show,
		.write = cpus_write,
	},
	{
		.name = "cpuset.mems",
		.mode = 0644,
		.show = mems_show,
		.write = mems_write,
	},
	{
		.name = "cpuset.effective_cpus",
		.mode = 0444,
		.show = effective_cpus_show,
	},
	{
		.name = "cpuset.effective_mems",
		.mode = 0444,
		.show = effective_mems_show,
	},
	{
		.name = "cpuset.cpu_exclusive",
		.mode = 0644,
		.read_u64 = cpu_exclusive_get,
		.write_u64 = cpu_exclusive_set,
	},
	{
		.name = "cpuset.mem_exclusive",
		.mode = 0644,
		.read_u64 = mem_exclusive_get,
		.write_u64 = mem_exclusive_set,
	},
	{
		.name = "cpuset.mem_hardwall",
		.mode = 0644,
		.read_u64 = zero_get,
		.write_u64 = zero_set,
	},
	{
		.name = "cpuset.sched_load_balance",
		.mode = 0644,
		.read_u64 = one_get,
		.write_u64 = one_set,
	},
	{
		.name = "cpuset.sched_relax_domain_level",
		.mode = 0644,
		.show = relax_show,
		.write = relax_write,
	},
	{
		.name = "cpuset.memory_migrate",
		.mode = 0644,
		.read_u64 = zero_get,
		.write_u64 = zero_set,
	},
	{
		.name = "cpuset.memory_pressure",
		.mode = 0444,
		.read_u64 = zero_get,
	},
	{
		.name = "cpuset.memory_pressure_enabled",
		.mode = 0644,
		.flags = CFTYPE_ONLY_ON_ROOT,
		.read_u64 = zero_get,
		.write_u64 = zero_set,
	},
	{
		.name = "cpuset.memory_spread_page",
		.mode = 0644,
		.read_u64 = zero_get,
		.write_u64 = zero_set,
	},
	{
		.name = "cpuset.memory_spread_slab",
		.mode = 0644,
		.read_u64 = zero_get,
		.write_u64 = zero_set,
	},
	{ }
};
