// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cpuset subsystem: on which CPUs the tasks of a container may run.
 *
 * What users can rely on.  Files, rules and errors are cgroup v1's.  When a write to
 * `tasks` or to cpuset.cpus returns, the affinity of each task concerned is exactly the
 * container's CPUs.  A child is born with its parent's affinity.  sched_setaffinity(2)
 * may narrow the affinity and not widen it.  A task that moves back to the top container
 * may use all CPUs.  A container uses its parent's CPUs if its own are all offline, or if
 * it is a clone for which exclusive siblings left none.  cpuset.mems is all memory nodes
 * or none, because memory nodes cannot be bound from outside of the memory manager;
 * "none" matters for attach only.
 *
 * How.  Setting an affinity sleeps.  So a task whose affinity is due is put on
 * cpuset_tasks under container_lock, and cpuset_settle() tells the host of each task on
 * the list without that lock.  A write settles before it returns.  cpuset_mutex makes the
 * write wait for a worker that has taken a task off the list and has not told the host
 * yet.  A fork in between has copied the old affinity.  So cpuset_check() compares the
 * affinity of a task that enters by birth (cpuset_host.within()), and queues the task if
 * need be; it does the same for a task whose affinity somebody has changed.
 *
 * Locks: cpuset_mutex is taken before container_lock, which protects everything else.
 */
#include "cpuset.h"

/* Rounds of cpuset_settle(), because tasks are queued meanwhile; the work does the rest. */
#define SETTLE_ROUNDS	8

/* cpuset's state of each task. */
struct cpuset_task {
	struct list_head	node;		/* in cpuset_tasks */
	enum {
		CPUSET_NOTHING,
		CPUSET_KEEP,		/* narrow the affinity to the container's CPUs */
		CPUSET_SET,		/* set the affinity to the container's CPUs */
	}			due;
};

unsigned long cpuset_online_cpus[BITS_TO_LONGS(CONTAINER_CPUS_MAX)];
unsigned long cpuset_online_mems[BITS_TO_LONGS(CONTAINER_MEMS_MAX)];

static LIST_HEAD(cpuset_tasks);		/* of cpuset_task: the host is to be told of these */
static unsigned int nr_limited;		/* containers that are limited */
static unsigned long enter_cpus[BITS_TO_LONGS(CONTAINER_CPUS_MAX)];	/* scratch, locked */

static DEFINE_MUTEX(cpuset_mutex);	/* held while the host is told; protects told_* */
static unsigned long told_cpus[BITS_TO_LONGS(CONTAINER_CPUS_MAX)];
static unsigned long told_mems[BITS_TO_LONGS(CONTAINER_MEMS_MAX)];

/* --- which CPUs --- */

void cpuset_effective(const struct container *cont, unsigned long *cpus)
{
	for (; cont->parent; cont = cont->parent)
		if (bitmap_and(cpus, cpuset_of(cont)->cpus, cpuset_online_cpus, host_nr_cpus()))
			return;
	bitmap_copy(cpus, cpuset_online_cpus, host_nr_cpus());
}

/* The affinity of tasks in @cont.  In the top it has all CPUs, because more may come online. */
static void cpuset_affinity(const struct container *cont, unsigned long *cpus)
{
	if (container_is_top(cont))
		bitmap_fill(cpus, host_nr_cpus());
	else
		cpuset_effective(cont, cpus);
}

static bool cpuset_is_limited(const struct container *cont)
{
	cpuset_effective(cont, enter_cpus);
	return !bitmap_equal(enter_cpus, cpuset_online_cpus, host_nr_cpus());
}

static void cpuset_set_limited(struct container *cont, bool limited)
{
	struct cpuset_state *cs = cpuset_of(cont);
	bool any = nr_limited;

	if (limited == cs->limited)
		return;
	cs->limited = limited;
	nr_limited += limited ? 1 : -1;
	css_groups_changed(cont);
	if (any != !!nr_limited && cpuset_host.watch)
		cpuset_host.watch(nr_limited);
}

