/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the BPF programs and the daemon say to each other
 *
 * Both sides include this; it includes nothing and uses plain C types only.
 *
 * The task word. Each tracked task owns one 64-bit word in the kernel, which changes by
 * compare-and-swap only:
 *
 *	63            21 20           2   1   0
 *	| css_group id  | sequence     | K | E |
 *
 * id 0 is the init css_group (the top container of every hierarchy). A task without a
 * word is in id 0 and untracked; the word 0 means the same. The sequence begins with a
 * value taken from the start time of the task, so that the word of an earlier task at the
 * same address is not mistaken for this task's. It goes up by one, modulo 2^19, with each
 * change. K, "killed", stays once it is set; kill.bpf.h says what it means. E, "exited",
 * is the last change.
 *
 * Records are small structs in one ring buffer, in the order in which their places were
 * reserved; a place is reserved before the change that its record reports.
 */
#ifndef _CONTAINERFSD_BPF_ABI_H
#define _CONTAINERFSD_BPF_ABI_H

typedef unsigned int te_u32;
typedef unsigned long long te_u64;
typedef long long te_s64;

#define TE_COMM_LEN		16

/* How much the ring and the maps hold, and what happens when one of them is full. */
#define TE_RING_BYTES		(8 << 20) /* events are lost: the daemon rebuilds */
#define TE_WORDS_MAX		32768	/* words go to task storage, which costs more */
#define TE_GROUPS_MAX		262144	/* a clone is refused, a move fails */
#define TE_SUMS_MAX		262144	/* a clone is refused */
#define TE_PIDS_MAX		262144	/* a clone is refused, a container gets no pids.max */
#define TE_USERS_MAX		262144	/* a clone is refused */
#define TE_CPU_WORDS_MAX	128	/* of 64 CPUs each: no kernel has more */
#define TE_RULE_SETS_MAX	16384	/* a write to devices.allow or devices.deny fails */
#define TE_INITS_MAX		65536	/* a process cannot be watched */

#define TE_WORD_EXITED		1ULL
#define TE_WORD_KILLED		2ULL
#define TE_WORD_SEQ_SHIFT	2
#define TE_WORD_SEQ_BITS	19
#define TE_WORD_SEQ_MASK	((1ULL << TE_WORD_SEQ_BITS) - 1)
#define TE_WORD_ID_SHIFT	21
#define TE_ID_MAX		((1ULL << 43) - 1)

#define TE_WORD(id, seq)						\
	((te_u64)(id) << TE_WORD_ID_SHIFT |				\
	 ((te_u64)(seq) & TE_WORD_SEQ_MASK) << TE_WORD_SEQ_SHIFT)

static inline te_u64 te_word_id(te_u64 word)
{
	return word >> TE_WORD_ID_SHIFT;
}

static inline te_u32 te_word_seq(te_u64 word)
{
	return (te_u32)(word >> TE_WORD_SEQ_SHIFT & TE_WORD_SEQ_MASK);
}

/*
 * The word that moves @word's task to @id. Never 0: a task that went back to id 0
 * keeps its word, so that its exit is reported.
 */
static inline te_u64 te_word_next(te_u64 word, te_u64 id)
{
	te_u64 next = TE_WORD(id, te_word_seq(word) + 1);

	return (next ? next : TE_WORD(id, 1)) | (word & TE_WORD_KILLED);
}

/*
 * Is @a a later word than @b of the same task? By the signed difference of the sequences,
 * because they may wrap.
 */
static inline int te_word_newer(te_u64 a, te_u64 b)
{
	te_u32 d = (te_word_seq(a) - te_word_seq(b)) & (te_u32)TE_WORD_SEQ_MASK;

	return d != 0 && d < 1U << (TE_WORD_SEQ_BITS - 1);
}

/*
 * Can @a and @b be words of one task, few changes apart? The words of another task at the
 * same address began with another sequence.
 */
#define TE_WORD_NEAR	64

static inline int te_word_near(te_u64 a, te_u64 b)
{
	te_u32 d = (te_word_seq(a) - te_word_seq(b)) & (te_u32)TE_WORD_SEQ_MASK;

	return a && b && (d < TE_WORD_NEAR || d > TE_WORD_SEQ_MASK - TE_WORD_NEAR);
}

