// SPDX-License-Identifier: GPL-2.0-only
/*
 * The numbers of tasks, from BPF's entries to the engine's containers
 *
 * BPF counts, refuses and remembers (bpf/abi.h: te_pids); the engine has
 * the tree, the limits and the files. This file knows which entry a container has:
 * one made for it, under its own id, or if it came of a clone, the one that BPF
 * made at the clone, so that nobody who was born there since has to be charged
 * anew. A clone that the engine refused leaves an entry that no container has,
 * below the one that its tasks are in; those of clones of these tasks are below it.
 *
 * A container that is removed may have zombies, where these count. Its entry stays
 * until they do not, for those above have them too, and until none has it above:
 * who is counted there is counted here. Nobody can come to one whose container is
 * removed, nor to a refused clone's whose css_group is gone.
 *
 * When BPF has no room for a container's entry, its tasks are counted above it, where
 * limits hold as ever; it can have none of its own.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/base.h"
#include "tasks.h"
#include "bpf/task_events.h"
#include "base/hash.h"
#include "../../../kernel/pids_host.h"
#include "link.h"
#include "pids.h"
#include "uapi/containerfs.h"

struct pids_entry {
	struct tasks_node	node;		/* first; key: the container's id, if it has one */
	struct tasks_node	by_key;		/* key: BPF's, 0 (and in no table): no room for one */
	struct pids_entry	*above;		/* NULL: the top */
	unsigned long		below;		/* entries that have this one above */
	LIST_ENTRY(pids_entry)	in_done;	/* its container is removed, or it has none */
};

static struct tasks_hash table, keys;
static LIST_HEAD(, pids_entry) done_list = LIST_HEAD_INITIALIZER(done_list);
static bool on;
static bool clones;			/* get containers that count */
static uint64_t refused;		/* as the engine was told */

static struct pids_entry *entry_find(uint64_t id)
{
	return (struct pids_entry *)tasks_hash_find(&table, id);
}

static struct pids_entry *find_key(uint64_t key)
{
	struct tasks_node *node = tasks_hash_find(&keys, key);

	return node ? (struct pids_entry *)((char *)node - offsetof(struct pids_entry, by_key)) :
		      NULL;
}

/* Where what is in @entry is counted; NULL: nowhere. */
static uint64_t key_of(const struct pids_entry *entry)
{
	while (entry && !entry->by_key.key)
		entry = entry->above;
	return entry ? entry->by_key.key : 0;
}

uint64_t pids_key(uint64_t id)
{
	return key_of(entry_find(id));
}

/* --- clones --- */

/* The key of the entry that BPF made for clone @id, 0: it made none. */
static uint64_t clone_key(uint64_t id)
{
	struct te_pids pids;

	return on && id && !task_events_pids_get(te, TE_PIDS_CLONE | id, &pids) ?
		TE_PIDS_CLONE | id : 0;
}

/* BPF has @key for @entry. */
static void set_key(struct pids_entry *entry, uint64_t key)
{
	struct te_pids pids;

	entry->by_key.key = key;
	tasks_hash_add(&keys, &entry->by_key);
	if (!task_events_pids_get(te, key, &pids))
		entry->above = find_key(pids.parent);
	if (entry->above)
		entry->above->below++;
}

static void entry_drop(struct pids_entry *entry)
{
	if (entry->above)
		entry->above->below--;
	if (entry->by_key.key) {
		tasks_hash_del(&keys, &entry->by_key);
		task_events_pids_del(te, entry->by_key.key);
	}
	free(entry);
}

void pids_cloned(uint64_t id)
{
	struct pids_entry *entry;
	uint64_t key;

	/* Mostly a container has it, and BPF need not be asked. */
	if (find_key(TE_PIDS_CLONE | id))
		return;
	key = clone_key(id);
	if (!key)
		return;
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return;
	set_key(entry, key);
	LIST_INSERT_HEAD(&done_list, entry, in_done);
}

/* --- what the engine says --- */

static void state_set(bool now)
{
	enum te_pids_state state = !now ? TE_PIDS_OFF :
		clones ? TE_PIDS_CLONES : TE_PIDS_ON;
	int err = task_events_pids_set(te, state);

	if (err)
		log_err("tasks cannot be counted: %s", strerror(-err));
}

void pids_set_clones(bool now)
{
	if (clones == now)
		return;
	clones = now;
	if (on)
		state_set(true);
}

/* Nobody counts any more. */
static void forget_done(void)
{
	struct pids_entry *entry;

	LIST_FOREACH(entry, &done_list, in_done)
		entry->above = NULL;
	while ((entry = LIST_FIRST(&done_list))) {
		LIST_REMOVE(entry, in_done);
		entry_drop(entry);
	}
}

static void pids_set(_Bool now)
{
	on = now;
	if (!te)
		return;
	state_set(now);
	if (!now)
		forget_done();
}

