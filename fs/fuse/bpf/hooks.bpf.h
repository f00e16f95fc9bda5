/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hooks.bpf.h - maps, globals and helpers of hooks.bpf.c
 *
 * Where a task's word lives: in the preallocated hash `words`, keyed by the task's
 * address, until the task is freed; if that is full, in task storage. It is taken
 * out in a softirq, where the map may be busy, so it may also stay: what says that
 * its task has exited, of one that has not, is nobody's.
 *
 * The hash comes first because making a word there costs a fork a third of what
 * task storage does (measured: 0.4 to 1.3 us), and cannot fail because this CPU was
 * taken from another task in the middle of a storage operation. Attach, which may
 * come after the exit program, makes words in storage only, which dies with the
 * task. A slot in storage that holds 0 counts as none. Attach and a program that
 * makes a word for a live task each look at the other's place after having made
 * their own, so they never both go on with two places.
 *
 * An entry of the hash may be reused at once: who looks at another task's word
 * without changing it looks it up twice (word_peek); who changes it expects a
 * word whose sequence, drawn at random for each task, gives the new user away.
 *
 * The kernel differences are here too: each is a constant that the daemon sets
 * after looking for the feature, or a CO-RE access.
 */
#ifndef _CONTAINERFSD_BPF_HOOKS_BPF_H
#define _CONTAINERFSD_BPF_HOOKS_BPF_H

#include "words.bpf.h"

/* Set by the daemon before loading. */
const volatile te_u32 have_preempt_disable;
const volatile te_u64 ring_half = 4 << 20;
const volatile te_u32 nr_cpu_words = 1;	/* of 64 CPUs each */
const volatile te_u32 daemon_tgid;
const volatile te_u32 fail_hash_every;	/* tests: n: each nth insertion fails */
const volatile te_u32 tp_preempted;	/* handlers of tracepoints can be preempted */
const volatile te_u32 skip_every;	/* tests: n: each nth event is not seen, of */
const volatile te_u32 skip_kinds;	/* these TE_SKIP_* */

/* Read by programs, written by the daemon, or seldom. */
te_u32 clone_enabled;
te_u32 affinity_enabled;
te_u32 half_woken;		/* woken for a half full ring, not yet consumed */
te_u32 hash_used;	/* the hash has ever had an entry */

/* Written by programs, read by the daemon. */
te_u64 lost;
te_u64 lost_done;
te_u64 lost_words;
te_u64 spilled;		/* words that did not go into the hash */
te_u64 clone_refused;
te_u64 empties;		/* TE_WATCH_EMPTIES groups that became empty */
te_u64 watches_spent;	/* TE_WATCH_ALL that have woken the daemon */
te_u64 skip_begun;	/* programs that can be skipped: see skipped.bpf.h */
te_u64 skip_ended;
te_u64 faked;		/* events not seen for skip_every */
te_u64 mended_exits;	/* seen when they were freed */
te_u64 mended_walk;	/* exits that were seen by te_mend_walk */
te_u64 next_id = 1;

/* The daemon's calls. */
struct te_call call;
struct te_walk walk;
te_u64 call_expect;
te_u32 call_cloned;	/* call.id is a fresh clone, which counts its task already */
te_u32 fail_hash_count;
te_u32 skip_count;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} ring SEC(".maps");

struct task_struct *bpf_task_from_pid(s32 pid) __ksym __weak;
void bpf_task_release(struct task_struct *p) __ksym __weak;
void bpf_preempt_disable(void) __ksym __weak;
void bpf_preempt_enable(void) __ksym __weak;

#if defined(__TARGET_ARCH_x86)
#define NR_UNSHARE		272
#define NR_UNSHARE_X32		(0x40000000 | 272)
#define NR_UNSHARE_IA32		310
#define NR_SETNS		308
#define NR_SETNS_X32		(0x40000000 | 308)
#define NR_SETNS_IA32		346
#define NR_SETAFFINITY		203
#define NR_SETAFFINITY_X32	(0x40000000 | 203)
#define NR_SETAFFINITY_IA32	241
#elif defined(__TARGET_ARCH_arm64)
#define NR_UNSHARE		97
#define NR_UNSHARE_ARM		337
#define NR_SETNS		268
#define NR_SETNS_ARM		375
#define NR_SETAFFINITY		122
#define NR_SETAFFINITY_ARM	241
#define TIF_32BIT		22
#endif

