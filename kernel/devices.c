// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices subsystem: which device nodes the tasks of a container may open
 * and make.
 *
 * What users can rely on, which is what cgroup v1's devices controller does:
 *  - A container allows everything but some devices, or nothing but some.  The
 *    first is how the top container begins, "a" written to devices.deny makes
 *    it the second, "a" written to devices.allow brings back what the parent
 *    has; both only while it has no children.
 *  - A new container, made by mkdir or clone, has the rules of its parent.
 *  - Nobody gets more than the parent: devices.allow fails for what that has not.
 *    What devices.deny takes away is taken from all containers below, and what
 *    they had been given within that goes with it.
 *  - Rules are asked when a device is opened or its node is made, not later.
 *  - Rules are changed by who has CAP_SYS_ADMIN in the initial user namespace
 *    now, as in v1, and, which is more than v1 asks, had it when opening the file.
 *  - A write that fails has changed nothing, and one that succeeded is in force
 *    when it returns.
 *
 * How: a container holds a set of rules (devices.h), and each tracked task that
 * is not in the top container points to its container's, so that a check takes
 * no lock; a host that cannot ask the engine is told of the set of each
 * css_group.  Hosts look at devices from the first restriction until the hierarchy
 * dies: starting and stopping may take a kernel seconds.  A set that was replaced
 * is kept, for those who are looking at it, until the work is run, which is, on a
 * host that is told of clones later, when it knows of all.
 */
#include "cftype.h"
#include "devices.h"

struct devices {
	struct container_subsys_state	css;
	struct device_rules		*rules;	/* a reference; NULL: everything is allowed */
	struct device_rules		*next;	/* what it will be, if changing; likewise */
	bool				changing;
};

/* Of each task. */
struct devices_task {
	const struct device_rules __rcu	*rules;	/* its container's; NULL: the top's */
};

/* Inside a container_file's, outside of container_lock. */
static DEFINE_MUTEX(devices_mutex);
static bool devices_started;		/* the host was; under devices_mutex */

static struct device_rules __rcu *devices_top;	/* the top container's; NULL as above */

/* Stands for NULL in a task, where that means "as the top container". */
static const struct device_rules devices_open;

static struct devices *devices_of_css(struct container_subsys_state *css)
{
	return container_of(css, struct devices, css);
}

static struct devices *devices_of(const struct container *cont)
{
	lockdep_assert_held(&container_lock);
	return devices_of_css(cont->subsys[devices_subsys_id]);
}

static struct devices_task *devices_task_of(const struct container_task *task)
{
	return container_task_state(task, &devices_subsys);
}

static struct device_rules *devices_next(const struct container *cont)
{
	struct devices *devices = devices_of(cont);

	return devices->changing ? devices->next : devices->rules;
}

/* --- what is asked --- */

int container_device_permission(unsigned long key, const struct container_device_rule *want)
{
	const struct device_rules *rules;
	struct container_task *task;
	bool ok;

	if (!device_rules_any())
		return 0;
	rcu_read_lock();
	task = container_task_lookup(key);
	rules = task ? rcu_dereference(devices_task_of(task)->rules) : NULL;
	if (!rules)
		rules = rcu_dereference(devices_top);
	ok = device_rules_permit(rules, want);
	rcu_read_unlock();
	return ok ? 0 : -EPERM;
}

static void devices_group_facts(struct container_subsys_state *css, struct css_group_facts *facts)
{
	const struct device_rules *rules = devices_of_css(css)->rules;

	facts->rules = rules ? rules->id : 0;
}

/* --- changing rules; all or nothing --- */

static void devices_tell_task(const struct container *cont, struct container_task *task)
{
	const struct device_rules *rules = NULL;

	if (!container_is_top(cont))
		rules = devices_of(cont)->rules ?: &devices_open;
	rcu_assign_pointer(devices_task_of(task)->rules, rules);
}

/* @rules are those of @cont from now on; takes over the reference. */
static void devices_set(struct container *cont, struct device_rules *rules)
{
	struct devices *devices = devices_of(cont);
	struct device_rules *old = devices->rules;
	struct container_task *task;
	struct css_link *link;

	devices->rules = rules;
	if (rules != old) {
		if (container_is_top(cont))
			rcu_assign_pointer(devices_top, rules);
		else
			list_for_each_entry(link, &cont->links, in_container)
				list_for_each_entry(task, &link->group->tasks, in_group)
					devices_tell_task(cont, task);
		css_groups_changed(cont);
	}
	device_rules_put(old);
}

