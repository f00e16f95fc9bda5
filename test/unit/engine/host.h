/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A host made of a table of tasks, for tests of the engine
 *
 * It supplies every host_*() of engine_host.h and keeps a record of what the engine
 * asked of it. Tasks are known by tid in the initial pid namespace; pid
 * namespaces are a chain, namespace n + 1 below n, in which a task has the
 * number tid - 1000 * n if it was made in n or deeper. Keys are not tids, so that code
 * that mistakes one for the other finds no task.
 *
 * The host is synchronous: fork, exit and unshare reach the engine at once.
 * By the hooks below a test makes things happen at the worst moment.
 *
 * host_reset() brings up the engine with task 1 (init, root) alive, and
 * host_finish() takes it down and checks that nothing is left: no memory, no
 * pinned task, no warning.
 */
#ifndef TEST_ENGINE_HOST_H
#define TEST_ENGINE_HOST_H

#include <stdbool.h>

#include "cpuacct_host.h"
#include "cpuset_host.h"
#include "devices_host.h"
#include "engine.h"
#include "freezer_host.h"
#include "init_host.h"
#include "ns_host.h"
#include "pids_host.h"

#define HOST_TASKS	8192
#define HOST_ADDRESSES	(4 * HOST_TASKS)
#define HOST_PATH	4200
#define HOST_USERS	2048		/* all uids are below it */
#define HOST_CPUS	8
#define HOST_ALL_CPUS	((1ul << HOST_CPUS) - 1)

#define NEW_MNT		0x00020000u
#define NEW_UTS		0x04000000u
#define NEW_USER	0x10000000u
#define NEW_PID		0x20000000u
#define NEW_NET		0x40000000u

struct host_task {
	bool		live, exiting;
	unsigned int	address;	/* stays when an exec gives it another tid */
	int		tgid;
	unsigned int	uid, suid;
	unsigned int	flags;		/* CONTAINER_TASK_* */
	unsigned int	pid_ns;		/* the deepest namespace that it is in */
	unsigned int	killed;		/* SIGKILLs that it was sent */
	unsigned long long account;	/* on which it is to be stopped, or 0 */
	bool		stopped;	/* it really was */
	struct container_cpu cpu;	/* time used so far; tests set it */
	bool		dead;		/* it will not run again */
	bool		zombie;		/* it has exited and is not reaped */
	bool		watched;	/* of a leader: the end of its process is reported, */
	int		status;		/* which is this */
	unsigned long	affinity;	/* CPUs, a bit each */
	int		on_cpu;
	char		comm[16];
};

struct host {
	struct host_task task[HOST_TASKS];
	int at[HOST_ADDRESSES];			/* the tid that is there, or was */
	unsigned long long now;

	/* set by tests: failures, and events in between */
	unsigned int	again;			/* so often host_task_set_group() says -EAGAIN */
	int		gone;			/* for this tid it says -ESRCH */
	int		twice;			/* this tid is listed twice */
	int		refuse;			/* for this tid it says refuse_err */
	int		refuse_err;
	int		charged[HOST_USERS];	/* clones that each uid has caused */
	bool		use_cookies;		/* the host has a word for each task */
	bool		one_step;		/* it clones by container_clone_task() */
	bool		die_of_kill;		/* SIGKILL ends a process at once */
	bool		freeze_later;		/* freezer_host.freeze() sleeps; children inherit */
	bool		stop_later;		/* tasks stop when host_stop() says so */
	int		freeze_refuse;		/* for this tid it says freeze_err */
	int		freeze_err;
	int		freeze_start_err;	/* of freezer_host.start() */
	bool		dies_slowly;		/* exited tasks run on until host_dead() */
	bool		by_group;		/* it accounts CPU time by group */
	unsigned int	hooks_had;		/* CONTAINER_HOOK_*; host_reset(): all of them */
	unsigned int	hooks_broken;		/* those that cannot be switched on */
	bool		counts;			/* it counts tasks by itself: host_count.. */
	struct container_pids numbers;		/* what it has counted, in any container */
	unsigned long long limited, limit;	/* the last container given a limit, and that */
	int		cpus;			/* possible CPUs: 0, 2, 4.. of the system */
	int		meet_err;		/* when it is to meet a css_group */
	int		devices_start_err;	/* of devices_host.start() */
	int		devices_add_err;	/* of devices_host.add_rules(), */
	unsigned int	devices_add_nth;	/* the nth from now; 0: none */
	bool		cannot_set_cpus;	/* cpuset_host.can_set() says no */
	unsigned long	offline;		/* of HOST_CPUS, those that are */
	unsigned int	nodes;			/* memory nodes besides node 0 */
	void		(*on_set_cpus)(int tid);	/* before it is done */
	void		(*on_sync)(void);
	void		(*on_walked)(void);	/* after host_for_each_task() */
	void		(*on_get)(void);	/* before a task is looked up */
	void		(*on_kill)(int tid);
	void		(*on_kill_sync)(void);
	void		(*on_watch)(void);	/* after an init is watched */
	void		(*on_hold)(void);	/* when something is to be held */
	int		watch_err;		/* of init_host.watch() */
	int		hold_err;		/* of all that ns_host holds */
	unsigned int	nr_groups;		/* supplementary groups of all tasks */
	unsigned int	more_groups;		/* so many more at the second look */
	int		kill_err;		/* of host_tasks_kill(), */
	int		kill_sync_err;		/* and of kill_sync() */
	void		(*on_charge)(void);			/* in cpuacct_host.charge() */
	void		(*on_agent)(void);			/* in host_run_agent() */

