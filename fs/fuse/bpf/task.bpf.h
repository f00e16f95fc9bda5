/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flags, credentials and numbers of a task
 *
 * CO-RE accesses bridge the differences between kernels.
 */
#ifndef _CONTAINERFSD_BPF_TASK_BPF_H
#define _CONTAINERFSD_BPF_TASK_BPF_H

#include "base.bpf.h"
#include "words.bpf.h"

const volatile te_u32 daemon_tgid;	/* set by the daemon before loading */

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
		if (caps >> CAP_DAC_OVERRIDE & 1)
			flags |= TE_TASK_DAC_OVERRIDE;
	}
	return flags;
}

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

/* The number of the task of @pid in its own pid namespace, which is @level deep. */
static __always_inline u32 own_nr(struct pid *pid, u32 level)
{
	void *at = (void *)&pid->numbers[0] + level * bpf_core_type_size(struct upid);
	u32 nr = 0;

	bpf_core_read(&nr, sizeof(nr), &((struct upid *)at)->nr);
	return nr;
}

/* The number of @task in the pid namespace (@inum, @level); 0 if it is not visible there. */
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

#endif /* _CONTAINERFSD_BPF_TASK_BPF_H */
