// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pids subsystem: how many tasks there may be in a container and below.
 *
 * What users can rely on is what cgroup v1's pids does.  A task (thread) counts for its
 * container and for all above.  The task counts from before anybody can see it until it
 * is reaped, or until it exits if the host cannot see the reaping.  A fork that would
 * exceed pids.max of one of these containers fails with EAGAIN, and pids.events of the
 * creator's container counts it.  Attaching may exceed a limit, and a limit may be set
 * below the number of tasks: neither ends a task.
 *
 * Who counts.  If the host's hooks call the engine, the engine counts.  pids_can_fork()
 * charges a fork before there is a child, and the creator's record holds this
 * reservation.  When the fork ends (the child enters its container, or the fork failed),
 * the reservation is given back under the same hold of the lock.  So the numbers are
 * exact even if the creator was moved meanwhile.  A host that must decide where the
 * engine cannot be called counts by itself (pids_host.counts()), and the engine tells it
 * of containers and limits.
 *
 * A fork is asked about from the first limit on; reaping is seen while pids is mounted.
 *
 * A task that exits leaves its container and stays charged as a zombie.  The zombie keeps
 * the container's memory, and not its directory.  If there is no memory for a zombie, the
 * task counts only until its exit.
 *
 * Everything here is under container_lock.
 */
#include <linux/hashtable.h>
#include <linux/rculist.h>

#include "cftype.h"
#include "hooks.h"
#include "pids_host.h"

#define PIDS_UNLIMITED		(CONTAINER_PIDS_MAX + 1)
#define PIDS_HASH_BITS		10

struct pids_state {
	struct container_subsys_state css;
	s64			max;
	u64			count, peak;	/* here and below; not kept for the top */
	u64			refused;	/* forks of tasks that were here */
	u32			events;		/* counts changes of refused */
};

/* The state of each task. */
struct pids_task {
	struct container	*forking;	/* charged for its child; a reference, or NULL */
};

/* A task that has exited and is not reaped yet. */
struct pids_zombie {
	struct hlist_node	hash;
	unsigned long		key;
	struct container	*cont;		/* charged for the task; a reference */
	struct rcu_head		rcu;
};

static DEFINE_HASHTABLE(pids_zombies, PIDS_HASH_BITS);
static bool pids_limits;	/* the hierarchy has or had limits */

static struct pids_state *pids_of_css(struct container_subsys_state *css)
{
	return container_of(css, struct pids_state, css);
}

static struct pids_state *pids_of(const struct container *cont)
{
	lockdep_assert_held(&container_lock);
	return pids_of_css(cont->subsys[pids_subsys_id]);
}

static struct pids_task *pids_task_of(const struct container_task *task)
{
	return container_task_state(task, &pids_subsys);
}

/* --- counting --- */

/* A removed container still has all its ancestors; the top does not count. */
#define pids_for_each_above(pos, cont) \
	for ((pos) = (cont); !container_is_top(pos); (pos) = (pos)->parent)

static void pids_charge(struct container *cont)
{
	struct container *pos;
	struct pids_state *p;

	lockdep_assert_held(&container_lock);
	pids_for_each_above(pos, cont) {
		p = pids_of(pos);
		p->count++;
		p->peak = max(p->peak, p->count);
	}
}

static void pids_uncharge(struct container *cont)
{
	struct container *pos;

	lockdep_assert_held(&container_lock);
	pids_for_each_above(pos, cont)
		WARN_ON_ONCE(!pids_of(pos)->count--);
}

static bool pids_limited(struct container *cont)
{
	struct container *pos;

	pids_for_each_above(pos, cont)
		if (pids_of(pos)->max != PIDS_UNLIMITED)
			return true;
	return false;
}

static bool pids_full(struct container *cont)
{
	struct container *pos;

	pids_for_each_above(pos, cont)
		if ((s64)pids_of(pos)->count >= pids_of(pos)->max)
			return true;
	return false;
}

enum { PIDS_MAX, PIDS_CURRENT, PIDS_EVENTS, PIDS_PEAK, PIDS_FILES };
static const struct cftype pids_files[PIDS_FILES + 1];

static bool pids_host_counts(void)
{
	return pids_host.counts && pids_host.counts();
}

/* How many tasks count here and below. */
static u64 pids_count(const struct container *cont)
{
	struct container_pids now;

	return pids_host_counts() && pids_host.read(cont->id, &now) ? now.count :
								     pids_of(cont)->count;
}

/* The path of @cont, with '_' for control characters, because they could garble a log. */
static void path_for_log(struct container *cont, char *buf, unsigned long size)
{
	if (container_path_locked(cont, buf, size) < 0)
		snprintf(buf, size, "a container far below");
	for (; *buf; buf++)
		if (*buf < ' ' || *buf == 127)
			*buf = '_';
}

/*
 * Log the refused fork, because people look there for the reason why a program failed.
 * Once for each container, as cgroup v1 does.  If there are several limits, the log names
 * the nearest that is reached now, else the nearest of all.
 */
