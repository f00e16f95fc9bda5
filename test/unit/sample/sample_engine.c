// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sample subsystem: how many forks the tasks of a container have made, and how many
 * they may make.
 *
 * It shows, and tests, that a subsystem is a plug-in: this file and a line in
 * subsystems.h are all of it. It has what most subsystems need: state of
 * containers and of tasks, hooks of fork, exit and reaping, a mount option, files.
 *
 * Users can rely on this. Each fork counts for the container of the creator and for those
 * above it, except the top, where nothing is counted. A fork that would exceed sample.limit
 * of one of them fails with EAGAIN, and counts as refused where the creator is. A container
 * begins with the limit of its parent, the top container with the mount option
 * sample_limit=.
 *
 * All functions run under container_lock.
 */
#include "cftype.h"
#include "options.h"

#define SAMPLE_NO_LIMIT		(~0ULL)

struct sample_state {
	struct container_subsys_state css;
	u64			limit;
	u64			made;		/* forks here and below, also those under way */
	u64			refused;	/* forks of tasks that were here */
	u64			dead;		/* tasks that exited here and are not reaped yet */
};

/* State of each task. */
struct sample_task {
	struct container	*charged;	/* for its fork; a reference, or NULL */
	struct container	*exited;	/* where it exited; a reference; the record is kept */
	struct list_head	node;		/* in sample_dead, then */
};

static LIST_HEAD(sample_dead);		/* sample_tasks that exited and are not reaped */

static struct sample_state *sample_of(const struct container *cont)
{
	return container_of(cont->subsys[sample_subsys_id], struct sample_state, css);
}

static struct sample_task *sample_task_of(const struct container_task *task)
{
	return container_task_state(task, &sample_subsys);
}

/* --- forks --- */

static void sample_charge(struct container *cont, int delta)
{
	for (; !container_is_top(cont); cont = cont->parent)
		sample_of(cont)->made += delta;
}

static int sample_can_fork(struct container_subsys_state *css, struct container_task *creator)
{
	struct container *cont;

	for (cont = css->container; !container_is_top(cont); cont = cont->parent) {
		if (sample_of(cont)->made < sample_of(cont)->limit)
			continue;
		sample_of(css->container)->refused++;
		return -EAGAIN;
	}
	sample_charge(css->container, 1);
	sample_task_of(creator)->charged = container_get(css->container);
	return 0;
}

/* From now on the fork counts for good, wherever the creator is. */
static void sample_fork(struct container_task *creator)
{
	container_put(sample_task_of(creator)->charged);
	sample_task_of(creator)->charged = NULL;
}

static void sample_cancel_fork(struct container_task *creator)
{
	sample_charge(sample_task_of(creator)->charged, -1);
	sample_fork(creator);
}

/* --- the dead --- */

/* The record is kept until the task is reaped, because it tells where the task was. */
static void sample_exit(struct container_subsys_state *css, struct container_task *task)
{
	struct sample_task *st = sample_task_of(task);

	container_task_get(task);
	st->exited = container_get(css->container);
	list_add_tail(&st->node, &sample_dead);
	sample_of(css->container)->dead++;
}

static void sample_bury(struct sample_task *st)
{
	list_del(&st->node);
	sample_of(st->exited)->dead--;
	container_put(st->exited);
	container_task_put(container_task_of_state(st, &sample_subsys));
}

static void sample_released(unsigned long key)
{
	struct sample_task *st, *next;

	spin_lock(&container_lock);
	list_for_each_entry_safe(st, next, &sample_dead, node)
		if (container_task_of_state(st, &sample_subsys)->key == key)
			sample_bury(st);
	spin_unlock(&container_lock);
}

/* --- containers --- */

static struct container_subsys_state *sample_create(gfp_t gfp)
{
	struct sample_state *sample = kzalloc(sizeof(*sample), gfp);

	if (!sample)
		return NULL;
	sample->limit = SAMPLE_NO_LIMIT;
	return &sample->css;
}

static void sample_destroy(struct container_subsys_state *css)
{
	kfree(css);
}