/* The CLONE_NEW* flags, as clone3(2) and unshare(2) take them. */
#define TE_CLONE_NEWTIME	0x00000080U
#define TE_CLONE_NEWNS		0x00020000U
#define TE_CLONE_NEWCGROUP	0x02000000U
#define TE_CLONE_NEWUTS		0x04000000U
#define TE_CLONE_NEWIPC		0x08000000U
#define TE_CLONE_NEWUSER	0x10000000U
#define TE_CLONE_NEWPID		0x20000000U
#define TE_CLONE_NEWNET		0x40000000U
#define TE_CLONE_ALL		(TE_CLONE_NEWTIME | TE_CLONE_NEWNS | TE_CLONE_NEWCGROUP | \
				 TE_CLONE_NEWUTS | TE_CLONE_NEWIPC | TE_CLONE_NEWUSER | \
				 TE_CLONE_NEWPID | TE_CLONE_NEWNET)
/* A flag of unshare(2) alone; to clone(2) it means something else. */
#define TE_UNSHARE_EMPTY_MNTNS	0x00100000U

/* The namespaces that a task can make itself. */
enum te_ns {
	TE_NS_USER,
	TE_NS_UTS,
	TE_NS_IPC,
	TE_NS_NS,		/* of mounts: its flag has this name */
	TE_NS_PID,		/* the one for children; likewise of time */
	TE_NS_NET,
	TE_NS_TIME,
	TE_NS_CGROUP,
	TE_NS_NR
};

enum te_type {
	TE_FORK = 1,
	TE_CLONE,
	TE_EXIT,
	TE_EXEC,
	TE_AFFINITY,
	TE_REFUSED,
	TE_ENDED,
};

/*
 * CPU time so far, in nanoseconds, as task_struct has it: the time since the task last got
 * the CPU, or since the last tick, is not in it.
 */
struct te_cpu {
	te_u64 utime;
	te_u64 stime;
	te_u64 runtime;		/* se.sum_exec_runtime */
};

/*
 * In each record, `task` says which task the record is about. It is the address of the
 * task_struct, which no other task has until the task is freed; its exit is reported
 * before. The numbers are those that the task had at that moment.
 *
 * TE_FORK: a task was born in its creator's css_group, which is not 0.
 */
struct te_fork {
	te_u32 type;		/* TE_FORK */
	te_u32 tid;
	te_u32 tgid;
	te_u32 creator;		/* tid of the thread that called fork */
	te_u64 word;
	te_u64 task;
};

/*
 * `task` has new namespaces, which it made itself (unshare: task == creator_task) or which
 * its creator made for it (clone). It is alone in the fresh css_group te_word_id(word).
 */
struct te_clone {
	te_u32 type;		/* TE_CLONE */
	te_u32 tid;
	te_u32 tgid;
	te_u32 creator;
	te_u64 word;
	te_u64 task;
	te_u64 parent;		/* id of the css_group that was cloned from */
	te_u64 creator_task;
	te_u32 creator_tgid;
	te_u32 flags;		/* TE_CLONE_NEW*: those asked for */
	te_u32 user;		/* charged for it */
	te_u32 unlimited;	/* the user has no limit */
	char comm[TE_COMM_LEN];	/* of tid */
};

/* Clones of tasks of css_group @id were refused: te_group.refused says how many. */
struct te_refused {
	te_u32 type;		/* TE_REFUSED */
	te_u32 pad;
	te_u64 id;
};

/* A task with a word is exiting. Neither its tid nor its address is free for reuse yet. */
struct te_exit {
	te_u32 type;		/* TE_EXIT */
	te_u32 tid;
	te_u32 tgid;
	te_u32 pad;
	te_u64 word;		/* its last, with TE_WORD_EXITED */
	te_u64 task;
};

/*
 * execve(2) by a thread that was not the leader has succeeded. The thread has had the
 * leader's tid for long, and its old tid may be another task's by now.
 */
struct te_exec {
	te_u32 type;		/* TE_EXEC */
	te_u32 old_tid;
	te_u32 tid;		/* == its tgid */
	te_u32 pad;
	te_u64 word;
	te_u64 task;
};

/* The affinity of a task was set; the task may be in a group with TE_WATCH_CPUS. */
struct te_affinity {
	te_u32 type;		/* TE_AFFINITY */
	te_u32 tid;		/* 0: the caller named it by a number of another pid namespace */
};

