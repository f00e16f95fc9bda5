// SPDX-License-Identifier: GPL-2.0-only
/*
 * The numbers by which BPF knows the engine's css_groups: ids.h.
 *
 * If an id were freed that a word names, or an event that is still to be read, the
 * membership of that task would be unknown. Why an id without records in the engine
 * cannot come back after a complete drain:
 *
 *  - A word gets an id by fork (that of the creator), by clone (a fresh one) or by
 *    attach. Attach is done by this thread, and meet() makes an entry first.
 *  - A fork reserves its place in the ring, and only then reads the word of its
 *    creator. Let C be born with id X. Its creator had X then, and has lost it by
 *    attach, by a clone of its own, or by its exit (else its record has X, and X is
 *    not idle). This thread attached before it sampled the position up to which it
 *    then drained. Clone and exit are acts of the creator after its fork, and their
 *    events have been read (else the record with X is still there). In each case C's
 *    place lies before the end of the drain: C's event has been read, and C has a
 *    record with X or is gone. The same holds for C's children.
 *  - If an event found no room in the ring, the drain reads the words themselves. A
 *    drain that failed is not complete.
 *
 * The proof also holds for the parent that a clone names. It is the reason why the
 * engine may remove an empty container then: no task is on the way into it (tasks.c).
 */
#include <errno.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "tasks.h"
#include "bpf/task_events.h"
#include "ids.h"
#include "link.h"
#include "limits.h"
#include "pids.h"
#include "uapi/containerfs.h"

#define WATCH_EVENTS	(TE_WATCH_ALL | TE_WATCH_CLONE)

_Static_assert(TE_WATCH_EMPTY == CSS_GROUP_WATCH_EMPTY && TE_WATCH_ALL == CSS_GROUP_WATCH_ALL &&
	       TE_WATCH_CPUS == CSS_GROUP_WATCH_CPUS && TE_WATCH_CLONE == CSS_GROUP_WATCH_CLONE &&
	       TE_WATCH_KILL == CSS_GROUP_WATCH_KILL && TE_WATCH_EMPTIES == CSS_GROUP_WATCH_EMPTIES,
	       "watch bits are the engine's");
_Static_assert(TE_CLONE_ALL == CONTAINER_NS_ALL && TE_CLONE_NEWTIME == CLONE_NEWTIME &&
	       TE_CLONE_NEWNS == CLONE_NEWNS && TE_CLONE_NEWCGROUP == CLONE_NEWCGROUP &&
	       TE_CLONE_NEWUTS == CLONE_NEWUTS && TE_CLONE_NEWIPC == CLONE_NEWIPC &&
	       TE_CLONE_NEWUSER == CLONE_NEWUSER && TE_CLONE_NEWPID == CLONE_NEWPID &&
	       TE_CLONE_NEWNET == CLONE_NEWNET, "namespaces are the kernel's, and all of the engine's");
_Static_assert(TE_LEVELS_UNLIMITED == CSS_GROUP_UNLIMITED, "any number is the engine's");

static struct tasks_hash table;
static TAILQ_HEAD(, group_id) idle_list = TAILQ_HEAD_INITIALIZER(idle_list);
static TAILQ_HEAD(, group_id) unpinned_list = TAILQ_HEAD_INITIALIZER(unpinned_list);
static struct group_id *zero;		/* id 0 */
static const struct ids_accounting *accounting;
static struct css_group_facts zero_facts; /* of the top containers, as the engine said */
static bool cloning;
static bool rewatched;
static bool ruled;			/* some id has ever been under device rules */
static size_t nr_watch_events;		/* entries with any of WATCH_EVENTS */

void ids_accounting(const struct ids_accounting *ops)
{
	accounting = ops;
}

struct group_id *ids_find(uint64_t id)
{
	return (struct group_id *)tasks_hash_find(&table, id);
}

static struct group_id *primary(const struct css_group *group)
{
	uint64_t id = css_group_cookie(group);

	if (group == css_group_init())
		return zero;
	return id ? ids_find(id) : NULL;
}

static void set_idle(struct group_id *gid, bool idle)
{
	if (gid->idle == idle || !gid->node.key)
		return;
	gid->idle = idle;
	gid->waits = 0;
	if (idle)
		TAILQ_INSERT_TAIL(&idle_list, gid, in_idle);
	else
		TAILQ_REMOVE(&idle_list, gid, in_idle);
}

static void set_pinned(struct group_id *gid, bool pinned)
{
	if (gid->pinned == pinned)
		return;
	gid->pinned = pinned;
	if (pinned)
		TAILQ_REMOVE(&unpinned_list, gid, in_unpinned);
	else
		TAILQ_INSERT_TAIL(&unpinned_list, gid, in_unpinned);
}

