// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mount options of the ns subsystem.
 *
 * ns_rules is a flag of the hierarchy.  max_user_clones is a setting of the hierarchy and
 * has no file.  The others are settings of the top container, and its files change them
 * later.
 */
#include "ns.h"
#include "options.h"

/* The options of a mount.  A field counts only if @given names it. */
struct ns_parsed {
	unsigned int		given;		/* NS_GIVEN_* */
	unsigned int		clone_flags, keep_empty, max_clones, max_depth;
	unsigned int		max_user_clones;
	struct ns_template	*clone_name;	/* NULL: the default */
};
#define NS_GIVEN_CLONE_FLAGS	0x01
#define NS_GIVEN_CLONE_NAME	0x02
#define NS_GIVEN_KEEP_EMPTY	0x04
#define NS_GIVEN_MAX_CLONES	0x08
#define NS_GIVEN_MAX_DEPTH	0x10
#define NS_GIVEN_MAX_USER_CLONES 0x20

/* --- one parser for each option --- */

static int opt_clone_flags(void *parsed, char *value, struct option_msg *msg)
{
	struct ns_parsed *p = parsed;

	if (ns_parse_flags(value, "+:", &p->clone_flags)) {
		option_say(msg, "clone_flags= takes mnt, uts, ipc, user, pid, net, cgroup and time, "
			   "joined by '+', or none");
		return -EINVAL;
	}
	p->given |= NS_GIVEN_CLONE_FLAGS;
	return 0;
}

static int opt_clone_name(void *parsed, char *value, struct option_msg *msg)
{
	struct ns_parsed *p = parsed;

	if (ns_template_check(value)) {
		option_say(msg, "clone_name=%s: a template of a file name is accepted, with "
			   "%%d, %%p, %%c and %%%%", value);
		return -EINVAL;
	}
	ns_template_put(p->clone_name);		/* an earlier clone_name= of the same mount */
	p->given |= NS_GIVEN_CLONE_NAME;
	return ns_template_make(value, &p->clone_name);
}

static int opt_limit(struct ns_parsed *p, const char *name, const char *value,
		     unsigned int *limit, unsigned int given, struct option_msg *msg)
{
	if (ns_parse_limit(value, limit)) {
		option_say(msg, "%s=%s: a number or max is accepted", name, value);
		return -EINVAL;
	}
	p->given |= given;
	return 0;
}

#define NS_OPT_LIMIT(_name, _given)							\
static int opt_ ## _name(void *parsed, char *value, struct option_msg *msg)		\
{											\
	struct ns_parsed *p = parsed;							\
											\
	return opt_limit(p, #_name, value, &p->_name, _given, msg);			\
}

NS_OPT_LIMIT(keep_empty, NS_GIVEN_KEEP_EMPTY)
NS_OPT_LIMIT(max_clones, NS_GIVEN_MAX_CLONES)
NS_OPT_LIMIT(max_depth, NS_GIVEN_MAX_DEPTH)
NS_OPT_LIMIT(max_user_clones, NS_GIVEN_MAX_USER_CLONES)

/* No lock: no container shares the template that is still in @parsed. */
static void ns_parsed_free(void *parsed)
{
	struct ns_parsed *p = parsed;

	ns_template_put(p->clone_name);
}

/* --- applying and showing options --- */

static void ns_options_apply(struct container_subsys_state *css, void *parsed)
{
	struct ns_state *ns = ns_of_css(css);
	struct ns_parsed *p = parsed;

	lockdep_assert_held(&container_lock);
	if (p->given & NS_GIVEN_CLONE_NAME) {
		ns_template_put(ns->clone_name);
		ns->clone_name = p->clone_name;
		p->clone_name = NULL;
	}
	if (p->given & NS_GIVEN_CLONE_FLAGS)
		ns->clone_flags = p->clone_flags;
	if (p->given & NS_GIVEN_KEEP_EMPTY)
		ns->keep_empty = p->keep_empty;
	if (p->given & NS_GIVEN_MAX_CLONES)
		ns->max_clones = p->max_clones;
	if (p->given & NS_GIVEN_MAX_DEPTH)
		ns->max_depth = p->max_depth;
	if (p->given & NS_GIVEN_MAX_USER_CLONES)
		ns_max_user_clones = p->max_user_clones;
	ns_levels_changed(css->container);
	ns_limits_changed(ns);
	ns_users_changed();
}

static void put_limit(struct seq_file *m, const char *name, unsigned int limit)
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
	put_limit(m, "", asked);
	put_limit(m, " not applied, it is ", is);
	seq_printf(m, ": write ns.%s", name);
}

static void ns_options_say_ignored(struct seq_file *m, struct container_subsys_state *css,
				   const void *parsed)
{
	const struct ns_parsed *p = parsed;
	const struct ns_state *ns;
	const char *name, *is;

	if (!css) {
		seq_puts(m, "; it has no ns, and so no settings of clones");
		return;
	}
	ns = ns_of_css(css);
	name = ns_template_text(p->clone_name);
	is = ns_template_text(ns->clone_name);
	if ((p->given & NS_GIVEN_CLONE_FLAGS) && p->clone_flags != ns->clone_flags)
		seq_puts(m, "; clone_flags= not applied: write ns.clone_flags");
	if ((p->given & NS_GIVEN_CLONE_NAME) && strcmp(name, is))
		seq_printf(m, "; clone_name=%s not applied, it is %s: write ns.clone_name",
			   name, is);
	if (p->given & NS_GIVEN_KEEP_EMPTY)
		say_limit_ignored(m, "keep_empty", p->keep_empty, ns->keep_empty);
	if (p->given & NS_GIVEN_MAX_CLONES)
		say_limit_ignored(m, "max_clones", p->max_clones, ns->max_clones);
	if (p->given & NS_GIVEN_MAX_DEPTH)
		say_limit_ignored(m, "max_depth", p->max_depth, ns->max_depth);
}

static void show_limit(struct seq_file *m, const char *name, unsigned int limit,
		       unsigned int usual)
{
	if (limit == usual)
		return;
	seq_printf(m, ",%s", name);
	put_limit(m, "=", limit);
}

static void ns_options_show(struct seq_file *m, struct container_subsys_state *css)
{
	const struct ns_state *ns = ns_of_css(css);

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

static const struct subsys_option ns_option_table[] = {
	{ .name = "ns_rules",		.flag = NS_RULES },
	{ .name = "clone_flags",	.parse = opt_clone_flags },
	{ .name = "clone_name",		.parse = opt_clone_name },
	{ .name = "keep_empty",		.parse = opt_keep_empty },
	{ .name = "max_clones",		.parse = opt_max_clones },
	{ .name = "max_depth",		.parse = opt_max_depth },
	{ .name = "max_user_clones",	.parse = opt_max_user_clones },
	{ }
};

const struct subsys_options ns_options = {
	.table		= ns_option_table,
	.what		= "ns_rules and the settings of clones",
	.size		= sizeof(struct ns_parsed),
	.free		= ns_parsed_free,
	.show		= ns_options_show,
	.apply		= ns_options_apply,
	.say_ignored	= ns_options_say_ignored,
};
