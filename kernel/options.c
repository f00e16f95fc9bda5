// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mount options: one table, for parsing and for the messages.
 *
 * Which combinations are refused, and with which errno, is cgroup v1's (Linux
 * 6.1); where v1 only says -EINVAL there is a sentence with it that names the
 * option and says what would do.
 */
#include <linux/ctype.h>
#include <linux/limits.h>

#include "options.h"
#include "ns.h"

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

static int opt_ns_rules(struct mount_options *o, char *value, struct option_msg *msg)
{
	o->flags |= ROOT_NS_RULES;
	return 0;
}

static int opt_name(struct mount_options *o, char *value, struct option_msg *msg)
{
	const char *p;

	if (o->name) {
		option_say(msg, "name= is given twice (fstab counts, too)");
		return -EINVAL;
	}
	if (!*value || strlen(value) > CONTAINERFS_NAME_MAX) {
		option_say(msg, "name= takes 1 to %d characters", CONTAINERFS_NAME_MAX);
		return -EINVAL;
	}
	for (p = value; *p; p++) {
		if (!isalnum(*p) && !strchr(CONTAINERFS_NAME_CHARS, *p)) {
			option_say(msg, "name=%s: only letters, digits and '" CONTAINERFS_NAME_CHARS
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

static int opt_clone_flags(struct mount_options *o, char *value, struct option_msg *msg)
{
	if (ns_parse_flags(value, "+:", &o->clone_flags)) {
		option_say(msg, "clone_flags= takes mnt, uts, ipc, user, pid, net, cgroup and time, "
			   "joined by '+', or none");
		return -EINVAL;
	}
	o->ns_given |= NS_GIVEN_CLONE_FLAGS;
	return 0;
}

static int opt_clone_name(struct mount_options *o, char *value, struct option_msg *msg)
{
	if (ns_template_check(value)) {
		option_say(msg, "clone_name=%s: a template of a file name is accepted, with "
			   "%%d, %%p, %%c and %%%%", value);
		return -EINVAL;
	}
	o->clone_name = value;
	o->ns_given |= NS_GIVEN_CLONE_NAME;
	return 0;
}

static int opt_limit(struct mount_options *o, const char *name, const char *value,
		     unsigned int *limit, unsigned int given, struct option_msg *msg)
{
	if (ns_parse_limit(value, limit)) {
		option_say(msg, "%s=%s: a number or max is accepted", name, value);
		return -EINVAL;
	}
	o->ns_given |= given;
	return 0;
}

static int opt_keep_empty(struct mount_options *o, char *value, struct option_msg *msg)
{
	return opt_limit(o, "keep_empty", value, &o->keep_empty, NS_GIVEN_KEEP_EMPTY, msg);
}

static int opt_max_clones(struct mount_options *o, char *value, struct option_msg *msg)
{
	return opt_limit(o, "max_clones", value, &o->max_clones, NS_GIVEN_MAX_CLONES, msg);
}

static int opt_max_depth(struct mount_options *o, char *value, struct option_msg *msg)
{
	return opt_limit(o, "max_depth", value, &o->max_depth, NS_GIVEN_MAX_DEPTH, msg);
}

static int opt_max_user_clones(struct mount_options *o, char *value, struct option_msg *msg)
{
	return opt_limit(o, "max_user_clones", value, &o->max_user_clones,
			 NS_GIVEN_MAX_USER_CLONES, msg);
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
	{ "ns_rules",		false,	opt_ns_rules },
	{ "clone_flags",	true,	opt_clone_flags },
	{ "clone_name",		true,	opt_clone_name },
	{ "keep_empty",		true,	opt_keep_empty },
	{ "max_clones",		true,	opt_max_clones },
	{ "max_depth",		true,	opt_max_depth },
	{ "max_user_clones",	true,	opt_max_user_clones },
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

static int option_parse(struct mount_options *o, char *word, struct option_msg *msg)
{
	char *value = strchr(word, '=');
	struct container_subsys *ss;
	unsigned int i;
	int s;

	if (value)
		*value++ = '\0';
	for (i = 0; i < ARRAY_SIZE(option_table); i++) {
		if (strcmp(word, option_table[i].name))
			continue;
		if (option_table[i].has_value != !!value) {
			option_say(msg, "%s %s", word, value ? "takes no value" : "needs a value");
			return -EINVAL;
		}
		return option_table[i].parse(o, value, msg);
	}
	for_each_subsys(ss, s) {
		/* cgroup v1 does not look at a value here either. */
		if (strcmp(word, ss->name))
			continue;
		o->subsys_mask |= 1u << s;
		return 0;
	}
	option_say_unknown(word, msg);
	return -EINVAL;
}

static int options_check(struct mount_options *o, const struct container_actor *actor,
			 struct option_msg *msg)
{
	if (o->release_agent && !actor->sys_admin) {
		option_say(msg, "release_agent= needs CAP_SYS_ADMIN in the initial user namespace");
		return -EINVAL;
	}
	if (o->all && o->subsys_mask) {
		option_say(msg, "'all' and the name of a subsystem exclude each other");
		return -EINVAL;
	}
	/* Who has not asked for cpuset need not know that its containers begin with nothing. */
	if (!o->all && !o->subsys_mask && !o->none && !o->name) {
		o->all = true;
		o->flags |= ROOT_CLONE_CHILDREN;
	}
	if (o->all)
		o->subsys_mask = (1u << CONTAINER_SUBSYS_COUNT) - 1;
	if (o->none && o->subsys_mask) {
		option_say(msg, "'none' and subsystems exclude each other");
		return -EINVAL;
	}
	if (!o->subsys_mask && !o->name) {
		option_say(msg, "a hierarchy without subsystems needs name=");
		return -EINVAL;
	}
	if ((o->flags & ROOT_NOPREFIX) && (o->subsys_mask & ~(1u << cpuset_subsys_id))) {
		option_say(msg, "noprefix is accepted with the subsystem cpuset alone");
		return -EINVAL;
	}
	/* With name= alone they are about what exists, which keeps its own. */
	if (((o->flags & ROOT_NS_RULES) || o->ns_given) && (o->subsys_mask || o->none) &&
	    !(o->subsys_mask & (1u << ns_subsys_id))) {
		option_say(msg, "ns_rules and the settings of clones need the subsystem ns");
		return -EINVAL;
	}
	return 0;
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
	if (!ret && opts->clone_name)
		ret = ns_template_make(opts->clone_name, &opts->template);
	if (ret)
		mount_options_free(opts);
	return ret;
}

void mount_options_free(struct mount_options *opts)
{
	kfree(opts->copy);
	opts->copy = NULL;
	ns_template_put(opts->template);	/* nobody else has it */
	opts->template = NULL;
}

void mount_options_apply_ns(struct mount_options *opts, struct containerfs_root *root)
{
	struct ns_state *ns = ns_of(root->top);

	lockdep_assert_held(&container_lock);
	if (!opts->ns_given || !ns)
		return;
	if (opts->ns_given & NS_GIVEN_CLONE_NAME) {
		ns_template_put(ns->clone_name);
		ns->clone_name = opts->template;
		opts->template = NULL;
	}
	if (opts->ns_given & NS_GIVEN_CLONE_FLAGS)
		ns->clone_flags = opts->clone_flags;
	if (opts->ns_given & NS_GIVEN_KEEP_EMPTY)
		ns->keep_empty = opts->keep_empty;
	if (opts->ns_given & NS_GIVEN_MAX_CLONES)
		ns->max_clones = opts->max_clones;
	if (opts->ns_given & NS_GIVEN_MAX_DEPTH)
		ns->max_depth = opts->max_depth;
	if (opts->ns_given & NS_GIVEN_MAX_USER_CLONES)
		ns_max_user_clones = opts->max_user_clones;
	ns_levels_changed(root->top);
	ns_limits_changed(ns);
	ns_users_changed();
}

/* --- of what exists --- */

static void say_limit(struct seq_file *m, const char *name, unsigned int limit)
{
	if (limit == NS_UNLIMITED)
		seq_printf(m, "%smax", name);
	else
		seq_printf(m, "%s%u", name, limit);
}

static void say_limit_ignored(struct seq_file *m, const char *name, unsigned int asked,
			      unsigned int is)
{
	if (asked == is)
		return;
	seq_printf(m, "; %s=", name);
	say_limit(m, "", asked);
	say_limit(m, " not applied, it is ", is);
	seq_printf(m, ": write ns.%s", name);
}

static void say_ns_ignored(struct seq_file *m, const struct mount_options *opts,
			   const struct ns_state *ns)
{
	const char *name = ns->clone_name ? ns->clone_name->text : CONTAINER_NS_CLONE_NAME;

	if ((opts->ns_given & NS_GIVEN_CLONE_FLAGS) && opts->clone_flags != ns->clone_flags)
		seq_puts(m, "; clone_flags= not applied: write ns.clone_flags");
	if ((opts->ns_given & NS_GIVEN_CLONE_NAME) && strcmp(opts->clone_name, name))
		seq_printf(m, "; clone_name=%s not applied, it is %s: write ns.clone_name",
			   opts->clone_name, name);
	if (opts->ns_given & NS_GIVEN_KEEP_EMPTY)
		say_limit_ignored(m, "keep_empty", opts->keep_empty, ns->keep_empty);
	if (opts->ns_given & NS_GIVEN_MAX_CLONES)
		say_limit_ignored(m, "max_clones", opts->max_clones, ns->max_clones);
	if (opts->ns_given & NS_GIVEN_MAX_DEPTH)
		say_limit_ignored(m, "max_depth", opts->max_depth, ns->max_depth);
}

void mount_options_say_ignored(const struct mount_options *opts,
			       const struct containerfs_root *root, struct option_msg *msg)
{
	static const struct {
		unsigned int	flag;
		const char	*name;
	} fixed[] = {
		{ ROOT_XATTR, "xattr" }, { ROOT_NOPREFIX, "noprefix" }, { ROOT_NS_RULES, "ns_rules" },
	};
	const char *agent = root->release_agent ? root->release_agent : "";
	struct seq_file m = { .buf = msg->buf, .size = msg->size };
	size_t start;
	int i;

	lockdep_assert_held(&container_lock);
	if (!msg->size)
		return;
	seq_printf(&m, "hierarchy %d exists", root->id);
	start = m.count;
	for (i = 0; i < ARRAY_SIZE(fixed); i++)
		if ((opts->flags & ~root->flags) & fixed[i].flag)
			seq_printf(&m, "; %s not applied: only a new hierarchy can get it",
				   fixed[i].name);
	if ((opts->flags & ROOT_CLONE_CHILDREN) && !(root->top->flags & CONTAINER_CLONE_CHILDREN))
		seq_puts(&m, "; clone_children not applied: write cgroup.clone_children");
	if ((opts->flags & ROOT_NOTIFY_ON_RELEASE) &&
	    !(root->top->flags & CONTAINER_NOTIFY_ON_RELEASE))
		seq_puts(&m, "; notify_on_release not applied: write notify_on_release");
	if (opts->release_agent && strcmp(opts->release_agent, agent))
		seq_printf(&m, "; release_agent=%s not applied, it is '%s': write release_agent",
			   opts->release_agent, agent);
	if (opts->ns_given && root->top->subsys[ns_subsys_id])
		say_ns_ignored(&m, opts, ns_of(root->top));
	else if (opts->ns_given)
		seq_puts(&m, "; it has no ns, and so no settings of clones");
	msg->buf[m.count == start ? 0 : min_t(size_t, m.count, msg->size - 1)] = '\0';
}

static void show_limit(struct seq_file *m, const char *name, unsigned int limit,
		       unsigned int usual)
{
	if (limit == usual)
		return;
	if (limit == NS_UNLIMITED)
		seq_printf(m, ",%s=max", name);
	else
		seq_printf(m, ",%s=%u", name, limit);
}

static void show_ns(struct seq_file *m, const struct ns_state *ns)
{
	if (ns->clone_flags != CONTAINER_NS_ALL) {
		seq_puts(m, ",clone_flags=");
		ns_show_flags(m, ns->clone_flags, '+');
	}
	if (ns->clone_name)
		seq_show_option(m, "clone_name", ns->clone_name->text);
	show_limit(m, "keep_empty", ns->keep_empty, CONTAINER_NS_KEEP_EMPTY);
	show_limit(m, "max_clones", ns->max_clones, NS_UNLIMITED);
	show_limit(m, "max_depth", ns->max_depth, CONTAINER_NS_MAX_DEPTH);
	show_limit(m, "max_user_clones", ns_max_user_clones, CONTAINER_NS_MAX_USER_CLONES);
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
	if (root->flags & ROOT_NS_RULES)
		seq_puts(m, ",ns_rules");
	if (root->top->subsys[ns_subsys_id])
		show_ns(m, ns_of(root->top));
}
