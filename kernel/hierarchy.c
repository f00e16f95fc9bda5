// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hierarchies: mount, unmount, and what is known of all of them.
 *
 * A subsystem is bound to at most one hierarchy.  A mount with the name or the set of
 * subsystems of a hierarchy that exists gives that hierarchy.  When its last mount goes,
 * a hierarchy that has containers made by mkdir lives on and can be mounted again.  Other
 * hierarchies die at once; tasks in containers that container_clone() made are then in
 * no container.
 *
 * A dying hierarchy leaves the list and lets go of its subsystems under the lock.  Its
 * memory is freed with the last reference to its last container.
 */
#include "cftype.h"
#include "hierarchy.h"
#include "hooks.h"
#include "options.h"

LIST_HEAD(container_roots);		/* oldest first; under container_lock */

static int next_root_id;		/* the last one given; under container_lock */

struct container *hierarchy_top(struct containerfs_root *root)
{
	return root->top;
}

int hierarchy_id(const struct containerfs_root *root)
{
	return root->id;
}

unsigned long hierarchy_containers(const struct containerfs_root *root)
{
	return READ_ONCE(root->nr_containers);
}

void *hierarchy_host(const struct containerfs_root *root)
{
	return READ_ONCE(root->host);
}

void hierarchy_set_host(struct containerfs_root *root, void *host)
{
	WRITE_ONCE(root->host, host);
}

void hierarchy_put(struct containerfs_root *root)
{
	if (refcount_dec_and_test(&root->refs)) {
		kfree(root->release_agent);
		kfree(root);
	}
}

static struct containerfs_root *root_alloc(const struct mount_options *opts)
{
	struct containerfs_root *root = kzalloc(sizeof(*root), GFP_KERNEL);

	if (!root)
		return NULL;
	refcount_set(&root->refs, 1);
	init_rwsem(&root->css_rwsem);
	root->flags = opts->flags;
	root->subsys_mask = opts->subsys_mask;
	memcpy(root->subsys_flags, opts->subsys_flags, sizeof(root->subsys_flags));
	if (opts->name)
		strscpy(root->name, opts->name, sizeof(root->name));
	if (opts->release_agent) {
		root->release_agent = kstrdup(opts->release_agent, GFP_KERNEL);
		if (!root->release_agent)
			goto put;
	}
	root->top = container_alloc(root, NULL, NULL, GFP_KERNEL);
	if (!root->top)
		goto put;
	root->top->mode = S_IFDIR | 0555;
	return root;

put:
	hierarchy_put(root);
	return NULL;
}

/* Drop a hierarchy that never came alive, or is off the list. */
static void root_drop(struct containerfs_root *root)
{
	container_put(root->top);
	hierarchy_put(root);
}

bool root_clones(const struct containerfs_root *root)
{
	struct container_subsys *ss;
	int i;

	for_each_subsys(ss, i)
		if (ss->clones && (root->subsys_mask & (1u << i)))
			return true;
	return false;
}

/* Say in @msg to which hierarchy @ss belongs, and how to get at that hierarchy. */
static void subsys_say_taken(const struct container_subsys *ss, struct option_msg *msg)
{
	const struct containerfs_root *root = ss->root;
	char buf[CONTAINER_HIERARCHY_NAME_MAX + 128];
	struct seq_file m = { .buf = buf, .size = sizeof(buf) };

	hierarchy_show_binding(&m, root);
	buf[min_t(size_t, m.count, sizeof(buf) - 1)] = '\0';
	if (root->mounts)
		option_say(msg, "subsystem %s belongs to hierarchy %d (%s)", ss->name, root->id, buf);
	else
		option_say(msg, "subsystem %s belongs to hierarchy %d (%s), which is not mounted and kept by %lu container%s: mount -o %s shows it, containerctl hierarchies --remove %d ends it",
			   ss->name, root->id, buf, root->nr_containers - 1,
			   root->nr_containers == 2 ? "" : "s", buf, root->id);
}

bool root_subsys_taken(unsigned int mask, const struct containerfs_root *root,
		       struct option_msg *msg)
{
	struct container_subsys *ss;
	int i;

	lockdep_assert_held(&container_lock);
	for_each_subsys(ss, i) {
		if (!(mask & (1u << i)) || !ss->root || ss->root == root)
			continue;
		subsys_say_taken(ss, msg);
		return true;
	}
	return false;
}

