/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which css_group each task is in: BPF programs follow it
 *
 * The kernel's words (abi.h) are the truth. A BPF program makes every change of a word: fork
 * and clone on the child, unshare on the caller, exit, and the daemon's own attach. All but
 * attach are reported in one ring, which task_events_drain() replays into callbacks. The user
 * keeps a replica, task -> word, by the rules at struct task_events_ops.
 *
 * The address of its task_struct names a task. Its tid is an attribute: an exec by a thread
 * gives it the leader's tid long before there is an event (or there is none, if the exec then
 * fails), its own tid goes to another task, and numbers are used again. So a known number
 * says where to look for a task, and no more; see struct te_ref.
 *
 * Not thread-safe: one thread calls everything here. Functions return 0 (or what they say)
 * or a negative errno. Callbacks run inside task_events_drain() only; they may call query and
 * the group functions, not attach, drain or free. The memory that a callback is given is
 * valid during the call. All tids and tgids are those of the initial pid namespace. Nothing
 * is pinned: task_events_free(), or the death of the process, releases everything, words
 * included.
 */
#ifndef _CONTAINERFSD_BPF_TASK_EVENTS_H
#define _CONTAINERFSD_BPF_TASK_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "abi.h"

struct task_events;

/*
 * A task, and the numbers under which it can be found: the last known tid or, once the task
 * has taken the leader's place in execve(2), its tgid. A task under neither has exited.
 */
struct te_ref {
	uint64_t task;
	uint32_t tid;
	uint32_t tgid;
};

/*
 * The rules of the replica, which is exact after each drain:
 *
 *  fork, clone	set the task's word if the task is not known or the word te_word_newer(). The
 *		css_group of a clone may be known already, from a rebuild. A known task with
 *		another tgid, or with a word that is not te_word_near(), was another task at
 *		the same address, whose exit was lost: forget that first.
 *  exec	the task's tid is now its tgid; set its word as above.
 *  exit	forget the task; it is no error if the task is not known.
 *  attach	set the task's word to what task_events_attach() put in *cur_word.
 *  rebuild	see below.
 */
struct task_events_ops {
	void (*fork)(void *ctx, const struct te_fork *ev);
	void (*clone)(void *ctx, const struct te_clone *ev);
	void (*exit)(void *ctx, const struct te_exit *ev);
	void (*exec)(void *ctx, const struct te_exec *ev);
	/* The task may be in no group, or have exited. A rebuild does not repeat this. */
	void (*affinity)(void *ctx, const struct te_affinity *ev);
	/* Clones of tasks of css_group @id were refused; the user may not know the group. */
	void (*refused)(void *ctx, uint64_t id);
	/*
	 * Process @tgid, which was watched, has ended; its watch is over. The exit of its last
	 * thread comes after this, but in a rebuild before. Also comes after rebuild_end.
	 */
	void (*ended)(void *ctx, uint32_t tgid, const struct te_end *end);

	/*
	 * The ring has overflowed, and the replica is made anew, in this order:
	 *
	 *  rebuild_begin
	 *  exit	for the exits that are still in the ring; the user may not know
	 *		their tasks
	 *  rebuild_task	for every live task with a word: set its entry, whatever
	 *		was known
	 *  rebuild_end	drop the entries that had no rebuild_task
	 *
	 * Before an exit or a task names a css_group that a program has made and
	 * group_known() denies, `group` tells of it: in ascending order of ids, so
	 * parents come first. Between begin and end the replica must not be shown or
	 * acted upon. If the rebuild fails there is no rebuild_end, and the next drain
	 * begins anew.
	 */
	void (*rebuild_begin)(void *ctx);
	int (*group_known)(void *ctx, uint64_t id);
	void (*group)(void *ctx, uint64_t id, const struct te_group *group);
	void (*rebuild_task)(void *ctx, const struct te_task *task);
	void (*rebuild_end)(void *ctx);
};

struct task_events_opts {
	/* Size of the ring: a power of two, at least a page. 0: 8 MiB. */
	size_t ring_bytes;
	/* Use the syscall exit tracepoint even where fexit can be had. */
	int force_tracepoint;
	/* Do without bpf_task_from_pid() even where the kernel has it. */
	int force_iter;
	/* For tests: every nth word finds the hash of words full. */
	uint32_t fail_hash_every;
	/* For tests: no program sees every nth event, as if it had been skipped. */
	uint32_t skip_every;
	uint32_t skip_kinds;	/* TE_SKIP_* */
	/* For tests: as where handlers of tracepoints can be preempted, and all births share a place. */
	int births_share;
	/* Take a line, without newline, for the administrator; or NULL. */
	void (*log)(void *ctx, const char *line);
};

