// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ns subsystem: which tasks get a container of their own, its name, and how many such
 * containers there may be.  ns_empties.c removes the empty ones.
 *
 * In a hierarchy with ns, a task that makes itself namespaces is moved to a new child of
 * its container (clone.c).  The container's template names the child, with a number that
 * the container does not use twice while it lives.
 *
 * ns_rules (a mount option) adds the rules of the kernel's former ns_cgroup: a task may
 * only move down, one level at a time, into an empty container.
 *
 * Everything here is under container_lock.
 */
#include <linux/ctype.h>

#include "ns.h"

/* --- templates --- */

int ns_template_check(const char *text)
{
	const char *p;

	if (!*text || !strcmp(text, ".") || !strcmp(text, "..") ||
	    strlen(text) > CONTAINER_NAME_MAX)
		return -EINVAL;
	for (p = text; *p; p++) {
		if (*p == '/' || *p == '\n')
			return -EINVAL;
		if (*p == '%' && (!*++p || !strchr("dpc%", *p)))
			return -EINVAL;
	}
	return 0;
}

int ns_template_make(const char *text, struct ns_template **templatep)
{
	size_t len = strlen(text) + 1;

	*templatep = NULL;
	if (!strcmp(text, CONTAINER_NS_CLONE_NAME))
		return 0;
	*templatep = kmalloc(sizeof(**templatep) + len, GFP_KERNEL);
	if (!*templatep)
		return -ENOMEM;
	(*templatep)->refs = 1;
	memcpy((*templatep)->text, text, len);
	return 0;
}

void ns_template_put(struct ns_template *t)
{
	if (t && !--t->refs)
		kfree(t);
}

static size_t name_add(char *name, size_t len, const char *text, size_t n)
{
	n = min_t(size_t, n, CONTAINER_NAME_MAX - len);
	memcpy(name + len, text, n);
	name[len + n] = '\0';
	return len + n;
}

#define NS_DIGITS	20	/* of a u64 */

/*
 * Write @number in decimal to @text (NS_DIGITS + 1 bytes); returns the number of digits.
 * Not by vsnprintf(), because that took a sixth of the time of a clone.
 */
static size_t ns_digits(u64 number, char *text)
{
	struct seq_file m = { .buf = text, .size = NS_DIGITS + 1 };

	seq_put_decimal_ull(&m, "", number);
	text[m.count] = '\0';
	return m.count;
}

/* Letters and digits, signs that are usual in names, and all bytes beyond ASCII. */
static bool ns_plain(char c)
{
	return isalnum(c) || (unsigned char)c >= 0x80 || strchr("-._+,@%=", c);
}

/*
 * Make @comm a part of names that people can write in a shell.  Programs decorate their
 * own names (runc:[2:INIT], memfd:crun): take that off.  Put '_' for each sign that a shell
 * treats specially, and for a first sign that hides the file or makes it an option.
 */
static void ns_command(const char *comm, char *text, size_t size)
{
	char *p;

	if (!strncmp(comm, "memfd:", strlen("memfd:")))
		comm += strlen("memfd:");
	strscpy(text, comm, size);
	p = strstr(text, ":[");
	if (p)
		*p = '\0';
	for (p = text; *p; p++)
		if (!ns_plain(*p))
			*p = '_';
	if (!*text)
		strscpy(text, "_", size);
	else if (*text == '-' || *text == '.')
		*text = '_';
}

/* Is the number in a name, and with all its digits? */
enum ns_numbered { NS_NOT_NUMBERED, NS_NUMBERED, NS_NUMBER_CUT };

/* Write the name that @template, which has been checked, makes of @number and @info. */
static enum ns_numbered ns_expand(const char *template, u64 number,
				  const struct container_clone_info *info, char *name)
{
	enum ns_numbered numbered = NS_NOT_NUMBERED;
	const char *sign;
	char text[NS_DIGITS + 1];
	size_t len = 0;

	for (;;) {
		sign = strchrnul(template, '%');
		len = name_add(name, len, template, sign - template);
		if (!*sign)
			break;
		strcpy(text, "%");
		switch (sign[1]) {
		case 'd':
			if (len + ns_digits(number, text) > CONTAINER_NAME_MAX)
				numbered = NS_NUMBER_CUT;
			else if (!numbered)
				numbered = NS_NUMBERED;
			break;
		case 'p':
			snprintf(text, sizeof(text), "%d", info->pid);
			break;
		case 'c':
			ns_command(info->comm, text, sizeof(text));
			break;
		}
		len = name_add(name, len, text, strlen(text));
		template = sign + 2;
	}
	return numbered;
}

