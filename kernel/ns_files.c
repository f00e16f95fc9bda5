// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control files of the ns subsystem.
 *
 * A new container inherits its parent's settings, and later changes of one do not reach
 * the other.  Only max_depth holds for everything below the container as well.  Everyone
 * may write ns.next_name, because a task sets it for itself.
 */
#include "ns.h"

#define NS_NAME_AND_BIT(_name, _bit) { #_name, _bit },
static const struct {
	const char	*name;
	unsigned int	bit;
} ns_names[] = {
	CONTAINER_NAMESPACES(NS_NAME_AND_BIT)
};

int ns_parse_flags(char *list, const char *seps, unsigned int *flags)
{
	unsigned int i, found = 0;
	bool none = false;
	char *word;

	while ((word = strsep(&list, seps))) {
		if (!*word)
			continue;
		if (!strcmp(word, "none")) {
			none = true;
			continue;
		}
		for (i = 0; i < ARRAY_SIZE(ns_names); i++)
			if (!strcmp(word, ns_names[i].name))
				break;
		if (i == ARRAY_SIZE(ns_names))
			return -EINVAL;
		found |= ns_names[i].bit;
	}
	if (none == !!found)
		return -EINVAL;
	*flags = found;
	return 0;
}

void ns_show_flags(struct seq_file *m, unsigned int flags, char sep)
{
	bool first = true;
	unsigned int i;

	if (!flags)
		seq_puts(m, "none");
	for (i = 0; i < ARRAY_SIZE(ns_names); i++) {
		if (!(flags & ns_names[i].bit))
			continue;
		if (!first)
			seq_putc(m, sep);
		seq_puts(m, ns_names[i].name);
		first = false;
	}
}

int ns_parse_limit(const char *buf, unsigned int *limit)
{
	unsigned int val;
	int ret;

	if (!strcmp(buf, "max")) {
		*limit = NS_UNLIMITED;
		return 0;
	}
	ret = kstrtouint(buf, 0, &val);
	if (ret)
		return ret;
	if (val == NS_UNLIMITED)
		return -ERANGE;
	*limit = val;
	return 0;
}

/* --- ns.clone_flags, ns.clone_name --- */

static int clone_flags_show(struct seq_file *m, struct container_subsys_state *css)
{
	spin_lock(&container_lock);
	ns_show_flags(m, ns_of_css(css)->clone_flags, ' ');
	spin_unlock(&container_lock);
	seq_putc(m, '\n');
	return 0;
}

static int clone_flags_write(struct container_subsys_state *css, struct container_file *file,
			     char *buf, size_t len)
{
	unsigned int flags;
	int ret = ns_parse_flags(strim(buf), " \t,", &flags);

	if (ret)
		return ret;
	spin_lock(&container_lock);
	if (container_removed(css->container)) {
		ret = -ENODEV;
	} else {
		ns_of_css(css)->clone_flags = flags;
		css_groups_changed(css->container);
	}
	spin_unlock(&container_lock);
	return ret;
}

static int clone_name_show(struct seq_file *m, struct container_subsys_state *css)
{
	spin_lock(&container_lock);
	seq_puts(m, ns_template_text(ns_of_css(css)->clone_name));
	spin_unlock(&container_lock);
	seq_putc(m, '\n');
	return 0;
}

static int clone_name_write(struct container_subsys_state *css, struct container_file *file,
			    char *buf, size_t len)
{
	struct ns_template *t;
	char *text = strim(buf);
	int ret = ns_template_check(text);

	if (!ret)
		ret = ns_template_make(text, &t);
	if (ret)
		return ret;
	spin_lock(&container_lock);
	if (container_removed(css->container))
		ret = -ENODEV;
	else
		swap(t, ns_of_css(css)->clone_name);
	ns_template_put(t);
	spin_unlock(&container_lock);
	return ret;
}

/* --- ns.next_name --- */

static bool name_stays(const char *name)
{
	return name && !strcmp(name, ".");
}

static int next_name_set(struct container *cont, const struct container_task_info *info,
			 char **name)
{
	struct css_group *group;
	struct container_task *task;
	unsigned long long cookie;
	int ret = 0;

	spin_lock(&container_lock);
	group = container_task_group_of(info->key);
	if (container_removed(cont))
		ret = -ENODEV;
	else if (css_group_container(group, cont->root) != cont)
		ret = -EPERM;
	task = ret ? NULL : container_task_make(info->key, info->tid, info->tgid);
	if (!ret && !task)
		ret = -ENOMEM;
	if (task && !task->cookie) {
		/* The host must learn of the task, because it has to report the task's exit. */
		cookie = 0;
		ret = css_group_meet(group);
		if (!ret)
			ret = host_task_set_group(info, group, group, &cookie);
		if (!ret)
			task->cookie = cookie;
	}
	if (task && !ret) {
		swap(ns_task_of(task)->next_name, *name);
		if (ns_host.stays && (name_stays(ns_task_of(task)->next_name) || name_stays(*name)))
			ns_host.stays(info, name_stays(ns_task_of(task)->next_name));
	} else if (task) {
		container_task_forget(task);
	}
	spin_unlock(&container_lock);
	return ret;
}

