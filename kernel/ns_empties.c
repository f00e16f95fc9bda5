// SPDX-License-Identifier: GPL-2.0-only
/*
 * Empty clones: how many are kept, which is removed, and how many a user has caused.
 *
 * A clone is empty when neither it nor a container below it has a task, nothing below it
 * was made by mkdir, and neither it nor a clone below holds anything, is leased, or has or had
 * an init.  It is then kept for inspection, in two lists, longest
 * empty first: that of its parent, and that of the user who caused it.  When a parent
 * has more than keep_empty of them, the first one is removed with the clones below it.
 * The same happens when a user has more than his share in the whole hierarchy.  So
 * neither many directories nor deep ones keep more than what is bounded.  Nothing made
 * by mkdir is ever removed.  While a hierarchy is not mounted nothing is kept, because
 * nobody could look at it.
 *
 * A user is a number that the host has found for the task (engine.h).  A user has a
 * record while he has clones, empty or not, and all of them count towards
 * max_user_clones.  His share of empty clones is a quarter of that, so that his old
 * clones do not use up the room for new ones.
 *
 * All under container_lock.
 */
#include <linux/hashtable.h>

#include "ns.h"

#define NS_USER_HASH_BITS	6
#define NS_USER_SHARE		4	/* one in so many may be empty */

struct ns_user {
	struct hlist_node	node;		/* in ns_users */
	unsigned int		uid;
	unsigned int		nr_clones;
	unsigned int		nr_empties;
	struct list_head	empties;	/* ns_states, by user_node, longest empty first */
	struct list_head	trim_node;	/* in ns_users_trim_list */
};

unsigned int ns_max_user_clones = CONTAINER_NS_MAX_USER_CLONES;

static DEFINE_HASHTABLE(ns_users, NS_USER_HASH_BITS);
static LIST_HEAD(ns_trim_list);		/* ns_states with too many empties, by trim_node */
static LIST_HEAD(ns_users_trim_list);	/* users with too many */
static unsigned long long ns_clones_left;
static struct ns_user *ns_user_new;	/* the record was made for a clone that is not there yet */

/*
 * How far the removal of container @ns_trim_of and all below it has got: the parent of
 * the leaf that was removed last.  The next leaf is near, however deep the tree is.
 */
static struct container *ns_trim_at;	/* a reference, or NULL */
static u64 ns_trim_of;			/* id */

unsigned long long container_clones_left(void)
{
	return READ_ONCE(ns_clones_left);
}

/* --- users --- */

static struct ns_user *ns_user_find(unsigned int uid)
{
	struct ns_user *user;

	hash_for_each_possible(ns_users, user, node, uid)
		if (user->uid == uid)
			return user;
	return NULL;
}

/* @user has no clone any more. */
static void ns_user_free(struct ns_user *user)
{
	list_del(&user->trim_node);
	hash_del(&user->node);
	kfree(user);
}

static struct ns_user *ns_user_get(unsigned int uid)
{
	struct ns_user *user = ns_user_find(uid);

	if (user)
		return user;
	user = kzalloc(sizeof(*user), GFP_ATOMIC);
	if (!user)
		return NULL;
	user->uid = uid;
	INIT_LIST_HEAD(&user->empties);
	INIT_LIST_HEAD(&user->trim_node);
	hash_add(ns_users, &user->node, uid);
	ns_user_new = user;
	return user;
}

int ns_user_ask(const struct container_clone_info *info)
{
	struct ns_user *user = ns_user_get(info->user);

	lockdep_assert_held(&container_lock);
	if (!user)
		return -ENOMEM;
	if (info->unlimited || ns_max_user_clones == NS_UNLIMITED)
		return 0;
	return user->nr_clones < ns_max_user_clones ? 0 : -ENOSPC;
}

void ns_user_refused(void)
{
	lockdep_assert_held(&container_lock);
	if (ns_user_new)
		ns_user_free(ns_user_new);
	ns_user_new = NULL;
}

static void ns_user_trim(struct ns_user *user)
{
	if (ns_max_user_clones == NS_UNLIMITED ||
	    user->nr_empties <= ns_max_user_clones / NS_USER_SHARE ||
	    !list_empty(&user->trim_node))
		return;
	list_add_tail(&user->trim_node, &ns_users_trim_list);
	host_work_pending();
}

static void ns_user_empty(struct ns_state *ns, bool empty)
{
	struct ns_user *user = ns->user;

	if (!user || empty == !list_empty(&ns->user_node))
		return;
	if (empty) {
		list_add_tail(&ns->user_node, &user->empties);
		user->nr_empties++;
	} else {
		list_del_init(&ns->user_node);
		user->nr_empties--;
	}
}

void ns_user_charge(struct ns_state *ns, const struct container_clone_info *info)
{
	struct ns_user *user = ns_user_find(info->user);

	lockdep_assert_held(&container_lock);
	ns_user_new = NULL;
	user->nr_clones++;
	if (ns_host.charge_user)
		ns_host.charge_user(info->user, info->host_word);
	ns->user = user;
	ns_user_empty(ns, !list_empty(&ns->empty_node));
}

static void ns_user_uncharge(struct ns_state *ns)
{
	struct ns_user *user = ns->user;

	if (!user)
		return;
	ns_user_empty(ns, false);
	ns->user = NULL;
	if (ns_host.uncharge_user)
		ns_host.uncharge_user(user->uid);
	if (!--user->nr_clones)
		ns_user_free(user);
}

void ns_users_changed(void)
{
	struct ns_user *user;
	int bkt;

	lockdep_assert_held(&container_lock);
	hash_for_each(ns_users, bkt, user, node)
		ns_user_trim(user);
}