static __always_inline u64 word_peek(struct task_struct *task);

#include "births.bpf.h"
#include "cpuacct.bpf.h"
#include "kill.bpf.h"
#include "pids.bpf.h"

static __always_inline u32 task_flags(struct task_struct *task)
{
	const struct cred *cred = BPF_CORE_READ(task, real_cred);
	u32 pf = task->flags, flags = 0;
	u64 caps = 0;	/* kernel_cap_t is two u32 before 6.3: the same bits */

	if (pf & PF_KTHREAD)
		flags |= TE_TASK_KTHREAD;
	if (pf & PF_NO_SETAFFINITY)
		flags |= TE_TASK_NO_SETAFFINITY;
	if (pf & PF_EXITING)
		flags |= TE_TASK_EXITING;
	bpf_core_read(&caps, sizeof(caps), &cred->cap_effective);
	if (BPF_CORE_READ(cred, user_ns, level) == 0) {
		if (caps >> CAP_SYS_ADMIN & 1)
			flags |= TE_TASK_SYS_ADMIN;
		if (caps >> CAP_FSETID & 1)
			flags |= TE_TASK_FSETID;
	}
	return flags;
}

#include "limits.bpf.h"

static __always_inline void lost_begin(void)
{
	__sync_fetch_and_add(&lost, 1);
	full_barrier();
}

static __always_inline void lost_end(void)
{
	full_barrier();
	__sync_fetch_and_add(&lost_done, 1);
}

static __always_inline void skip_begin(void)
{
	__sync_fetch_and_add(&skip_begun, 1);
}

static __always_inline void skip_end(void)
{
	__sync_fetch_and_add(&skip_ended, 1);
}

static __always_inline void tp_begin(void)
{
	if (tp_preempted)
		skip_begin();
}

static __always_inline void tp_end(void)
{
	if (tp_preempted)
		skip_end();
}

static __always_inline u64 *hash_find(struct task_struct *task)
{
	u64 key = (u64)task;
	u64 *word = hash_used ? bpf_map_lookup_elem(&words, &key) : NULL;

	/* Of a task that was at this address before: its end was not seen. */
	if (word && *word & TE_WORD_EXITED && !(*(volatile u32 *)&task->flags & PF_EXITING))
		return NULL;
	return word;
}

static __always_inline void hash_delete(struct task_struct *task)
{
	u64 key = (u64)task;

	if (hash_used)
		bpf_map_delete_elem(&words, &key);
}

/* The task's word, or a slot that holds 0, or NULL. */
static __always_inline u64 *word_find(struct task_struct *task)
{
	u64 *word = bpf_task_storage_get(&storage, task, 0, 0);
	u64 *other;

	if (word && *word)
		return word;
	other = hash_find(task);
	return other ? other : word;
}

/* For tests: a hook for @who, which has a word, is as if it had not been called. */
static __always_inline bool fake_skip(struct task_struct *who, u32 kind)
{
	u64 *word;

	if (!skip_every || !(skip_kinds & kind))
		return false;
	word = word_find(who);
	if (!word || !*word || (__sync_fetch_and_add(&skip_count, 1) + 1) % skip_every)
		return false;
	__sync_fetch_and_add(&faked, 1);
	return true;
}

/* From now on it is in another css_group than @before. Before the word says so. */
static __always_inline void slot_moves(struct te_slot *slot, u64 before)
{
	slot->before = before;
	slot->since = bpf_ktime_get_boot_ns();
}

/* Another task's word, or 0, only to look at. */
static __always_inline u64 word_peek(struct task_struct *task)
{
	u64 *word = word_find(task);
	u64 w = word ? word_read(word) : 0;

	return w && word_find(task) == word ? w : 0;
}

