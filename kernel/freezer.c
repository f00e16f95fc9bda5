// SPDX-License-Identifier: GPL-2.0-only
/*
 * The freezer subsystem: stop all tasks of a container and below, and let them go on.
 *
 * What users can rely on is what cgroup v1's freezer does.  A container is freezing if
 * FROZEN was written to its freezer.state (self_freezing) or if its parent is freezing
 * (parent_freezing).  freezer.state of a freezing container says FREEZING until every
 * task in the container and below has really stopped, and FROZEN from then on; otherwise
 * it says THAWED.  A task that is born in a freezing container or attached to it is
 * frozen too; a task that is attached elsewhere goes on.  A frozen task can notice only
 * that time has passed.  Beyond v1: container.kill ends frozen tasks.
 *
 * How.  For each task the engine knows the account on which the host stops the task: the
 * id of the task's container, or 0 if the task runs.  Whenever the account may have
 * changed, the task is put on freezer_tasks, and the work tells the host.  When a task
 * enters a freezing container, the host is told at once if it can stop the task under
 * the lock, so that a child stops before its first instruction.  A thaw is told twice,
 * for the container and for each task, because the host may have stopped children that
 * the engine has not seen yet.
 *
 * Everything here is under container_lock.
 */
#include "cftype.h"
#include "freezer_host.h"

#define FREEZER_BATCH	64

struct freezer_state {
	struct container_subsys_state css;
	bool			self;		/* FROZEN was written here */
	bool			freezing;	/* FROZEN was written here or above */
};

/* The freezer's state of each task. */
struct freezer_task {
	u64			account;	/* the host stops the task on it; 0: does not */
	struct list_head	node;		/* in freezer_tasks */
};

/* A task and its account: the host is told of them once the lock is released. */
struct freezer_order {
	struct container_task_info info;
	u64			account;
};

static LIST_HEAD(freezer_tasks);	/* of freezer_task: the host is to be told of these */
static unsigned int nr_freezing;	/* containers that are freezing */

static struct freezer_state *freezer_of_css(struct container_subsys_state *css)
{
	return container_of(css, struct freezer_state, css);
}

static struct freezer_state *freezer_of(const struct container *cont)
{
	lockdep_assert_held(&container_lock);
	return freezer_of_css(cont->subsys[freezer_subsys_id]);
}

static struct freezer_task *freezer_task_of(const struct container_task *task)
{
	return container_task_state(task, &freezer_subsys);
}

static struct container_task *task_of(const struct freezer_task *ft)
{
	return container_task_of_state(ft, &freezer_subsys);
}

static bool parent_freezing(const struct container *cont)
{
	return cont->parent && freezer_of(cont->parent)->freezing;
}

/* The account on which @task is to be stopped; 0 for a task sent SIGKILL, because it must die. */
static u64 freezer_account(const struct container_task *task)
{
	struct container *cont;

	if (!nr_freezing || !freezer_subsys.root || task->killed)
		return 0;
	cont = css_group_container(task->group, freezer_subsys.root);
	return freezer_of(cont)->freezing ? cont->id : 0;
}

/* --- telling the host --- */

/*
 * Queue @task at the end unless it is queued.  freezer_work() takes only as many tasks as
 * it finds when it starts.
 */
static void freezer_order(struct container_task *task)
{
	struct freezer_task *ft = freezer_task_of(task);

	if (list_empty(&ft->node))
		list_add_tail(&ft->node, &freezer_tasks);
	host_work_pending();
}

/*
 * Tell the host of @task under the lock, if the host can act on it there.  -EAGAIN: the
 * caller tells the host of @order without the lock.
 */
static int freezer_tell(struct container_task *task, struct freezer_order *order)
{
	int ret;

	order->info = container_task_info_of(task);
	order->account = freezer_account(task);
	ret = freezer_host.freeze(&order->info, order->account, true);
	if (!ret || ret == -EAGAIN)
		freezer_task_of(task)->account = order->account;
	return ret;
}

static void freezer_tell_ended(const struct container *cont)
{
	if (freezer_host.ended)
		freezer_host.ended(cont->id);
}

/*
 * Take some tasks off the list and tell the host of them.  Returns the number of tasks in
 * @order, of which the host must be told without the lock.
 */