/*
 * A process that is watched has ended: te_init.end says how. The exits of its threads are
 * reported after this, or have been lost with it.
 */
struct te_ended {
	te_u32 type;		/* TE_ENDED */
	te_u32 tgid;
};

/*
 * How a process has ended, and what its threads have used, with those that were released
 * before: what wait4(2) makes its answer of. Times are in nanoseconds.
 */
struct te_end {
	te_u32 status;		/* as of wait(2) */
	te_u32 pad;
	te_u64 utime;		/* by ticks */
	te_u64 stime;
	te_u64 runtime;		/* measured: utime and stime together are scaled to it */
	te_u64 told_utime;	/* scaled, as the kernel has told somebody: they do not go back */
	te_u64 told_stime;
	te_u64 waited_utime;	/* of the children that the process has waited for, scaled */
	te_u64 waited_stime;
	te_u64 maxrss;		/* pages: the largest of the process and those children */
	te_u64 minflt;		/* this and the rest: with those children's */
	te_u64 majflt;
	te_u64 nvcsw;
	te_u64 nivcsw;
};

/* A process that is watched: a value of the map `inits`, by its tgid. */
struct te_init {
	te_u64 start;		/* start_boottime of the process: another one may have the tgid */
	te_u64 state;		/* enum te_init_state */
	struct te_end end;	/* valid with TE_INIT_ENDED */
};

enum te_init_state {
	TE_INIT_RUNS,
	TE_INIT_ENDS,		/* one program fills in the end */
	TE_INIT_ENDED,
};

/* The word of a task, and what the programs note of the task beside it. */
struct te_slot {
	te_u64 word;
	te_u64 exited;		/* id of the css_group that it exited in; 0: it has not */
	struct te_cpu cpu;	/* charged to css_groups so far, while there is accounting */
	te_u64 charged;		/* key of the te_pids; 0: none; TE_PIDS_GONE: none any more;
				   TE_PIDS_CLAIMED: a program is about to charge it */
	te_u64 forking;		/* the key that is charged for the child that it makes */
	te_u64 fork_child;	/* address of that child */
	te_u64 namespaces;	/* a number for those it had: see namespaces.bpf.h */
	te_u64 since;		/* CLOCK_BOOTTIME of its last move; 0: in place since its birth */
	te_u64 before;		/* id of the css_group that it was in until then */
	te_u64 stays;		/* the next clone that it makes will be none: no limit counts */
};

/*
 * The count of tasks in a container of the hierarchy of pids, and below it: a value of the
 * map `pids`. The key is the id of the container or, if a program has cloned it,
 * TE_PIDS_CLONE and the id of its css_group. The key 0 means the top container, which has
 * no entry. te_group.pids is the key for the tasks of a css_group.
 *
 * Each task is charged to at most one entry, and to all entries above it. The slot of the
 * task says to which, so that no program charges, or takes back, a second time.
 */
struct te_pids {
	te_u64 parent;		/* key of the entry above */
	te_s64 count;
	te_s64 max;		/* TE_PIDS_UNLIMITED: none */
	te_s64 peak;
	te_u64 refused;		/* forks of tasks that are charged to this very entry */
	te_u32 level;		/* 1 below the top */
	te_u32 pad;
};
#define TE_PIDS_UNLIMITED	((te_s64)1 << 62)
#define TE_PIDS_CLONE		(1ULL << 63)
#define TE_PIDS_GONE		(~0ULL)
#define TE_PIDS_CLAIMED		(~0ULL - 1)

/*
 * The process that the daemon is moving, and where its threads are born: those whose
 * creator is in `from` are born in `to` (births.bpf.h). Written by the daemon.
 */
#define TE_BIRTHS_MAX	16

struct te_births {
	te_u32 tgid;		/* 0: none */
	te_u32 nr;
	te_u64 move;		/* goes up when the move ends */
	struct {
		te_u64 from;
		te_u64 to;
	} group[TE_BIRTHS_MAX];
};

/* Whether CPU time is charged to css_groups. */
enum te_cpuacct_state {
	TE_ACCOUNT_OFF,
	TE_ACCOUNT_ON,		/* that of a clone is, if its parent's is */
	TE_ACCOUNT_CLONES,	/* that of each clone is */
};