/* Make @name a valid one, because a command or user chose parts of it: one component, one line. */
static void ns_sanitise(char *name)
{
	char *p;

	for (p = name; *p; p++)
		if (*p == '/' || iscntrl(*p))
			*p = '_';
	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		strscpy(name, "_", CONTAINER_NAME_MAX + 1);
}

/*
 * Append a dash and a number to @name, cut to make room, until the name is free.  The
 * number is the directory's next, so that the cost does not grow with the containers of
 * that name.  The first number is 2, because one such container is there already.
 */
static void ns_append_number(struct ns_state *ns, char *name)
{
	size_t len = strlen(name), n;
	char number[NS_DIGITS + 2] = "-";

	if (!ns->next_number)
		ns->next_number = 1;
	do {
		n = 1 + ns_digits(++ns->next_number, number + 1);
		strscpy(name + min_t(size_t, len, CONTAINER_NAME_MAX - n), number, n + 1);
	} while (container_name_taken(ns->css.container, name));
}

/* Take the name that task @key has chosen for its next clone, or NULL; the caller frees it. */
static char *ns_take_next_name(unsigned long key)
{
	struct container_task *task = container_task_lookup(key);
	char *name = NULL;

	lockdep_assert_held(&container_lock);
	if (task)
		swap(name, ns_task_of(task)->next_name);
	return name;
}

/* Has task @key asked that its next clone be none?  Then this was it. */
static bool ns_stays(unsigned long key)
{
	struct container_task *task = container_task_lookup(key);
	const char *name = task ? ns_task_of(task)->next_name : NULL;

	if (!name || strcmp(name, "."))
		return false;
	kfree(ns_take_next_name(key));
	return true;
}

static void ns_choose_name(struct ns_state *ns, const struct container_clone_info *info, char *name)
{
	const char *template = ns_template_text(ns->clone_name);
	char *chosen = ns_take_next_name(info->namer);
	enum ns_numbered numbered = NS_NOT_NUMBERED;

	if (chosen) {
		strscpy(name, chosen, CONTAINER_NAME_MAX + 1);
		kfree(chosen);
	} else {
		numbered = ns_expand(template, ns->next_number + 1, info, name);
	}
	for (;;) {
		ns_sanitise(name);
		if (numbered == NS_NUMBERED)
			ns->next_number++;
		if (numbered != NS_NUMBER_CUT && !container_name_taken(ns->css.container, name))
			return;
		if (numbered != NS_NUMBERED)
			break;
		numbered = ns_expand(template, ns->next_number + 1, info, name);
	}
	ns_append_number(ns, name);
}

/* --- clones --- */

/* In a dead container nobody gets a container: whoever asks is being killed. */
static unsigned int ns_clone_mask(struct container_subsys_state *css)
{
	return container_dead(css->container) ? 0 : ns_of_css(css)->clone_flags;
}

static unsigned int ns_levels_of(const struct ns_state *ns)
{
	struct container *parent = ns->css.container->parent;
	unsigned int above = parent ? ns_of(parent)->levels : NS_UNLIMITED;

	return min(ns->max_depth, above && above != NS_UNLIMITED ? above - 1 : above);
}

void ns_levels_changed(struct container *cont)
{
	struct container *pos;

	lockdep_assert_held(&container_lock);
	container_for_each_below(pos, cont)
		ns_of(pos)->levels = ns_levels_of(ns_of(pos));
	css_groups_changed_below(cont);
}

static bool ns_full(const struct ns_state *ns)
{
	return ns->nr_clones - ns->nr_empties >= ns->max_clones;
}

