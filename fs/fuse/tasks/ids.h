/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The numbers by which BPF knows the engine's css_groups.
 *
 * The word of a task holds an id, not a pointer. This table says which css_group an id
 * means, and how many of the engine's records have a word with that id. Usually a group
 * has one id. It has several when the engine refused a clone: BPF had given the task a
 * fresh id already, which then is another name (an alias) of the group that the task
 * stayed in. css_group_cookie() is the id with which tasks are attached. Id 0 is
 * css_group_init() and is never freed.
 *
 * Each entry holds a reference to its group. So a group is never freed while a word may
 * have its id, and a group has a cookie only while this table knows it. The exception is
 * an id that is made when the engine has the daemon meet a group: the engine's lock is
 * held then, so no reference can be taken; ids_pin() takes it before anything else happens.
 *
 * An id that no record has is idle. Only ids_free_idle() frees it, and only right after
 * a complete drain: the proof is in ids.c. If CPU time is charged for an idle id, it is
 * kept until the tasks that exited in it have been freed, because they may use some more
 * until then (cpuacct.c).
 *
 * BPF is told, for each id, which CLONE_NEW* flags clone, whether to wake the daemon and
 * which set of device rules its tasks are under. The engine says that of each group by
 * host_css_groups, which is in ids.c, and of a clone when it makes it. If a wake-up was
 * asked for too late, one more drain makes up for it: ids_take_rewatched().
 *
 * One thread, no locks. What may be called under the engine's lock says so.
 */
#ifndef _CONTAINERFSD_TASKS_IDS_H
#define _CONTAINERFSD_TASKS_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "bpf/abi.h"
#include "base/hash.h"

struct account;
struct css_group;
struct css_group_facts;

enum limits_state {
	LIMITS_NONE,
	LIMITS_ASKED,		/* is it full? */
	LIMITS_READ,		/* the same, when so many had become empty */
	LIMITS_FULL,		/* BPF was told so */
};

struct group_id {
	struct tasks_node	node;		/* first; key: the id */
	struct css_group	*group;		/* a reference if pinned */
	uint64_t		parent;		/* id it was cloned from, or 0 */
	unsigned long		nr_tasks;	/* engine records that have it */
	uint32_t		watch, mask, levels; /* as BPF was told */
	enum limits_state	limits;		/* limits.c, as the next two */
	uint64_t		emptied;
	TAILQ_ENTRY(group_id)	in_limits;
	uint64_t		rules;		/* likewise: set of device rules, or 0 */
	uint64_t		pids;		/* likewise: what counts its tasks, or 0 */
	bool			used;		/* a record had it */
	bool			pinned;		/* else in the unpinned list */
	bool			idle;		/* in the idle list */
	bool			asked;		/* its time is being looked at */
	struct account		*account;	/* its CPU time, or NULL: cpuacct.c */
	uint64_t		waits, looked;	/* idle, for the dying: since when, last seen; ns */
	TAILQ_ENTRY(group_id)	in_unpinned, in_idle;
	struct group_id		*prev, *next;	/* ring of the ids of one group */
};

/*
 * What CPU accounting does with entries.  cpuacct.c gives it to ids_accounting() while it
 * is up; NULL: nothing is accounted.
 */
struct ids_accounting {
	/* Do clones get containers that are charged?  No, until this says so.  Under the lock, too. */
	void (*set_clones)(bool clones);
	/*
	 * @gid gets an account, because its time is charged: 0, -ENOMEM or BPF's error.  Under
	 * the engine's lock, too; the account is freed by free().
	 */
	int (*open)(struct group_id *gid);
	/*
	 * @gid is idle and about to be freed: charge what it has.  false: not yet, because a
	 * task that exited in it may still run.
	 */
	bool (*close)(struct group_id *gid);
};
void ids_accounting(const struct ids_accounting *ops);

/* -ENOMEM. */
int ids_init(void);
/* Puts every group; BPF's side is left alone, for it goes with @te. */
void ids_exit(void);

/* NULL if not known. Entries are borrowed; idle ones last until ids_free_idle(). */
struct group_id *ids_find(uint64_t id);
/* The id to attach to @group with, which the engine has had us meet. Under the lock, too. */
struct group_id *ids_of_group(const struct css_group *group);
/* Take the references that could not be had when we met a group; no lock held. */
void ids_pin(void);
/*
 * BPF made @id for tasks of @group, of which @facts hold: takes over the reference;
 * NULL, and puts it: no memory.
 */
struct group_id *ids_add(uint64_t id, uint64_t parent, struct css_group *group,
			 const struct css_group_facts *facts);

/* The word of a record was set, changed or removed; 0: no word. Under the lock, too. */
void ids_count_word(uint64_t old_word, uint64_t word);

/* Some hierarchy clones, or none does any more. Under the lock. */
void ids_set_cloning(bool on);

/* TE_WATCH_ALL works once: where an event took it, ask again for those who still wait. */
void ids_rearm(void);
/*
 * Whether BPF was asked for wake-ups since the last call. What happened before
 * it was asked woke nobody, but is in the ring by now: drain once more.
 */
bool ids_take_rewatched(void);
bool ids_rewatched(void);
/* Is there an id for ids_free_idle() to free? */
bool ids_idle(void);
/* Free what no record has; only right after a complete drain. */
void ids_free_idle(void);
void ids_each(void (*fn)(struct group_id *gid, void *arg), void *arg);

size_t ids_count(void);

#endif /* _CONTAINERFSD_TASKS_IDS_H */
