// SPDX-License-Identifier: GPL-2.0-only
/*
 * Containers and their tree: make, find, list, rename, remove.
 *
 * A directory keeps its children in two trees, by name for lookup and by id
 * for listing: ids only grow, so a position in a listing is an id and stays
 * good whatever comes and goes in between.
 *
 * Making a container is in two parts, because container_clone() must do it in
 * one go under the lock: container_alloc() gets the memory, container_link()
 * puts it into the tree and cannot fail.
 *
 * Names and errors are those of cgroup v1 of Linux 6.1.
 */
#include "cftype.h"

DEFINE_SPINLOCK(container_lock);

static u64 next_container_id;	/* the last one given; under container_lock */
/* A cache of its own, because kmalloc would round a container up to nearly twice its size. */
static struct kmem_cache *container_cache;

int container_cache_init(void)
{
	container_cache = kmem_cache_create("containerfs_container", sizeof(struct container), 0, 0,
					    NULL);
	return container_cache ? 0 : -ENOMEM;
}

/* Containers are freed after a grace period. */
void container_cache_exit(void)
{
	rcu_barrier();
	kmem_cache_destroy(container_cache);
}

struct container *container_get(struct container *cont)
{
	refcount_inc(&cont->refs);
	return cont;
}

static void container_free_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(container_cache, container_of(rcu, struct container, rcu));
}

static void container_free(struct container *cont)
{
	struct containerfs_root *root = cont->root;
	struct container_subsys *ss;
	int i;

	for_each_subsys(ss, i)
		if (cont->subsys[i])
			ss->destroy(cont->subsys[i]);
	container_free_iattrs(cont);
	kfree(cont->name);
	call_rcu(&cont->rcu, container_free_rcu);
	hierarchy_put(root);
}

/* A child holds a reference on its parent, so the last put of a child may free the whole chain. */
void container_put(struct container *cont)
{
	struct container *parent;

	while (cont && refcount_dec_and_test(&cont->refs)) {
		parent = cont->parent;
		container_free(cont);
		cont = parent;
	}
}

unsigned long long container_id(const struct container *cont)
{
	return cont->id;
}

const char *container_name(const struct container *cont)
{
	return cont->name ? cont->name : "";
}

struct containerfs_root *container_root(const struct container *cont)
{
	return cont->root;
}

_Bool container_is_clone(const struct container *cont)
{
	return cont->flags & CONTAINER_CLONE;
}

_Bool container_is_removed(const struct container *cont)
{
	return READ_ONCE(cont->flags) & CONTAINER_REMOVED;
}

_Bool container_is_dead(const struct container *cont)
{
	return READ_ONCE(cont->flags) & CONTAINER_DEAD;
}

struct container *container_parent(struct container *cont)
{
	return container_get(cont->parent ? cont->parent : cont);
}

unsigned long long container_generation(const struct container *dir)
{
	return READ_ONCE(dir->generation);
}

bool container_is_descendant(const struct container *cont, const struct container *ancestor)
{
	for (; cont; cont = cont->parent)
		if (cont == ancestor)
			return true;
	return false;
}

/* --- what depends on how many tasks and children there are --- */

void container_events_changed(struct container *cont)
{
	cont->events++;
	cftype_event(cont, &core_files[CORE_EVENTS]);
}

/*
 * @cont has its first task (@delta 1) or has lost its last (-1): count that in @cont and in
 * its ancestors, up to the first one that stays populated, or stays unpopulated.
 */
static void container_populate(struct container *cont, int delta)
{
	struct container_subsys *ss;
	struct container *c;
	bool was;
	int i;

	for (c = cont; c; c = c->parent) {
		was = c->nr_populated;
		c->nr_populated += delta;
		if (was == !!c->nr_populated)
			break;
		if (c != cont)
			container_events_changed(c);
		for_each_subsys(ss, i)
			if (c->subsys[i] && ss->populated)
				ss->populated(c->subsys[i]);
		container_dead_check(c);
	}
}

