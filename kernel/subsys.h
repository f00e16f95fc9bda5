/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a subsystem is: the interface between the core and its plug-ins.
 *
 * A subsystem is a struct container_subsys, NAME_subsys, in a file of its own, and the
 * line SUBSYS(NAME) in subsystems.h.  The core names none; test/unit/sample is one that
 * lives outside.  It is bound to one hierarchy at most.  There it has a state of each
 * container, which it embeds a struct container_subsys_state in, and it may have one of
 * each task (task_size).
 *
 * name, id, create, destroy, describe and files must be there; all else may be NULL.
 * "Under the lock" is container_lock: such a hook does not sleep.  Hooks that are given
 * a css are called for containers of the hierarchy that the subsystem is bound to; the
 * others say when they are called.
 */
#ifndef _CONTAINERFS_SUBSYS_H
#define _CONTAINERFS_SUBSYS_H

#include <linux/types.h>

#include "engine.h"

struct cftype;
struct seq_file;
struct subsys_options;
struct containerfs_stat;
struct container_subsys;

#define SUBSYS(_x) _x ## _subsys_id,
enum container_subsys_id {
#include <subsystems.h>
	CONTAINER_SUBSYS_COUNT,
};
#undef SUBSYS

#define SUBSYS(_x) extern struct container_subsys _x ## _subsys;
#include <subsystems.h>
#undef SUBSYS

extern struct container_subsys *const container_subsys[CONTAINER_SUBSYS_COUNT];

#define for_each_subsys(ss, i)						\
	for ((i) = 0; (i) < CONTAINER_SUBSYS_COUNT &&			\
	     ((ss) = container_subsys[i], true); (i)++)

/*
 * Hooks of which each fork, exit or move asks: the subsystems that have them, found once
 * at the engine's beginning.  NULL ends a list.
 */
#define SUBSYS_HOT_HOOKS(X)						\
	X(task_init) X(task_free) X(task_busy) X(task_changed)		\
	X(enter) X(exit) X(released) X(can_fork)

#define SUBSYS_HOT_LIST(_hook) struct container_subsys *_hook[CONTAINER_SUBSYS_COUNT + 1];
extern struct container_hot { SUBSYS_HOT_HOOKS(SUBSYS_HOT_LIST) } container_hot;
#undef SUBSYS_HOT_LIST

#define for_each_subsys_with(_hook, ss, pos)				\
	for ((pos) = container_hot._hook; ((ss) = *(pos)); (pos)++)

/* The state of one container for one subsystem, which embeds this in its own, or for the core. */
struct container_subsys_state {
	struct container	*container;	/* immutable; borrowed, it owns us */
};

/* What attach callbacks are told. */
struct container_attach {
	struct container		*from, *to;
	bool				process;	/* all threads of @task's process move */
	const struct container_task_info *task;
	const struct container_actor	*actor;		/* who writes, with the opener's credentials */
};

/* All immutable but root and task_offset. */
struct container_subsys {
	const char	*name;
	int		id;			/* NAME_subsys_id */
	const struct cftype	*files;		/* control files; ends with an empty name */
	const struct subsys_options *options;	/* mount options, see options.h */
	bool		noprefix_ok;		/* the mount option noprefix is for it */
	bool		clones;			/* it has the clone hooks, below */

	struct containerfs_root	*root;		/* where it is bound, or NULL; under the lock */

	/* The engine begins.  No lock; may sleep. */
	void (*init)(void);
	/* "enforced", "accounted" or "unsupported", and one phrase about this host. */
	const char *(*describe)(void);

	/* --- containers --- */

	/*
	 * create: allocate the state of a container; no lock, or with GFP_ATOMIC under it;
	 * NULL: no memory.  destroy: free it; no hook has been given it before online or is
	 * after offline.
	 */
	struct container_subsys_state *(*create)(gfp_t gfp);
	void (*destroy)(struct container_subsys_state *css);
	/* Under the lock: the container is in the tree now (parent NULL: the top); inherit. */
	void (*online)(struct container_subsys_state *css, struct container_subsys_state *parent);
	/* Under the lock: the container is being removed, or the top's hierarchy ends. */
	void (*offline)(struct container_subsys_state *css);
	/* Under the lock: the last mount of a hierarchy went, which lives on.  @css is its top's. */
	void (*unmounted)(struct container_subsys_state *css);
	/* Under the lock: may @actor make a container in this one? */
	int (*can_create)(struct container_subsys_state *css, const struct container_actor *actor);
	/* Does can_create() look at the actor in @root?  No lock, as @root's flags never change. */
	bool (*create_asks)(const struct containerfs_root *root);
	/* Under the lock: the first live task came to the container or below, or the last went. */
	void (*populated)(struct container_subsys_state *css);
	/* Under the lock: container_kept(), which is not asked for a removed container, may have changed. */
	void (*kept_changed)(struct container_subsys_state *css);
	/* Under the lock: add to @stat what the container holds. */
	void (*stat)(struct container_subsys_state *css, struct containerfs_stat *stat);
	/*
	 * Under the lock: add to @facts what the host must know of tasks that are in this
	 * container, or in the top of a hierarchy that has the subsystem.  css_groups_changed()
	 * tells the host of a change.
	 */
	void (*group_facts)(struct container_subsys_state *css, struct css_group_facts *facts);