static void pids_say_refused(struct container *cont)
{
	struct container *pos, *limit = NULL;
	char path[256];

	pids_for_each_above(pos, cont) {
		if (pids_of(pos)->max == PIDS_UNLIMITED)
			continue;
		if (!limit)
			limit = pos;
		if ((s64)pids_count(pos) >= pids_of(pos)->max) {
			limit = pos;
			break;
		}
	}
	if (!limit)
		return;
	path_for_log(limit, path, sizeof(path));
	pr_info_ratelimited("containerfs: %s: pids.max %lld reached, and a fork refused: see pids.events\n",
			    path, (long long)pids_of(limit)->max);
}

static void pids_refused(struct container *cont, u64 refused)
{
	struct pids_state *p = pids_of(cont);

	if (!p->refused)
		pids_say_refused(cont);
	p->refused = refused;
	p->events++;
	cftype_event(cont, &pids_files[PIDS_EVENTS]);
}

/* --- forks --- */

/* A host without these hooks still counts: see pids_exit() and pids_limits_start(). */
static unsigned int pids_hooks_wanted(void)
{
	if (pids_host_counts())
		return 0;
	return CONTAINER_HOOK_REAP | (pids_limits ? CONTAINER_HOOK_FORK : 0);
}

/* Get ready to refuse forks: 0, -EOPNOTSUPP. */
static int pids_limits_start(void)
{
	if (pids_host_counts())
		return pids_host.start();
	spin_lock(&container_lock);
	pids_limits = pids_subsys.root;
	hooks_changed();
	spin_unlock(&container_lock);
	return hooks_settle() & CONTAINER_HOOK_FORK ? 0 : -EOPNOTSUPP;
}

static int pids_can_fork(struct container_subsys_state *css, struct container_task *creator)
{
	struct container *cont = css->container;

	if (!pids_limited(cont))
		return 0;
	if (pids_full(cont)) {
		pids_refused(cont, pids_of(cont)->refused + 1);
		return -EAGAIN;
	}
	pids_charge(cont);
	pids_task_of(creator)->forking = container_get(cont);
	return 0;
}

/* Give the reservation back: the child has been charged on its entry, or there is no child. */
static void pids_fork_ended(struct container_task *creator)
{
	struct pids_task *pt = pids_task_of(creator);

	if (!pt->forking)
		return;
	pids_uncharge(pt->forking);
	container_put(pt->forking);
	pt->forking = NULL;
}

/* --- zombies --- */

static struct pids_zombie *pids_zombie_find(unsigned long key)
{
	struct pids_zombie *z;

	hash_for_each_possible_rcu(pids_zombies, z, hash, key, lockdep_is_held(&container_lock))
		if (z->key == key)
			return z;
	return NULL;
}

static bool pids_zombie_keep(struct container *cont, unsigned long key)
{
	struct pids_zombie *z = kmalloc(sizeof(*z), GFP_ATOMIC | __GFP_NOWARN);

	if (!z)
		return false;
	z->key = key;
	z->cont = container_get(cont);
	hash_add_rcu(pids_zombies, &z->hash, key);
	return true;
}

static void pids_zombie_drop(struct pids_zombie *z)
{
	hash_del_rcu(&z->hash);
	container_put(z->cont);
	kfree_rcu(z, rcu);
}

static void pids_released(unsigned long key)
{
	struct pids_zombie *z;

	rcu_read_lock();
	z = pids_zombie_find(key);
	rcu_read_unlock();
	if (!z)
		return;
	spin_lock(&container_lock);
	z = pids_zombie_find(key);
	if (z) {
		pids_uncharge(z->cont);
		pids_zombie_drop(z);
	}
	spin_unlock(&container_lock);
}

/* --- hooks --- */

static struct container_subsys_state *pids_create(gfp_t gfp)
{
	struct pids_state *p = kzalloc(sizeof(*p), gfp);

	if (!p)
		return NULL;
	p->max = PIDS_UNLIMITED;
	p->events = 1;
	return &p->css;
}

static void pids_destroy(struct container_subsys_state *css)
{
	kfree(pids_of_css(css));
}

static void pids_online(struct container_subsys_state *css, struct container_subsys_state *parent)
{
	if (!parent && pids_host.set)
		pids_host.set(true);
	else if (parent && pids_host.add)
		pids_host.add(css->container->id, parent->container->id,
			      css->container->host_word);
}

/* When the top goes, the hierarchy ends, so its zombies need not be counted any more. */
static void pids_offline(struct container_subsys_state *css)
{
	struct pids_zombie *z;
	struct hlist_node *next;
	int bkt;

	if (!container_is_top(css->container)) {
		if (pids_host.remove)
			pids_host.remove(css->container->id);
		return;
	}
	hash_for_each_safe(pids_zombies, bkt, next, z, hash)
		pids_zombie_drop(z);
	pids_limits = false;
	if (pids_host.set)
		pids_host.set(false);
}

static void pids_enter(struct container_subsys_state *css, struct container_task *task)
{
	if (!pids_host_counts())
		pids_charge(css->container);
}