static void ns_group_facts(struct container_subsys_state *css, struct css_group_facts *facts)
{
	struct ns_state *ns = ns_of_css(css);

	facts->clone_mask |= ns_clone_mask(css);
	facts->clone_levels = min(facts->clone_levels, ns->levels);
	facts->clone_full |= ns_full(ns);
	facts->user_clones = min(facts->user_clones, ns_max_user_clones);
}

static int ns_clone_name(struct container_subsys_state *css,
			 const struct container_clone_info *info, char *name)
{
	struct ns_state *ns = ns_of_css(css);
	int ret;

	if (ns_stays(info->namer))
		return -ECANCELED;
	ret = ns_user_ask(info);
	if (ret)
		return ret;
	if (!ns->levels || ns_full(ns))
		return -ENOSPC;
	ns_choose_name(ns, info, name);
	return 0;
}

void ns_events_changed(struct ns_state *ns)
{
	ns->events++;
	cftype_event(ns->css.container, ns_events_file);
}

static void ns_clone_refused(struct container_subsys_state *css, u64 nr)
{
	struct ns_state *ns = ns_of_css(css);

	ns_user_refused();
	ns->refused += nr;
	ns_events_changed(ns);
}

static void ns_populated(struct container_subsys_state *css)
{
	ns_update(ns_of_css(css));
}

/* Does nr_made of @cont's parent count @cont? */
static bool ns_counts_as_made(const struct container *cont)
{
	return !(cont->flags & CONTAINER_CLONE) || ns_of(cont)->nr_made || ns_of(cont)->kept;
}

/*
 * @cont got (@delta 1) or lost (@delta -1) a child that counts as made by mkdir.  The walk goes
 * up only as long as that changes whether a parent counts its child, so that a mkdir deep
 * in a tree of directories costs one step.
 */
static void ns_made(struct container *cont, int delta)
{
	bool was;

	for (; cont; cont = cont->parent) {
		was = ns_counts_as_made(cont);
		ns_of(cont)->nr_made += delta;
		ns_update(ns_of(cont));
		if (ns_counts_as_made(cont) == was)
			break;
	}
}

static void ns_set_kept(struct ns_state *ns, bool kept)
{
	struct container *cont = ns->css.container;
	bool was = ns_counts_as_made(cont);

	if (kept == ns->kept)
		return;
	ns->kept = kept;
	ns_update(ns);
	if (ns_counts_as_made(cont) != was)
		ns_made(cont->parent, kept ? 1 : -1);
}

void ns_kept_changed(struct container_subsys_state *css)
{
	struct ns_state *ns = ns_of_css(css);

	lockdep_assert_held(&container_lock);
	ns_set_kept(ns, ns->holds || container_kept(css->container));
}

static void ns_clone_made(struct container_subsys_state *css,
			  struct container_subsys_state *child,
			  const struct container_clone_info *info)
{
	struct ns_state *ns = ns_of_css(css);

	ns_user_charge(ns_of_css(child), info);
	ns->clones++;
	ns_events_changed(ns);
}

/* --- life of the state --- */

static struct container_subsys_state *ns_create(gfp_t gfp)
{
	struct ns_state *ns = kzalloc(sizeof(*ns), gfp);

	if (!ns)
		return NULL;
	ns->clone_flags = CONTAINER_NS_ALL;
	ns->keep_empty = CONTAINER_NS_KEEP_EMPTY;
	ns->max_clones = NS_UNLIMITED;
	ns->max_depth = NS_UNLIMITED;
	INIT_LIST_HEAD(&ns->empties);
	INIT_LIST_HEAD(&ns->empty_node);
	INIT_LIST_HEAD(&ns->trim_node);
	INIT_LIST_HEAD(&ns->user_node);
	return &ns->css;
}

static void ns_destroy(struct container_subsys_state *css)
{
	kfree(ns_of_css(css));
}

