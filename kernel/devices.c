// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices subsystem: which device nodes the tasks of a container may open and make.
 *
 * What users can rely on is what cgroup v1's devices controller does:
 *  - A container allows everything but some devices, or nothing but some.  The top
 *    container begins by allowing everything.  "a" written to devices.deny makes a
 *    container deny everything; "a" written to devices.allow brings back what its parent
 *    has.  Both work only while the container has no children.
 *  - A new container, made by mkdir or clone, has the rules of its parent.
 *  - A container never has more than its parent: devices.allow fails for devices that the
 *    parent does not have.  devices.deny takes devices away from all containers below,
 *    too, with what they had been given within that.
 *  - Rules are checked when a device is opened or its node is made, not later.
 *  - A task that changes rules needs CAP_SYS_ADMIN in the initial user namespace, as in
 *    v1.  Beyond v1, the task that opened the file must have had it, too.
 *  - A write that fails has changed nothing, and a write that succeeds is in force when it
 *    returns.
 *
 * How: a container holds a set of rules (devices.h).  Each tracked task outside of the top
 * container points to its container's set, so that a check takes no lock.  A host that
 * cannot ask the engine is told of the set of each css_group.  A host checks accesses from
 * the first restriction until the hierarchy dies, because starting and stopping the checks
 * may take a kernel seconds.  A set that was replaced is kept until the work runs, because
 * somebody may still check an access against it.  A host that hears of clones late runs
 * the work when it knows of all of them.
 */
#include "cftype.h"
#include "devices.h"

struct devices {
	struct container_subsys_state	css;
	struct device_rules		*rules;	/* a reference; NULL: everything is allowed */
	struct device_rules		*next;	/* if changing: the prepared rules; likewise */
	bool				changing;
};

/* The state of each task. */
struct devices_task {
	const struct device_rules __rcu	*rules;	/* those of its container; NULL: of the top */
};

/* Taken after the mutex of a container_file, before container_lock. */
static DEFINE_MUTEX(devices_mutex);
static bool devices_started;		/* the host was started; under devices_mutex */

static struct device_rules __rcu *devices_top;	/* those of the top; NULL: all is allowed */

/* In a task, stands for the set NULL, because NULL there means the rules of the top. */
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

/* --- checking an access --- */

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

/* Make @rules the rules of @cont; takes over the reference. */
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
			container_for_each_task(task, link, cont)
				devices_tell_task(cont, task);
		css_groups_changed(cont);
	}
	device_rules_put(old);
}

/* Prepare @draft as the next rules of @cont; devices_commit() decides.  0 or an error. */
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

/* Put what was prepared in @top and below into force, or (@ret an error) drop it.  @ret. */
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

/* May a container have the exception @rule below a parent with @rules?  @deny: its default. */
static bool devices_may_have(const struct device_rules *rules, bool deny,
			     const struct container_device_rule *rule)
{
	return (!deny && !(rules && rules->deny)) || device_rules_permit(rules, rule);
}

/* Prepare @cont for the loss of @rule in a container above, whose default is @deny. */
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

/* The container has no tasks, or is the top, after which no rules hold for its tasks. */
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
	if (!container_removed(css->container))
		device_rules_show(m, devices_of_css(css)->rules);
	spin_unlock(&container_lock);
	return 0;
}

static int devices_change(struct container *cont, bool deny, bool all,
			  const struct container_device_rule *rule)
{
	lockdep_assert_held(&container_lock);
	if (container_removed(cont))
		return -ENODEV;
	if (deny)
		return all ? devices_deny_all(cont) : devices_deny(cont, rule);
	return all ? devices_allow_all(cont) : devices_allow(cont, rule);
}

/* Only devices.deny starts the host, because the first restriction is written there. */
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
	/* A clone that was made meanwhile may be under the old set: bring it up to date. */
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