/* Whether tasks are counted. */
enum te_pids_state {
	TE_PIDS_OFF,
	TE_PIDS_ON,
	TE_PIDS_CLONES,		/* clones get an entry of their own, too */
};

/* What happens to a fork beyond a limit. */
enum te_pids_mode {
	TE_PIDS_ACCOUNT,	/* nothing: this kernel has no way */
	TE_PIDS_REFUSE,		/* it fails: lsm/task_alloc */
	TE_PIDS_KILL,		/* the child is killed before its first instruction */
};

/* A css_group, as the BPF programs know it: a value of the map `groups`. */
#define TE_WATCH_EMPTY	1U	/* wake the daemon when its last task leaves */
#define TE_WATCH_ALL	2U	/* wake it at the next event, once */
#define TE_WATCH_CPUS	4U	/* wake it when the affinity of a task may be wrong */
#define TE_WATCH_CLONE	8U	/* wake it at a clone */
#define TE_WATCH_KILL	16U	/* container.kill kills its tasks: kill.bpf.h */
#define TE_WATCH_KNOWN	32U	/* the daemon has heard of it; set and hidden by groups.c */
#define TE_WATCH_EMPTIES 64U	/* wake it when TE_EMPTIES of these groups have become empty */

#define TE_EMPTIES	64	/* so many are kept beyond keep_empty until a request comes */

#define TE_LEVELS_UNLIMITED	(~0U)

struct te_group {
	te_u64 parent;		/* id */
	te_s64 tasks;		/* a hint, for TE_WATCH_EMPTY; not kept for id 0 */
	te_u64 creator;		/* address of the task that cloned it, 0: made by the daemon */
	te_u32 pid;		/* tgid of the task in it at the clone */
	te_u32 flags;		/* TE_CLONE_NEW* that made it */
	te_u32 watch;		/* TE_WATCH_*, inherited at clone */
	te_u32 clone_mask;	/* TE_CLONE_NEW* that clone, inherited at clone */
	te_s64 dying;		/* tasks that exited in it and may still run */
	te_u64 rules;		/* id of its set of device rules, inherited at clone; 0: none */
	te_u64 pids;		/* key of the te_pids that counts its tasks, or 0 */
	te_u32 levels;		/* of clones that there may be below; TE_LEVELS_UNLIMITED */
	te_u32 user;		/* charged for it, if it is a clone */
	te_u32 unlimited;	/* the user may cause any number */
	te_u32 refused_told;	/* a refusal was reported, and the daemon has not looked yet */
	te_u64 refused;		/* clones refused since the daemon has looked */
	te_u64 emptied;		/* 1, and the clones of it that became empty so far */
	te_u64 full;		/* nothing is cloned while `emptied` has this value; 0: unlimited */
	te_u64 nsproxy;		/* of the task in it at the clone, if the clone made the nsproxy */
	char comm[TE_COMM_LEN];	/* of the task in it at the clone */
};

/*
 * A set of device rules: a value of the map `rules`. An entry never changes. Types and
 * accesses are BPF_DEVCG_DEV_* and BPF_DEVCG_ACC_*.
 */
#define TE_RULES_MAX	256
#define TE_DEVICE_ANY	(~0U)

struct te_rule {
	te_u32 major;		/* or TE_DEVICE_ANY */
	te_u32 minor;
	unsigned short type;
	unsigned short access;
};

struct te_rules {
	te_u32 deny;		/* what no rule covers wholly; 0: what a rule covers in part */
	te_u32 nr;
	struct te_rule rule[TE_RULES_MAX];
};

/* te_task.flags */
#define TE_TASK_KTHREAD		1U	/* PF_KTHREAD */
#define TE_TASK_NO_SETAFFINITY	2U	/* PF_NO_SETAFFINITY */
#define TE_TASK_EXITING		4U	/* PF_EXITING */
#define TE_TASK_SYS_ADMIN	8U	/* CAP_SYS_ADMIN in the initial user ns */
#define TE_TASK_FSETID		16U	/* CAP_FSETID there */
#define TE_TASK_DAC_OVERRIDE	32U	/* CAP_DAC_OVERRIDE there */