void cpuset_count_exclusive(struct container *cont, int delta)
{
	struct cpuset_state *cs = cpuset_of(cont);
	bool any = cs->nr_exclusive;

	cs->nr_exclusive += delta;
	if (any != !!cs->nr_exclusive)
		css_groups_changed(cont);
}

static void cpuset_update_limited(struct container *top)
{
	struct container *cont;

	container_for_each_below(cont, top)
		cpuset_set_limited(cont, cpuset_is_limited(cont));
}

/* --- telling the host --- */

static struct cpuset_task *cpuset_task_of(const struct container_task *task)
{
	return container_task_state(task, &cpuset_subsys);
}

static void cpuset_order(struct container_task *task, unsigned int due)
{
	struct cpuset_task *ct = cpuset_task_of(task);

	ct->due = max_t(unsigned int, ct->due, due);
	if (list_empty(&ct->node))
		list_add_tail(&ct->node, &cpuset_tasks);
	host_work_pending();
}

static void cpuset_order_all(struct container *cont)
{
	struct container_task *task;
	struct css_link *link;

	container_for_each_task(task, link, cont)
		cpuset_order(task, CPUSET_SET);
}

/* Queue @task if its affinity has a CPU that @cont does not have. */
static void cpuset_check(struct container_task *task, const struct container *cont)
{
	if (!cpuset_of(cont)->limited)
		return;
	cpuset_effective(cont, enter_cpus);
	if (!cpuset_host.within(task->key, enter_cpus))
		cpuset_order(task, CPUSET_KEEP);
}

static void cpuset_check_all(struct container *cont)
{
	struct container_task *task;
	struct css_link *link;

	container_for_each_task(task, link, cont)
		cpuset_check(task, cont);
}

/* Take the next task off the list into @info, pinned, and its CPUs into told_cpus. */
static bool cpuset_next(struct container_task_info *info, bool *keep)
{
	const struct container_task *task;
	struct cpuset_task *ct;

	spin_lock(&container_lock);
	ct = list_first_entry_or_null(&cpuset_tasks, struct cpuset_task, node);
	if (ct) {
		list_del_init(&ct->node);
		*keep = ct->due == CPUSET_KEEP;
		ct->due = CPUSET_NOTHING;
		task = container_task_of_state(ct, &cpuset_subsys);
		*info = container_task_info_of(task);
		if (cpuset_subsys.root)
			cpuset_affinity(css_group_container(task->group, cpuset_subsys.root),
					told_cpus);
		else
			bitmap_fill(told_cpus, host_nr_cpus());
		host_task_hold(info);
	}
	spin_unlock(&container_lock);
	return ct;
}

void cpuset_settle(void)
{
	struct container_task_info info;
	unsigned int rounds = 0;
	bool keep;

	mutex_lock(&cpuset_mutex);
	do {
		while (cpuset_next(&info, &keep)) {
			cpuset_host.set(&info, told_cpus, keep);
			host_task_put(&info);
		}
		/* Queues children that were born with the old affinity. */
		host_sync();
	} while (!list_empty(&cpuset_tasks) && ++rounds < SETTLE_ROUNDS);
	mutex_unlock(&cpuset_mutex);
}

static void cpuset_work(void)
{
	if (!list_empty(&cpuset_tasks))
		cpuset_settle();
}

/* --- what changes --- */

/* Do the CPUs of @pos, which is @cont or below it, depend on those of @cont? */
static bool cpuset_depends(const struct container *pos, const struct container *cont)
{
	for (; pos != cont; pos = pos->parent)
		if (bitmap_intersects(cpuset_of(pos)->cpus, cpuset_online_cpus, host_nr_cpus()))
			return false;
	return true;
}

void cpuset_changed(struct container *cont)
{
	struct container *pos;

	cpuset_update_limited(cont);
	container_for_each_below(pos, cont)
		if (cpuset_depends(pos, cont))
			cpuset_order_all(pos);
}