static __always_inline u64 *slot_create(struct task_struct *task)
{
	u64 *word;

	if (have_preempt_disable)
		bpf_preempt_disable();
	word = bpf_task_storage_get(&storage, task, 0,
				    BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (have_preempt_disable)
		bpf_preempt_enable();
	return word;
}

static __always_inline bool fail_hash(void)
{
	return fail_hash_every && ++fail_hash_count % fail_hash_every == 0;
}

/* For a new task, or for current, of which word_find() found none. */
static __always_inline u64 *word_create(struct task_struct *task)
{
	struct te_slot zero = {};
	u64 key = (u64)task;
	u64 *word;

	if (!hash_used)
		hash_used = 1;
	if (fail_hash() || bpf_map_update_elem(&words, &key, &zero, BPF_ANY)) {
		__sync_fetch_and_add(&spilled, 1);
		word = bpf_task_storage_get(&storage, task, 0,
					    BPF_LOCAL_STORAGE_GET_F_CREATE);
		/* NULL also if attach made it at the same time. */
		return word ? word : bpf_task_storage_get(&storage, task, 0, 0);
	}
	full_barrier();
	word = bpf_task_storage_get(&storage, task, 0, 0);
	if (word) {	/* attach made it */
		hash_delete(task);
		return word;
	}
	return bpf_map_lookup_elem(&words, &key);
}

/*
 * A first sequence: the start time's low bits, so that words of different tasks
 * that had the same tid differ. Not 0, that the word be not 0.
 */
static __always_inline u64 first_seq(struct task_struct *task)
{
	u64 seq = task->start_boottime & TE_WORD_SEQ_MASK;

	return seq ? seq : 1;
}

/* Count @delta tasks; whether the group became empty and that is watched. */
static __always_inline bool count(struct te_group *g, s64 delta)
{
	s64 n = __sync_fetch_and_add(&g->tasks, delta) + delta;

	if (n || delta > 0)
		return false;
	if (g->creator)
		group_emptied(g->parent);
	if (g->watch & TE_WATCH_EMPTY)
		return true;
	return g->watch & TE_WATCH_EMPTIES &&
		(__sync_fetch_and_add(&empties, 1) % TE_EMPTIES == TE_EMPTIES - 1 ||
		 user_presses(g->user));
}

/* An attached task comes to @id, or goes. */
static __always_inline void group_count(u64 id, s64 delta)
{
	struct te_group *g = id ? bpf_map_lookup_elem(&groups, &id) : NULL;

	if (g)
		count(g, delta);
}

static __always_inline bool watched(u64 id, u32 watch)
{
	struct te_group *g = bpf_map_lookup_elem(&groups, &id);

	return g && g->watch & watch;
}

/*
 * An event concerns css_group @id: whether its watchers must be woken. @exits: the
 * task that leaves it, which has been charged, is not to come back.
 */
static __always_inline bool group_touch(u64 id, s64 delta, bool exits)
{
	struct te_group *g = bpf_map_lookup_elem(&groups, &id);
	bool wake = false;

	if (!g)
		return false;
	if (id && exits)
		__sync_fetch_and_add(&g->dying, 1);
	if (id && delta)
		wake = count(g, delta);
	if (g->watch & TE_WATCH_ALL) {
		__sync_fetch_and_and(&g->watch, ~TE_WATCH_ALL);
		__sync_fetch_and_add(&watches_spent, 1);
		wake = true;
	}
	return wake;
}

static __always_inline u64 wake_flags(bool wake)
{
	if (!half_woken &&
	    bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) >= ring_half) {
		half_woken = 1;
		wake = true;
	}
	return wake ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

/* A clone of a task of @id, which has an entry, came to nothing. */
static __noinline void clone_refuse(u64 id)
{
	struct te_group *g = bpf_map_lookup_elem(&groups, &id);
	struct te_refused *rec;

	if (!g)
		return;
	__sync_fetch_and_add(&g->refused, 1);
	full_barrier();
	if (__sync_val_compare_and_swap(&g->refused_told, 0, 1))
		return;
	rec = bpf_ringbuf_reserve(&ring, sizeof(*rec), 0);
	if (!rec) {	/* the rebuild looks at all of them */
		lost_begin();
		lost_end();
		return;
	}
	rec->type = TE_REFUSED;
	rec->pad = 0;
	rec->id = id;
	/* Who waits for what ns.events counts waits for this, too. */
	bpf_ringbuf_submit(rec, wake_flags(group_touch(id, 0, false) ||
					   watched(id, TE_WATCH_CLONE)));
}

/* Whether a task of @parent that makes itself @flags is cloned, and then whose it is. */
static __always_inline bool clone_asked(u64 parent, struct task_struct *task, u32 flags,
					struct owner *o)
{
	struct te_group *from = group_from(&parent);

	if (!from || !(from->clone_mask & flags))
		return false;
	owner_find(o, task);
	if (group_has_room(from) && user_has_room(o))
		return true;
	clone_refuse(parent);
	return false;
}

/*
 * Make a css_group below @parent for @flags, to hold @task; 0 if its parent does
 * not clone on these flags, or there is no room.
 */
static __always_inline u64 group_clone(u64 parent, struct task_struct *creator,
				       struct task_struct *task, u32 flags,
				       const struct owner *o)
{
	struct te_group g = {};
	struct te_group *from;
	u64 id, above = parent;

	from = group_from(&above);
	if (!from || !(from->clone_mask & flags))
		return 0;
	if (!group_has_room(from) || !user_charge(o)) {
		clone_refuse(above);
		return 0;
	}
	g.parent = parent;
	g.tasks = 1;
	g.creator = (u64)creator;
	g.pid = task->tgid;
	g.flags = flags;
	g.watch = (*(volatile u32 *)&from->watch & ~TE_WATCH_KNOWN) | TE_WATCH_EMPTIES;
	g.clone_mask = from->clone_mask;
	g.rules = from->rules;
	g.levels = from->levels == TE_LEVELS_ANY ? TE_LEVELS_ANY : from->levels - 1;
	g.user = o->user;
	g.unlimited = o->unlimited;
	g.emptied = 1;
	if (flags & ~TE_CLONE_NEWUSER)
		g.nsproxy = (u64)BPF_CORE_READ(task, nsproxy);
	bpf_core_read(&g.comm, sizeof(g.comm), &task->comm);
	id = __sync_fetch_and_add(&next_id, 1);
	if (!cpuacct_clone(parent, id) || !pids_clone(&g, from, id) ||
	    bpf_map_update_elem(&groups, &id, &g, BPF_NOEXIST)) {
		cpuacct_unclone(id);
		pids_unclone(id);
		user_uncharge(o->user);
		clone_refuse(above);
		__sync_fetch_and_add(&clone_refused, 1);
		return 0;
	}
	return id;
}

/* Nobody will be in it. */
static __always_inline void group_unclone(u64 id, const struct owner *o)
{
	bpf_map_delete_elem(&groups, &id);
	cpuacct_unclone(id);
	pids_unclone(id);
	user_uncharge(o->user);
}

/* Whether the system call now returning is @name, of any ABI; its first argument. */
#if defined(__TARGET_ARCH_x86)
#define is_call(name, regs, arg)					\
	is_call_of(NR_ ## name, NR_ ## name ## _X32, NR_ ## name ## _IA32, regs, arg)

static __always_inline bool is_call_of(u32 native, u32 x32, u32 ia32, struct pt_regs *regs,
				       u64 *arg)
{
	u32 nr = regs->orig_ax;
	bool compat;

	if (nr != native && nr != ia32 && nr != x32)
		return false;
	compat = bpf_get_current_task_btf()->thread_info.status & TS_COMPAT;
	*arg = compat ? (u32)regs->bx : regs->di;
	return compat ? nr == ia32 : nr != ia32;
}
#elif defined(__TARGET_ARCH_arm64)
#define is_call(name, regs, arg)	is_call_of(NR_ ## name, NR_ ## name ## _ARM, regs, arg)

static __always_inline bool is_call_of(u32 native, u32 arm, struct pt_regs *regs, u64 *arg)
{
	u32 nr = regs->syscallno;
	bool compat;

	if (nr != native && nr != arm)
		return false;
	compat = bpf_get_current_task_btf()->thread_info.flags >> TIF_32BIT & 1;
	*arg = regs->orig_x0;
	return nr == (compat ? arm : native);
}
#else
#error "which registers hold a system call here?"
#endif

/* numbers[@level] of @pid. */
static __always_inline void upid_read(struct upid *to, struct pid *pid, u32 level)
{
	void *at = (void *)&pid->numbers[0] +
		   level * bpf_core_type_size(struct upid);

	to->nr = 0;
	to->ns = NULL;
	bpf_core_read(&to->nr, sizeof(to->nr), &((struct upid *)at)->nr);
	bpf_core_read(&to->ns, sizeof(to->ns), &((struct upid *)at)->ns);
}

/* The number of @pid's task in its own namespace, which is @level deep. */
static __always_inline u32 own_nr(struct pid *pid, u32 level)
{
	void *at = (void *)&pid->numbers[0] + level * bpf_core_type_size(struct upid);
	u32 nr = 0;

	bpf_core_read(&nr, sizeof(nr), &((struct upid *)at)->nr);
	return nr;
}

/* The task's number in the pid namespace (@inum, @level), 0 if not seen there. */
static __always_inline u32 nr_in(struct task_struct *task, u32 inum, u32 level)
{
	struct pid *pid;
	struct upid upid;

	if (!level)
		return BPF_CORE_READ(task, pid);
	pid = BPF_CORE_READ(task, thread_pid);
	if (!pid || BPF_CORE_READ(pid, level) < level)
		return 0;
	upid_read(&upid, pid, level);
	return BPF_CORE_READ(upid.ns, ns.inum) == inum ? upid.nr : 0;
}

#define CPU_WORDS_MAX	128

static __always_inline u64 cpus_word(struct task_struct *task, u32 i)
{
	u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word),
			      (void *)__builtin_preserve_access_index(&task->cpus_mask) + i * 8);
	return word;
}