static void ns_online(struct container_subsys_state *css, struct container_subsys_state *parent)
{
	struct ns_state *ns = ns_of_css(css), *from;

	if (!parent) {
		ns->max_depth = CONTAINER_NS_MAX_DEPTH;
		ns->levels = CONTAINER_NS_MAX_DEPTH;
		ns_max_user_clones = CONTAINER_NS_MAX_USER_CLONES;
		return;
	}
	from = ns_of_css(parent);
	ns->clone_flags = from->clone_flags;
	ns->keep_empty = from->keep_empty;
	ns->max_clones = from->max_clones;
	ns->clone_name = from->clone_name;
	if (ns->clone_name)
		ns->clone_name->refs++;
	ns->levels = ns_levels_of(ns);
	if (css->container->flags & CONTAINER_CLONE)
		ns_clone_online(ns);
	else
		ns_made(css->container->parent, 1);
}

static void ns_offline(struct container_subsys_state *css)
{
	struct ns_state *ns = ns_of_css(css);

	list_del_init(&ns->trim_node);
	ns_template_put(ns->clone_name);
	ns->clone_name = NULL;
	ns_hold_drop(ns);
	ns_set_kept(ns, false);
	if (css->container->flags & CONTAINER_CLONE)
		ns_clone_offline(ns);
	else
		ns_made(css->container->parent, -1);
}

/* --- ns_rules --- */

static bool ns_rules(const struct containerfs_root *root)
{
	return root->subsys_flags[ns_subsys_id] & NS_RULES;
}

/* The container of the acting thread. */
static struct container *ns_container_of_actor(const struct container_actor *actor,
					       struct containerfs_root *root)
{
	return css_group_container(container_task_group_of(host_task_key(actor->tid)), root);
}

static int ns_can_create(struct container_subsys_state *css, const struct container_actor *actor)
{
	struct container *cont = css->container;

	if (!ns_rules(cont->root))
		return 0;
	if (!actor->sys_admin ||
	    !container_is_descendant(cont, ns_container_of_actor(actor, cont->root)))
		return -EPERM;
	return 0;
}

/* Is no task in @cont?  While a process moves thread by thread, its threads do not count. */
static bool ns_free_for(struct container *cont, const struct container_attach *a)
{
	struct container_task *task;
	struct css_link *link;

	if (!a->process)
		return !cont->nr_tasks;
	container_for_each_task(task, link, cont)
		if (task->tgid != a->task->tgid)
			return false;
	return true;
}

static int ns_can_attach(struct container_subsys_state *css, const struct container_attach *a)
{
	struct containerfs_root *root = a->to->root;

	if (!ns_rules(root))
		return 0;
	if (a->task->tid != a->actor->tid) {
		if (!a->actor->sys_admin)
			return -EPERM;
		if (!container_is_descendant(a->to, ns_container_of_actor(a->actor, root)))
			return -EPERM;
	}
	if (container_is_top(a->to) || !ns_free_for(a->to, a))
		return -EPERM;
	return a->to->parent == a->from ? 0 : -EPERM;
}

static const char *ns_describe(void)
{
	return ns_host.describe();
}

static void ns_task_free(struct container_task *task)
{
	kfree(ns_task_of(task)->next_name);
}

static bool ns_task_busy(const struct container_task *task)
{
	return ns_task_of(task)->next_name;
}

struct container_subsys ns_subsys = {
	.name		= "ns",
	.id		= ns_subsys_id,
	.clones		= true,
	.create		= ns_create,
	.destroy	= ns_destroy,
	.online		= ns_online,
	.offline	= ns_offline,
	.unmounted	= ns_unmounted,
	.can_create	= ns_can_create,
	.create_asks	= ns_rules,
	.can_attach	= ns_can_attach,
	.populated	= ns_populated,
	.kept_changed	= ns_kept_changed,
	.stat		= ns_hold_stat,
	.task_size	= sizeof(struct ns_task),
	.task_free	= ns_task_free,
	.task_busy	= ns_task_busy,
	.group_facts	= ns_group_facts,
	.clone_mask	= ns_clone_mask,
	.clone_name	= ns_clone_name,
	.clone_made	= ns_clone_made,
	.clone_refused	= ns_clone_refused,
	.clone_settled	= ns_clone_settled,
	.work		= ns_hold_work,
	.trim		= ns_trim_one,
	.describe	= ns_describe,
	.files		= ns_files,
	.options	= &ns_options,
};
