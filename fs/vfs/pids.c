// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts of tasks: probes in fork, and where tasks are reaped.
 *
 * The creator calls security_task_alloc() once in each fork, before any other task can see
 * the child. The probe at its entry asks the engine. If the engine refuses the fork,
 * fork_refused() returns in place of the function, and fork(2) undoes what it has done, as
 * for any LSM. If a fork fails later, the creator calls security_task_free() for the child;
 * other tasks make the many other calls of that function. No probe sees a fork fail for
 * which an LSM had no memory: the next fork or the exit of the creator takes back its count.
 * If a fork succeeds, task_newtask (hooks.c) sees it.
 *
 * cgroup_task_release(), which was cgroup_release() before Linux 6.19, is called for each
 * task that is reaped, before its waiter goes on; also for a leader that its last thread
 * reaps.
 *
 * The probes are registered from the beginning, and cost nothing until they are enabled:
 * those in fork with the first limit, the other while there is a hierarchy with pids. A work
 * enables them, because the engine asks for it under its lock; a mount waits for the work,
 * as the engine calls pids_host.settle() before anybody sees the mount.
 */
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "pids_host.h"
#include "vfs.h"

enum { FORK, FORK_FAILED, REAP, NR_PROBES };

static DEFINE_MUTEX(pids_mutex);	/* protects what is enabled; outside of container_lock */
static bool pids_on;			/* a hierarchy has pids; written under container_lock */
static bool limits_on;			/* the hierarchy has or had limits */
static bool enabled[NR_PROBES];
static bool available;			/* all probes are registered */

/* A refused fork runs this instead of security_task_alloc(). */
static noinline int fork_refused(struct task_struct *task, unsigned long clone_flags)
{
	return -EAGAIN;
}

static int on_fork(struct kprobe *kp, struct pt_regs *regs)
{
	unsigned long child = regs_get_kernel_argument(regs, 0);

	if (!container_task_tracked((unsigned long)current) ||
	    !container_fork_begins((unsigned long)current, child))
		return 0;
	instruction_pointer_set(regs, (unsigned long)fork_refused);
	return 1;
}

/* With a post_handler kprobes keep the breakpoint, so that the pre_handler may change the ip. */
static void after_fork(struct kprobe *kp, struct pt_regs *regs, unsigned long flags)
{
}

static int on_fork_failed(struct kprobe *kp, struct pt_regs *regs)
{
	/* In an interrupt the engine's lock may be held, and the call is no fork of current's. */
	if (in_task())
		container_fork_failed((unsigned long)current, regs_get_kernel_argument(regs, 0));
	return 0;
}

static int on_reap(struct kprobe *kp, struct pt_regs *regs)
{
	container_task_reaped(regs_get_kernel_argument(regs, 0));
	return 0;
}

static struct kprobe probes[NR_PROBES] = {
	[FORK] = {
		.pre_handler	= on_fork,
		.post_handler	= after_fork,
	},
	[FORK_FAILED] = {
		.pre_handler	= on_fork_failed,
	},
	[REAP] = {
		.pre_handler	= on_reap,
	},
};

static const char *const names[NR_PROBES][2] = {
	[FORK]		= { "security_task_alloc" },
	[FORK_FAILED]	= { "security_task_free" },
	[REAP]		= { "cgroup_task_release", "cgroup_release" },
};

/* Under pids_mutex. */
static int probe_set(int i, bool on)
{
	int ret;

	if (on == enabled[i])
		return 0;
	ret = on ? enable_kprobe(&probes[i]) : disable_kprobe(&probes[i]);
	if (ret)
		pr_err("containerfs: probe on %s: %d\n", probes[i].symbol_name, ret);
	else
		WRITE_ONCE(enabled[i], on);
	return ret;
}

/* First the probe on the end of a fork, so that each fork that is begun is seen to end. */
static int probes_set(void)
{
	bool on = READ_ONCE(pids_on);
	int ret;

	if (!available)
		return -EOPNOTSUPP;
	limits_on &= on;
	ret = probe_set(REAP, on);
	if (!ret && limits_on)
		ret = probe_set(FORK_FAILED, true);
	if (!ret)
		ret = probe_set(FORK, limits_on);
	if (!ret && !limits_on)
		ret = probe_set(FORK_FAILED, false);
	return ret ? -EOPNOTSUPP : 0;
}

static void pids_work_fn(struct work_struct *work)
{
	mutex_lock(&pids_mutex);
	probes_set();
	mutex_unlock(&pids_mutex);
}
static DECLARE_WORK(pids_work, pids_work_fn);

void containerfs_pids_settle(void)
{
	flush_work(&pids_work);
}

static void pids_set(_Bool on)
{
	WRITE_ONCE(pids_on, on);
	schedule_work(&pids_work);
}

static int limits_start(void)
{
	int ret;

	mutex_lock(&pids_mutex);
	limits_on = true;
	ret = probes_set();
	mutex_unlock(&pids_mutex);
	return ret;
}

static _Bool sees_reaping(void)
{
	return READ_ONCE(enabled[REAP]);
}

static const char *pids_describe(void)
{
	return available ?
		"enforced: a fork beyond a limit fails; tasks count until they are reaped" :
		"accounted: tasks count until they exit; this kernel lacks a function to probe";
}

/* The hooks ask the engine, which counts. */
const struct pids_host_ops pids_host = {
	.describe	= pids_describe,
	.start		= limits_start,
	.set		= pids_set,
	.settle		= containerfs_pids_settle,
	.sees_reaping	= sees_reaping,
};

/*
 * Register probe @i on the first of its names that this kernel has. Only where ftrace calls
 * it, because the handler of a breakpoint counts as an NMI, which must not take locks.
 */
static int __init probe_register(int i)
{
	struct kprobe *probe = &probes[i];
	int n, ret = -ENOENT;

	for (n = 0; n < ARRAY_SIZE(names[i]) && names[i][n] && ret == -ENOENT; n++) {
		probe->symbol_name = names[i][n];
		probe->flags = KPROBE_FLAG_DISABLED;
		ret = register_kprobe(probe);
	}
	if (ret || probe->flags & KPROBE_FLAG_FTRACE)
		return ret;
	unregister_kprobe(probe);
	return -EOPNOTSUPP;
}

void __init containerfs_pids_init(void)
{
	int i, ret;

	for (i = 0; i < NR_PROBES; i++) {
		ret = probe_register(i);
		if (ret) {
			pr_warn("containerfs: no limits on tasks: no probe on %s: %d\n",
				probes[i].symbol_name, ret);
			while (i--)
				unregister_kprobe(&probes[i]);
			return;
		}
	}
	available = true;
}

void containerfs_pids_exit(void)
{
	int i;

	if (!available)
		return;
	mutex_lock(&pids_mutex);
	available = false;
	mutex_unlock(&pids_mutex);
	for (i = 0; i < NR_PROBES; i++)
		unregister_kprobe(&probes[i]);
	/* Not of FORK_FAILED: interrupts inside of another probe hit it, and they are no forks. */
	containerfs_probe_missed(&probes[FORK], probes[FORK].nmissed);
	containerfs_probe_missed(&probes[REAP], probes[REAP].nmissed);
}
