// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do the engine's counts agree with what exists?
 *
 * This computes anew, from the trees and lists, all that the engine keeps for speed (counts of
 * tasks and children, which containers are populated, lists of empty clones, references), and
 * compares.
 */
#include "container.h"
#include "cpuset.h"
#include "ns.h"
#include "inspect.h"

#define check(cond, fmt, ...)								\
	do {										\
		if (!(cond)) {								\
			snprintf(wrong, sizeof(wrong), "%s: " fmt, #cond, ##__VA_ARGS__); \
			return wrong;							\
		}									\
	} while (0)

static char wrong[512];

static const char *name_of(const struct container *cont)
{
	return cont->name ? cont->name : "/";
}

static unsigned int tasks_in(struct container *cont)
{
	struct container_task *task;
	struct css_link *link;
	unsigned int nr = 0;

	list_for_each_entry(link, &cont->links, in_container)
		list_for_each_entry(task, &link->group->tasks, in_group)
			nr++;
	return nr;
}

static const char *inspect_group(const struct css_group *group)
{
	struct container_task *task;
	struct css_link *link, *other;
	unsigned int links = 0, hash = 0;
	unsigned long tasks = 0;
	bool dead = false;

	list_for_each_entry(link, &group->links, in_group) {
		links++;
		dead |= container_dead(link->container);
		hash += hash_64(link->container->id, 32);
		check(link->group == group, "%llu", group->id);
		check(!container_is_top(link->container), "%llu", group->id);
		check(refcount_read(&link->container->refs) > 0, "%llu", group->id);
		check(!group->nr_tasks || !container_removed(link->container),
		      "tasks of group %llu in removed %s", group->id, name_of(link->container));
		list_for_each_entry(other, &group->links, in_group)
			check(other == link || other->container->root != link->container->root,
			      "group %llu twice in a hierarchy", group->id);
	}
	check(links == group->nr_links, "%u, group %llu says %u", links, group->id, group->nr_links);
	check(dead == group->dead, "group %llu", group->id);
	check(hash == group->hash, "group %llu", group->id);
	list_for_each_entry(task, &group->tasks, in_group) {
		tasks++;
		check(task->group == group, "task %d", task->tid);
		check(container_task_lookup(task->key) == task, "task %d", task->tid);
	}
	check(tasks == group->nr_tasks, "%lu, group %llu says %lu", tasks, group->id,
	      group->nr_tasks);
	check(group->refs >= tasks, "group %llu has %lu", group->id, group->refs);
	return NULL;
}

/* Has mkdir made a container below @cont? */
static bool made_below(struct container *cont)
{
	struct container *pos;

	container_for_each_below(pos, cont)
		if (pos != cont && !(pos->flags & CONTAINER_CLONE))
			return true;
	return false;
}

/* Is @cont or a clone below it there for more than tasks? */
static bool kept_below(struct container *cont)
{
	struct container *pos;

	container_for_each_below(pos, cont)
		if (pos->leases || pos->init || ns_of(pos)->holds)
			return true;
	return false;
}

static bool counts_as_made(struct container *cont)
{
	return !(cont->flags & CONTAINER_CLONE) || made_below(cont) || kept_below(cont);
}

static const char *inspect_ns(struct container *cont)
{
	struct ns_state *ns = ns_of(cont), *empty;
	unsigned int clones = 0, empties = 0, listed = 0, made = 0;
	struct container *child;
	struct rb_node *node;
	bool is_empty;

	for (node = rb_first(&cont->children); node; node = rb_next(node)) {
		child = rb_entry(node, struct container, by_name);
		made += counts_as_made(child);
		if (!(child->flags & CONTAINER_CLONE)) {
			check(list_empty(&ns_of(child)->empty_node), "%s", name_of(child));
			continue;
		}
		clones++;
		is_empty = !child->nr_populated && !counts_as_made(child);
		empties += is_empty;
		check(is_empty == !list_empty(&ns_of(child)->empty_node), "%s", name_of(child));
	}
	list_for_each_entry(empty, &ns->empties, empty_node) {
		listed++;
		check(empty->css.container->parent == cont, "%s", name_of(cont));
	}
	check(made == ns->nr_made, "%s says %u", name_of(cont), ns->nr_made);
	check(clones == ns->nr_clones, "%u, %s says %u", clones, name_of(cont), ns->nr_clones);
	check(empties == ns->nr_empties, "%u, %s says %u", empties, name_of(cont), ns->nr_empties);
	check(empties == listed, "%u, %s lists %u", empties, name_of(cont), listed);
	return NULL;
}

static const char *inspect_children(struct container *cont)
{
	unsigned int by_name = 0, by_id = 0, populated = 0;
	struct container *child;
	struct rb_node *node;
	const char *last = "";
	u64 id = 0;

	for (node = rb_first(&cont->children); node; node = rb_next(node), by_name++) {
		child = rb_entry(node, struct container, by_name);
		check(strcmp(last, child->name) < 0, "%s, %s", last, child->name);
		last = child->name;
		populated += !!child->nr_populated;
		check(child->parent == cont, "%s", child->name);
		check(child->root == cont->root, "%s", child->name);
		check(!container_dead(cont) || container_dead(child), "%s", child->name);
		check(child->depth == cont->depth + 1, "%s", child->name);
		check(!cftype_find(cont, child->name), "%s", child->name);
	}
	for (node = rb_first(&cont->children_by_id); node; node = rb_next(node), by_id++) {
		child = rb_entry(node, struct container, by_id);
		check(child->id > id, "%s", child->name);
		id = child->id;
	}
	check(by_name == cont->nr_children, "%u, %s says %u", by_name, name_of(cont),
	      cont->nr_children);
	check(by_id == by_name, "%s", name_of(cont));
	if (!container_is_top(cont))
		populated += cont->nr_tasks > 0;
	check(populated == cont->nr_populated, "%u, %s says %u", populated, name_of(cont),
	      cont->nr_populated);
	return NULL;
}

static const char *inspect_one(struct container *cont)
{
	const char *ret = inspect_children(cont);
	struct container_subsys *ss;
	struct css_link *link;
	int i;

	if (ret)
		return ret;
	check(!container_removed(cont), "%s", name_of(cont));
	check(refcount_read(&cont->refs) > cont->nr_children, "%s", name_of(cont));
	for_each_subsys(ss, i) {
		check(!cont->subsys[i] == !(cont->root->subsys_mask & (1u << i)), "%s in %s",
		      ss->name, name_of(cont));
		check(!cont->subsys[i] || cont->subsys[i]->container == cont, "%s", name_of(cont));
	}
	if (container_is_top(cont)) {
		check(list_empty(&cont->links), "%s", cont->root->name);
	} else {
		check(tasks_in(cont) == cont->nr_tasks, "%u, %s says %u", tasks_in(cont),
		      name_of(cont), cont->nr_tasks);
	}
	list_for_each_entry(link, &cont->links, in_container) {
		check(link->container == cont, "%s", name_of(cont));
		ret = inspect_group(link->group);
		if (ret)
			return ret;
	}
	check(!(cont->flags & CONTAINER_KILLING), "%s", name_of(cont));
	check(list_empty(&cont->dying) || container_dead(cont), "%s", name_of(cont));
	check(!container_is_top(cont) || (!container_dead(cont) && !container_kept(cont)),
	      "%s", name_of(cont));
	return cont->subsys[ns_subsys_id] ? inspect_ns(cont) : NULL;
}

static const char *inspect_root(struct containerfs_root *root)
{
	struct container *cont;
	unsigned long nr = 0;
	const char *ret;

	container_for_each_below(cont, root->top) {
		nr++;
		ret = inspect_one(cont);
		if (ret)
			return ret;
	}
	check(nr == root->nr_containers, "%lu, hierarchy %d says %lu", nr, root->id,
	      root->nr_containers);
	check(refcount_read(&root->refs) > nr, "hierarchy %d", root->id);
	check(root->mounts || root->top->nr_children, "hierarchy %d lives for nothing", root->id);
	return NULL;
}

const char *inspect_engine(void)
{
	struct containerfs_root *root;
	struct container_subsys *ss;
	const char *ret = NULL;
	int i, id = 0;

	spin_lock(&container_lock);
	list_for_each_entry(root, &container_roots, node) {
		if (root->id <= id)
			ret = "hierarchies are not in the order of their ids";
		id = root->id;
		if (!ret)
			ret = inspect_root(root);
		for_each_subsys(ss, i)
			if (!ret && (ss->root == root) != !!(root->subsys_mask & (1u << i)))
				ret = "a subsystem and its hierarchy do not agree";
	}
	if (!ret)
		ret = inspect_group(&init_css_group);
	spin_unlock(&container_lock);
	return ret;
}

/* Each group but the init one is counted where its first link is. */
unsigned int inspect_groups(void)
{
	struct containerfs_root *root;
	struct container *cont;
	struct css_link *link;
	unsigned int nr = 1;

	spin_lock(&container_lock);
	list_for_each_entry(root, &container_roots, node)
		container_for_each_below(cont, root->top)
			list_for_each_entry(link, &cont->links, in_container)
				nr += list_is_first(&link->in_group, &link->group->links);
	spin_unlock(&container_lock);
	return nr;
}

unsigned int inspect_init_refs(void)
{
	return init_css_group.refs;
}

struct inspect_container inspect_container(struct container *cont)
{
	struct inspect_container view;
	struct ns_state *ns;

	spin_lock(&container_lock);
	ns = cont->subsys[ns_subsys_id] ? ns_of(cont) : NULL;
	view = (struct inspect_container){
		.refs = refcount_read(&cont->refs),
		.nr_tasks = cont->nr_tasks,
		.nr_children = cont->nr_children,
		.nr_populated = cont->nr_populated,
		.events = cont->events,
		.depth = cont->depth,
		.dead = container_removed(cont),
		.clone = cont->flags & CONTAINER_CLONE,
		.notify = cont->flags & CONTAINER_NOTIFY_ON_RELEASE,
		.releasable = cont->flags & CONTAINER_RELEASABLE,
		.pending = !list_empty(&cont->pending),
		.nr_clones = ns ? ns->nr_clones : 0,
		.nr_empties = ns ? ns->nr_empties : 0,
		.armed = cont->armed,
		.tasks_generation = cont->tasks_generation,
	};
	spin_unlock(&container_lock);
	return view;
}

void inspect_set_next_number(struct container *cont, unsigned long long number)
{
	spin_lock(&container_lock);
	ns_of(cont)->next_number = number;
	spin_unlock(&container_lock);
}

static struct container_subsys *subsys_of(const char *name)
{
	struct container_subsys *ss;
	int i;

	for_each_subsys(ss, i)
		if (!strcmp(ss->name, name))
			return ss;
	return NULL;
}

void inspect_without_lock(const char *subsys, struct container *cont)
{
	struct container_subsys *ss = subsys_of(subsys);
	struct container_subsys_state *css = cont->subsys[ss->id];

	if (ss == &ns_subsys)
		ns_of(cont);
	else if (ss == &cpuset_subsys)
		cpuset_of(cont);
	else if (ss->can_fork)
		ss->can_fork(css, NULL);
	else
		ss->offline(css);
}

unsigned long inspect_set_lists_max(unsigned long bytes)
{
	unsigned long old = container_lists_max;

	container_lists_max = bytes;
	return old;
}

struct container *inspect_where(unsigned long key, struct container *top)
{
	struct container *cont;

	spin_lock(&container_lock);
	cont = css_group_container(container_task_group_of(key), top->root);
	spin_unlock(&container_lock);
	return cont;
}