struct task_events_stats {
	uint64_t events;	/* records taken from the ring */
	uint64_t lost;		/* changes that found the ring full */
	uint64_t rebuilds;
	uint64_t clone_refused;	/* clones not made: `groups` was full */
	uint64_t lost_words;	/* tasks that could not be given a word */
	uint64_t spilled;	/* words in task storage, because the hash was full */
	uint64_t skipped;	/* programs that the kernel skipped, harmless ones, too */
	uint64_t mended;	/* events that one hook missed and another made good */
	uint64_t missed;	/* events that may have been lost to all hooks */
	uint64_t missed_rebuilds;	/* rebuilds for that reason */
	uint64_t repaired;	/* tasks that these have put right */
};

/*
 * 0 if this process is in the initial pid namespace, which everything here presumes; else
 * -EINVAL, and *why is a static sentence. @why may be NULL.
 */
int task_events_check_pidns(const char **why);

/*
 * Load the programs and attach all but the unshare hook. @ops and @opts are copied; @opts may
 * be NULL. @ctx goes to the callbacks. On success *tep is the caller's, who releases it by
 * task_events_free(). Errors: -EPERM, -ENOSYS, -EOPNOTSUPP and what bpf(2) returns; a line to
 * opts->log says which step failed.
 */
int task_events_new(const struct task_events_ops *ops, void *ctx,
		    const struct task_events_opts *opts,
		    struct task_events **tep);
void task_events_free(struct task_events *te);

/*
 * A borrowed descriptor for poll or epoll (level-triggered). It is readable when a program
 * has asked for a wake-up: for a watched group, or because the ring is half full. Then call
 * task_events_wakeup(), which resets it and drains.
 */
int task_events_fd(const struct task_events *te);
int task_events_wakeup(struct task_events *te);

/*
 * Bring the replica up to date: when this returns, every change made before the call has
 * been through the callbacks. It takes about 5 ns when there is none. Returns the number of
 * events, or a negative errno if a needed rebuild failed; the next call then tries again.
 */
int task_events_drain(struct task_events *te);

/*
 * Move a task to css_group @id, if its word is @expect_word (0: it has no word, or the word
 * is not known). *cur_word is the word after the call.
 *  0		the task was moved
 *  -ESRCH	the task does not exist any more; to the caller the same as -ENOENT
 *  -EAGAIN	the word was *cur_word instead: drain, look again, call again
 *  -ENOENT	the task is exiting, and was not moved. If it had a word, its exit is, or
 *		will be, in the ring
 *  -ENOMEM	no memory for its first word
 *  -EBUSY	called from a callback
 */
int task_events_attach(struct task_events *te, const struct te_ref *ref,
		       uint64_t expect_word, uint64_t id, uint64_t *cur_word);

/*
 * From now on, until task_events_births_end(), threads of process @tgid are born in css_group
 * @to if their creator is in @from. This is for one process at a time. A thread that was born
 * in @from before is seen by a task_events_for_each() of the process that begins afterwards.
 * Returns 1; 0 if @from had been named before; -ENOSPC beyond TE_BIRTHS_MAX pairs.
 */
int task_events_births(struct task_events *te, uint32_t tgid, uint64_t from, uint64_t to);
void task_events_births_end(struct task_events *te);

/* What there is to know of the task that has the number now, or of the task @ref: -ESRCH. */
int task_events_query(struct task_events *te, uint32_t tid,
		      struct te_facts *facts);
int task_events_find(struct task_events *te, const struct te_ref *ref,
		     struct te_facts *facts);

/*
 * Call @cb for each task, in ascending order of tid or, if @tgid is not 0, for each thread
 * of that process. vtid and vtgid are the numbers in the pid namespace that has inode
 * @ns_inum and depth @ns_level (te_facts.pidns_*); level 0 is the initial one and needs no
 * inum. If @cb returns other than 0, the walk ends and returns that. -ESRCH: there is no
 * process @tgid.
 *
 * Of a process, @cb gets every thread that exists from beginning to end, and every thread
 * that one of these creates meanwhile, before the walk ends; it may get some twice.
 */
int task_events_for_each(struct task_events *te, uint32_t tgid,
			 uint32_t ns_inum, uint32_t ns_level,
			 int (*cb)(void *arg, const struct te_task *task),
			 void *arg);