/* Put @gid into the ring of the ids of @group, as the first or behind the first. */
static void join_ring(struct group_id *gid, struct css_group *group)
{
	struct group_id *first = primary(group);

	gid->group = group;
	gid->prev = gid->next = gid;
	if (first) {
		gid->next = first->next;
		gid->prev = first;
		gid->next->prev = gid;
		first->next = gid;
	} else {
		css_group_set_cookie(group, gid->node.key);
	}
}

static void leave_ring(struct group_id *gid)
{
	if (css_group_cookie(gid->group) == gid->node.key)
		css_group_set_cookie(gid->group, gid->next != gid ? gid->next->node.key : 0);
	gid->prev->next = gid->next;
	gid->next->prev = gid->prev;
}

static struct group_id *new_entry(uint64_t id, uint64_t parent, struct css_group *group,
				  bool charged)
{
	struct group_id *gid = calloc(1, sizeof(*gid));

	if (!gid)
		return NULL;
	gid->node.key = id;
	gid->parent = parent;
	if (charged && accounting && accounting->open(gid)) {
		free(gid);
		return NULL;
	}
	gid->pinned = true;
	join_ring(gid, group);
	tasks_hash_add(&table, &gid->node);
	set_idle(gid, true);
	return gid;
}

/* The caller takes over the reference to the group, if @gid has one. */
static void drop_entry(struct group_id *gid)
{
	leave_ring(gid);
	tasks_hash_del(&table, &gid->node);
	nr_watch_events -= !!(gid->watch & WATCH_EVENTS);
	set_idle(gid, false);
	set_pinned(gid, true);
	limits_forget(gid);
	free(gid->account);
	free(gid);
}

static int write_entry(struct group_id *gid, uint32_t watch, uint32_t mask, uint32_t levels,
		       uint64_t pids)
{
	int err;

	if (gid != zero)
		return task_events_group_set(te, gid->node.key, gid->parent, watch, mask, levels,
					     pids);
	err = task_events_set_clone(te, cloning, mask, levels);
	if (!err && watch != gid->watch)
		err = task_events_group_watch(te, 0, watch, ~watch);
	return err;
}

/* Tell BPF of device rules.  An id that BPF made may have the rules that its parent had then. */
static int tell_rules(struct group_id *gid, uint64_t rules, bool known)
{
	int err;

	ruled |= rules != 0;
	if (known ? rules == gid->rules : !ruled)
		return 0;
	err = task_events_group_rules(te, gid->node.key, rules);
	if (!err)
		gid->rules = rules;
	return err;
}

/* What holds for all tasks alike is told with the facts of the top containers. */
static void tell_all(const struct css_group_facts *facts)
{
	if (facts->user_clones != zero_facts.user_clones)
		task_events_set_user_limit(te, facts->user_clones == ~0u ? UINT64_MAX :
					   facts->user_clones);
	pids_set_clones(facts->clones_counted);
	if (accounting)
		accounting->set_clones(facts->clones_charged);
	zero_facts = *facts;
}

/* Tell BPF of @gid what the engine says; @known: it was told before. */
static int tell(struct group_id *gid, const struct css_group_facts *facts, bool known)
{
	uint32_t watch = facts->watch, mask = facts->clone_mask, levels = facts->clone_levels;
	uint64_t pids = pids_key(facts->counter);
	int err = 0;

	if (gid == zero)
		tell_all(facts);
	if (!known || watch != gid->watch || mask != gid->mask || levels != gid->levels ||
	    pids != gid->pids)
		err = write_entry(gid, watch, mask, levels, pids);
	if (!err)
		err = tell_rules(gid, facts->rules, known);
	if (err)
		return err;
	if (watch & ~gid->watch)
		rewatched = true;
	nr_watch_events += !!(watch & WATCH_EVENTS);
	nr_watch_events -= !!(gid->watch & WATCH_EVENTS);
	gid->watch = watch;
	gid->mask = mask;
	gid->pids = pids;
	gid->levels = levels;
	return 0;
}

struct group_id *ids_of_group(const struct css_group *group)
{
	return primary(group);
}

void ids_pin(void)
{
	struct group_id *gid;

	while ((gid = TAILQ_FIRST(&unpinned_list))) {
		css_group_get(gid->group);
		set_pinned(gid, true);
	}
}

struct group_id *ids_add(uint64_t id, uint64_t parent, struct css_group *group,
			 const struct css_group_facts *facts)
{
	struct group_id *gid = new_entry(id, parent, group, facts->charged);
	int err;

	if (!gid) {
		css_group_put(group);
		return NULL;
	}
	gid->watch = TE_WATCH_EMPTIES;	/* as each clone has in BPF */
	err = tell(gid, facts, false);
	if (err)
		log_err("css_group %llu: cannot be told to BPF: %s", (unsigned long long)id,
			strerror(-err));
	return gid;
}

void ids_count_word(uint64_t old_word, uint64_t word)
{
	struct group_id *old = ids_find(te_word_id(old_word));
	struct group_id *gid = ids_find(te_word_id(word));

	if (gid == old)
		return;
	if (gid && gid != zero) {
		gid->used = true;
		gid->nr_tasks++;
		set_idle(gid, false);
	}
	if (old && old->nr_tasks && !--old->nr_tasks)
		set_idle(old, true);
}