static int next_name_write(struct container_subsys_state *css, struct container_file *file,
			   char *buf, size_t len)
{
	struct container_task_info info;
	char *name, *text = strim(buf);
	int ret;

	/* "." says that the next clone is to be none: ns_stays(). */
	if (strchr(text, '/') || !strcmp(text, ".."))
		return -EINVAL;
	ret = container_name_check(text);
	if (ret)
		return ret;
	name = kstrdup(text, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	ret = host_task_get(0, file->caller, &info);
	if (!ret) {
		while ((ret = next_name_set(css->container, &info, &name)) == -EAGAIN)
			host_sync();
		host_task_put(&info);
	}
	kfree(name);
	return ret;
}

/* --- limits --- */

typedef unsigned int *(*limit_of_t)(struct ns_state *ns);

static int limit_show(struct seq_file *m, struct ns_state *ns, limit_of_t limit_of)
{
	unsigned int limit;

	spin_lock(&container_lock);
	limit = *limit_of(ns);
	spin_unlock(&container_lock);
	if (limit == NS_UNLIMITED)
		seq_puts(m, "max\n");
	else
		seq_printf(m, "%u\n", limit);
	return 0;
}

static int limit_write(struct ns_state *ns, char *buf, limit_of_t limit_of)
{
	struct container *cont = ns->css.container;
	unsigned int val;
	int ret = ns_parse_limit(strim(buf), &val);

	if (ret)
		return ret;
	spin_lock(&container_lock);
	if (container_removed(cont)) {
		ret = -ENODEV;
	} else {
		*limit_of(ns) = val;
		ns_limits_changed(ns);
		if (limit_of(ns) == &ns->max_depth)
			ns_levels_changed(cont);
	}
	spin_unlock(&container_lock);
	return ret;
}

#define NS_LIMIT(_name)									\
static unsigned int *_name ## _of(struct ns_state *ns)					\
{											\
	return &ns->_name;								\
}											\
static int _name ## _show(struct seq_file *m, struct container_subsys_state *css)	\
{											\
	return limit_show(m, ns_of_css(css), _name ## _of);				\
}											\
static int _name ## _write(struct container_subsys_state *css,				\
			   struct container_file *file, char *buf, size_t len)		\
{											\
	return limit_write(ns_of_css(css), buf, _name ## _of);				\
}

NS_LIMIT(keep_empty)
NS_LIMIT(max_clones)
NS_LIMIT(max_depth)

/* --- ns.is_clone --- */

/* No lock: the flag is set when the container is made, and never changes. */
static u64 is_clone_get(struct container_subsys_state *css)
{
	return !!(READ_ONCE(css->container->flags) & CONTAINER_CLONE);
}

/* --- ns.events --- */

static int ns_events_show(struct seq_file *m, struct container_subsys_state *css)
{
	struct ns_state *ns = ns_of_css(css);

	spin_lock(&container_lock);
	seq_printf(m, "clones %llu\nrefused %llu\nremoved %llu\n",
		   (unsigned long long)ns->clones, (unsigned long long)ns->refused,
		   (unsigned long long)ns->removed);
	spin_unlock(&container_lock);
	return 0;
}

static u32 *ns_events_counter(struct container_subsys_state *css)
{
	return &ns_of_css(css)->events;
}

/* What is held of one kind: it leads there. */
#define NS_LINK(_name, _type)				\
	{						\
		.name = "ns." #_name,			\
		.mode = S_IFLNK | 0777,			\
		.flags = CFTYPE_NOT_ON_ROOT,		\
		.type = _type,				\
		.exists = ns_link_exists,		\
		.readlink = ns_link_read,		\
	},

const struct cftype ns_files[] = {
	{
		.name = "ns.events",
		.mode = 0444,
		.show = ns_events_show,
		.events = ns_events_counter,
	},
	{
		.name = "ns.clone_flags",
		.mode = 0644,
		.show = clone_flags_show,
		.write = clone_flags_write,
	},
	{
		.name = "ns.clone_name",
		.mode = 0644,
		.show = clone_name_show,
		.write = clone_name_write,
	},
	{
		.name = "ns.next_name",
		.mode = 0222,
		.write = next_name_write,
	},
	{
		.name = "ns.keep_empty",
		.mode = 0644,
		.show = keep_empty_show,
		.write = keep_empty_write,
	},
	{
		.name = "ns.max_clones",
		.mode = 0644,
		.show = max_clones_show,
		.write = max_clones_write,
	},
	{
		.name = "ns.max_depth",
		.mode = 0644,
		.show = max_depth_show,
		.write = max_depth_write,
	},
	{
		.name = "ns.is_clone",
		.mode = 0444,
		.flags = CFTYPE_NOT_ON_ROOT,
		.read_u64 = is_clone_get,
	},
	{
		.name = "ns.hold",
		.mode = 0644,
		.flags = CFTYPE_NOT_ON_ROOT,
		.show = ns_hold_show,
		.write = ns_hold_write,
	},
	CONTAINER_NAMESPACES(NS_LINK)
	NS_LINK(root, CONTAINERFS_HOLD_ROOT)
	{ }
};

const struct cftype *const ns_events_file = &ns_files[0];
