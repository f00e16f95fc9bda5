/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine's own types: hierarchies, containers, css_groups, tasks (and, in
 * subsys.h, subsystems).
 *
 * Locking.  There is one lock, container_lock, a spinlock, because hooks take it from
 * tracepoints, where nothing may sleep.  It protects every field below that is not said
 * to be immutable.  The locks of a host nest inside it (operations marked atomic).
 * Outside of it nest the mutex of an open file and, inside of that or by itself, one of
 * the mutexes of attach.c, kill.c, init.c and the subsystems, never two of these:
 *
 *	container_file.lock  >  containerfs_root.css_rwsem  >  attach_mutex,
 *	kill_mutex, init_mutex, a subsystem's  >  container_lock  >  host locks
 *
 * A mount or remount holds hooks_mutex of hooks.c outside of css_rwsem and container_lock.
 *
 * Lifetimes.
 *  - A container is reference counted.  The tree holds one reference until it
 *    is removed, each child one on its parent, each css_link one, each open
 *    file one, hosts their own.  Removal marks it removed and unlinks it from its
 *    parent under the lock; later calls find CONTAINER_REMOVED and answer -ENODEV.  The
 *    memory is freed after the last reference and a grace period, so that a path walk
 *    under RCU can ask container_is_removed().
 *  - A css_group is reference counted: one a task in it, and the hosts' own.
 *    It names only the containers that are not a top container, so the init
 *    group names none and a new hierarchy changes no group.
 *  - A hierarchy lives while it is mounted or has containers that were made by
 *    mkdir.
 *  - A container_task lives from the first time its task is somewhere else
 *    than in the top containers until the task exits.
 *
 * Why no task is ever in a removed container: tasks enter a container by
 * attach (which checks CONTAINER_REMOVED under the lock), by fork or clone (from
 * a task that is in it, or in its parent).  Removal needs, under the same
 * lock, no task and no child.  So a task that could bring another one in is either
 * there, and removal fails, or it is not, and then no task can.
 */
#ifndef _CONTAINERFS_CONTAINER_H
#define _CONTAINERFS_CONTAINER_H

#include <linux/types.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/mm.h>

#include "engine.h"
#include "subsys.h"
#include "uapi/containerfs.h"

extern spinlock_t container_lock;

/* --- hierarchies --- */

#define ROOT_NOPREFIX		0x1
#define ROOT_XATTR		0x2
#define ROOT_CLONE_CHILDREN	0x4	/* of the top container, at creation */
#define ROOT_NOTIFY_ON_RELEASE	0x8	/* likewise */
/* What files change later, so that they may differ from what was given at first. */
#define ROOT_SETTINGS		(ROOT_CLONE_CHILDREN | ROOT_NOTIFY_ON_RELEASE)

struct containerfs_root {
	struct list_head	node;		/* in container_roots, oldest first */
	int			id;		/* immutable; never used twice */
	unsigned int		flags;		/* immutable: ROOT_* */
	unsigned int		subsys_mask;
	/* immutable: of each subsystem's mount options, those that are flags */
	unsigned int		subsys_flags[CONTAINER_SUBSYS_COUNT];
	char			name[CONTAINER_HIERARCHY_NAME_MAX + 1];	/* immutable */
	char			*release_agent;	/* NULL: none */
	struct container	*top;		/* immutable */
	struct rw_semaphore	css_rwsem;	/* pins the top's subsys[]; a remount writes: file.c */
	unsigned int		mounts;
	unsigned long		nr_containers;	/* with the top */
	refcount_t		refs;		/* one a container, removed ones with it, and the list's */
	void			*host;		/* the host's word */
};

extern struct list_head container_roots;

/* --- containers --- */

#define CONTAINER_REMOVED		0x01
#define CONTAINER_CLONE			0x02	/* made by container_clone() */
#define CONTAINER_NOTIFY_ON_RELEASE	0x04
#define CONTAINER_CLONE_CHILDREN	0x08
#define CONTAINER_RELEASABLE		0x10	/* had a task or a child */
#define CONTAINER_KILLING		0x20	/* its tasks are being killed, until the write returns */
#define CONTAINER_DEAD			0x40	/* it, or one above, has died: death.c */
#define CONTAINER_REMOVE_DEAD		0x80	/* had a lease that said so: lease.c */
#define CONTAINER_KILL_DUE		0x100	/* death.c has to kill what is in it and below */

