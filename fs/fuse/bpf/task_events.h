/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * task_events.h - which css_group each task is in, followed by BPF
 *
 * The kernel's words (abi.h) are the truth. Every change of one is
 * made by a BPF program: fork and clone on the child, unshare on the caller,
 * exit, and the daemon's own attach. All but attach are reported in one ring,
 * which task_events_drain() replays into callbacks. The user keeps a replica,
 * task -> word, by these rules, and after each drain the replica is exact:
 *
 *  fork, clone	set the task's word if the task is not known or the word
 *		te_word_newer(). The css_group of a clone may be known already,
 *		from a rebuild. A known task with another tgid or a word that is
 *		not te_word_near() was another one at the same address, whose exit
 *		was lost: forget it first.
 *  exec	the task's tid is its tgid now; set its word as above.
 *  exit	forget the task; not knowing it is no error.
 *  attach	set the task's word to what task_events_attach() put in *cur_word.
 *  rebuild	see struct task_events_ops.
 *
 * A task is named by the address of its task_struct. Its tid is an attribute: an
 * exec by a thread gives it the leader's long before there is an event (or none
 * comes, if the exec fails then), its own goes to somebody else, and between lives
 * numbers are used again. So a number that is known is where to look for a task, and
 * no more; see struct te_ref.
 *
 * Not thread-safe: one thread calls everything here. Functions return 0 (or what
 * they say) or a negative errno. Callbacks run inside task_events_drain() only;
 * they may call query and the group functions, not attach, drain or free. The memory they
 * are shown is valid during the call. All tids and tgids are those of the
 * initial pid namespace. Nothing is pinned: task_events_free(), or the death of
 * the process, releases everything, words included.
 */
#ifndef _CONTAINERFSD_BPF_TASK_EVENTS_H
#define _CONTAINERFSD_BPF_TASK_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "abi.h"

struct task_events;

/*
 * A task, and the numbers under which it can be found: its tid, last heard of, or,
 * from the moment on when it has taken the leader's place in execve(2), its tgid.
 * A task that has neither has exited.
 */
struct te_ref {
	uint64_t task;
	uint32_t tid;
	uint32_t tgid;
};

struct task_events_ops {
	void (*fork)(void *ctx, const struct te_fork *ev);
	void (*clone)(void *ctx, const struct te_clone *ev);
	void (*exit)(void *ctx, const struct te_exit *ev);
	void (*exec)(void *ctx, const struct te_exec *ev);
	/* Of a task that may be in no group, or gone; not repeated by a rebuild. */
	void (*affinity)(void *ctx, const struct te_affinity *ev);
	/* Clones of tasks of css_group @id, which may be not known, were refused. */
	void (*refused)(void *ctx, uint64_t id);

	/*
	 * The ring overflowed, and the replica is made anew. In this order:
	 * rebuild_begin; the exit events that are still in the ring (their tasks
	 * may be not known); rebuild_task for every live task with a word, which
	 * sets its entry whatever was known; rebuild_end, where entries that had
	 * no rebuild_task are dropped. Before an exit or a task names a css_group
	 * that BPF made and group_known() denies, group tells of it, in ascending
	 * order of ids, hence parents first. Between begin and end the replica is
	 * not to be shown or acted upon. If the rebuild fails there is no
	 * rebuild_end; the next drain begins anew.
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
	/* For tests: every nth event goes unseen, as if its program had been skipped. */
	uint32_t skip_every;
	uint32_t skip_kinds;	/* TE_SKIP_* */
	/* One line, without newline, worth showing to an administrator, or NULL. */
	void (*log)(void *ctx, const char *line);
};

struct task_events_stats {
	uint64_t events;	/* records taken from the ring */
	uint64_t lost;		/* changes that found the ring full */
	uint64_t rebuilds;
	uint64_t clone_refused;	/* clones not made: `groups` was full */
	uint64_t lost_words;	/* tasks that could not be given a word */
	uint64_t spilled;	/* words that did not go into the hash: it was full */
	uint64_t skipped;	/* programs that the kernel skipped, harmless ones, too */
	uint64_t mended;	/* what one hook missed and another made good */
	uint64_t missed;	/* events that may have been lost to all hooks */
	uint64_t missed_rebuilds;	/* the rebuilds for that reason */
	uint64_t repaired;	/* tasks that were put right by them */
};

/*
 * 0 if this process is in the initial pid namespace, which everything here
 * presumes; else -EINVAL, and *why (may be NULL) is a static sentence.
 */
int task_events_check_pidns(const char **why);