/*
 * Call @cb for each task that has a word, in any order, also for those that have exited and
 * are not yet waited for.
 *
 * The time that tasks have used in a css_group is the total of its sums (cpuacct_get) and of
 * te_task.cpu of its tasks. Read the sums first, and walk then: the time of a task that
 * leaves in between is missing, and none is counted twice.
 */
int task_events_for_each_word(struct task_events *te,
			      int (*cb)(void *arg, const struct te_task *task),
			      void *arg);

/*
 * container.kill, in the order that kill.bpf.h gives.
 *
 * kill_begin	then the caller sets TE_WATCH_KILL in its groups, and drains.
 * kill_mark	@cb gets each task that is marked now, with its new word. The caller kills
 *		it, and its children that a drain has shown since; children born later die
 *		by themselves. Errors: as of task_events_for_each().
 * kill_end	then the caller takes the bit off. The tasks stay marked.
 */
void task_events_kill_begin(struct task_events *te);
int task_events_kill_mark(struct task_events *te,
			  int (*cb)(void *arg, const struct te_task *task), void *arg);
void task_events_kill_end(struct task_events *te);

/* A css_group id that was never used before, from 1. */
uint64_t task_events_new_id(struct task_events *te);

/*
 * Enable clones for namespaces, or disable them. @default_mask (TE_CLONE_NEW*) and @levels
 * are those of css_group 0 and of groups without an entry. The unshare hook is attached while
 * clones are enabled.
 */
int task_events_set_clone(struct task_events *te, int enabled,
			  uint32_t default_mask, uint32_t levels);
/*
 * Enable reports of changes of affinities, or disable them. Each wakes the daemon:
 *  - a task of a group with TE_WATCH_CPUS has called sched_setaffinity(2) on itself, or any
 *    task on another one;
 *  - the affinity of a creator changed while it made a child;
 *  - an io_uring worker in a group with TE_WATCH_CPUS has begun, or got another CPU.
 * The hooks are attached while reports are enabled.
 */
int task_events_set_affinity(struct task_events *te, int enabled);
const char *task_events_affinity_hook(const struct task_events *te);
/* The hook in use, or to be used: a kprobe, fexit or both, or "tp_btf/sys_exit". */
const char *task_events_unshare_hook(const struct task_events *te);

/*
 * The entries of css_groups. A program makes one at each clone. The daemon makes those of
 * the ids that it takes from task_events_new_id(), before it attaches to them. The daemon
 * deletes all of them. Id 0 always exists; a clone of it inherits its watch bits, but nothing
 * is counted for id 0.
 *
 * group_set	make an entry without tasks, or change parent, watch, mask and levels in
 *		place. @pids is the key of the entry that counts its tasks, for good.
 *		@levels: how many levels of clones there may be below.
 * group_watch	set the bits @set of watch, then clear @clear. -ENOENT: no entry.
 * watches_spent	how many TE_WATCH_ALL events have cleared so far. If it has moved after
 *		a drain, a watcher that still wants to be woken sets the bit again.
 * group_rules	which set of device rules its tasks are under, 0: none. -ENOENT.
 * group_get	-ENOENT.
 * group_del	0 also if there was none.
 */
int task_events_group_set(struct task_events *te, uint64_t id, uint64_t parent,
			  uint32_t watch, uint32_t clone_mask, uint32_t levels, uint64_t pids);
int task_events_group_watch(struct task_events *te, uint64_t id,
			    uint32_t set, uint32_t clear);
uint64_t task_events_watches_spent(const struct task_events *te);
int task_events_group_rules(struct task_events *te, uint64_t id, uint64_t rules);
int task_events_group_get(struct task_events *te, uint64_t id,
			  struct te_group *group);
int task_events_group_del(struct task_events *te, uint64_t id);

/*
 * Limits of clones: see limits.bpf.h.
 *
 * group_full	no task of it is cloned while te_group.emptied is @emptied, which the
 *		caller has read before the drain that showed that there was no room.
 *		0: tasks are cloned. -ENOENT.
 * group_refused	how many clones were refused since the last call, for the refused
 *		callback; the next refusal is reported again.
 * set_user_limit	how many clones each user may cause; ~0: unlimited.
 * stays	the next clone that @ref makes, which has a word, is let through whatever the
 *		limits are, because the caller will make none of it; or (@on 0) as any other.
 *		-ESRCH, -ENOENT: it has no word.
 * user_count	-1: a clone of the user is no more, or a clone that a program has made came
 *		to no container. 1: the daemon has made a clone.
 */