static void pids_leave(struct container_subsys_state *css, struct container_task *task)
{
	if (!pids_host_counts() && !container_is_top(css->container))
		pids_uncharge(css->container);
}

static void pids_exit(struct container_subsys_state *css, struct container_task *task)
{
	if (pids_host_counts())
		return;
	if (!(host_hooks_had() & CONTAINER_HOOK_REAP) ||
	    !pids_zombie_keep(css->container, task->key))
		pids_uncharge(css->container);
}

static void pids_group_facts(struct container_subsys_state *css, struct css_group_facts *facts)
{
	facts->counter = container_is_top(css->container) ? 0 : css->container->id;
	facts->clones_counted = container_clones_in(css->container->root);
}

void container_pids_sync(void)
{
	struct container_pids now;
	struct container *pos;

	spin_lock(&container_lock);
	if (pids_subsys.root)
		container_for_each_below(pos, pids_subsys.root->top)
			if (!container_is_top(pos) && pids_host.read(pos->id, &now) &&
			    now.refused != pids_of(pos)->refused)
				pids_refused(pos, now.refused);
	spin_unlock(&container_lock);
}

/* --- files --- */

static void pids_read(struct container_subsys_state *css, struct container_pids *now)
{
	struct pids_state *p = pids_of_css(css);

	spin_lock(&container_lock);
	if (!pids_host_counts() || !pids_host.read(css->container->id, now))
		*now = (struct container_pids){
			.count = p->count, .peak = p->peak, .refused = p->refused,
		};
	spin_unlock(&container_lock);
}

static u64 pids_current_read(struct container_subsys_state *css)
{
	struct container_pids now;

	pids_read(css, &now);
	return now.count;
}

static u64 pids_peak_read(struct container_subsys_state *css)
{
	struct container_pids now;

	pids_read(css, &now);
	return now.peak;
}

static int pids_events_show(struct seq_file *m, struct container_subsys_state *css)
{
	struct container_pids now;

	pids_read(css, &now);
	seq_printf(m, "max %llu\n", now.refused);
	return 0;
}

static u32 *pids_events(struct container_subsys_state *css)
{
	return &pids_of_css(css)->events;
}

static int pids_max_show(struct seq_file *m, struct container_subsys_state *css)
{
	s64 max = READ_ONCE(pids_of_css(css)->max);

	if (max == PIDS_UNLIMITED)
		seq_puts(m, "max\n");
	else
		seq_printf(m, "%lld\n", (long long)max);
	return 0;
}

static int pids_max_write(struct container_subsys_state *css, struct container_file *file,
			  char *buf, size_t len)
{
	struct container *cont = css->container;
	long long max = PIDS_UNLIMITED;
	int ret = 0;

	buf = strim(buf);
	if (strcmp(buf, "max")) {
		ret = kstrtoll(buf, 0, &max);
		if (ret)
			return ret;
		if (max < 0 || max > CONTAINER_PIDS_MAX)
			return -EINVAL;
		ret = pids_limits_start();
		if (ret)
			return ret;
	}
	spin_lock(&container_lock);
	if (container_removed(cont))
		ret = -ENODEV;
	else if (pids_host_counts())
		ret = pids_host.limit(cont->id, max);
	if (!ret)
		WRITE_ONCE(pids_of_css(css)->max, max);
	spin_unlock(&container_lock);
	return ret;
}

static const char *pids_describe(void)
{
	return pids_host.describe();
}

static const struct cftype pids_files[PIDS_FILES + 1] = {
	[PIDS_MAX] = {
		.name = "pids.max",
		.mode = 0644,
		.flags = CFTYPE_NOT_ON_ROOT,
		.show = pids_max_show,
		.write = pids_max_write,
	},
	[PIDS_CURRENT] = {
		.name = "pids.current",
		.mode = 0444,
		.flags = CFTYPE_NOT_ON_ROOT,
		.read_u64 = pids_current_read,
	},
	[PIDS_EVENTS] = {
		.name = "pids.events",
		.mode = 0444,
		.flags = CFTYPE_NOT_ON_ROOT,
		.show = pids_events_show,
		.events = pids_events,
	},
	[PIDS_PEAK] = {
		.name = "pids.peak",
		.mode = 0444,
		.flags = CFTYPE_NOT_ON_ROOT,
		.read_u64 = pids_peak_read,
	},
};

struct container_subsys pids_subsys = {
	.name		= "pids",
	.id		= pids_subsys_id,
	.create		= pids_create,
	.destroy	= pids_destroy,
	.online		= pids_online,
	.offline	= pids_offline,
	.task_size	= sizeof(struct pids_task),
	.enter		= pids_enter,
	.leave		= pids_leave,
	.exit		= pids_exit,
	.released	= pids_released,
	.can_fork	= pids_can_fork,
	.cancel_fork	= pids_fork_ended,
	.fork		= pids_fork_ended,
	.hooks_wanted	= pids_hooks_wanted,
	.group_facts	= pids_group_facts,
	.describe	= pids_describe,
	.files		= pids_files,
};