/* The CPUs @changed came online or went: queue tasks that may gain or lose one of them. */
static void cpuset_online_changed(const unsigned long *changed)
{
	struct container *top = cpuset_subsys.root->top, *cont;
	unsigned int nr = host_nr_cpus();

	cpuset_update_limited(top);
	container_for_each_below(cont, top) {
		if (container_is_top(cont))
			continue;
		if (bitmap_intersects(cpuset_of(cont)->cpus, changed, nr) ||
		    !bitmap_intersects(cpuset_of(cont)->cpus, cpuset_online_cpus, nr))
			cpuset_order_all(cont);
		else
			/* @cont may be limited only now, and nobody watched its tasks before. */
			cpuset_check_all(cont);
	}
}

void cpuset_refresh(void)
{
	unsigned int nr = host_nr_cpus();

	mutex_lock(&cpuset_mutex);
	cpuset_host.online(told_cpus, told_mems);
	spin_lock(&container_lock);
	bitmap_copy(cpuset_online_mems, told_mems, CONTAINER_MEMS_MAX);
	bitmap_xor(enter_cpus, told_cpus, cpuset_online_cpus, nr);
	if (!bitmap_empty(enter_cpus, nr)) {
		bitmap_copy(cpuset_online_cpus, told_cpus, nr);
		bitmap_copy(told_cpus, enter_cpus, nr);
		if (cpuset_subsys.root)
			cpuset_online_changed(told_cpus);
	}
	spin_unlock(&container_lock);
	mutex_unlock(&cpuset_mutex);
}

void container_cpus_changed(void)
{
	cpuset_refresh();
	cpuset_work();
}

void container_task_affinity(unsigned long key)
{
	struct container_task *task;
	struct container *cont;

	if (!READ_ONCE(nr_limited))
		return;
	spin_lock(&container_lock);
	if (key) {
		task = container_task_lookup(key);
		if (task && cpuset_subsys.root)
			cpuset_check(task, css_group_container(task->group, cpuset_subsys.root));
	} else if (cpuset_subsys.root) {
		container_for_each_below(cont, cpuset_subsys.root->top)
			cpuset_check_all(cont);
	}
	spin_unlock(&container_lock);
}

/*
 * Check @task under its new number, because a host that hears of affinities by number may
 * have missed a change under the old one.
 */
static void cpuset_task_renamed(struct container_task *task)
{
	cpuset_check(task, css_group_container(task->group, cpuset_subsys.root));
}

_Bool container_task_cpus(unsigned long key, unsigned long *cpus)
{
	struct container *cont = NULL;
	struct container_task *task;
	bool limited;

	if (!READ_ONCE(nr_limited))
		return false;
	spin_lock(&container_lock);
	task = container_task_lookup(key);
	if (task && cpuset_subsys.root)
		cont = css_group_container(task->group, cpuset_subsys.root);
	limited = cont && cpuset_of(cont)->limited;
	if (limited)
		cpuset_effective(cont, cpus);
	spin_unlock(&container_lock);
	return limited;
}

/* --- hooks --- */

static struct container_subsys_state *cpuset_create(gfp_t gfp)
{
	struct cpuset_state *cs;

	cs = kzalloc(sizeof(*cs) + BITS_TO_LONGS(host_nr_cpus()) * sizeof(long), gfp);
	return cs ? &cs->css : NULL;
}

static void cpuset_destroy(struct container_subsys_state *css)
{
	kfree(cpuset_of_css(css));
}

static void cpuset_copy(struct cpuset_state *cs, const struct cpuset_state *from)
{
	bitmap_copy(cs->cpus, from->cpus, host_nr_cpus());
	if (container_is_top(from->css.container))
		bitmap_copy(cs->cpus, cpuset_online_cpus, host_nr_cpus());
	cs->mems = from->mems;
}

/* Take from @cs, which is new, what its siblings have exclusively. */
static void cpuset_leave_exclusive(struct cpuset_state *cs, const struct container *parent)
{
	const struct cpuset_state *sibling;
	struct rb_node *node;

	for (node = rb_first(&parent->children); node; node = rb_next(node)) {
		sibling = cpuset_of(rb_entry(node, struct container, by_name));
		if (sibling == cs)
			continue;
		if (sibling->cpu_exclusive)
			bitmap_andnot(cs->cpus, cs->cpus, sibling->cpus, host_nr_cpus());
		if (sibling->mem_exclusive && sibling->mems)
			cs->mems = false;
	}
}