/* What @draft says shall be the rules of @cont. */
static int devices_prepare(struct container *cont, const struct device_draft *draft)
{
	struct device_rules *like[2] = {
		devices_of(cont)->rules,
		cont->parent ? devices_next(cont->parent) : NULL,
	};
	int ret = device_draft_finish(draft, like, &devices_of(cont)->next);

	devices_of(cont)->changing = !ret;
	return ret;
}

/* What was prepared, in @top and below, comes into force, or (@ret) does not. */
static int devices_commit(struct container *top, int ret)
{
	struct container *cont;
	struct devices *devices;

	container_for_each_below(cont, top) {
		devices = devices_of(cont);
		if (!devices->changing)
			continue;
		devices->changing = false;
		if (ret)
			device_rules_put(devices->next);
		else
			devices_set(cont, devices->next);
	}
	return ret;
}

/* May a container (@deny: of that kind) that is below one with @rules have @rule? */
static bool devices_may_have(const struct device_rules *rules, bool deny,
			     const struct container_device_rule *rule)
{
	return (!deny && !(rules && rules->deny)) || device_rules_permit(rules, rule);
}

/* @rule was taken from a container above @cont, which (@deny) is of that kind. */
static int devices_inherit(struct container *cont, bool deny,
			   const struct container_device_rule *rule)
{
	const struct device_rules *above = devices_next(cont->parent);
	struct device_draft *draft = device_draft_load(devices_of(cont)->rules);
	unsigned int i;
	int ret;

	if (!deny && !draft->deny) {
		ret = device_draft_add(draft, rule);
		if (ret)
			return ret;
	} else {
		device_draft_remove(draft, rule);
	}
	for (i = 0; i < draft->nr;) {
		struct container_device_rule mine = draft->rule[i];

		if (devices_may_have(above, draft->deny, &mine))
			i++;
		else
			device_draft_remove(draft, &mine);
	}
	return devices_prepare(cont, draft);
}

static int devices_deny(struct container *cont, const struct container_device_rule *rule)
{
	struct device_draft *draft = device_draft_load(devices_of(cont)->rules);
	struct container *pos;
	bool deny = draft->deny;
	int ret = 0;

	if (deny)
		device_draft_remove(draft, rule);
	else
		ret = device_draft_add(draft, rule);
	if (!ret)
		ret = devices_prepare(cont, draft);
	container_for_each_below(pos, cont) {
		if (ret)
			break;
		if (pos != cont)
			ret = devices_inherit(pos, deny, rule);
	}
	return devices_commit(cont, ret);
}

static int devices_allow(struct container *cont, const struct container_device_rule *rule)
{
	struct device_draft *draft = device_draft_load(devices_of(cont)->rules);
	const struct device_rules *above = cont->parent ? devices_of(cont->parent)->rules : NULL;
	int ret = 0;

	if (draft->deny) {
		if (cont->parent && !devices_may_have(above, true, rule))
			return -EPERM;
		ret = device_draft_add(draft, rule);
	} else {
		if (device_rules_touch(above, rule))
			return -EPERM;
		device_draft_remove(draft, rule);
	}
	if (!ret)
		ret = devices_prepare(cont, draft);
	return devices_commit(cont, ret);
}

static int devices_deny_all(struct container *cont)
{
	struct device_draft *draft = device_draft_load(NULL);

	if (cont->nr_children)
		return -EINVAL;
	draft->deny = true;
	return devices_commit(cont, devices_prepare(cont, draft));
}

static int devices_allow_all(struct container *cont)
{
	struct device_rules *above = cont->parent ? devices_of(cont->parent)->rules : NULL;

	if (cont->nr_children)
		return -EINVAL;
	if (above && above->deny)
		return -EPERM;
	devices_set(cont, device_rules_get(above));
	return 0;
}

/* --- hooks --- */

static struct container_subsys_state *devices_create(gfp_t gfp)
{
	struct devices *devices = kzalloc(sizeof(*devices), gfp);