/*
 * Load the programs and attach all but the unshare hook. @ops and @opts (may be
 * NULL) are copied, @ctx goes to the callbacks. On success *tep is the caller's,
 * to be released by task_events_free(). Errors: -EPERM, -ENOSYS, -EOPNOTSUPP and
 * what bpf(2) returns; a line in @log says which step failed.
 */
int task_events_new(const struct task_events_ops *ops, void *ctx,
		    const struct task_events_opts *opts,
		    struct task_events **tep);
void task_events_free(struct task_events *te);

/*
 * A descriptor, borrowed, for poll or epoll (level-triggered): readable when BPF
 * asked for a wake-up (a watched group, or the ring half full). When it is
 * readable call task_events_wakeup(), which resets it and drains.
 */
int task_events_fd(const struct task_events *te);
int task_events_wakeup(struct task_events *te);

/*
 * Bring the replica up to date: when this returns, every change made before the
 * call has been through the callbacks. About 5 ns when there is none. Returns
 * the number of events, or a negative errno if a needed rebuild failed; the
 * next call then tries again.
 */
int task_events_drain(struct task_events *te);

/*
 * Move a task to css_group @id, if its word is @expect_word (0: no word, or not
 * known). *cur_word is the word after the call.
 *  0		moved
 *  -ESRCH	there is no such task any more; as -ENOENT
 *  -EAGAIN	its word was *cur_word: drain, look again, call again
 *  -ENOENT	it is exiting: nothing moved; its exit event, if it had a word,
 *		is or will be in the ring
 *  -ENOMEM	no memory for its first word
 *  -EBUSY	called from a callback
 */
int task_events_attach(struct task_events *te, const struct te_ref *ref,
		       uint64_t expect_word, uint64_t id, uint64_t *cur_word);

/*
 * Threads of process @tgid are born in css_group @to from now on if their creator is
 * in @from, until task_events_births_end(): of one process at a time. Who was born in
 * @from all the same is seen by a task_events_for_each() of the process that begins
 * now. 1; 0 if that was said before; -ENOSPC beyond TE_BIRTHS_MAX pairs.
 */
int task_events_births(struct task_events *te, uint32_t tgid, uint64_t from, uint64_t to);
void task_events_births_end(struct task_events *te);

/* Of whoever has the number now, or of a task. -ESRCH if there is none. */
int task_events_query(struct task_events *te, uint32_t tid,
		      struct te_facts *facts);
int task_events_find(struct task_events *te, const struct te_ref *ref,
		     struct te_facts *facts);

/*
 * Call @cb for each task, in ascending order of tid, or for each thread of @tgid
 * if that is not 0. vtid and vtgid are those in the pid namespace that has inode
 * @ns_inum and depth @ns_level (te_facts.pidns_*); level 0 is the initial one
 * and needs no inum. A return of @cb other than 0 ends the walk and is returned.
 * No process @tgid: -ESRCH.
 *
 * Of a process nobody is left out who is there from beginning to end, nor whom one of
 * them created before it ended; some may be shown twice.
 */
int task_events_for_each(struct task_events *te, uint32_t tgid,
			 uint32_t ns_inum, uint32_t ns_level,
			 int (*cb)(void *arg, const struct te_task *task),
			 void *arg);

/*
 * Call @cb for each task that has a word, in any order; those included that have
 * exited and are not yet waited for.
 *
 * What the tasks of a css_group have used while they were in it is its sums
 * (cpuacct_get) and the cpu of each of them. Read the sums first and walk then: a
 * task that leaves in between is missing, and none is counted twice.
 */
int task_events_for_each_word(struct task_events *te,
			      int (*cb)(void *arg, const struct te_task *task),
			      void *arg);

/*
 * container.kill, in the order that kill.bpf.h gives.
 *
 * kill_begin	then the caller sets TE_WATCH_KILL in its groups, and drains.
 * kill_mark	@cb gets each task that is marked now, with its new word: it and all
 *		whom it creates from now on, or created since, are to be killed; who is
 *		born of it dies. As task_events_for_each() in regard to errors.
 * kill_end	then the caller takes the bit off. The tasks stay marked.
 */
void task_events_kill_begin(struct task_events *te);
int task_events_kill_mark(struct task_events *te,
			  int (*cb)(void *arg, const struct te_task *task), void *arg);
void task_events_kill_end(struct task_events *te);

/* A css_group id never used before, from 1. */
uint64_t task_events_new_id(struct task_events *te);

/*
 * Let namespaces clone, or not. @default_mask (TE_CLONE_NEW*) and @levels are those
 * of css_group 0 and of groups without an entry. The unshare hook is attached while enabled.
 */