/*
 * As in cgroup v1, a new directory gets its parent's CPUs and nodes if clone_children is
 * set and no sibling is exclusive, else nothing.  A clone has a task already, so it always
 * gets what its parent has, less what exclusive siblings have.
 */
static void cpuset_online(struct container_subsys_state *css,
			  struct container_subsys_state *parent)
{
	struct cpuset_state *above = parent ? cpuset_of_css(parent) : NULL;
	struct cpuset_state *cs = cpuset_of_css(css);
	struct container *cont = css->container;

	if (!above) {
		cs->cpu_exclusive = cs->mem_exclusive = cs->mems = true;
		bitmap_fill(cs->cpus, host_nr_cpus());
		return;
	}
	if (cont->flags & CONTAINER_CLONE) {
		cpuset_copy(cs, above);
		if (above->nr_exclusive)
			cpuset_leave_exclusive(cs, cont->parent);
	} else if ((cont->flags & CONTAINER_CLONE_CHILDREN) && !above->nr_exclusive) {
		cpuset_copy(cs, above);
	}
	cpuset_set_limited(cont, cpuset_is_limited(cont));
}

static void cpuset_offline(struct container_subsys_state *css)
{
	struct container *cont = css->container;

	cpuset_set_limited(cont, false);
	if (cont->parent && cpuset_exclusive(cpuset_of(cont)))
		cpuset_count_exclusive(cont->parent, -1);
}

static int cpuset_can_attach(struct container_subsys_state *css, const struct container_attach *a)
{
	const struct cpuset_state *cs = cpuset_of_css(css);

	return bitmap_empty(cs->cpus, host_nr_cpus()) || !cs->mems ? -ENOSPC : 0;
}

static void cpuset_attach(struct container_subsys_state *css, const struct container_attach *a)
{
	struct container_task *task = container_task_lookup(a->task->key);

	if (task)
		cpuset_order(task, CPUSET_SET);
}

static void cpuset_enter(struct container_subsys_state *css, struct container_task *task)
{
	cpuset_check(task, css->container);
}

static void cpuset_task_init(struct container_task *task)
{
	INIT_LIST_HEAD(&cpuset_task_of(task)->node);
}

static void cpuset_task_free(struct container_task *task)
{
	list_del_init(&cpuset_task_of(task)->node);
}

static bool cpuset_task_busy(const struct container_task *task)
{
	return !list_empty(&cpuset_task_of(task)->node);
}

static void cpuset_let_go(struct container_subsys_state *css, struct container_task *task)
{
	if (cpuset_of(css->container)->limited)
		cpuset_order(task, CPUSET_SET);
}

/* CLONE is watched because exclusive children leave a new clone less than its parent has. */
static void cpuset_group_facts(struct container_subsys_state *css, struct css_group_facts *facts)
{
	const struct cpuset_state *cs = cpuset_of_css(css);

	if (container_is_top(css->container))
		return;
	if (cs->limited)
		facts->watch |= CSS_GROUP_WATCH_CPUS;
	if (cs->nr_exclusive)
		facts->watch |= CSS_GROUP_WATCH_CLONE;
}

static const char *cpuset_describe(void)
{
	return cpuset_host.describe();
}

struct container_subsys cpuset_subsys = {
	.name		= "cpuset",
	.id		= cpuset_subsys_id,
	.init		= cpuset_refresh,
	.create		= cpuset_create,
	.destroy	= cpuset_destroy,
	.online		= cpuset_online,
	.offline	= cpuset_offline,
	.can_attach	= cpuset_can_attach,
	.attach		= cpuset_attach,
	.post_attach	= cpuset_settle,
	.task_size	= sizeof(struct cpuset_task),
	.task_init	= cpuset_task_init,
	.task_free	= cpuset_task_free,
	.task_busy	= cpuset_task_busy,
	.task_renamed	= cpuset_task_renamed,
	.enter		= cpuset_enter,
	.let_go		= cpuset_let_go,
	.group_facts	= cpuset_group_facts,
	.work		= cpuset_work,
	.describe	= cpuset_describe,
	.files		= cpuset_files,
	.noprefix_ok	= true,
};