	/* --- tasks that have a record --- */

	/*
	 * What the subsystem has of each, whether it is bound or not: task_size bytes,
	 * container_task_state().  Under the lock: task_init, they are zero, and the record is
	 * new; task_free, the record goes; task_busy, do they say something that must be
	 * remembered of a task which is in the top containers only?
	 */
	size_t		task_size;
	size_t		task_offset;		/* in the record; set by container_tasks_init() */
	void (*task_init)(struct container_task *task);
	void (*task_free)(struct container_task *task);
	bool (*task_busy)(const struct container_task *task);

	/*
	 * Under the lock: @task comes to the container, by fork, clone or attach, or
	 * is about to leave it for another.  Without enter() there is no leave().
	 */
	void (*enter)(struct container_subsys_state *css, struct container_task *task);
	void (*leave)(struct container_subsys_state *css, struct container_task *task);
	/* Under the lock: @task exits in the container, which is not the top; instead of leave(). */
	void (*exit)(struct container_subsys_state *css, struct container_task *task);
	/*
	 * Task @key, which has exited, is reaped; for each task of the system while the
	 * subsystem is bound.  Atomic; no lock, and no record any more.  See hooks_wanted().
	 */
	void (*released)(unsigned long key);
	/*
	 * Under the lock: the container, whose hierarchy ends, lets go of @task, before leave()
	 * and enter() of the top.  What was done to the task itself is to be undone.
	 */
	void (*let_go)(struct container_subsys_state *css, struct container_task *task);
	/*
	 * Under the lock, if the subsystem is bound: @task is in another css_group now, or
	 * (@now false) SIGKILL will be sent to it by container.kill.  Not called for a task
	 * that exits.
	 */
	void (*task_changed)(struct container_task *task, bool now);
	/* Under the lock, likewise: the ids of @task are others, after an exec by a thread. */
	void (*task_renamed)(struct container_task *task);

	/*
	 * A fork, on a host that asks before it (container_fork_begins()): see hooks_wanted().
	 * Under the lock.
	 * can_fork: @creator, a task of the container, is about to make a task; an error
	 * refuses that.  A subsystem that agrees is told of the end, also when @creator was
	 * moved or the hierarchy has ended meanwhile: by fork(), if the child was made and
	 * is about to enter its containers, in the same hold of the lock, else by
	 * cancel_fork().  A subsystem that has the first has both.
	 */
	int (*can_fork)(struct container_subsys_state *css, struct container_task *creator);
	void (*cancel_fork)(struct container_task *creator);
	void (*fork)(struct container_task *creator);

	/*
	 * Under the lock: which of the hooks that the host switches on by need
	 * (CONTAINER_HOOK_*, for can_fork and released) the subsystem wants now, while it is
	 * bound or about to be.  hooks_changed() tells of a change.  The subsystem finds out
	 * what the host has (host_hooks_had()), and never pretends more.
	 * NULL: it always wants those that it has functions for, and relies on them: on a host
	 * without them, as containerfsd, it is unsupported and no hierarchy can have it.
	 */
	unsigned int (*hooks_wanted)(void);

	/*
	 * Attach in two phases, under the lock: the first only looks, and the second may not
	 * fail.  post_attach: the attach has ended, whatever came of it; no lock, may sleep.
	 */
	int (*can_attach)(struct container_subsys_state *css, const struct container_attach *a);
	void (*attach)(struct container_subsys_state *css, const struct container_attach *a);
	void (*post_attach)(void);

	/* --- tasks that make themselves namespaces; all of these, if clones is set --- */

	/*
	 * Under the lock.  clone_mask: the CLONE_NEW* flags that count here.  clone_name:
	 * decide on a clone in this container and write its free name; an error refuses it,
	 * but -ECANCELED says that the task did not want one.
	 * clone_made: @child came of it.  clone_refused: @nr came to nothing.
	 * clone_settled: the task that clones is in this container now, or on its way.
	 */
	unsigned int (*clone_mask)(struct container_subsys_state *css);
	int (*clone_name)(struct container_subsys_state *css,
			  const struct container_clone_info *info, char *name);
	void (*clone_made)(struct container_subsys_state *css,
			   struct container_subsys_state *child,
			   const struct container_clone_info *info);
	void (*clone_refused)(struct container_subsys_state *css, u64 nr);
	void (*clone_settled)(struct container_subsys_state *css);

	/* --- what was put off; no lock, may sleep --- */

	/* Do it, on host_work_pending() and at the engine's end; whether bound or not. */
	void (*work)(void);
	/* Likewise, remove one container, if one is too many and has no agent due; whether it did. */
	bool (*trim)(void);
};

#endif /* _CONTAINERFS_SUBSYS_H */