int task_events_set_clone(struct task_events *te, int enabled,
			  uint32_t default_mask, uint32_t levels);
/*
 * Let changes of affinities be reported, or not: sched_setaffinity(2) by tasks of
 * groups with TE_WATCH_CPUS, or on others, and children whose creator got another
 * affinity while it made them; and that io_uring's threads of such tasks have begun or
 * got another CPU. They wake the daemon. The hooks are attached while on.
 */
int task_events_set_affinity(struct task_events *te, int enabled);
const char *task_events_affinity_hook(const struct task_events *te);
/* Kprobe, fexit or both, or "tp_btf/sys_exit": what is, or would be, in use. */
const char *task_events_unshare_hook(const struct task_events *te);

/*
 * The entries of css_groups. BPF makes one at each clone, the daemon those of the
 * ids that it took from task_events_new_id(), before it attaches to them; it
 * deletes all of them. Id 0 always exists, and its watch bits are inherited by
 * what is cloned from it, but nothing is counted for it.
 *
 * group_set	creates (tasks 0) or changes parent, watch and mask in place;
 *		@pids is the entry that counts its tasks, for good.
 *		@levels: how many levels of clones there may be below.
 * group_watch	@set then @clear bits of watch: -ENOENT if there is no entry.
 * watches_spent	how many TE_WATCH_ALL have been taken away by an event so far: when
 *		it has moved after a drain, whoever still watches asks again.
 * group_rules	which set of device rules its tasks are under, 0: none; as well.
 * group_get	likewise.
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
 * group_full	nothing is cloned of its tasks as long as te_group.emptied is
 *		@emptied, which was read before the drain after which there was no
 *		room; 0: until told again. -ENOENT.
 * group_refused	how many were refused since the last call, for the refused
 *		callback; from now on the next one is reported again.
 * set_user_limit	how many clones each user may cause, ~0: any number.
 * user_count	one fewer (@delta -1): it is no more, or no container came of one
 *		that BPF made; or one more (1) that BPF did not make.
 */
int task_events_group_full(struct task_events *te, uint64_t id, uint64_t emptied);
uint64_t task_events_group_refused(struct task_events *te, uint64_t id);
void task_events_set_user_limit(struct task_events *te, uint64_t limit);
void task_events_user_count(struct task_events *te, uint32_t user, int delta);

/*
 * Device rules (devices.c). While started, a task that opens a device
 * or makes its node is denied what the set of its css_group says; a set that is
 * named and not there denies everything. The calling process is exempt.
 *
 * start	0 also if it was started; -EOPNOTSUPP: this kernel has no way.
 * stop		and all sets are gone.
 * hook		which way it is, or would be; NULL: none.
 * rules_add	only while started; -ENOSPC: there are too many.
 * rules_del	when no group has it and a drain has ended since the last one had.
 */
int task_events_devices_start(struct task_events *te);
void task_events_devices_stop(struct task_events *te);
const char *task_events_devices_hook(struct task_events *te);
int task_events_rules_add(struct task_events *te, uint64_t id, const struct te_rules *rules);
void task_events_rules_del(struct task_events *te, uint64_t id);

/*
 * CPU time by css_group and CPU: sums. BPF makes those of a clone, as te_cpuacct_state
 * says, the daemon those of ids that it made itself; group_del deletes them.
 *
 * cpuacct_set	the state.
 * cpuacct_cpus	how many sums each of the ids has: one for each possible CPU.
 * cpuacct_add	0 also if there are any.
 * cpuacct_get	all of them; -ENOENT. A difference may be negative for a moment.
 */
int task_events_cpuacct_set(struct task_events *te, enum te_cpuacct_state state);
int task_events_cpuacct_cpus(void);
int task_events_cpuacct_add(struct task_events *te, uint64_t id);
int task_events_cpuacct_get(struct task_events *te, uint64_t id, struct te_cpu *cpus);

/*
 * How many tasks there are: the entries of te_pids. BPF makes one at each clone
 * while the state is TE_PIDS_CLONES, the daemon the others; it deletes all of
 * them, and may do so once a count is 0 and nobody can come any more, or when the
 * state is TE_PIDS_OFF.
 *
 * pids_set	the state. With TE_PIDS_OFF nothing is refused any more either.
 * pids_enforce	begin to refuse forks beyond limits: -EOPNOTSUPP if nothing can.
 * pids_mode	how it is or would be done; pids_hook in one word.
 * pids_until_reaped	else tasks count until they exit.
 * pids_add	a new entry; -EEXIST. pids_max, pids_get: -ENOENT.
 * pids_refused	forks refused in all: if it grew, some entry's did.
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