/* attributes and xattrs of one node, once they differ from the defaults */
struct container_iattr {
	struct list_head	node;		/* in container.iattrs */
	unsigned int		index;		/* CONTAINER_NODE_DIR, or a file's */
	struct container_attr	attr;
	struct list_head	xattrs;
};

struct container {
	u64			id;		/* immutable */
	refcount_t		refs;
	unsigned int		flags;
	struct containerfs_root	*root;		/* immutable */
	struct container	*parent;	/* immutable; NULL for the top; a reference */
	char			*name;		/* NULL for the top */
	unsigned int		depth;		/* immutable: 0 for the top */
	u64			host_word;	/* immutable: of a clone, see container_clone_info */

	struct rb_node		by_name;	/* in parent's children */
	union {
		struct rb_node	by_id;
		struct rcu_head	rcu;		/* when it is in no tree any more */
	};
	struct rb_root		children;
	struct rb_root		children_by_id;
	unsigned int		nr_children;
	u64			generation;	/* of the names in it */

	struct list_head	links;		/* css_links of groups that are here */
	unsigned int		nr_tasks;	/* here; not kept for the top */
	unsigned int		nr_populated;	/* children populated, +1 if tasks here */
	u64			tasks_generation; /* of the tasks here */

	u32			events;		/* counts changes of container.events */
	u32			init_events;	/* and of container.init */
	u64			armed;		/* files whose next event the host wants: cftype.c */

	struct container_init	*init;		/* NULL: it never had one; init.c */
	unsigned int		leases;		/* open files and directories that are one */

	unsigned int		mode;		/* of the directory */
	unsigned int		uid, gid;	/* of the directory and, by default, its files */
	u64			btime, mtime;
	struct list_head	iattrs;
	unsigned int		nr_xattrs;	/* of all of them */
	size_t			xattr_bytes;

	struct list_head	pending;	/* in release_list: its agent is due */
	struct list_head	dying;		/* in dying_list: see death.c */
	struct container_subsys_state self;	/* what handlers of core files are given; immutable */
	struct container_subsys_state *subsys[CONTAINER_SUBSYS_COUNT];
};

/* Was @cont removed?  It stays so; only its last references keep its memory. */
static inline bool container_removed(const struct container *cont)
{
	return cont->flags & CONTAINER_REMOVED;
}

/* Has @cont, or one above, died?  It stays so: nobody enters it, and all in it are killed. */
static inline bool container_dead(const struct container *cont)
{
	return cont->flags & CONTAINER_DEAD;
}

static inline bool container_is_top(const struct container *cont)
{
	return !cont->parent;
}

/* Does more than tasks and children need @cont?  Then a clone is not removed for being empty. */
static inline bool container_kept(const struct container *cont)
{
	return cont->leases || cont->init;
}

/* Neither task nor child.  The top container never counts as empty. */
static inline bool container_empty(const struct container *cont)
{
	return cont->parent && !cont->nr_tasks && !cont->nr_children;
}

/* container.c: the memory that containers are made of; no lock, may sleep */
int container_cache_init(void);
void container_cache_exit(void);

/* container.c; all under the lock */
struct container *container_child(struct container *dir, const char *name);
bool container_name_taken(struct container *dir, const char *name);
/* 0, -EINVAL or -ENAMETOOLONG: may a container be called @name? */
int container_name_check(const char *name);
/* No lock needed: an unlinked container with @gfp memory, with one reference. */
struct container *container_alloc(struct containerfs_root *root, struct container *parent,
				  const char *name, gfp_t gfp);
/* Put @cont into the tree, which takes over the caller's reference. */
void container_link(struct container *cont);
/* Take an empty container out of the tree and mark it removed; drops the tree's reference. */
void container_unlink(struct container *cont);
int container_path_locked(struct container *cont, char *buf, unsigned long size);	/* path.c */
/* Count a change of container.events, and wake its pollers. */
void container_events_changed(struct container *cont);
/* Is @cont @ancestor, or below it?  Both are in one hierarchy. */
bool container_is_descendant(const struct container *cont, const struct container *ancestor);
void container_tasks_changed(struct container *cont, int delta);

/* A container at or below @top that has no children.  Under the lock. */
struct container *container_first_leaf(struct container *top);
/* Pre-order walk of @top and all below it, under the lock: the one after @pos, or NULL. */
struct container *container_next(struct container *pos, struct container *top);
#define container_for_each_below(pos, top) \
	for ((pos) = (top); (pos); (pos) = container_next(pos, top))

