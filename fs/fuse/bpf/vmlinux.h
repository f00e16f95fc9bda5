/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The types of the kernel, as far as the programs use them
 *
 * Written by hand: a member is here because a program reads it. libbpf relocates each
 * access to the running kernel (CO-RE), so neither order nor offsets mean anything. The
 * constants are of the kernel's user interface, except the PF_*, TS_* and SIGNAL_* flags,
 * which have not changed since they were introduced.
 */
#ifndef _CONTAINERFSD_BPF_VMLINUX_H
#define _CONTAINERFSD_BPF_VMLINUX_H

typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef __s32 s32;
typedef __u16 u16;
typedef __u32 u32;
typedef __s64 s64;
typedef __u64 u64;
typedef int pid_t;
typedef _Bool bool;

#define true	1
#define false	0
#define NULL	((void *)0)

#define EPERM	1
#define ENOENT	2
#define ESRCH	3
#define EAGAIN	11
#define ENOMEM	12
#define EINVAL	22

#define SIGKILL	9

#define PF_EXITING		0x00000004
#define PF_IO_WORKER		0x00000010
#define PF_KTHREAD		0x00200000
#define PF_NO_SETAFFINITY	0x04000000
#define SIGNAL_GROUP_EXIT	0x00000004
#define TS_COMPAT		0x0002
#define CAP_DAC_OVERRIDE	1
#define CAP_FSETID		4
#define RLIMIT_FSIZE		1
#define CAP_SYS_ADMIN		21

#define S_IFMT			0170000
#define S_IFCHR			0020000
#define S_IFBLK			0060000
#define MAY_WRITE		0x2
#define MAY_READ		0x4

enum {
	BPF_DEVCG_ACC_MKNOD = 1,
	BPF_DEVCG_ACC_READ = 2,
	BPF_DEVCG_ACC_WRITE = 4,
	BPF_DEVCG_DEV_BLOCK = 1,
	BPF_DEVCG_DEV_CHAR = 2,
};

/* Not relocated, because it is of the kernel's user interface. */
struct bpf_cgroup_dev_ctx {
	u32 access_type;	/* access << 16 | type */
	u32 major;
	u32 minor;
};

enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_PERCPU_HASH = 5,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
};

enum {
	BPF_ANY = 0,
	BPF_NOEXIST = 1,
	BPF_F_NO_PREALLOC = 1U << 0,
	BPF_LOCAL_STORAGE_GET_F_CREATE = 1U << 0,
	BPF_RB_NO_WAKEUP = 1U << 0,
	BPF_RB_FORCE_WAKEUP = 1U << 1,
	BPF_RB_AVAIL_DATA = 0,
};

enum pid_type {
	PIDTYPE_PID,
	PIDTYPE_TGID,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	u32 val;
} kuid_t, kgid_t;

/* Its members differ between kernels. */
typedef struct {
} kernel_cap_t;

struct ns_common {
	u32 inum;
};

struct user_namespace {
	struct user_namespace *parent;
	int level;
	kuid_t owner;
};

struct pid_namespace {
	u32 level;
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	u32 level;
	struct upid numbers[1];
};

struct cred {
	kuid_t uid;
	kuid_t suid;
	kuid_t euid;
	kuid_t fsuid;
	kgid_t fsgid;
	kernel_cap_t cap_effective;
	struct user_namespace *user_ns;
};

struct nsproxy;

struct rlimit {
	unsigned long rlim_cur;
	unsigned long rlim_max;
};

typedef struct {
	int counter;
} atomic_t;

struct list_head {
	struct list_head *next;
};

typedef struct {
	unsigned int sequence;
} seqcount_t;

typedef struct {
	seqcount_t seqcount;
} seqcount_spinlock_t;

typedef struct {
	seqcount_spinlock_t seqcount;
} seqlock_t;

struct prev_cputime {
	u64 utime;
	u64 stime;
};

struct signal_struct {
	atomic_t live;
	int nr_threads;
	struct list_head thread_head;
	int group_exit_code;
	unsigned int flags;
	seqlock_t stats_lock;
	u64 utime;
	u64 stime;
	u64 cutime;
	u64 cstime;
	struct prev_cputime prev_cputime;
	unsigned long nvcsw;
	unsigned long nivcsw;
	unsigned long cnvcsw;
	unsigned long cnivcsw;
	unsigned long min_flt;
	unsigned long maj_flt;
	unsigned long cmin_flt;
	unsigned long cmaj_flt;
	unsigned long maxrss;
	unsigned long cmaxrss;
	unsigned long long sum_sched_runtime;
	struct rlimit rlim[16];
};

/* Its members differ between kernels. */
typedef struct {
} nsproxy_count_t;

struct nsproxy {
	nsproxy_count_t count;
	void *uts_ns;
	void *ipc_ns;
	void *mnt_ns;
	void *pid_ns_for_children;
	void *net_ns;
	void *time_ns_for_children;
	void *cgroup_ns;
};

struct seccomp {
	int mode;
};

struct sched_entity {
	u64 sum_exec_runtime;
};

struct thread_info {
	unsigned long flags;
	u32 status;
	u32 cpu;
};

typedef struct cpumask {
	unsigned long bits[1];
} cpumask_t;

struct task_struct {
	struct thread_info thread_info;
	u32 flags;
	struct sched_entity se;
	pid_t pid;
	pid_t tgid;
	int exit_code;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct list_head thread_node;
	cpumask_t cpus_mask;
	u64 utime;
	u64 stime;
	unsigned long nvcsw;
	unsigned long nivcsw;
	u64 start_boottime;
	unsigned long min_flt;
	unsigned long maj_flt;
	const struct cred *real_cred;
	char comm[16];
	struct signal_struct *signal;
	struct nsproxy *nsproxy;
	struct seccomp seccomp;
	struct task_struct *real_parent;
	struct sighand_struct *sighand;
};

struct inode {
	u16 i_mode;
	u32 i_rdev;
};

struct pt_regs {
#if defined(__TARGET_ARCH_x86)
	unsigned long bx;
	unsigned long di;
	unsigned long orig_ax;
#elif defined(__TARGET_ARCH_arm64)
	u64 orig_x0;
	s32 syscallno;
#endif
};

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
	u64 seq_num;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

#pragma clang attribute pop

struct linux_binprm;
struct dentry;

#endif /* _CONTAINERFSD_BPF_VMLINUX_H */