/* One task, as task_events_query() finds it. */
struct te_facts {
	te_u64 task;		/* its address */
	te_u64 word;		/* 0: none */
	te_u64 start_time;	/* ns of CLOCK_BOOTTIME */
	te_u32 tid;
	te_u32 tgid;
	te_u32 nr_threads;
	te_u32 flags;		/* TE_TASK_* */
	te_u32 uid;		/* ids are those of the initial user ns */
	te_u32 euid;
	te_u32 suid;
	te_u32 fsuid;
	te_u32 fsgid;
	te_u32 pidns_inum;	/* its active pid ns: inode number, level (0 init) */
	te_u32 pidns_level;
	te_u32 ns_tid;		/* its tid and tgid there */
	te_u32 ns_tgid;
	te_u32 pad;
	te_u64 fsize;		/* its RLIMIT_FSIZE, ~0: none */
	char comm[TE_COMM_LEN];
};

/* One task of task_events_for_each(), and of a rebuild. */
struct te_task {
	te_u64 task;		/* its address */
	te_u64 word;		/* 0: none */
	te_u64 start_time;	/* ns of CLOCK_BOOTTIME */
	struct te_cpu cpu;	/* used since it was charged, if there is accounting */
	te_u32 tid;
	te_u32 tgid;
	te_u32 vtid;		/* in the pid ns asked for; 0: not visible there */
	te_u32 vtgid;
	te_u32 flags;		/* TE_TASK_* */
	te_u32 on_cpu;		/* the CPU where it used that */
	char comm[TE_COMM_LEN];
};

/* One task of the walk that mends what was missed (mend.c): what tells where it belongs. */
struct te_stray {
	te_u64 task;
	te_u64 word;		/* 0: none */
	te_u64 start_time;	/* ns of CLOCK_BOOTTIME */
	te_u64 since;		/* this and the next of te_slot, if it has a word */
	te_u64 before;
	te_u64 noted;		/* its namespaces: as noted, and as they are now */
	te_u64 namespaces;
	te_u64 parent;		/* address of its real parent */
	te_u64 nsproxy;
	te_u64 ns[TE_NS_NR];	/* enum te_ns */
	te_u32 tid;
	te_u32 tgid;
	te_u32 exiting;
	te_u32 unsharing;	/* it may be inside unshare(2) */
};

/* The hooks that tests skip. */
#define TE_SKIP_BIRTH	1U
#define TE_SKIP_UNSHARE	2U
#define TE_SKIP_EXIT	4U
#define TE_SKIP_EXEC	8U

/*
 * Private to this folder: the arguments and results of the programs that the daemon runs.
 * One global suffices, because there is one caller.
 */
enum te_op {
	TE_OP_ATTACH = 1,
	TE_OP_QUERY,
	TE_OP_MEND,
	TE_OP_STAYS,
	TE_OP_GROUP_SET,
	TE_OP_GROUP_WATCH,
	TE_OP_GROUP_RULES,
	TE_OP_PIDS_MAX,
	TE_OP_GROUP_FULL,
	TE_OP_GROUP_REFUSED,
	TE_OP_USER,
};

struct te_call {
	te_u32 op;
	te_u32 tid;
	te_u64 task;		/* only if it has the tid; 0: any task that has it */
	te_s64 ret;		/* negative errno */
	te_u64 word;		/* attach, mend: expected; out: the word */
	te_u64 id;
	te_u64 parent;
	te_u64 rules;
	te_u32 set;		/* watch bits; mend: TE_WORD_KILLED or 0; stays */
	te_u32 clear;
	te_u32 clone_mask;	/* mend: TE_CLONE_NEW* to clone for, 0: none */
	te_u32 levels;
	te_s64 max;
	te_u64 full;
	te_u64 namespaces;	/* mend: only while it has these, and its note does not; 0: any */
	te_u64 creator;		/* mend: address of the task that made it, if it is cloned */
	te_u64 refused;		/* out */
	struct te_facts facts;
};

struct te_walk {
	te_u32 ns_inum;
	te_u32 ns_level;
	te_u32 tgid;		/* only threads of this process; 0: all */
	te_u32 words_only;	/* a rebuild: live tasks with a word */
	te_u32 dying_too;	/* tasks that have exited, with their word, too */
	te_u32 kill;		/* mark tasks in groups that are being killed, and show these */
	te_u32 pad;
};

#endif /* _CONTAINERFSD_BPF_ABI_H */
