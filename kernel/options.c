// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mount options: one table, for parsing and for messages, and one of each subsystem
 * that has options of its own.
 *
 * The same combinations are refused as by cgroup v1 (Linux 6.1), with the same errno.  An
 * -EINVAL comes with a sentence that names the option and says what is accepted.
 */
#include <linux/ctype.h>
#include <linux/limits.h>

#include "hooks.h"
#include "options.h"

void option_say(struct option_msg *msg, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(msg->buf, msg->size, fmt, args);
	va_end(args);
}

/* --- one parser an option; @value is NULL without "=" --- */

static int opt_all(struct mount_options *o, char *value, struct option_msg *msg)
{
	o->all = true;
	return 0;
}

static int opt_none(struct mount_options *o, char *value, struct option_msg *msg)
{
	o->none = true;
	return 0;
}

static int opt_noprefix(struct mount_options *o, char *value, struct option_msg *msg)
{
	o->flags |= ROOT_NOPREFIX;
	return 0;
}

static int opt_xattr(struct mount_options *o, char *value, struct option_msg *msg)
{
	o->flags |= ROOT_XATTR;
	return 0;
}

static int opt_clone_children(struct mount_options *o, char *value, struct option_msg *msg)
{
	o->flags |= ROOT_CLONE_CHILDREN;
	return 0;
}

static int opt_notify_on_release(struct mount_options *o, char *value, struct option_msg *msg)
{
	o->flags |= ROOT_NOTIFY_ON_RELEASE;
	return 0;
}

static int opt_name(struct mount_options *o, char *value, struct option_msg *msg)
{
	const char *p;

	if (o->name) {
		option_say(msg, "name= is given twice (fstab counts, too)");
		return -EINVAL;
	}
	if (!*value || strlen(value) > CONTAINER_HIERARCHY_NAME_MAX) {
		option_say(msg, "name= takes 1 to %d characters", CONTAINER_HIERARCHY_NAME_MAX);
		return -EINVAL;
	}
	for (p = value; *p; p++) {
		if (!isalnum(*p) && !strchr(CONTAINER_HIERARCHY_NAME_CHARS, *p)) {
			option_say(msg, "name=%s: only letters, digits and '" CONTAINER_HIERARCHY_NAME_CHARS
				   "' are accepted", value);
			return -EINVAL;
		}
	}
	o->name = value;
	return 0;
}

static int opt_release_agent(struct mount_options *o, char *value, struct option_msg *msg)
{
	if (o->release_agent) {
		option_say(msg, "release_agent= is given twice (fstab counts, too)");
		return -EINVAL;
	}
	if (strlen(value) >= PATH_MAX) {
		option_say(msg, "release_agent= takes a path of less than %d bytes", PATH_MAX);
		return -EINVAL;
	}
	o->release_agent = value;
	return 0;
}

static const struct {
	const char	*name;
	bool		has_value;
	int		(*parse)(struct mount_options *o, char *value, struct option_msg *msg);
} option_table[] = {
	{ "all",		false,	opt_all },
	{ "none",		false,	opt_none },
	{ "name",		true,	opt_name },
	{ "release_agent",	true,	opt_release_agent },
	{ "notify_on_release",	false,	opt_notify_on_release },
	{ "clone_children",	false,	opt_clone_children },
	{ "noprefix",		false,	opt_noprefix },
	{ "xattr",		false,	opt_xattr },
};

static void option_say_unknown(const char *word, struct option_msg *msg)
{
	struct seq_file m = { .buf = msg->buf, .size = msg->size };
	struct container_subsys *ss;
	int i;

	if (!msg->size)
		return;
	seq_printf(&m, "unknown option or subsystem '%s': the subsystems are", word);
	for_each_subsys(ss, i)
		seq_printf(&m, "%s %s", i ? "," : "", ss->name);
	msg->buf[min_t(size_t, m.count, msg->size - 1)] = '\0';
}

/* 0, or -EINVAL and a sentence: does @value, NULL if there is none, suit option @name? */
static int option_check_value(const char *name, bool has_value, const char *value,
			      struct option_msg *msg)
{
	if (has_value == !!value)
		return 0;
	option_say(msg, "%s %s", name, value ? "takes no value" : "needs a value");
	return -EINVAL;
}

static const struct subsys_option *option_find(const struct container_subsys *ss,
					       const char *word)
{
	const struct subsys_option *option;

	if (!ss->options)
		return NULL;
	for (option = ss->options->table; option->name; option++)
		if (!strcmp(word, option->name))
			return option;
	return NULL;
}

static int option_parse_subsys(struct mount_options *o, const struct container_subsys *ss,
			       const struct subsys_option *option, char *value,
			       struct option_msg *msg)
{
	int ret = option_check_value(option->name, !option->flag, value, msg);