static void pids_add(unsigned long long id, unsigned long long parent, unsigned long long word)
{
	static bool said;
	struct pids_entry *above = entry_find(parent);
	struct pids_entry *entry = calloc(1, sizeof(*entry));
	uint64_t key = clone_key(word);
	int err = entry ? 0 : -ENOMEM;

	if (entry && key) {
		set_key(entry, key);
	} else if (entry) {
		err = task_events_pids_add(te, id, key_of(above));
		if (!err) {
			set_key(entry, id);
		} else {
			entry->above = above;
			if (above)
				above->below++;
		}
	}
	/* Whoever makes them must not fill the log with them. */
	if (err && !said)
		log_err("container %llu: its tasks are counted above it only: %s", id,
			strerror(-err));
	said = err;
	if (!entry)
		return;
	entry->node.key = id;
	tasks_hash_add(&table, &entry->node);
}

static void pids_remove(unsigned long long id)
{
	struct pids_entry *entry = te ? entry_find(id) : NULL;

	if (!entry)
		return;
	tasks_hash_del(&table, &entry->node);
	LIST_INSERT_HEAD(&done_list, entry, in_done);
}

static int pids_limit(unsigned long long id, unsigned long long max)
{
	struct pids_entry *entry = entry_find(id);

	if (!entry || !entry->by_key.key)
		return -ENOMEM;
	return task_events_pids_max(te, entry->by_key.key,
				    max > CONTAINER_PIDS_MAX ? TE_PIDS_UNLIMITED : (int64_t)max);
}

static _Bool pids_read(unsigned long long id, struct container_pids *now)
{
	struct pids_entry *entry = entry_find(id);
	struct te_pids pids;

	if (!entry || !entry->by_key.key || task_events_pids_get(te, entry->by_key.key, &pids))
		return false;
	*now = (struct container_pids) {
		.count = (unsigned long long)pids.count,
		.peak = (unsigned long long)pids.peak,
		.refused = pids.refused,
	};
	return true;
}

static _Bool pids_counts(void)
{
	return true;
}

static int limits_start(void)
{
	return task_events_pids_enforce(te);
}

static const char *pids_describe(void)
{
	static const char *const what[][2] = {
		[TE_PIDS_ACCOUNT] = {
			"accounted: tasks count until they exit; this kernel lets BPF refuse no fork",
			"accounted: tasks count until they are reaped; this kernel lets BPF refuse no fork",
		},
		[TE_PIDS_REFUSE] = {
			"enforced: a fork beyond a limit fails; tasks count until they exit",
			"enforced: a fork beyond a limit fails; tasks count until they are reaped",
		},
		[TE_PIDS_KILL] = {
			"enforced: a process beyond a limit is killed at its birth, a thread with its process; "
			"tasks count until they exit",
			"enforced: a process beyond a limit is killed at its birth, a thread with its process; "
			"tasks count until they are reaped",
		},
	};

	if (!te)
		return "unsupported: nothing follows tasks";
	return what[task_events_pids_mode(te)][!!task_events_pids_until_reaped(te)];
}

/* BPF counts, and sees who is reaped; the engine need not be told. */
const struct pids_host_ops pids_host = {
	.describe	= pids_describe,
	.counts		= pids_counts,
	.start		= limits_start,
	.set		= pids_set,
	.add		= pids_add,
	.remove		= pids_remove,
	.limit		= pids_limit,
	.read		= pids_read,
};

/* --- after a drain --- */

/* May @entry come to count somebody again? */
static bool in_use(const struct pids_entry *entry)
{
	uint64_t key = entry->by_key.key;
	struct te_group group;
	struct te_pids pids;

	if (entry->below)
		return true;
	if (!key || task_events_pids_get(te, key, &pids))
		return false;
	return pids.count > 0 ||
	       (key & TE_PIDS_CLONE && !task_events_group_get(te, key & ~TE_PIDS_CLONE, &group));
}

void pids_settle(void)
{
	struct pids_entry *entry, *next;
	uint64_t now;
	bool more;

	do {	/* one that goes may let the one above it go */
		more = false;
		for (entry = LIST_FIRST(&done_list); entry; entry = next) {
			next = LIST_NEXT(entry, in_done);
			if (in_use(entry))
				continue;
			LIST_REMOVE(entry, in_done);
			more |= entry->above != NULL;
			entry_drop(entry);
		}
	} while (more);
	if (!on)
		return;
	now = task_events_pids_refused(te);
	if (now != refused)
		container_pids_sync();
	refused = now;
}

int pids_init(void)
{
	int err = tasks_hash_init(&table);

	if (err)
		return err;
	err = tasks_hash_init(&keys);
	if (err)
		tasks_hash_exit(&table);
	return err;
}

static void entry_forget(struct tasks_node *node, void *arg)
{
	tasks_hash_del(&table, node);
	((struct pids_entry *)node)->above = NULL;	/* which may be gone already */
	entry_drop((struct pids_entry *)node);
}

void pids_exit(void)
{
	forget_done();
	tasks_hash_each(&table, entry_forget, NULL);
	tasks_hash_exit(&table);
	tasks_hash_exit(&keys);
	refused = 0;
	clones = false;
}
