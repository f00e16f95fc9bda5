/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tasks, their words and a ring, in place of task_events
 *
 * fake_kernel.c implements all of fs/fuse/bpf/task_events.h on a table of tasks. The functions
 * below change the table as the BPF programs do at fork(2), unshare(2) and so on, at once and
 * in order. The ring holds as many records as the test allows. A record that finds the ring
 * full is lost, and the next drain rebuilds as task_events.h says.
 *
 * fake_daemon.c stands in for the other functions of the daemon that the task link and the
 * engine call: the loop, the log, the notifications of the file system, the agents.
 */
#ifndef TEST_UNIT_TASKS_FAKE_KERNEL_H
#define TEST_UNIT_TASKS_FAKE_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "bpf/task_events.h"

#define FK_CPUS		2
#define FK_TASKS 4096		/* tids are below it */
#define FK_GROUPS 65536		/* ids are below it */

struct fk_task {
	bool		live, exiting;
	uint64_t	task;		/* its address: of those used before, the last one freed */
	uint32_t	tgid;
	uint64_t	word;
	uint32_t	vtid, ns;	/* in pid namespace ns (level 1), 0: only the initial one */
	uint32_t	flags;		/* TE_TASK_* */
	uint32_t	uid;
	uint64_t	used;		/* system time so far; run time is half as much again */
	uint64_t	dying;		/* the id it exited in, until fk_free() */
	uint64_t	accounted;	/* so much of it is charged */
	uint32_t	on_cpu;
	uint64_t	charged;	/* the te_pids that counts it */
	bool		stays;		/* task_events_stays() */
};

struct fk_group {
	bool		present;
	struct te_group	group;
	bool		accounted;
	struct te_cpu	used[FK_CPUS];
};

extern struct fk_task fk_task[FK_TASKS];
extern struct fk_group fk_group[FK_GROUPS];
extern unsigned int fk_ring_size;	/* in records */
extern int fk_drain_error;		/* what task_events_drain() returns if not 0 */
extern unsigned int fk_log_errors;	/* messages of level err */
extern bool fk_cloning;
extern uint32_t fk_default_mask;
extern bool fk_devices;			/* devices are checked */
#define FK_RULES	256
extern bool fk_rules[FK_RULES];		/* sets of device rules, by id */
/* Run once at the start of the next task_events_group_rules(). */
extern void (*fk_before_rules)(void);
uint64_t fk_next_rules(void);		/* the id after the last set's */
/* Run once at the start of the next task_events_attach(): what happens meanwhile. */
extern void (*fk_before_attach)(void);
/* Run at the start of each. */
extern void (*fk_before_each_attach)(void);
/* Run once in the middle of the next task_events_for_each_word(). */
extern void (*fk_amid_walk)(void);

void fk_reset(void);
/* Make a task without an event and without a word. */
void fk_spawn(uint32_t tid, uint32_t tgid);
/* @creator makes task @tid of process @tgid, with namespaces if @flags. */
void fk_fork(uint32_t creator, uint32_t tid, uint32_t tgid, uint32_t flags);
void fk_unshare(uint32_t tid, uint32_t flags);
void fk_exit(uint32_t tid);
/* An exited task runs for so long, in ns; then it is freed. */
void fk_run(uint32_t tid, uint64_t ns);
void fk_migrate(uint32_t tid, uint32_t cpu);
void fk_free(uint32_t tid);
/* The tid that has this address, or 0; the tid that had it last. */
uint32_t fk_tid_of(uint64_t task);
/* The first half of an exec by a thread: it gets the leader's tid, and its own is free. */
void fk_exec_take(uint32_t tid);
/* ... and the second: the event. */
void fk_exec_tell(uint32_t old_tid, uint32_t tid);
unsigned long fk_rebuilds(void);
/* Does an unread event name css_group @id? */
bool fk_ring_names(uint64_t id);

/* fake_groups.c, which fake_kernel.c tells of an event of a task of @id. */
void fk_groups_reset(void);
void fk_touch(uint64_t id);

/* fake_pids.c, which fake_kernel.c tells of each change. */
extern enum te_pids_mode fk_pids_mode;
extern bool fk_pids_full;		/* no entry can be added by the daemon */
void fk_pids_reset(void);
void fk_pids_follow(uint32_t tid);
void fk_pids_clone(uint64_t id, uint64_t parent);
/* A fork was refused to a task of this entry. */
void fk_pids_refuse(uint64_t key);
unsigned int fk_pids_entries(void);

/* fake_inits.c: process @tgid, of which the last thread is about to fk_exit(), ends like this. */
extern unsigned int fk_inits;		/* processes that are watched */
void fk_inits_reset(void);
void fk_end(uint32_t tgid, const struct te_end *end);
void fk_tell_ended(uint32_t tgid);
void fk_init_tell(const struct task_events_ops *ops, uint32_t tgid);

/* fake_account.c: charge @id with the time of @tid since it was charged. */
void fk_charge(uint64_t id, uint32_t tid);
void fk_account_clone(uint64_t id, uint64_t parent);

/* fake_limits.c: may @creator, a task of css_group @parent, clone? Then @user is charged. */
#define FK_USERS	2048
extern long fk_user[FK_USERS];		/* clones charged to each uid */
extern uint64_t fk_user_limit;
extern unsigned int fk_refusals;	/* by the fake kernel, not the engine */
void fk_limits_reset(void);
bool fk_may_clone(uint32_t creator, uint64_t parent, uint32_t user);
/* A task of @id has left it for another group, or has exited. */
void fk_left(uint64_t id);
void fk_tell_refused(uint64_t id);

#endif /* TEST_UNIT_TASKS_FAKE_KERNEL_H */