	if (ret)
		return ret;
	if (option->flag) {
		o->subsys_flags[ss->id] |= option->flag;
		return 0;
	}
	if (!o->parsed[ss->id])
		o->parsed[ss->id] = kzalloc(ss->options->size, GFP_KERNEL);
	if (!o->parsed[ss->id])
		return -ENOMEM;
	return option->parse(o->parsed[ss->id], value, msg);
}

static int option_parse(struct mount_options *o, char *word, struct option_msg *msg)
{
	const struct subsys_option *option;
	char *value = strchr(word, '=');
	struct container_subsys *ss;
	unsigned int i;
	int s, ret;

	if (value)
		*value++ = '\0';
	for (i = 0; i < ARRAY_SIZE(option_table); i++) {
		if (strcmp(word, option_table[i].name))
			continue;
		ret = option_check_value(word, option_table[i].has_value, value, msg);
		return ret ? ret : option_table[i].parse(o, value, msg);
	}
	for_each_subsys(ss, s) {
		/* cgroup v1 does not look at a value here either. */
		if (!strcmp(word, ss->name)) {
			o->subsys_mask |= 1u << s;
			return 0;
		}
		option = option_find(ss, word);
		if (option)
			return option_parse_subsys(o, ss, option, value, msg);
	}
	option_say_unknown(word, msg);
	return -EINVAL;
}

/*
 * cgroup v1 has noprefix for the names of files that the kernel's cpusets had before
 * there were control groups.  In a hierarchy of several subsystems, names could collide.
 */
static int options_check_noprefix(const struct mount_options *o, struct option_msg *msg)
{
	char names[64] = "";
	struct seq_file m = { .buf = names, .size = sizeof(names) };
	struct container_subsys *ss;
	bool ok = true;
	int i;

	if (!(o->flags & ROOT_NOPREFIX))
		return 0;
	for_each_subsys(ss, i) {
		if (ss->noprefix_ok)
			seq_printf(&m, "%s%s", m.count ? " or " : "", ss->name);
		else if (o->subsys_mask & (1u << i))
			ok = false;
	}
	if (ok)
		return 0;
	option_say(msg, "noprefix is accepted with the subsystem %.*s alone", (int)m.count, names);
	return -EINVAL;
}

int mount_options_check_subsys(const struct mount_options *o, struct option_msg *msg)
{
	struct container_subsys *ss;
	int i;

	for_each_subsys(ss, i) {
		if ((!o->subsys_flags[i] && !o->parsed[i]) || (o->subsys_mask & (1u << i)))
			continue;
		option_say(msg, "%s need the subsystem %s", ss->options->what, ss->name);
		return -EINVAL;
	}
	return 0;
}

/* What "all" stands for: also without what this host can never have. */
static unsigned int subsys_supported(void)
{
	struct container_subsys *ss;
	unsigned int mask = 0;
	int i;

	for_each_subsys(ss, i)
		if (!hooks_unsupported(ss))
			mask |= 1u << i;
	return mask;
}

static int options_check(struct mount_options *o, const struct container_actor *actor,
			 struct option_msg *msg)
{
	int ret;

	if (o->release_agent && !actor->sys_admin) {
		option_say(msg, "release_agent= needs CAP_SYS_ADMIN in the initial user namespace");
		return -EINVAL;
	}
	if (o->all && o->subsys_mask) {
		option_say(msg, "'all' and the name of a subsystem exclude each other");
		return -EINVAL;
	}
	/*
	 * A mount without options should give containers in which tasks can run, also where
	 * the containers of a subsystem would begin with nothing.
	 */
	if (!o->all && !o->subsys_mask && !o->none && !o->name) {
		o->all = true;
		o->flags |= ROOT_CLONE_CHILDREN;
	}
	if (o->all)
		o->subsys_mask = subsys_supported();
	if (o->none && o->subsys_mask) {
		option_say(msg, "'none' and subsystems exclude each other");
		return -EINVAL;
	}
	if (!o->subsys_mask && !o->name) {
		option_say(msg, "a hierarchy without subsystems needs name=");
		return -EINVAL;
	}
	ret = options_check_noprefix(o, msg);
	/* With name= alone the mount is of a hierarchy that exists, and keeps its own options. */
	if (ret || (!o->subsys_mask && !o->none))
		return ret;
	return mount_options_check_subsys(o, msg);
}

int mount_options_parse(const char *text, const struct container_actor *actor,
			struct mount_options *opts, struct option_msg *msg)
{
	char *rest, *word;
	int ret = 0;

	memset(opts, 0, sizeof(*opts));
	opts->copy = rest = kstrdup(text ? text : "", GFP_KERNEL);
	if (!opts->copy)
		return -ENOMEM;
	while (!ret && (word = strsep(&rest, ",")))
		if (*word)
			ret = option_parse(opts, word, msg);
	if (!ret)
		ret = options_check(opts, actor, msg);
	if (ret)
		mount_options_free(opts);
	return ret;
}