/*
 * Has the affinity of @creator been changed since @child copied it? Nobody else
 * would look at the child.
 */
static __always_inline bool cpus_differ(struct task_struct *creator, struct task_struct *child)
{
	u32 i;

	if (!affinity_enabled)
		return false;
	for (i = 0; i < CPU_WORDS_MAX && i < nr_cpu_words; i++)
		if (cpus_word(creator, i) != cpus_word(child, i))
			return true;
	return false;
}

static __always_inline void facts_fill(struct te_facts *f, struct task_struct *task)
{
	const struct cred *cred = BPF_CORE_READ(task, real_cred);
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	struct upid upid;

	f->task = (u64)task;
	f->word = word_peek(task);
	f->start_time = task->start_boottime;
	f->tid = task->pid;
	f->tgid = task->tgid;
	f->nr_threads = BPF_CORE_READ(task, signal, nr_threads);
	f->fsize = BPF_CORE_READ(task, signal, rlim[RLIMIT_FSIZE].rlim_cur);
	f->flags = task_flags(task);
	f->uid = BPF_CORE_READ(cred, uid.val);
	f->euid = BPF_CORE_READ(cred, euid.val);
	f->suid = BPF_CORE_READ(cred, suid.val);
	f->fsuid = BPF_CORE_READ(cred, fsuid.val);
	f->fsgid = BPF_CORE_READ(cred, fsgid.val);
	f->pidns_level = BPF_CORE_READ(pid, level);
	upid_read(&upid, pid, f->pidns_level);
	f->pidns_inum = BPF_CORE_READ(upid.ns, ns.inum);
	f->ns_tid = upid.nr;
	f->ns_tgid = nr_in(BPF_CORE_READ(task, group_leader), f->pidns_inum,
			   f->pidns_level);
	bpf_core_read(&f->comm, sizeof(f->comm), &task->comm);
}

#endif /* _CONTAINERFSD_BPF_HOOKS_BPF_H */