static void sample_online(struct container_subsys_state *css,
			  struct container_subsys_state *parent)
{
	if (parent)
		sample_of(css->container)->limit = sample_of(parent->container)->limit;
}

/* The hierarchy ends with its top, so no file will show tasks that are not reaped yet. */
static void sample_offline(struct container_subsys_state *css)
{
	struct sample_task *st, *next;

	if (container_is_top(css->container))
		list_for_each_entry_safe(st, next, &sample_dead, node)
			sample_bury(st);
}

/* --- the mount option --- */

struct sample_parsed {
	u64			limit;
};

static int sample_option_limit(void *parsed, char *value, struct option_msg *msg)
{
	struct sample_parsed *p = parsed;

	if (!kstrtoull(value, 0, &p->limit) && p->limit && p->limit != SAMPLE_NO_LIMIT)
		return 0;
	option_say(msg, "sample_limit=%s is no number of forks", value);
	return -EINVAL;
}

static void sample_options_show(struct seq_file *m, struct container_subsys_state *css)
{
	u64 limit = sample_of(css->container)->limit;

	if (limit != SAMPLE_NO_LIMIT)
		seq_printf(m, ",sample_limit=%llu", (unsigned long long)limit);
}

static void sample_options_apply(struct container_subsys_state *css, void *parsed)
{
	const struct sample_parsed *p = parsed;

	sample_of(css->container)->limit = p->limit;
}

static void sample_options_say_ignored(struct seq_file *m, struct container_subsys_state *css,
				       const void *parsed)
{
	const struct sample_parsed *p = parsed;

	if (!css || sample_of(css->container)->limit != p->limit)
		seq_puts(m, "; sample_limit= not applied");
}

static const struct subsys_option sample_option_table[] = {
	{ .name = "sample_limit", .parse = sample_option_limit },
	{ }
};

static const struct subsys_options sample_options = {
	.table		= sample_option_table,
	.what		= "sample_limit",
	.size		= sizeof(struct sample_parsed),
	.show		= sample_options_show,
	.apply		= sample_options_apply,
	.say_ignored	= sample_options_say_ignored,
};

/* --- files --- */

static u64 sample_limit_read(struct container_subsys_state *css)
{
	return READ_ONCE(sample_of(css->container)->limit);
}

static int sample_limit_write(struct container_subsys_state *css, u64 limit)
{
	int ret = 0;

	spin_lock(&container_lock);
	if (container_removed(css->container))
		ret = -ENODEV;
	else
		sample_of(css->container)->limit = limit;
	spin_unlock(&container_lock);
	return ret;
}

static int sample_forks_show(struct seq_file *m, struct container_subsys_state *css)
{
	const struct sample_state *sample = sample_of(css->container);

	spin_lock(&container_lock);
	seq_printf(m, "made %llu\nrefused %llu\ndead %llu\n", (unsigned long long)sample->made,
		   (unsigned long long)sample->refused, (unsigned long long)sample->dead);
	spin_unlock(&container_lock);
	return 0;
}

static const struct cftype sample_files[] = {
	{
		.name = "sample.limit",
		.mode = 0644,
		.flags = CFTYPE_NOT_ON_ROOT,
		.read_u64 = sample_limit_read,
		.write_u64 = sample_limit_write,
	},
	{
		.name = "sample.forks",
		.mode = 0444,
		.show = sample_forks_show,
	},
	{ }
};

static const char *sample_describe(void)
{
	return "enforced: a fork beyond a limit fails";
}

struct container_subsys sample_subsys = {
	.name		= "sample",
	.id		= sample_subsys_id,
	.create		= sample_create,
	.destroy	= sample_destroy,
	.online		= sample_online,
	.offline	= sample_offline,
	.task_size	= sizeof(struct sample_task),
	.can_fork	= sample_can_fork,
	.fork		= sample_fork,
	.cancel_fork	= sample_cancel_fork,
	.exit		= sample_exit,
	.released	= sample_released,
	.describe	= sample_describe,
	.files		= sample_files,
	.options	= &sample_options,
};