/* attr.c */
void container_free_iattrs(struct container *cont);
/* Who owns the directory; under the lock. */
void container_owner(struct container *cont, unsigned int *uid, unsigned int *gid);
/* A child of a directory with the set-group-ID bit gets bit and group; under the lock. */
void container_inherit_group(struct container *cont, struct container *dir);

/* --- css_groups --- */

/* This group's tasks are in that container; part of the group.  Under the lock. */
struct css_link {
	struct list_head	in_group;
	struct list_head	in_container;
	struct css_group	*group;
	struct container	*container;	/* a reference */
};

struct css_group {
	unsigned long		refs;		/* tasks, and hosts; the init group keeps one */
	u64			id;		/* immutable; 1 is the init group */
	u32			hash;		/* of what links name */
	unsigned int		nr_links;
	struct hlist_node	node;		/* in the table */
	struct list_head	links;
	struct list_head	tasks;
	unsigned long		nr_tasks;
	bool			dead;		/* one of the containers is */
	u64			cookie;		/* the host's word; 0: the host does not know it */
	struct css_link		link[];		/* those in links */
};

extern struct css_group init_css_group;

/* css_group.c; all under the lock */
struct container *css_group_container(const struct css_group *group,
				      const struct containerfs_root *root);
/* What subsystem @ss has for @group's tasks, or NULL if it is not mounted. */
struct container_subsys_state *css_of_group(const struct css_group *group,
					    const struct container_subsys *ss);
/* @link's group is in the top container of that hierarchy from now on. */
void css_group_unlink(struct css_link *link);
/* The group with the memberships of @old, but in @cont; with a reference, NULL: no memory. */
struct css_group *css_group_find(struct css_group *old, struct container *cont);
void css_group_put_locked(struct css_group *group);
/*
 * The host is about to be told of a move to @group: tell the host what it must know of
 * @group, unless it knows.  0, or the host's error.
 */
int css_group_meet(struct css_group *group);
/* What the host must know of @group now. */
void css_group_fill_facts(const struct css_group *group, struct css_group_facts *facts);
/* Tell the host what may have changed of @group, or of all groups in @cont. */
void css_group_changed(struct css_group *group);
void css_groups_changed(struct container *cont);
/* The same for all groups in @cont and below. */
void css_groups_changed_below(struct container *cont);

/* --- tasks --- */

struct container_task {
	struct hlist_node	hash;		/* in the task table */
	unsigned long		key;
	int			tid, tgid;
	struct css_group	*group;		/* a reference */
	struct list_head	in_group;
	u64			cookie;		/* the host's word */
	refcount_t		refs;		/* the table's, and those of subsystems */
	bool			kthread;	/* a kernel thread */
	bool			killed;		/* being killed, and all that it creates: kill.c */
	unsigned int		fork_agreed;	/* subsystems that agreed to its fork; 0: none is under way */
	unsigned long		fork_child;	/* the key of the child, while one is */
	union {
		struct list_head kill_node;	/* in kill_list */
		struct rcu_head	rcu;		/* when the last reference is gone */
	};
	/* behind it: what the subsystems have of it, container_task_state() */
};

/* What @ss has of @task: task_size bytes, zero at first. */
static inline void *container_task_state(const struct container_task *task,
					 const struct container_subsys *ss)
{
	return (void *)((unsigned long)task + ss->task_offset);
}

/* The task of which @ss has @state. */
static inline struct container_task *container_task_of_state(const void *state,
							     const struct container_subsys *ss)
{
	return (void *)((unsigned long)state - ss->task_offset);
}

/* task.c: where the subsystems' states of a task lie; at the engine's beginning */
void container_tasks_init(void);

/* task.c; under the lock */
struct container_task *container_task_lookup(unsigned long key);
/* The record, made in the init group if there is none; NULL: no memory. */
struct container_task *container_task_make(unsigned long key, int tid, int tgid);
void container_task_move(struct container_task *task, struct css_group *group);
/* All tasks in @cont, whose hierarchy ends, are in its top container now. */
void container_let_go(struct container *cont);
/* Call task_changed of all subsystems that are bound. */
void container_task_changed(struct container_task *task, bool now);
/* Drop the record, because @task exits or the engine ends; it is freed with its last reference. */
void container_task_free(struct container_task *task);
/*
 * A subsystem may keep the record of a task that exits: with a reference, of which the
 * last frees it after a grace period.  put needs no lock.
 */