/* --- what the engine says of its groups, under its lock: struct css_group_host_ops --- */

static int meet(struct css_group *group, const struct css_group_facts *facts)
{
	struct group_id *gid = new_entry(task_events_new_id(te), 0, group, facts->charged);
	int err;

	if (!gid)
		return -ENOMEM;
	set_pinned(gid, false);
	err = tell(gid, facts, false);
	if (err)
		drop_entry(gid);
	return err;
}

static void changed(struct css_group *group, const struct css_group_facts *facts)
{
	struct group_id *first = primary(group);
	struct group_id *gid = first;
	int err;

	if (!first)
		return;
	do {
		err = tell(gid, facts, true);
		if (err)
			log_err("css_group %llu: a change cannot be told to BPF: %s",
				(unsigned long long)gid->node.key, strerror(-err));
		gid = gid->next;
	} while (gid != first);
}

/*
 * Only a group without a pin can get here: meet() made its id for an attach that has
 * failed, under the lock that is still held. Mostly no word ever had the id. If the
 * engine took back an attach, a child may have been born with it meanwhile: the id then
 * means the top containers.
 */
static void group_forget(struct css_group *group)
{
	struct group_id *gid = primary(group);

	if (!gid)
		return;
	if (!gid->used) {
		task_events_group_del(te, gid->node.key);
		drop_entry(gid);
		return;
	}
	leave_ring(gid);
	join_ring(gid, css_group_init());
}

static const struct css_group_host_ops group_ops = {
	.meet		= meet,
	.changed	= changed,
	.forget		= group_forget,
};
const struct css_group_host_ops *const host_css_groups = &group_ops;

void ids_set_cloning(bool on)
{
	int err;

	cloning = on;
	err = task_events_set_clone(te, on, zero_facts.clone_mask, zero_facts.clone_levels);
	if (err)
		log_err("the %s hook cannot be %s: %s", task_events_unshare_hook(te),
			on ? "attached" : "detached", strerror(-err));
	else if (on)
		log_info("namespaces make containers: hook %s", task_events_unshare_hook(te));
}

/* Ask again for the event of @node, if somebody still waits for it: tell() finds out. */
static void rearm(struct tasks_node *node, void *arg)
{
	struct group_id *gid = (struct group_id *)node;
	struct css_group_facts facts;

	if (!(gid->watch & WATCH_EVENTS))
		return;
	css_group_get_facts(gid->group, &facts);
	if (tell(gid, &facts, true))
		return;
	if (gid->watch & TE_WATCH_ALL && !task_events_group_watch(te, node->key, TE_WATCH_ALL, 0))
		rewatched = true;
}

void ids_rearm(void)
{
	if (nr_watch_events)
		tasks_hash_each(&table, rearm, NULL);
}

bool ids_rewatched(void)
{
	return rewatched;
}

bool ids_take_rewatched(void)
{
	bool was = rewatched;

	rewatched = false;
	return was;
}

bool ids_idle(void)
{
	return !TAILQ_EMPTY(&idle_list);
}

void ids_free_idle(void)
{
	struct group_id *gid, *next;
	struct css_group *group;

	ids_pin();
	for (gid = TAILQ_FIRST(&idle_list); gid; gid = next) {
		next = TAILQ_NEXT(gid, in_idle);
		group = gid->group;
		if (gid->account && accounting && !accounting->close(gid))
			continue;
		task_events_group_del(te, gid->node.key);
		drop_entry(gid);
		css_group_put(group);
	}
}

struct each {
	void	(*fn)(struct group_id *gid, void *arg);
	void	*arg;
};

static void id_each(struct tasks_node *node, void *arg)
{
	struct each *call = arg;

	call->fn((struct group_id *)node, call->arg);
}

void ids_each(void (*fn)(struct group_id *gid, void *arg), void *arg)
{
	struct each call = { fn, arg };

	tasks_hash_each(&table, id_each, &call);
}

size_t ids_count(void)
{
	return table.nr;
}

int ids_init(void)
{
	int err = tasks_hash_init(&table);

	if (err)
		return err;
	cloning = ruled = false;
	css_group_get_facts(css_group_init(), &zero_facts);
	zero = new_entry(0, 0, css_group_init(), false);
	if (!zero) {
		tasks_hash_exit(&table);
		return -ENOMEM;
	}
	css_group_get(css_group_init());
	return 0;
}

static void id_drop(struct tasks_node *node, void *arg)
{
	struct css_group *group = ((struct group_id *)node)->group;

	drop_entry((struct group_id *)node);
	css_group_put(group);
}

void ids_exit(void)
{
	ids_pin();
	tasks_hash_each(&table, id_drop, NULL);
	tasks_hash_exit(&table);
	zero = NULL;
}