	/* what the engine did */
	unsigned int	syncs, walks, moves, pins, kills;
	unsigned int	works;			/* calls of host_work_pending() */
	bool		in_kill;		/* between kill_begin() and kill_end() */
	bool		cloning;
	unsigned int	cloning_calls;
	unsigned int	groups_met, groups_changed, groups_forgotten;
	unsigned int	added, removed;		/* clones */
	unsigned long long last_added, last_removed;	/* their ids */
	unsigned int	links;			/* calls of host_links_changed() */
	struct container *links_cont;
	unsigned int	watches, unwatches;
	unsigned int	held, keyrings;		/* now */
	int		last_keyring;
	char		keyring_name[64];	/* of the last one */
	unsigned long long last_handle;
	unsigned int	freezes, thaws;		/* of tasks */
	bool		devices_checked;	/* between devices_host.start() and stop() */
	unsigned int	device_sets;		/* it knows of */
	int		pids_set;		/* calls of pids_host.set(true), less (false) */
	unsigned int	hooks_wanted;		/* what host_hooks was told */
	unsigned int	hooks_on;		/* that, when it was last to settle */
	unsigned int	hooks_calls;		/* of want() */
	unsigned int	pids_added, pids_removed;	/* containers */
	unsigned int	cpus_set;		/* of tasks */
	bool		watching_affinity, watching_migrations;
	unsigned int	watching_calls;
	unsigned int	events;			/* of files */
	struct container *event_cont;
	unsigned int	event_node;
	unsigned int	agents;
	char		agent[HOST_PATH], agent_path[HOST_PATH];
};

extern struct host host;

/* uid 0 with CAP_SYS_ADMIN, as task 1, in the initial pid namespace */
extern const struct container_actor root_actor;

void host_reset(void);
void host_finish(void);
/* Objects of the engine, without those that wait for a grace period. */
long host_objects(void);

/* For the files of the host: a thread of @tgid has gone, which may be the last one. */
void host_process_ends(int tgid);
/* For the files of the host: check that a call may sleep; the task, if it lives. */
#define may_sleep() shim_might_sleep(__FILE__, __LINE__)
struct host_task *host_task_of(int tid);

unsigned long host_key(int tid);
int host_tid(unsigned long key);
/* Make a process or, with another tgid, a thread, without a creator. */
void host_spawn(int tid, int tgid, unsigned int uid);
void host_fork(int parent, int tid);		/* a process of one thread */
void host_thread(int creator, int tid);		/* a thread of the creator's process */
void host_exit(int tid);
/* The end of the process of @tid, as host_exit() reports it: its status. */
void host_exit_status(int tid, int status);
/* Descriptors that every task has open: a namespace, a directory, neither. */
#define HOST_FD_NET	3
#define HOST_FD_DIR	4
#define HOST_FD_FILE	5
/* container_fork_begins(), if its hook is on: its result, else 0. */
int host_fork_begins(int parent, int tid);
/* As host_fork(), but after that; returns its result. */
int host_try_fork(int parent, int tid);
/* @tid, which has exited, is reaped. */
void host_reap(int tid);
/* @tid, which has exited, has run its last instruction. */
void host_dead(int tid);
/* @tid has run for so many ns. */
void host_run(int tid, unsigned long long user, unsigned long long system);
/* Move it to another CPU, and tell the engine if it wants to know. */
void host_migrate(int tid, int cpu);
/* Make namespaces for @tid; returns whether the engine made a container. */
bool host_unshare(int tid, unsigned int flags);
/* clone(2) with CLONE_NEW*: the child gets the container. */
void host_clone(int parent, int tid, unsigned int flags);
/* sched_setaffinity(2) of @tid, on a host that sees it afterwards. */
void host_set_affinity(int tid, unsigned long cpus);
/* The task stops, if it was told to. */
void host_stop(int tid);
/* Another task moves it out of its frozen group. */
void host_stray(int tid);
/* Thread @tid execs: it becomes the leader and all others end. */
void host_exec(int tid);
/*
 * Does the engine let @tid do @access ("rw", ..) with one device of @type ('b',
 * 'c')? Asks in both ways, and they must agree: by task, and by the set that
 * the host was told of for the task's css_group.
 */
bool host_may(int tid, char type, unsigned int major, unsigned int minor, const char *access);
/* The host made a clone, which is in @group, of which these are the facts. */
void host_group_cloned(struct css_group *group, const struct css_group_facts *facts);
/* The host gives up its number for @group. */
void host_group_forget(struct css_group *group);
bool host_group_knows(const struct css_group *group);
/* The facts of @group, which the host knows: those that it was told, and those of now. */
const struct css_group_facts *host_group_told(const struct css_group *group);
struct css_group_facts host_group_facts(const struct css_group *group);
/* Check that these are the same for all groups that the host knows, where changes are told. */
void host_groups_sane(void);
void host_groups_reset(void);
/* An actor with these credentials, acting as thread @tid from its pid namespace. */
struct container_actor host_actor(int tid, unsigned int euid, bool sys_admin);

#endif /* TEST_ENGINE_HOST_H */
