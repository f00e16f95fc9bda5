// SPDX-License-Identifier: GPL-2.0-only
/*
 * css_groups: one distinct set of memberships, shared by all tasks that have it.
 *
 * A group names the containers of its tasks, one a hierarchy, without top containers.  So
 * the init group, where every task starts, names none, and a new hierarchy touches no
 * group.  A hierarchy that dies with tasks in its containers is taken out of their groups.
 *
 * Groups are found by hash.  The hash is the sum of the hashes of the
 * containers' ids, so that the hash of "this group, but in that container"
 * needs no walk and no order.
 *
 * All under container_lock.  css_group_find() hands out a reference; a task
 * holds one on its group, a link one on its container.
 */
#include <linux/hashtable.h>
#include <linux/overflow.h>

#include "cftype.h"

#define CSS_GROUP_HASH_BITS	10
static DEFINE_HASHTABLE(css_group_table, CSS_GROUP_HASH_BITS);

static u64 next_group_id = 2;

struct css_group init_css_group = {
	.refs	= 1,
	.id	= 1,
	.links	= LIST_HEAD_INIT(init_css_group.links),
	.tasks	= LIST_HEAD_INIT(init_css_group.tasks),
};

struct css_group *css_group_init(void)
{
	return &init_css_group;
}

/* Does the host know @group? */
static bool css_group_is_known(const struct css_group *group)
{
	return group == &init_css_group || group->cookie;
}

static u32 container_hash(const struct container *cont)
{
	return container_is_top(cont) ? 0 : hash_64(cont->id, 32);
}

static struct container *container_of_group(const struct css_group *group,
					    const struct containerfs_root *root)
{
	struct css_link *link;

	list_for_each_entry(link, &group->links, in_group)
		if (link->container->root == root)
			return link->container;
	return root->top;
}

struct container *css_group_container(const struct css_group *group,
				      const struct containerfs_root *root)
{
	lockdep_assert_held(&container_lock);
	return container_of_group(group, root);
}

/* Is @group the set @old, but with @cont in the hierarchy of @cont? */
static bool css_group_matches(const struct css_group *group, const struct css_group *old,
			      const struct container *cont, unsigned int nr_links)
{
	struct css_link *link;

	if (group->nr_links != nr_links)
		return false;
	list_for_each_entry(link, &group->links, in_group) {
		const struct containerfs_root *root = link->container->root;

		if (link->container != (root == cont->root ? cont : css_group_container(old, root)))
			return false;
	}
	return true;
}

static void css_group_link(struct css_group *group, struct css_link *link, struct container *cont)
{
	link->group = group;
	link->container = container_get(cont);
	list_add_tail(&link->in_group, &group->links);
	list_add_tail(&link->in_container, &cont->links);
	group->dead |= container_dead(cont);
}

void css_group_unlink(struct css_link *link)
{
	struct css_group *group = link->group;

	lockdep_assert_held(&container_lock);
	/* The group may equal another one now; css_group_find() may find either. */
	hash_del(&group->node);
	group->hash -= container_hash(link->container);
	group->nr_links--;
	hash_add(css_group_table, &group->node, group->hash);
	list_del(&link->in_group);
	list_del(&link->in_container);
	container_put(link->container);
	group->dead = false;
	list_for_each_entry(link, &group->links, in_group)
		group->dead |= container_dead(link->container);
}

static void css_group_free(struct css_group *group)
{
	struct css_link *link;

	list_for_each_entry(link, &group->links, in_group) {
		list_del(&link->in_container);
		container_put(link->container);
	}
	kfree(group);
}

struct css_group *css_group_find(struct css_group *old, struct container *cont)
{
	struct container *old_cont = css_group_container(old, cont->root);
	u32 hash = old->hash - container_hash(old_cont) + container_hash(cont);
	unsigned int nr_links = old->nr_links - !container_is_top(old_cont) +
				!container_is_top(cont);
	struct css_link *link, *next;
	struct css_group *group;

	if (old_cont == cont) {
		old->refs++;
		return old;
	}
	if (!nr_links) {
		init_css_group.refs++;
		return &init_css_group;
	}
	hash_for_each_possible(css_group_table, group, node, hash) {
		if (group->hash == hash && css_group_matches(group, old, cont, nr_links)) {
			group->refs++;
			return group;
		}
	}

	group = kzalloc(struct_size(group, link, nr_links), GFP_ATOMIC);
	if (!group)
		return NULL;
	group->refs = 1;
	group->hash = hash;
	group->nr_links = nr_links;
	INIT_LIST_HEAD(&group->links);
	INIT_LIST_HEAD(&group->tasks);
	next = group->link;
	if (!container_is_top(cont))
		css_group_link(group, next++, cont);
	list_for_each_entry(link, &old->links, in_group)
		if (link->container->root != cont->root)
			css_group_link(group, next++, link->container);
	group->id = next_group_id++;
	hash_add(css_group_table, &group->node, hash);
	return group;
}

