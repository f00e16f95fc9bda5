// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hooks that are on by need: probes in fork, and where tasks are reaped.
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
 * The probes are registered from the beginning, and cost nothing until they are enabled,
 * while a subsystem wants them. A work does that, because the engine says so under its
 * lock; before the engine relies on a probe it waits for the work.
 */
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "vfs.h"

enum { FORK, FORK_FAILED, REAP, NR_PROBES };

static DEFINE_MUTEX(forks_mutex);	/* protects what is enabled; outside of container_lock */
static unsigned int hooks_had;		/* written under forks_mutex */
static unsigned int hooks_wanted;	/* written under container_lock */
static bool enabled[NR_PROBES];
static bool registered[NR_PROBES];

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

/* Under forks_mutex. */
static int probe_set(int i, bool on)
{
	int ret;

	if (on == enabled[i])
		return 0;
	ret = on ? enable_kprobe(&probes[i]) : disable_kprobe(&probes[i]);
	if (ret)
		pr_err("containerfs: probe on %s: %d\n", probes[i].symbol_name, ret);
	else
		enabled[i] = on;
	return ret;
}

/* First the probe on the end of a fork, so that each fork that is begun is seen to end. */
static int fork_probes_set(bool on)
{
	int ret = on ? probe_set(FORK_FAILED, true) : 0;

	if (!ret)
		ret = probe_set(FORK, on);
	if (!ret && !on)
		ret = probe_set(FORK_FAILED, false);
	return ret;
}

static void forks_work_fn(struct work_struct *work)
{
	unsigned int wanted, failed = 0;

	mutex_lock(&forks_mutex);
	wanted = READ_ONCE(hooks_wanted) & hooks_had;
	if (fork_probes_set(wanted & CONTAINER_HOOK_FORK))
		failed |= CONTAINER_HOOK_FORK;
	if (probe_set(REAP, wanted & CONTAINER_HOOK_REAP))
		failed |= CONTAINER_HOOK_REAP;
	WRITE_ONCE(hooks_had, hooks_had & ~(failed & wanted));
	mutex_unlock(&forks_mutex);
}
static DECLARE_WORK(forks_work, forks_work_fn);

static unsigned int host_hooks_has(void)
{
	return READ_ONCE(hooks_had);
}

static void host_hooks_want(unsigned int hooks)
{
	WRITE_ONCE(hooks_wanted, hooks);
	schedule_work(&forks_work);
}

void containerfs_forks_settle(void)
{
	flush_work(&forks_work);
}

static const struct hooks_host_ops hooks = {
	.has	= host_hooks_has,
	.want	= host_hooks_want,
	.settle	= containerfs_forks_settle,
};
const struct hooks_host_ops *const host_hooks = &hooks;

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

void __init containerfs_forks_init(void)
{
	int i, ret;

	for (i = 0; i < NR_PROBES; i++) {
		ret = probe_register(i);
		registered[i] = !ret;
		if (ret)
			pr_warn("containerfs: no probe on %s: %d\n", probes[i].symbol_name, ret);
	}
	hooks_had = (registered[FORK] && registered[FORK_FAILED] ? CONTAINER_HOOK_FORK : 0) |
		    (registered[REAP] ? CONTAINER_HOOK_REAP : 0);
}

void containerfs_forks_exit(void)
{
	int i;

	mutex_lock(&forks_mutex);
	WRITE_ONCE(hooks_had, 0);
	for (i = 0; i < NR_PROBES; i++) {
		if (registered[i])
			unregister_kprobe(&probes[i]);
		enabled[i] = false;
	}
	mutex_unlock(&forks_mutex);
	/* Not of FORK_FAILED: interrupts inside of another probe hit it, and they are no forks. */
	if (registered[FORK])
		containerfs_probe_missed(&probes[FORK], probes[FORK].nmissed);
	if (registered[REAP])
		containerfs_probe_missed(&probes[REAP], probes[REAP].nmissed);
}