/* The hierarchy that the options mean, if it exists; -EBUSY if they contradict it. */
static int root_find(const struct mount_options *opts, struct containerfs_root **rootp,
		     struct option_msg *msg)
{
	struct containerfs_root *root;
	bool named;

	list_for_each_entry(root, &container_roots, node) {
		named = opts->name && !strcmp(opts->name, root->name);
		if (opts->name && !named)
			continue;
		if ((opts->subsys_mask || opts->none) && opts->subsys_mask != root->subsys_mask) {
			if (!named)
				continue;
			option_say(msg, "name=%s is hierarchy %d, which has other subsystems",
				   opts->name, root->id);
			return -EBUSY;
		}
		*rootp = root;
		return 0;
	}
	return 0;
}

static void root_bind(struct containerfs_root *root)
{
	struct container_subsys *ss;
	int i;

	root->id = ++next_root_id;
	list_add_tail(&root->node, &container_roots);
	for_each_subsys(ss, i)
		if (root->subsys_mask & (1u << i))
			ss->root = root;
	container_link(root->top);
	if (root->flags & ROOT_CLONE_CHILDREN)
		root->top->flags |= CONTAINER_CLONE_CHILDREN;
	if (root->flags & ROOT_NOTIFY_ON_RELEASE)
		root->top->flags |= CONTAINER_NOTIFY_ON_RELEASE;
}

void root_clones_changed(void)
{
	struct container_subsys *ss;
	bool cloning = false;
	int i;

	for_each_subsys(ss, i)
		cloning |= ss->clones && ss->root;
	host_set_cloning(cloning);
}

/* Take @root off the list and free its subsystems; the caller drops it without the lock. */
static void root_unbind(struct containerfs_root *root)
{
	struct container_subsys *ss;
	int i;

	for_each_subsys(ss, i) {
		if (!(root->subsys_mask & (1u << i)))
			continue;
		if (ss->offline)
			ss->offline(root->top->subsys[i]);
		ss->root = NULL;
	}
	hooks_changed();
	root->top->flags |= CONTAINER_REMOVED;
	list_del_init(&root->top->pending);
	cftype_wake_all(root->top);
	list_del(&root->node);
	if (root_clones(root)) {
		css_groups_changed(root->top);
		root_clones_changed();
	}
}

int hierarchy_mount(const char *options, const struct container_actor *actor,
		    char *msgbuf, unsigned long msglen,
		    struct containerfs_root **rootp)
{
	struct containerfs_root *root = NULL, *made = NULL;
	struct option_msg msg = { msgbuf, msglen };
	struct mount_options opts;
	int ret;

	option_say(&msg, "%s", "");
	ret = mount_options_parse(options, actor, &opts, &msg);
	if (ret)
		return ret;
	ret = hooks_begin(opts.subsys_mask, &msg);
	if (ret)
		goto free;
	made = root_alloc(&opts);
	if (!made) {
		ret = -ENOMEM;
		goto out;
	}

	spin_lock(&container_lock);
	ret = root_find(&opts, &root, &msg);
	if (ret || root)
		goto found;
	if (!opts.subsys_mask && !opts.none) {
		option_say(&msg, "no hierarchy is named %s; to make one, add subsystems or none",
			   opts.name);
		ret = -EINVAL;
	} else if (root_subsys_taken(opts.subsys_mask, NULL, &msg)) {
		ret = -EBUSY;
	} else {
		root = made;
		made = NULL;
		root_bind(root);
		mount_options_apply(&opts, root);
		if (root_clones(root)) {
			css_groups_changed(root->top);
			root_clones_changed();
		}
	}
found:
	if (!ret) {
		root->mounts++;
		if (made)
			mount_options_say_ignored(&opts, root, &msg);
		*rootp = root;
	}
	spin_unlock(&container_lock);
out:
	if (made)
		root_drop(made);
	hooks_end();
free:
	mount_options_free(&opts);
	return ret;
}

static bool root_dying(const struct containerfs_root *root)
{
	return !root->mounts && !root->top->nr_children;
}

/* Does @root have a container that was not made by container_clone()? */
static bool root_has_made(const struct containerfs_root *root)
{
	struct container *cont;

	container_for_each_below(cont, root->top)
		if (!container_is_top(cont) && !(cont->flags & CONTAINER_CLONE))
			return true;
	return false;
}

/*
 * Unlink all containers, leaves first.  Each search begins where the last leaf was, so a
 * deep chain is no more work than as many siblings.
 */