struct css_group *css_group_get(struct css_group *group)
{
	spin_lock(&container_lock);
	group->refs++;
	spin_unlock(&container_lock);
	return group;
}

void css_group_put_locked(struct css_group *group)
{
	lockdep_assert_held(&container_lock);
	if (WARN_ON_ONCE(!group->refs) || --group->refs)
		return;
	hash_del(&group->node);
	if (host_css_groups && css_group_is_known(group))
		host_css_groups->forget(group);
	css_group_free(group);
}

void css_group_put(struct css_group *group)
{
	spin_lock(&container_lock);
	css_group_put_locked(group);
	spin_unlock(&container_lock);
}

unsigned long long css_group_cookie(const struct css_group *group)
{
	return group->cookie;
}

void css_group_set_cookie(struct css_group *group, unsigned long long cookie)
{
	group->cookie = cookie;
}

struct container_subsys_state *css_of_group(const struct css_group *group,
					    const struct container_subsys *ss)
{
	return ss->root ? container_of_group(group, ss->root)->subsys[ss->id] : NULL;
}

/* --- what the host must know of a group --- */

/* A top container: only clones of its tasks change a file of it. */
static unsigned int watch_of_tops(const struct css_group *group)
{
	struct containerfs_root *root;

	list_for_each_entry(root, &container_roots, node)
		if ((root->top->armed & cftype_watched) && container_is_top(container_of_group(group, root)))
			return CSS_GROUP_WATCH_CLONE;
	return 0;
}

static unsigned int watch_of_container(const struct container *cont)
{
	unsigned int watch = 0;

	if (cont->flags & CONTAINER_NOTIFY_ON_RELEASE)
		watch |= CSS_GROUP_WATCH_EMPTY;
	if (cont->flags & CONTAINER_CLONE)
		watch |= CSS_GROUP_WATCH_EMPTIES;
	/* Whoever comes to a dead container is killed as soon as the engine knows the task. */
	if ((cont->armed & cftype_watched) || container_dead(cont))
		watch |= CSS_GROUP_WATCH_ALL;
	for (; cont; cont = cont->parent) {
		if (cont->flags & CONTAINER_KILLING)
			watch |= CSS_GROUP_WATCH_KILL;
		if (cont->armed & cftype_watched)
			watch |= CSS_GROUP_WATCH_EMPTY;
	}
	return watch;
}

void css_group_fill_facts(const struct css_group *group, struct css_group_facts *facts)
{
	struct container_subsys_state *css;
	struct container_subsys *ss;
	struct css_link *link;
	int i;

	lockdep_assert_held(&container_lock);
	*facts = (struct css_group_facts){
		.watch = watch_of_tops(group), .clone_levels = CSS_GROUP_UNLIMITED,
		.user_clones = CSS_GROUP_UNLIMITED,
	};
	list_for_each_entry(link, &group->links, in_group)
		facts->watch |= watch_of_container(link->container);
	for_each_subsys(ss, i) {
		css = ss->group_facts ? css_of_group(group, ss) : NULL;
		if (css)
			ss->group_facts(css, facts);
	}
}

void css_group_get_facts(const struct css_group *group, struct css_group_facts *facts)
{
	spin_lock(&container_lock);
	css_group_fill_facts(group, facts);
	spin_unlock(&container_lock);
}

int css_group_meet(struct css_group *group)
{
	struct css_group_facts facts;

	lockdep_assert_held(&container_lock);
	if (!host_css_groups || css_group_is_known(group))
		return 0;
	css_group_fill_facts(group, &facts);
	return host_css_groups->meet(group, &facts);
}

void css_group_changed(struct css_group *group)
{
	struct css_group_facts facts;

	lockdep_assert_held(&container_lock);
	if (!host_css_groups || !css_group_is_known(group))
		return;
	css_group_fill_facts(group, &facts);
	host_css_groups->changed(group, &facts);
}

void css_groups_changed(struct container *cont)
{
	struct css_group *group;
	struct css_link *link;
	int bkt;

	lockdep_assert_held(&container_lock);
	if (!host_css_groups)
		return;
	if (!container_is_top(cont)) {
		list_for_each_entry(link, &cont->links, in_container)
			css_group_changed(link->group);
		return;
	}
	/* A group is in a top container when no link says otherwise. */
	css_group_changed(&init_css_group);
	hash_for_each(css_group_table, bkt, group, node)
		if (css_group_container(group, cont->root) == cont)
			css_group_changed(group);
}

void css_groups_changed_below(struct container *cont)
{
	struct container *pos;

	if (!host_css_groups)
		return;
	container_for_each_below(pos, cont)
		css_groups_changed(pos);
}