void container_tasks_changed(struct container *cont, int delta)
{
	lockdep_assert_held(&container_lock);
	cont->flags |= CONTAINER_RELEASABLE;
	cont->nr_tasks += delta;
	cont->tasks_generation++;
	if (delta > 0 && cont->nr_tasks == 1)
		container_populate(cont, 1);
	else if (delta < 0 && !cont->nr_tasks)
		container_populate(cont, -1);

	if (delta < 0 && container_empty(cont))
		container_check_release(cont);
	container_events_changed(cont);
}

/* --- the tree --- */

struct container *container_child(struct container *dir, const char *name)
{
	struct rb_node *node = dir->children.rb_node;
	struct container *child;
	int cmp;

	lockdep_assert_held(&container_lock);
	while (node) {
		child = rb_entry(node, struct container, by_name);
		cmp = strcmp(name, child->name);
		if (!cmp)
			return child;
		node = cmp < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

bool container_name_taken(struct container *dir, const char *name)
{
	return cftype_reserved(dir, name) || container_child(dir, name);
}

int container_name_check(const char *name)
{
	if (strchr(name, '\n') || !*name)
		return -EINVAL;
	return strlen(name) > CONTAINER_NAME_MAX ? -ENAMETOOLONG : 0;
}

static void container_insert_name(struct container *dir, struct container *cont)
{
	struct rb_node **link = &dir->children.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = strcmp(cont->name, rb_entry(parent, struct container, by_name)->name) < 0 ?
			&parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&cont->by_name, parent, link);
	rb_insert_color(&cont->by_name, &dir->children);
}

/* The newest child has the highest id. */
static void container_insert_id(struct container *dir, struct container *cont)
{
	struct rb_node **link = &dir->children_by_id.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = &parent->rb_right;
	}
	rb_link_node(&cont->by_id, parent, link);
	rb_insert_color(&cont->by_id, &dir->children_by_id);
}

struct container *container_alloc(struct containerfs_root *root, struct container *parent,
				  const char *name, gfp_t gfp)
{
	struct container *cont = kmem_cache_zalloc(container_cache, gfp);
	struct container_subsys *ss;
	int i;

	if (!cont)
		return NULL;
	refcount_set(&cont->refs, 1);
	refcount_inc(&root->refs);
	cont->root = root;
	cont->self.container = cont;
	cont->children = RB_ROOT;
	cont->children_by_id = RB_ROOT;
	cont->events = 1;
	INIT_LIST_HEAD(&cont->links);
	INIT_LIST_HEAD(&cont->iattrs);
	INIT_LIST_HEAD(&cont->pending);
	INIT_LIST_HEAD(&cont->dying);
	cont->init_events = 1;
	if (name) {
		cont->name = kstrdup(name, gfp);
		if (!cont->name)
			goto free;
	}
	for_each_subsys(ss, i) {
		if (!(root->subsys_mask & (1u << i)))
			continue;
		cont->subsys[i] = ss->create(gfp);
		if (!cont->subsys[i])
			goto free;
		cont->subsys[i]->container = cont;
	}
	if (parent) {
		cont->parent = container_get(parent);
		cont->depth = parent->depth + 1;
	}
	return cont;

free:
	container_free(cont);
	return NULL;
}

static void container_dir_changed(struct container *dir, u64 now)
{
	dir->generation++;
	dir->mtime = now;
	container_events_changed(dir);
}

void container_link(struct container *cont)
{
	struct container *dir = cont->parent;
	struct container_subsys *ss;
	int i;

	lockdep_assert_held(&container_lock);
	cont->id = ++next_container_id;
	cont->btime = cont->mtime = host_time();
	cont->root->nr_containers++;
	if (dir) {
		cont->flags |= dir->flags & (CONTAINER_NOTIFY_ON_RELEASE | CONTAINER_CLONE_CHILDREN |
					     CONTAINER_DEAD);
		container_insert_name(dir, cont);
		container_insert_id(dir, cont);
		dir->nr_children++;
		dir->flags |= CONTAINER_RELEASABLE;
		container_dir_changed(dir, cont->btime);
	}
	for_each_subsys(ss, i)
		if (cont->subsys[i] && ss->online)
			ss->online(cont->subsys[i], dir ? dir->subsys[i] : NULL);
}