void container_task_get(struct container_task *task);
void container_task_put(struct container_task *task);
/* Each task in @cont itself, under the lock; not for a top container. @link: struct css_link *. */
#define container_for_each_task(task, link, cont)				\
	list_for_each_entry(link, &(cont)->links, in_container)		\
		list_for_each_entry(task, &(link)->group->tasks, in_group)

/* What a host is told of @task, which has a record.  Under the lock. */
static inline struct container_task_info container_task_info_of(const struct container_task *task)
{
	return (struct container_task_info){
		.key	= task->key,
		.tid	= task->tid,
		.tgid	= task->tgid,
		.cookie	= task->cookie,
	};
}

/* Drop the record if it says nothing: init group, and nothing remembered by engine or host. */
void container_task_forget(struct container_task *task);
struct css_group *container_task_group_of(unsigned long key);
/* At the engine's end, no lock. */
void container_tasks_drop(void);

/*
 * fork.c: the fork that @creator was about to make, if any, has come to its end, and a
 * child (@made) is there or not.  Under the lock.
 */
void container_fork_ended(struct container_task *creator, bool made);

/* attach.c */
int container_attach(struct container *cont, int nr, bool threadgroup,
		     const struct container_actor *opener, const struct container_actor *writer);

/*
 * births.c, for attach.c: process @tgid moves to @cont; all agree (under the lock); the
 * move has ended.  news: was a group added since the last call, or could not be?
 */
void container_births_begin(int tgid, struct container *cont);
void container_births_agreed(void);
bool container_births_news(void);
void container_births_end(void);
/*
 * Under the lock, of any process: a thread of @tgid is or was in @group, with the
 * host's @cookie; where is one born whose creator is in @creators?
 */
void container_births_add(int tgid, struct css_group *group, unsigned long long cookie);
struct css_group *container_births_group(int tgid, struct css_group *creators);

/* clone.c */
/* Has @root, which may be NULL, a subsystem with the clone trait?  Does not lock. */
bool container_clones_in(const struct containerfs_root *root);

/* release.c: @cont became empty; under the lock */
void container_check_release(struct container *cont);

/* kill.c */
int container_kill(struct container *cont);
/*
 * Kill what is in the containers of @dying, a list by that node, and below them, and take them
 * off; after an error they stay.
 */
void container_kill_dying(struct list_head *dying);
/*
 * Under the lock.  Mark all tasks of @cont itself that the engine knows; one task, which
 * has come to a dead container.  container_kill_work() sends the signals.
 */
void container_kill_marked(struct container *cont);
void container_kill_task(struct container_task *task);
/* Under the lock.  Are children of @creator, which may be NULL, killed if they are in @group? */
bool container_kills_child(const struct container_task *creator, const struct css_group *group);
void container_kill_work(void);

/* death.c; under the lock */
/* @cont dies, and all below it.  No change if it is dead. */
void container_die(struct container *cont);
/* If @cont is dead, empty, and to be removed then, see to that. */
void container_dead_check(struct container *cont);
/* container_kept() may have changed. */
void container_kept_changed(struct container *cont);
/* No lock, may sleep: kill what is in containers that died; remove one, and was there one? */
void container_death_work(void);
bool container_death_trim(void);

/* object.c; under the lock: links of @cont have come or gone */
void container_links_changed(struct container *cont);

/* init.c */
/* Under the lock: does the init of @cont, if any, run?  Count a change of container.init. */
bool container_init_runs(const struct container *cont);
void container_init_event(struct container *cont);
/* Under the lock: @cont, which is being removed, has no init any more. */
void container_init_forget(struct container *cont);
void container_init_work(void);

/* hierarchy.c: unmounted hierarchies that lost their last container die. */
void hierarchy_reap(void);
/* At the engine's end: all of them die, with their containers. */
void hierarchy_drop_all(void);
void hierarchy_put(struct containerfs_root *root);
void hierarchy_show_all(struct seq_file *m);
/* engine.c: one line a subsystem, its name, a tab, and what it can do on this host */
void container_show_subsystems(struct seq_file *m);

/* where.c: container.where */
int container_where(struct seq_file *m, const struct container_file *file);
int container_where_ask(struct container_file *file, int nr);
/* "ns,debug,name=X" of a hierarchy; under the lock */
void hierarchy_show_binding(struct seq_file *m, const struct containerfs_root *root);

/* pidlist.c */
void container_text_cache_drop(void);

#endif /* _CONTAINERFS_CONTAINER_H */