/* --- which clones are empty --- */

static unsigned int ns_keep(const struct ns_state *ns)
{
	return ns->css.container->root->mounts ? ns->keep_empty : 0;
}

void ns_trim(struct ns_state *ns)
{
	if (ns->nr_empties > ns_keep(ns) && list_empty(&ns->trim_node)) {
		list_add_tail(&ns->trim_node, &ns_trim_list);
		host_work_pending();
	}
}

/* @ns has one live clone fewer, so a host that refuses clones by itself may look again. */
static void ns_one_left(struct ns_state *ns)
{
	if (ns->max_clones == NS_UNLIMITED)
		return;
	WRITE_ONCE(ns_clones_left, ns_clones_left + 1);
	host_work_pending();
}

void ns_limits_changed(struct ns_state *ns)
{
	WRITE_ONCE(ns_clones_left, ns_clones_left + 1);
	host_work_pending();
	ns_trim(ns);
}

static void ns_set_empty(struct ns_state *ns, bool empty)
{
	struct ns_state *parent = ns_of(ns->css.container->parent);

	if (empty) {
		list_add_tail(&ns->empty_node, &parent->empties);
		parent->nr_empties++;
	} else {
		list_del_init(&ns->empty_node);
		parent->nr_empties--;
	}
	ns_user_empty(ns, empty);
}

/* Put a clone on the lists of empty clones if it is empty now, else take it off. */
void ns_update(struct ns_state *ns)
{
	struct container *cont = ns->css.container;
	bool empty = !cont->nr_populated && !ns->nr_made && !ns->kept && !container_removed(cont);

	if (!(cont->flags & CONTAINER_CLONE) || empty == !list_empty(&ns->empty_node))
		return;
	ns_set_empty(ns, empty);
	if (empty) {
		ns_one_left(ns_of(cont->parent));
		ns_trim(ns_of(cont->parent));
		if (ns->user)
			ns_user_trim(ns->user);
	}
}

void ns_clone_online(struct ns_state *ns)
{
	ns_of(ns->css.container->parent)->nr_clones++;
	/*
	 * The clone is empty until its task enters.  ns_clone_settled() comes after that and
	 * sees whether there are too many empty ones.
	 */
	ns_set_empty(ns, true);
}

void ns_clone_offline(struct ns_state *ns)
{
	struct ns_state *parent = ns_of(ns->css.container->parent);

	if (list_empty(&ns->empty_node))
		ns_one_left(parent);
	else
		ns_set_empty(ns, false);
	parent->nr_clones--;
	ns_user_uncharge(ns);
}

/* If the task could not enter, the clone stays empty and counts as one that may be removed. */
void ns_clone_settled(struct container_subsys_state *css)
{
	struct ns_state *ns = ns_of_css(css);

	if (css->container->parent)
		ns_trim(ns_of(css->container->parent));
	if (ns->user)
		ns_user_trim(ns->user);
}

void ns_unmounted(struct container_subsys_state *css)
{
	struct container *cont;

	lockdep_assert_held(&container_lock);
	container_for_each_below(cont, css->container)
		ns_trim(ns_of(cont));
}

/* --- removal --- */

/* The clone to be removed first, if there are too many empty ones; else NULL. */
static struct ns_state *ns_excess(void)
{
	struct ns_state *ns;
	struct ns_user *user;

	while ((ns = list_first_entry_or_null(&ns_trim_list, struct ns_state, trim_node))) {
		if (ns->nr_empties > ns_keep(ns))
			return list_first_entry(&ns->empties, struct ns_state, empty_node);
		list_del_init(&ns->trim_node);
	}
	while ((user = list_first_entry_or_null(&ns_users_trim_list, struct ns_user, trim_node))) {
		if (ns_max_user_clones != NS_UNLIMITED &&
		    user->nr_empties > ns_max_user_clones / NS_USER_SHARE)
			return list_first_entry(&user->empties, struct ns_state, user_node);
		list_del_init(&user->trim_node);
	}
	return NULL;
}

/* A leaf below @cont, or @cont; near the one that was removed last. */
static struct container *ns_leaf(struct container *cont)
{
	struct rb_node *node;

	if (ns_trim_at && ns_trim_of == cont->id && !container_removed(ns_trim_at))
		cont = ns_trim_at;
	while ((node = rb_first(&cont->children)))
		cont = rb_entry(node, struct container, by_name);
	return cont;
}

static void ns_trim_to(struct container *cont, u64 of)
{
	swap(cont, ns_trim_at);
	ns_trim_of = of;
	if (cont)
		container_put(cont);
}

/* Remove one container, a leaf, so that the lock is not held for long. */
bool ns_trim_one(void)
{
	struct container *cont, *leaf;
	struct ns_state *ns;

	spin_lock(&container_lock);
	ns = ns_excess();
	cont = ns ? ns->css.container : NULL;
	leaf = cont ? ns_leaf(cont) : NULL;
	/* Its release agent runs first. */
	if (!leaf || !list_empty(&leaf->pending)) {
		ns_trim_to(NULL, 0);
		spin_unlock(&container_lock);
		return false;
	}
	/* The removal counts in the parent, as the clone did, also if it is a clone in a clone. */
	ns = ns_of(leaf->parent);
	ns->removed++;
	ns_events_changed(ns);
	ns_trim_to(leaf == cont ? NULL : container_get(leaf->parent), cont->id);
	host_clone_removed(leaf->parent, leaf);
	container_unlink(leaf);
	spin_unlock(&container_lock);
	return true;
}