static void root_unlink_all(struct containerfs_root *root)
{
	struct container *cont, *parent;

	for (cont = container_first_leaf(root->top); cont != root->top;
	     cont = container_first_leaf(parent)) {
		parent = cont->parent;
		container_unlink(cont);
	}
}

/*
 * End a hierarchy that nobody can see and that has nothing made by mkdir.  This is one
 * hold of the lock, so that a task which unshares meanwhile does not keep it alive.
 */
static void root_end(struct containerfs_root *root)
{
	struct container *cont;

	container_for_each_below(cont, root->top)
		container_let_go(cont);
	root_unlink_all(root);
	root_unbind(root);
}

/* The last mount of @root is gone, and @root lives on. */
static void root_unmounted(struct containerfs_root *root)
{
	struct container_subsys *ss;
	int i;

	for_each_subsys(ss, i)
		if (root->top->subsys[i] && ss->unmounted)
			ss->unmounted(root->top->subsys[i]);
}

void hierarchy_umount(struct containerfs_root *root)
{
	bool last, ends = false;

	host_sync();
	/* Run agents that are due while their containers are still there. */
	if (READ_ONCE(root->mounts) == 1)
		container_run_work();
	spin_lock(&container_lock);
	WARN_ON(!root->mounts);
	last = !--root->mounts;
	if (last) {
		ends = !root_has_made(root);
		if (ends)
			root_end(root);
		else
			root_unmounted(root);
		host_work_pending();
	}
	spin_unlock(&container_lock);
	if (ends)
		root_drop(root);
	if (last)
		container_run_work();
}

void hierarchy_reap(void)
{
	struct containerfs_root *root, *dead;

	do {
		dead = NULL;
		spin_lock(&container_lock);
		list_for_each_entry(root, &container_roots, node) {
			if (root_dying(root)) {
				dead = root;
				root_unbind(root);
				break;
			}
		}
		spin_unlock(&container_lock);
		if (dead)
			root_drop(dead);
	} while (dead);
}

void hierarchy_drop_all(void)
{
	struct containerfs_root *root;

	spin_lock(&container_lock);
	while (!list_empty(&container_roots)) {
		root = list_first_entry(&container_roots, struct containerfs_root, node);
		WARN_ON(root->mounts);
		root_unlink_all(root);
		root_unbind(root);
		spin_unlock(&container_lock);
		root_drop(root);
		spin_lock(&container_lock);
	}
	spin_unlock(&container_lock);
}

int hierarchy_show_options(struct containerfs_root *root, char *buf, unsigned long size)
{
	struct seq_file m = { .buf = buf, .size = size };

	if (!size)
		return 0;
	spin_lock(&container_lock);
	mount_options_show(&m, root);
	spin_unlock(&container_lock);
	m.buf[min_t(size_t, m.count, size - 1)] = '\0';
	return m.count;
}

int hierarchy_count(void)
{
	struct containerfs_root *root;
	int nr = 0;

	spin_lock(&container_lock);
	list_for_each_entry(root, &container_roots, node)
		nr++;
	spin_unlock(&container_lock);
	return nr;
}

/* The walk goes by id, because the list may change while @fn runs. */
int hierarchy_for_each(int (*fn)(struct containerfs_root *root, int mounted, void *arg),
		       void *arg)
{
	struct containerfs_root *root, *next;
	int id = 0, mounted = 0, ret;

	do {
		next = NULL;
		spin_lock(&container_lock);
		list_for_each_entry(root, &container_roots, node) {
			if (root->id > id) {
				next = root;
				id = root->id;
				mounted = root->mounts;
				refcount_inc(&root->refs);
				break;
			}
		}
		spin_unlock(&container_lock);
		if (!next)
			return 0;
		ret = fn(next, mounted, arg);
		hierarchy_put(next);
	} while (!ret);
	return ret;
}

void hierarchy_show_all(struct seq_file *m)
{
	struct container_subsys *ss;
	int i;

	seq_puts(m, "#subsys_name\thierarchy\tnum_containers\tenabled\n");
	spin_lock(&container_lock);
	for_each_subsys(ss, i)
		seq_printf(m, "%s\t%d\t%lu\t1\n", ss->name, ss->root ? ss->root->id : 0,
			   ss->root ? ss->root->nr_containers : 1ul);
	spin_unlock(&container_lock);
}