void mount_options_free(struct mount_options *opts)
{
	struct container_subsys *ss;
	int i;

	for_each_subsys(ss, i) {
		if (!opts->parsed[i])
			continue;
		if (ss->options->free)
			ss->options->free(opts->parsed[i]);
		kfree(opts->parsed[i]);
		opts->parsed[i] = NULL;
	}
	kfree(opts->copy);
	opts->copy = NULL;
}

void mount_options_apply(struct mount_options *opts, struct containerfs_root *root)
{
	struct container_subsys *ss;
	int i;

	lockdep_assert_held(&container_lock);
	for_each_subsys(ss, i)
		if (opts->parsed[i] && root->top->subsys[i])
			ss->options->apply(root->top->subsys[i], opts->parsed[i]);
}

/* --- hierarchies that exist --- */

static void say_fixed(struct seq_file *m, const char *name)
{
	seq_printf(m, "; %s not applied: only a new hierarchy can get it", name);
}

/* The flags that were asked for and that @root has not. */
static void say_flags_ignored(struct seq_file *m, const struct mount_options *opts,
			      const struct containerfs_root *root)
{
	unsigned int missing = opts->flags & ~root->flags;
	const struct subsys_option *option;
	struct container_subsys *ss;
	int i;

	if (missing & ROOT_XATTR)
		say_fixed(m, "xattr");
	if (missing & ROOT_NOPREFIX)
		say_fixed(m, "noprefix");
	for_each_subsys(ss, i) {
		missing = opts->subsys_flags[i] & ~root->subsys_flags[i];
		for (option = missing ? ss->options->table : NULL; option && option->name; option++)
			if (missing & option->flag)
				say_fixed(m, option->name);
	}
}

void mount_options_say_ignored(const struct mount_options *opts,
			       const struct containerfs_root *root, struct option_msg *msg)
{
	const char *agent = root->release_agent ? root->release_agent : "";
	struct container_subsys *ss;
	struct seq_file m = { .buf = msg->buf, .size = msg->size };
	size_t start;
	int i;

	lockdep_assert_held(&container_lock);
	if (!msg->size)
		return;
	seq_printf(&m, "hierarchy %d exists", root->id);
	start = m.count;
	say_flags_ignored(&m, opts, root);
	if ((opts->flags & ROOT_CLONE_CHILDREN) && !(root->top->flags & CONTAINER_CLONE_CHILDREN))
		seq_puts(&m, "; clone_children not applied: write cgroup.clone_children");
	if ((opts->flags & ROOT_NOTIFY_ON_RELEASE) &&
	    !(root->top->flags & CONTAINER_NOTIFY_ON_RELEASE))
		seq_puts(&m, "; notify_on_release not applied: write notify_on_release");
	if (opts->release_agent && strcmp(opts->release_agent, agent))
		seq_printf(&m, "; release_agent=%s not applied, it is '%s': write release_agent",
			   opts->release_agent, agent);
	for_each_subsys(ss, i)
		if (opts->parsed[i])
			ss->options->say_ignored(&m, root->top->subsys[i], opts->parsed[i]);
	msg->buf[m.count == start ? 0 : min_t(size_t, m.count, msg->size - 1)] = '\0';
}

static void show_subsys(struct seq_file *m, const struct containerfs_root *root,
			const struct container_subsys *ss)
{
	const struct subsys_option *option;

	for (option = ss->options->table; option->name; option++)
		if (root->subsys_flags[ss->id] & option->flag)
			seq_printf(m, ",%s", option->name);
	if (root->top->subsys[ss->id] && ss->options->show)
		ss->options->show(m, root->top->subsys[ss->id]);
}

/* In cgroup v1's order, then ours; free text escaped as there.  Under the lock. */
void mount_options_show(struct seq_file *m, struct containerfs_root *root)
{
	struct container_subsys *ss;
	int i;

	lockdep_assert_held(&container_lock);
	for_each_subsys(ss, i)
		if (root->subsys_mask & (1u << i))
			seq_printf(m, ",%s", ss->name);
	if (root->flags & ROOT_NOPREFIX)
		seq_puts(m, ",noprefix");
	if (root->flags & ROOT_XATTR)
		seq_puts(m, ",xattr");
	if (root->release_agent && *root->release_agent)
		seq_show_option(m, "release_agent", root->release_agent);
	if (root->top->flags & CONTAINER_CLONE_CHILDREN)
		seq_puts(m, ",clone_children");
	if (root->top->flags & CONTAINER_NOTIFY_ON_RELEASE)
		seq_puts(m, ",notify_on_release");
	if (*root->name)
		seq_show_option(m, "name", root->name);
	for_each_subsys(ss, i)
		if (ss->options)
			show_subsys(m, root, ss);
}