static unsigned int freezer_collect(struct freezer_order *order, unsigned int *budget)
{
	struct freezer_task *ft;
	unsigned int i, nr = 0;
	int ret;

	spin_lock(&container_lock);
	for (i = 0; i < FREEZER_BATCH && *budget && !list_empty(&freezer_tasks); i++) {
		ft = list_first_entry(&freezer_tasks, struct freezer_task, node);
		list_del_init(&ft->node);
		--*budget;
		ret = freezer_tell(task_of(ft), &order[nr]);
		if (ret == -EAGAIN)
			nr++;
		else if (ret && ret != -ESRCH)
			list_add_tail(&ft->node, &freezer_tasks);
	}
	spin_unlock(&container_lock);
	return nr;
}

/*
 * The host could not do it: queue task @key again, so that the next work tries again and
 * freezer.state does not say FROZEN before.
 */
static void freezer_failed(unsigned long key)
{
	struct container_task *task;

	spin_lock(&container_lock);
	task = container_task_lookup(key);
	if (task && list_empty(&freezer_task_of(task)->node))
		list_add_tail(&freezer_task_of(task)->node, &freezer_tasks);
	spin_unlock(&container_lock);
}

static unsigned int freezer_count_orders(void)
{
	struct list_head *pos;
	unsigned int nr = 0;

	spin_lock(&container_lock);
	list_for_each(pos, &freezer_tasks)
		nr++;
	spin_unlock(&container_lock);
	return nr;
}

/* Tell the host of all tasks on the list.  A task queued meanwhile asks for work again. */
static void freezer_work(void)
{
	unsigned int budget, nr, i;
	struct freezer_order *order;
	int ret;

	if (list_empty(&freezer_tasks))
		return;
	order = kmalloc_array(FREEZER_BATCH, sizeof(*order), GFP_KERNEL | __GFP_NOFAIL);
	for (budget = freezer_count_orders(); budget;) {
		nr = freezer_collect(order, &budget);
		for (i = 0; i < nr; i++) {
			ret = freezer_host.freeze(&order[i].info, order[i].account, false);
			if (ret && ret != -ESRCH)
				freezer_failed(order[i].info.key);
		}
		if (list_empty(&freezer_tasks))
			break;
	}
	kfree(order);
}

/* --- hooks --- */

unsigned long long container_task_account(const struct container_task *task)
{
	return freezer_task_of(task)->account;
}

static void freezer_task_init(struct container_task *task)
{
	INIT_LIST_HEAD(&freezer_task_of(task)->node);
}

static void freezer_task_free(struct container_task *task)
{
	list_del_init(&freezer_task_of(task)->node);
}

static bool freezer_task_busy(const struct container_task *task)
{
	return !list_empty(&freezer_task_of(task)->node);
}

static void freezer_task_changed(struct container_task *task, bool now)
{
	const struct freezer_task *ft = freezer_task_of(task);
	struct freezer_order order;

	/* The host is told of a queued task in any case, because it may know more. */
	if (freezer_account(task) == ft->account || !list_empty(&ft->node))
		return;
	if (!now || freezer_tell(task, &order))
		freezer_order(task);
}

static void freezer_order_all(struct container *cont)
{
	struct container_task *task;
	struct css_link *link;

	container_for_each_task(task, link, cont)
		freezer_order(task);
}

/* Update ->freezing of @top and of all containers below, and queue tasks where it changed. */
static void freezer_update(struct container *top)
{
	struct freezer_state *freezer;
	struct container *cont;
	bool freezing;

	container_for_each_below(cont, top) {
		freezer = freezer_of(cont);
		freezing = freezer->self || parent_freezing(cont);
		if (freezing == freezer->freezing)
			continue;
		freezer->freezing = freezing;
		nr_freezing += freezing ? 1 : -1;
		if (!freezing)
			freezer_tell_ended(cont);
		css_groups_changed(cont);
		freezer_order_all(cont);
	}
}

static struct container_subsys_state *freezer_create(gfp_t gfp)
{
	struct freezer_state *freezer = kzalloc(sizeof(*freezer), gfp);

	return freezer ? &freezer->css : NULL;
}

static void freezer_destroy(struct container_subsys_state *css)
{
	kfree(freezer_of_css(css));
}

static void freezer_online(struct container_subsys_state *css,
			   struct container_subsys_state *parent)
{
	struct container *cont = css->container;

	if (parent_freezing(cont)) {
		freezer_of(cont)->freezing = true;
		nr_freezing++;
	}
}

static void freezer_offline(struct container_subsys_state *css)
{
	struct container *cont = css->container;

	if (freezer_of(cont)->freezing) {
		freezer_of(cont)->freezing = false;
		nr_freezing--;
		freezer_tell_ended(cont);
	}
}

static void freezer_group_facts(struct container_subsys_state *css, struct css_group_facts *facts)
{
	if (freezer_of_css(css)->freezing)
		facts->watch |= CSS_GROUP_WATCH_ALL;
}