	return devices ? &devices->css : NULL;
}

static void devices_destroy(struct container_subsys_state *css)
{
	kfree(devices_of_css(css));
}

static void devices_online(struct container_subsys_state *css,
			   struct container_subsys_state *parent)
{
	if (parent)
		devices_of_css(css)->rules = device_rules_get(devices_of_css(parent)->rules);
}

/* Nobody is in it, or it is the top and its tasks are under no rules any more. */
static void devices_offline(struct container_subsys_state *css)
{
	devices_set(css->container, NULL);
	if (container_is_top(css->container) && READ_ONCE(devices_started))
		host_work_pending();
}

static void devices_enter(struct container_subsys_state *css, struct container_task *task)
{
	devices_tell_task(css->container, task);
}

static int devices_start(void)
{
	int ret = 0;

	lockdep_assert_held(&devices_mutex);
	if (!devices_started)
		ret = devices_host.start();
	if (!ret)
		WRITE_ONCE(devices_started, true);
	return ret;
}

static void devices_work(void)
{
	bool bound;

	if (!READ_ONCE(devices_started))
		return;
	mutex_lock(&devices_mutex);
	device_rules_bury();
	spin_lock(&container_lock);
	bound = devices_subsys.root;
	spin_unlock(&container_lock);
	if (devices_started && !bound && !device_rules_any()) {
		devices_host.stop();
		WRITE_ONCE(devices_started, false);
	}
	mutex_unlock(&devices_mutex);
}

/* --- control files --- */

static int devices_list_show(struct seq_file *m, struct container_subsys_state *css)
{
	spin_lock(&container_lock);
	if (!container_dead(css->container))
		device_rules_show(m, devices_of_css(css)->rules);
	spin_unlock(&container_lock);
	return 0;
}

static int devices_change(struct container *cont, bool deny, bool all,
			  const struct container_device_rule *rule)
{
	lockdep_assert_held(&container_lock);
	if (container_dead(cont))
		return -ENODEV;
	if (deny)
		return all ? devices_deny_all(cont) : devices_deny(cont, rule);
	return all ? devices_allow_all(cont) : devices_allow(cont, rule);
}

/* The first restriction is one that is written to devices.deny. */
static int devices_write(struct container *cont, const struct container_file *file, char *buf,
			 bool deny)
{
	struct container_device_rule rule = { 0 };
	int ret = 0;
	bool all;

	if (!file->opener.sys_admin || !host_sys_admin(file->caller))
		return -EPERM;
	buf = strim(buf);
	all = *buf == 'a';
	if (!all)
		ret = device_rule_parse(buf, &rule);
	if (ret)
		return ret;
	mutex_lock(&devices_mutex);
	if (deny)
		ret = devices_start();
	if (!ret) {
		spin_lock(&container_lock);
		ret = devices_change(cont, deny, all, &rule);
		spin_unlock(&container_lock);
	}
	mutex_unlock(&devices_mutex);
	/* A clone that came meanwhile may have been told of the old set. */
	host_sync();
	return ret;
}

static int devices_allow_write(struct container_subsys_state *css, struct container_file *file,
			       char *buf, size_t len)
{
	return devices_write(css->container, file, buf, false);
}

static int devices_deny_write(struct container_subsys_state *css, struct container_file *file,
			      char *buf, size_t len)
{
	return devices_write(css->container, file, buf, true);
}

static const char *devices_describe(void)
{
	return devices_host.describe();
}

static const struct cftype devices_files[] = {
	{
		.name = "devices.allow",
		.mode = 0200,
		.write = devices_allow_write,
	},
	{
		.name = "devices.deny",
		.mode = 0200,
		.write = devices_deny_write,
	},
	{
		.name = "devices.list",
		.mode = 0444,
		.show = devices_list_show,
	},
	{ }
};

struct container_subsys devices_subsys = {
	.name		= "devices",
	.id		= devices_subsys_id,
	.create		= devices_create,
	.destroy	= devices_destroy,
	.online		= devices_online,
	.offline	= devices_offline,
	.task_size	= sizeof(struct devices_task),
	.enter		= devices_enter,
	.work		= devices_work,
	.group_facts	= devices_group_facts,
	.describe	= devices_describe,
	.files		= devices_files,
};