int task_events_group_full(struct task_events *te, uint64_t id, uint64_t emptied);
uint64_t task_events_group_refused(struct task_events *te, uint64_t id);
int task_events_stays(struct task_events *te, const struct te_ref *ref, int on);
void task_events_set_user_limit(struct task_events *te, uint64_t limit);
void task_events_user_count(struct task_events *te, uint32_t user, int delta);

/*
 * Device rules (devices.c). While started, a task that opens a device or makes its node is
 * denied what the set of its css_group denies. A set that a group names and that does not
 * exist denies everything. The calling process is exempt.
 *
 * start	0 also if they were started; -EOPNOTSUPP: this kernel has no way.
 * stop		all sets are gone then.
 * hook		the way in use, or to be used; NULL: none.
 * rules_add	only while started. -ENOSPC: beyond TE_RULE_SETS_MAX.
 * rules_del	call it when no group has the set, and a drain has ended since.
 */
int task_events_devices_start(struct task_events *te);
void task_events_devices_stop(struct task_events *te);
const char *task_events_devices_hook(struct task_events *te);
int task_events_rules_add(struct task_events *te, uint64_t id, const struct te_rules *rules);
void task_events_rules_del(struct task_events *te, uint64_t id);

/*
 * Sums of CPU time by css_group and CPU. A program makes those of a clone, as enum
 * te_cpuacct_state says; the daemon makes those of its own ids; group_del deletes them.
 *
 * cpuacct_set	set the state.
 * cpuacct_cpus	how many sums each id has: one for each possible CPU.
 * cpuacct_add	make the sums of an id. 0 also if it has them.
 * cpuacct_get	read all sums of an id. -ENOENT. The difference of two reads may be
 *		negative for a moment.
 */
int task_events_cpuacct_set(struct task_events *te, enum te_cpuacct_state state);
int task_events_cpuacct_cpus(void);
int task_events_cpuacct_add(struct task_events *te, uint64_t id);
int task_events_cpuacct_get(struct task_events *te, uint64_t id, struct te_cpu *cpus);

/*
 * Watches of processes: the `ended` callback tells of the end of a process when its last
 * thread exits, and the daemon is woken. A watch survives execve(2).
 *
 * init_watch	-ESRCH: there is no process @tgid now. -ENOMEM: beyond TE_INITS_MAX. If the
 *		process has ended during the call, nobody is told: after a drain, the caller
 *		looks whether a thread of it has not exited.
 * init_unwatch	no more; nothing happens if the process is not watched.
 */
int task_events_init_watch(struct task_events *te, uint32_t tgid);
void task_events_init_unwatch(struct task_events *te, uint32_t tgid);

/*
 * Counts of tasks: the entries of struct te_pids. A program makes one at each clone while
 * the state is TE_PIDS_CLONES; the daemon makes the others. The daemon deletes all of them,
 * once the count is 0 and no task can come any more, or when the state is TE_PIDS_OFF.
 *
 * pids_set	set the state. With TE_PIDS_OFF no fork is refused any more either.
 * pids_enforce	begin to refuse forks beyond limits. -EOPNOTSUPP: this kernel has no way.
 * pids_mode	the way in use, or to be used; pids_hook names it.
 * pids_until_reaped	do tasks count until they are reaped? Else until they exit.
 * pids_add	make an entry. -EEXIST.
 * pids_max, pids_get	-ENOENT.
 * pids_refused	forks refused in all: it grows whenever te_pids.refused of an entry does.
 */
int task_events_pids_set(struct task_events *te, enum te_pids_state state);
int task_events_pids_enforce(struct task_events *te);
enum te_pids_mode task_events_pids_mode(const struct task_events *te);
const char *task_events_pids_hook(const struct task_events *te);
int task_events_pids_until_reaped(const struct task_events *te);
int task_events_pids_add(struct task_events *te, uint64_t key, uint64_t parent);
int task_events_pids_max(struct task_events *te, uint64_t key, int64_t max);
int task_events_pids_get(struct task_events *te, uint64_t key, struct te_pids *pids);
void task_events_pids_del(struct task_events *te, uint64_t key);
uint64_t task_events_pids_refused(const struct task_events *te);

void task_events_stats(const struct task_events *te,
		       struct task_events_stats *stats);

#endif /* _CONTAINERFSD_BPF_TASK_EVENTS_H */
