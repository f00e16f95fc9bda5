// SPDX-License-Identifier: GPL-2.0-only
/*
 * container_clone(): a task that made itself namespaces gets a container.
 *
 * It is a pure engine operation in one hold of container_lock.  The name is free, because
 * it is chosen in that hold, and nobody sees the container before it is complete.  The
 * task never sees a failure: if a limit, a rule or a lack of memory forbids the clone, the
 * task stays where it is, and the refusal is counted.
 *
 * The new directory has the owner of its parent, not of the task, because a sandbox must
 * not set its own limits and a delegated tree stays delegated.
 */
#include "container.h"

bool container_clones_in(const struct containerfs_root *root)
{
	struct container_subsys *ss;
	int i;

	for_each_subsys(ss, i)
		if (ss->clones && ss->root && ss->root == root)
			return true;
	return false;
}

/*
 * A new child of @cont for @info, linked; NULL if it is refused, or (*@stays) if the task
 * has asked to stay where it is.
 */
static struct container *clone_child(struct container *cont, struct container_subsys *ss,
				     const struct container_clone_info *info, bool *stays)
{
	struct container_subsys_state *css = cont->subsys[ss->id];
	static char name[CONTAINER_NAME_MAX + 1];	/* under container_lock */
	struct container *child = NULL;
	int ret;

	lockdep_assert_held(&container_lock);
	ret = ss->clone_name(css, info, name);
	*stays = ret == -ECANCELED;
	if (!ret)
		child = container_alloc(cont->root, cont, name, GFP_ATOMIC);
	if (!child)
		return NULL;
	child->flags = CONTAINER_CLONE;
	child->host_word = info->host_word;
	child->mode = S_IFDIR | 0755;
	container_owner(cont, &child->uid, &child->gid);
	container_inherit_group(child, cont);
	container_link(child);
	return child;
}

/*
 * Clone in the hierarchy of @ss.  Returns the group that the task belongs to now, @group if
 * nothing is cloned; the reference on @group passes to it.
 */
static struct css_group *clone_in(struct css_group *group, struct container_subsys *ss,
				  const struct container_clone_info *info)
{
	struct container *cont = css_group_container(group, ss->root), *child;
	struct container_subsys_state *css = cont->subsys[ss->id];
	struct css_group *to;
	bool stays;

	if (!(info->flags & ss->clone_mask(css)))
		return group;
	child = clone_child(cont, ss, info, &stays);
	to = child ? css_group_find(group, child) : NULL;
	if (!to) {
		if (child)
			container_unlink(child);
		if (!stays)
			ss->clone_refused(css, 1);
		return group;
	}
	ss->clone_made(css, child->subsys[ss->id], info);
	host_clone_added(cont, child);
	css_group_put_locked(group);
	return to;
}

/* Clone in all hierarchies that clone; the reference on @from passes to the group returned. */
static struct css_group *clone_all(struct css_group *from, const struct container_clone_info *info)
{
	struct container_subsys *ss;
	int i;

	for_each_subsys(ss, i)
		if (ss->clones && ss->root)
			from = clone_in(from, ss, info);
	return from;
}

/* After clone_all(), when the task is in @group: subsystems look for clones to remove. */
static void settle_all(struct css_group *group)
{
	struct container_subsys *ss;
	int i;

	for_each_subsys(ss, i)
		if (ss->clones && ss->root)
			ss->clone_settled(css_group_container(group, ss->root)->subsys[ss->id]);
}

/* What clone_all() would have done, had there been memory. */
static void refuse_all(struct css_group *from, const struct container_clone_info *info)
{
	struct container_subsys_state *css;
	struct container_subsys *ss;
	int i;

	for_each_subsys(ss, i) {
		if (!ss->clones || !ss->root)
			continue;
		css = css_group_container(from, ss->root)->subsys[ss->id];
		if (info->flags & ss->clone_mask(css))
			ss->clone_refused(css, 1);
	}
}

struct css_group *container_clone(struct css_group *from, const struct container_clone_info *info,
				  struct css_group_facts *facts)
{
	spin_lock(&container_lock);
	from->refs++;
	from = clone_all(from, info);
	settle_all(from);
	if (facts)
		css_group_fill_facts(from, facts);
	spin_unlock(&container_lock);
	return from;
}

_Bool container_clone_task(unsigned long key, int tid, int tgid,
			   const struct container_clone_info *info)
{
	struct container_task *creator, *task;
	struct css_group *group;
	bool killed;

	spin_lock(&container_lock);
	creator = container_task_lookup(info->namer);
	if (creator)
		container_fork_ended(creator, true);
	/* A child that has a record was attached before this hook ran: there it clones. */
	task = container_task_lookup(key);
	group = task ? task->group : container_task_group_of(info->namer);
	killed = container_kills_child(creator, group);
	/* The record comes first, so that no container is made for a task that cannot enter it. */
	if (!task)
		task = container_task_make(key, tid, tgid);
	if (!task) {
		refuse_all(group, info);
	} else {
		task->killed |= killed;
		group->refs++;
		group = clone_all(group, info);
		container_task_move(task, group);
		settle_all(group);
		css_group_put_locked(group);
		container_task_forget(task);
	}
	spin_unlock(&container_lock);
	return killed && key != info->namer;
}

void container_clone_refused(struct css_group *group, unsigned long long nr)
{
	struct container_subsys *ss;
	int i;

	spin_lock(&container_lock);
	for_each_subsys(ss, i)
		if (ss->clones && ss->root)
			ss->clone_refused(css_of_group(group, ss), nr);
	spin_unlock(&container_lock);
}