void container_unlink(struct container *cont)
{
	struct container *dir = cont->parent;
	struct container_subsys *ss;
	int i;

	lockdep_assert_held(&container_lock);
	WARN_ON(!container_empty(cont));
	for_each_subsys(ss, i)
		if (cont->subsys[i] && ss->offline)
			ss->offline(cont->subsys[i]);
	cont->flags |= CONTAINER_REMOVED;
	list_del_init(&cont->pending);
	list_del_init(&cont->dying);
	container_init_forget(cont);
	cftype_wake_all(cont);
	rb_erase(&cont->by_name, &dir->children);
	rb_erase(&cont->by_id, &dir->children_by_id);
	cont->root->nr_containers--;
	dir->nr_children--;
	container_dir_changed(dir, host_time());
	if (container_empty(dir))
		container_check_release(dir);
	container_put(cont);
}

int container_lookup(struct container *dir, const char *name,
		     struct container **child, unsigned int *node)
{
	int ret = 0;

	*child = NULL;
	*node = CONTAINER_NODE_DIR;
	if (strlen(name) > CONTAINER_NAME_MAX)
		return -ENAMETOOLONG;
	spin_lock(&container_lock);
	if (container_removed(dir)) {
		ret = -ENOENT;
	} else {
		*node = cftype_find(dir, name);
		if (!*node) {
			*child = container_child(dir, name);
			if (*child)
				container_get(*child);
			else
				ret = -ENOENT;
		}
	}
	spin_unlock(&container_lock);
	return ret;
}

_Bool container_mkdir_asks(const struct container *dir)
{
	struct container_subsys *ss;
	int i;

	for_each_subsys(ss, i)
		if (ss->create_asks && ss->create_asks(dir->root))
			return true;
	return false;
}

static int container_can_create(struct container *dir, const struct container_actor *actor)
{
	struct container_subsys *ss;
	int i, ret = 0;

	for_each_subsys(ss, i) {
		if (!dir->subsys[i] || !ss->can_create)
			continue;
		ret = ss->can_create(dir->subsys[i], actor);
		if (ret)
			break;
	}
	return ret;
}

/*
 * Does @cont have the subsystems that its hierarchy has now?  A remount may have changed
 * them since container_alloc().
 */
static bool container_fits(const struct container *cont)
{
	int i;

	for (i = 0; i < CONTAINER_SUBSYS_COUNT; i++)
		if (!cont->subsys[i] != !(cont->root->subsys_mask & (1u << i)))
			return false;
	return true;
}

int container_mkdir(struct container *dir, const char *name, unsigned int mode,
		    unsigned int uid, unsigned int gid,
		    const struct container_actor *actor, struct container **child)
{
	struct container *cont;
	int ret = container_name_check(name);

	if (ret)
		return ret;
again:
	cont = container_alloc(dir->root, dir, name, GFP_KERNEL);
	if (!cont)
		return -ENOMEM;
	cont->mode = S_IFDIR | (mode & S_IALLUGO);
	cont->uid = uid;
	cont->gid = gid;

	spin_lock(&container_lock);
	if (container_removed(dir))
		ret = -ENODEV;
	else if (container_name_taken(dir, name))
		ret = -EEXIST;
	else
		ret = container_can_create(dir, actor);
	if (!ret && !container_fits(cont)) {
		spin_unlock(&container_lock);
		container_put(cont);
		goto again;
	}
	if (!ret) {
		container_inherit_group(cont, dir);
		container_link(cont);
		*child = container_get(cont);
	}
	spin_unlock(&container_lock);
	if (ret)
		container_put(cont);
	return ret;
}