/* --- control files --- */

static bool freezer_any_order(const struct container *cont)
{
	const struct freezer_task *ft;

	list_for_each_entry(ft, &freezer_tasks, node)
		if (container_is_descendant(css_group_container(task_of(ft)->group, cont->root),
					    cont))
			return true;
	return false;
}

/* Queue the tasks of @cont that somebody else than the host let go; true if there was one. */
static bool freezer_recall(struct container *cont)
{
	struct container_task_info info;
	struct container_task *task;
	struct css_link *link;
	bool any = false;

	if (!freezer_host.strayed)
		return false;
	container_for_each_task(task, link, cont) {
		info = container_task_info_of(task);
		if (!freezer_account(task) || !freezer_host.strayed(&info, cont->id))
			continue;
		freezer_order(task);
		any = true;
	}
	return any;
}

/* Has every task in @cont and below stopped? */
static bool freezer_complete(struct container *cont)
{
	bool complete = !freezer_any_order(cont);
	struct container *pos;

	container_for_each_below(pos, cont) {
		if (!pos->nr_tasks)
			continue;
		if (!freezer_host.frozen(pos->id))
			complete = false;
		if (freezer_recall(pos))
			complete = false;
	}
	return complete;
}

void container_freezer_look(void)
{
	struct container *cont;

	spin_lock(&container_lock);
	if (nr_freezing && freezer_subsys.root)
		container_for_each_below(cont, freezer_subsys.root->top)
			if (cont->nr_tasks && freezer_of(cont)->freezing) {
				freezer_host.frozen(cont->id);
				freezer_recall(cont);
			}
	spin_unlock(&container_lock);
}

static int freezer_state_show(struct seq_file *m, struct container_subsys_state *css)
{
	struct container *cont = css->container;
	const char *state = "THAWED";

	freezer_work();
	spin_lock(&container_lock);
	if (freezer_of(cont)->freezing)
		state = freezer_complete(cont) ? "FROZEN" : "FREEZING";
	spin_unlock(&container_lock);
	seq_printf(m, "%s\n", state);
	return 0;
}

static int freezer_state_write(struct container_subsys_state *css, struct container_file *file,
			       char *buf, size_t len)
{
	struct container *cont = css->container;
	int ret = 0;
	bool freeze;

	buf = strim(buf);
	freeze = !strcmp(buf, "FROZEN");
	if (!freeze && strcmp(buf, "THAWED"))
		return -EINVAL;
	if (freeze && freezer_host.start) {
		ret = freezer_host.start();
		if (ret)
			return ret;
	}
	spin_lock(&container_lock);
	if (container_removed(cont)) {
		ret = -ENODEV;
	} else {
		freezer_of_css(css)->self = freeze;
		freezer_update(cont);
	}
	spin_unlock(&container_lock);
	freezer_work();
	return ret;
}

static u64 freezer_self_freezing(struct container_subsys_state *css)
{
	return READ_ONCE(freezer_of_css(css)->self);
}

static u64 freezer_parent_freezing(struct container_subsys_state *css)
{
	u64 ret;

	spin_lock(&container_lock);
	ret = parent_freezing(css->container);
	spin_unlock(&container_lock);
	return ret;
}

static const char *freezer_describe(void)
{
	return freezer_host.describe();
}

static const struct cftype freezer_files[] = {
	{
		.name = "freezer.state",
		.mode = 0644,
		.flags = CFTYPE_NOT_ON_ROOT,
		.show = freezer_state_show,
		.write = freezer_state_write,
	},
	{
		.name = "freezer.self_freezing",
		.mode = 0444,
		.flags = CFTYPE_NOT_ON_ROOT,
		.read_u64 = freezer_self_freezing,
	},
	{
		.name = "freezer.parent_freezing",
		.mode = 0444,
		.flags = CFTYPE_NOT_ON_ROOT,
		.read_u64 = freezer_parent_freezing,
	},
	{ }
};

struct container_subsys freezer_subsys = {
	.name		= "freezer",
	.id		= freezer_subsys_id,
	.create		= freezer_create,
	.destroy	= freezer_destroy,
	.online		= freezer_online,
	.offline	= freezer_offline,
	.task_size	= sizeof(struct freezer_task),
	.task_init	= freezer_task_init,
	.task_free	= freezer_task_free,
	.task_busy	= freezer_task_busy,
	.task_changed	= freezer_task_changed,
	.group_facts	= freezer_group_facts,
	.post_attach	= freezer_work,
	.work		= freezer_work,
	.describe	= freezer_describe,
	.files		= freezer_files,
};
