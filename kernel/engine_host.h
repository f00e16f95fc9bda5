/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a host supplies to the engine: the other half of engine.h, which includes
 * it and says what holds for both.
 *
 * The engine calls what is marked "atomic" with its lock held.  Such a function must not
 * sleep, and of the engine's functions it may call only those that do not lock: engine.h
 * says which.
 *
 * What a host does for one subsystem is in that subsystem's own header, X_host.h: a struct
 * of operations, of which those that a host need not do are NULL.
 */
#ifndef _CONTAINERFS_ENGINE_HOST_H
#define _CONTAINERFS_ENGINE_HOST_H

/*
 * Look up task @nr of @actor's pid namespace, 0 for @actor itself.  Fills
 * @info and pins the task; -ESRCH.  host_task_put() unpins it.
 */
int host_task_get(int nr, const struct container_actor *actor, struct container_task_info *info);
void host_task_put(const struct container_task_info *info);
/*
 * Atomic.  Pin a task that has a record, or (in its callback) one that
 * host_for_each_task() shows; undone by host_task_put().
 */
void host_task_hold(const struct container_task_info *info);

/*
 * Atomic.  Commit the move of @info's task from @from to @to, so that its children are
 * born there from now on.  -EAGAIN: the task is not in @from any more, and the engine
 * looks again; -ESRCH: it exits; any other error ends the attach.  On success *@cookie is
 * what the engine remembers for the host.
 */
int host_task_set_group(const struct container_task_info *info, struct css_group *from,
			struct css_group *to, unsigned long long *cookie);

/*
 * Call @fn for every thread of process @tgid (initial pid namespace; 0: for every task of
 * the system) that is not exiting.  A thread that is there from beginning to end is shown,
 * and so is a thread that such a one created before the walk ended; some may be shown
 * twice.  @vtid, @vtgid: the ids of the thread in @viewer's pid namespace, 0 if it is not
 * visible there.  @fn is atomic, and only key, tid, tgid and flags are filled; a
 * non-zero result ends the walk and is returned.
 */
int host_for_each_task(int tgid, const struct container_actor *viewer,
		       int (*fn)(const struct container_task_info *info, int vtid, int vtgid,
				 void *arg),
		       void *arg);

/*
 * Send SIGKILL to the processes of @nr threads, at most CONTAINER_KILL_BATCH, which have
 * a record and are pinned.  A task that took over the number of a thread is spared.  May
 * sleep.  An error if the signal could not be sent to a thread that lives.
 */
#define CONTAINER_KILL_BATCH	64
int host_tasks_kill(const struct container_task_info *victim, unsigned int nr);

/* Has @actor, who is in a call of this host, CAP_SYS_ADMIN in the initial user namespace now? */
_Bool host_sys_admin(const struct container_actor *actor);

#define CONTAINER_CPUS_MAX	8192u
/* Atomic.  A number that never changes, above all possible CPUs, at most CONTAINER_CPUS_MAX. */
unsigned int host_nr_cpus(void);

/* Atomic.  The key of the live thread @tid (initial pid namespace), 0 if there is none. */
unsigned long host_task_key(int tid);

/* Atomic.  Engine time: ns since the epoch. */
unsigned long long host_time(void);

/*
 * Start @agent with argument @path, with the environment, root and directory that cgroup v1
 * gives it.  Does not wait.
 */
void host_run_agent(const char *agent, const char *path);

/* Atomic.  container_run_work() has something to do. */
void host_work_pending(void);

/* Atomic.  Some hierarchy clones now, or none does any more. */
void host_set_cloning(_Bool on);

/*
 * Hooks that a host switches on by need: FORK calls container_fork_begins() before each fork
 * of a task with a record, and container_fork_failed(); REAP calls container_task_reaped()
 * for each task of the system.
 */
#define CONTAINER_HOOK_FORK	0x1u
#define CONTAINER_HOOK_REAP	0x2u
/* NULL for a host that has none of them. */
struct hooks_host_ops {
	/*
	 * Atomic.  The hooks that the host has, on or off.  A hook that could not be switched
	 * on is none of them after settle().
	 */
	unsigned int (*has)(void);
	/* Atomic.  These hooks, and no others, are wanted from now on; 0 at first. */
	void (*want)(unsigned int hooks);
	/* Finish what want() has put off because it must not sleep.  May sleep. */
	void (*settle)(void);
};
extern const struct hooks_host_ops *const host_hooks;

static inline unsigned int host_hooks_had(void)
{
	return host_hooks ? host_hooks->has() : 0;
}

/*
 * For a host whose hooks decide by themselves; NULL for one whose hooks ask the engine.
 * All atomic.
 */
struct css_group_host_ops {
	/*
	 * host_task_set_group() or births_follow() is about to name @group, of which
	 * the cookie is 0: the host gives it a cookie.  An error if it cannot.
	 */
	int (*meet)(struct css_group *group, const struct css_group_facts *facts);
	/* The facts of @group, which is the init group or has a cookie, have changed. */
	void (*changed)(struct css_group *group, const struct css_group_facts *facts);
	/* The last reference to @group, which has a cookie, is gone. */
	void (*forget)(struct css_group *group);
};
extern const struct css_group_host_ops *const host_css_groups;

/*
 * For a host whose hooks act by themselves and report later, so that the engine has a
 * replica of the tasks; NULL for one whose hooks ask the engine.
 */
struct replica_host_ops {
	/* Bring the engine up to date with what happened in the kernel.  May sleep. */
	void (*sync)(void);
	/*
	 * Atomic.  Threads of process @tgid are born in @to from now on, until births_end(),
	 * if their creator is where the tasks with @cookie are (0: the tasks without a
	 * record).  1, or 0 if the host has been told that before; an error if it cannot
	 * be.  Threads that were born before are seen by the next host_for_each_task().
	 * One process at a time.
	 */
	int (*births_follow)(int tgid, unsigned long long cookie, struct css_group *to);
	void (*births_end)(void);
	/*
	 * container.kill.  Between begin and end, groups with CSS_GROUP_WATCH_KILL among
	 * their facts are meant.  When kill_sync() returns, the engine knows every task in
	 * such a group, but for a task whose creator is in one, too.  Whatever the tasks that
	 * it knows create, and the children of those, the host kills before it runs, also
	 * after the end, for as long as the creator lives; and says so by
	 * container_task_killed(), now or soon.  They may sleep; one kill at a time.
	 */
	void (*kill_begin)(void);
	int (*kill_sync)(void);
	void (*kill_end)(void);
};
extern const struct replica_host_ops *const host_replica;

/* No lock held, may sleep: the engine is up to date when this returns. */
static inline void host_sync(void)
{
	if (host_replica)
		host_replica->sync();
}

/* Atomic.  The engine itself made or removed @child, a clone or a dead container, in @dir. */
void host_clone_added(struct container *dir, struct container *child);
void host_clone_removed(struct container *dir, struct container *child);
/* Atomic.  Symbolic links of @cont, which are control files, have come or gone. */
void host_links_changed(struct container *cont);
/* Atomic.  What poll(2) reports of @node of @cont has changed. */
void host_file_event(struct container *cont, unsigned int node);

#endif /* _CONTAINERFS_ENGINE_HOST_H */