int container_rmdir(struct container *dir, const char *name)
{
	struct container *cont;
	int ret = 0;

	spin_lock(&container_lock);
	cont = container_child(dir, name);
	if (!cont)
		ret = cftype_find(dir, name) ? -ENOTDIR : -ENOENT;
	else if (!container_empty(cont))
		ret = -EBUSY;
	else
		container_unlink(cont);
	spin_unlock(&container_lock);
	return ret;
}

int container_rename(struct container *dir, const char *name,
		     struct container *newdir, const char *newname)
{
	struct container *cont, *there;
	char *old = NULL, *copy;
	int ret;

	if (strchr(newname, '\n'))
		return -EINVAL;
	/* No container can have such a name. */
	if (cftype_reserved(dir, name))
		return -ENOTDIR;
	if (dir != newdir)
		return -EIO;
	ret = container_name_check(newname);
	if (ret)
		return ret;
	copy = kstrdup(newname, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;

	spin_lock(&container_lock);
	cont = container_child(dir, name);
	there = container_child(dir, newname);
	if (container_removed(dir))
		ret = -ENODEV;
	else if (!cont)
		ret = -ENOENT;
	else if (cftype_find(dir, newname))
		ret = -ENOTDIR;
	else if (cftype_reserved(dir, newname) || (there && there != cont))
		ret = -EEXIST;
	if (!ret && !there) {
		rb_erase(&cont->by_name, &dir->children);
		old = cont->name;
		cont->name = copy;
		copy = NULL;
		container_insert_name(dir, cont);
		container_dir_changed(dir, host_time());
	}
	spin_unlock(&container_lock);
	kfree(old);
	kfree(copy);
	return ret;
}

struct container *container_first_leaf(struct container *top)
{
	struct rb_node *node;

	lockdep_assert_held(&container_lock);
	while ((node = rb_first(&top->children)))
		top = rb_entry(node, struct container, by_name);
	return top;
}

struct container *container_next(struct container *pos, struct container *top)
{
	struct rb_node *node = rb_first(&pos->children);

	lockdep_assert_held(&container_lock);
	while (!node && pos != top) {
		node = rb_next(&pos->by_name);
		pos = pos->parent;
	}
	return node ? rb_entry(node, struct container, by_name) : NULL;
}

/* The first child with an id above @id. */
static struct container *container_after(struct container *dir, u64 id)
{
	struct rb_node *node = dir->children_by_id.rb_node;
	struct container *found = NULL, *child;

	while (node) {
		child = rb_entry(node, struct container, by_id);
		if (child->id > id) {
			found = child;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

int container_readdir(struct container *dir, unsigned long long pos, unsigned long long *end,
		      container_filldir_t fn, void *arg)
{
	const struct cftype *cft;
	struct container *child;
	struct rb_node *node;
	const char *name;
	unsigned int i;
	int ret = 0;

	spin_lock(&container_lock);
	if (container_removed(dir))
		ret = -ENOENT;
	if (end && !*end)
		*end = next_container_id;
	/* A position has 64 bits, as an id has: min_t() must not cut it. */
	i = min_t(u64, pos, CONTAINER_NODES_MAX);
	while (!ret && ++i < CONTAINER_NODES_MAX) {
		cft = container_cftype(dir, i);
		if (!cft || !cftype_is_there(dir, i))
			continue;
		name = cftype_name(dir, cft);
		ret = fn(arg, name, strlen(name), NULL, i, i);
	}
	child = container_after(dir, pos < CONTAINER_NODES_MAX ? 0 : pos - CONTAINER_NODES_MAX);
	while (!ret && child && (!end || child->id <= *end)) {
		ret = fn(arg, child->name, strlen(child->name), child, CONTAINER_NODE_DIR,
			 child->id + CONTAINER_NODES_MAX);
		node = rb_next(&child->by_id);
		child = node ? rb_entry(node, struct container, by_id) : NULL;
	}
	spin_unlock(&container_lock);
	return ret;
}
