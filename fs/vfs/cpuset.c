// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPU affinity: the engine's work sets it, a probe keeps it, births are checked.
 *
 * A return probe is on sched_setaffinity(), which each such system call calls. At its entry
 * the probe reduces the mask to the CPUs that the target's container has, so that the call
 * sets these, and fails with EINVAL when none is left, as under the kernel's own cpuset. At
 * its return the probe looks at the target again, because the container may have changed
 * meanwhile. The probe's handlers do not sleep, and take the engine's lock. They may do so
 * only where ftrace calls them; elsewhere there is no probe, because the handler of a
 * breakpoint counts as an NMI.
 *
 * An io_uring worker gets its CPUs from set_cpus_allowed_ptr(): those that its owner has
 * asked for, or all. A probe there does the same for workers only, except that a worker gets
 * all CPUs of the container when none is left.
 *
 * The kernel's own cpuset of a task stays in force: set_cpus_allowed_ptr() is given only
 * CPUs of it. cpuset_cpus_allowed(), which tells it, is not exported. A probe that is taken
 * off at once finds the function; another probe, on a function of this file, goes on there,
 * because a kernel with IBT forbids a call through a pointer to a function that the kernel
 * itself never calls that way. When CPUs come or go, affinities follow by a work.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/kprobes.h>
#include <linux/nodemask.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "cpuset_host.h"
#include "vfs.h"

/* How many tasks may be inside sched_setaffinity() at a time; the mask of others is not reduced. */
#define CALLS_MAX	4096

static int hotplug_state;
static bool kept, workers_kept;	/* affinity_probe, worker_probe is registered */

static const char *cpuset_describe(void)
{
	return kept ? "enforced: CPUs, as the affinity of tasks, which they can only narrow; "
		      "memory nodes: all or none" :
		      "enforced: CPUs, as the affinity of tasks, which they can widen; "
		      "memory nodes: all or none";
}

unsigned int host_nr_cpus(void)
{
	return min(nr_cpu_ids, CONTAINER_CPUS_MAX);
}

static void get_online(unsigned long *cpus, unsigned long *mems)
{
	int node;

	bitmap_copy(cpus, cpumask_bits(cpu_active_mask), host_nr_cpus());
	bitmap_zero(mems, CONTAINER_MEMS_MAX);
	for_each_node_state(node, N_MEMORY)
		if (node < CONTAINER_MEMS_MAX)
			__set_bit(node, mems);
}

static _Bool task_within(unsigned long key, const unsigned long *cpus)
{
	struct task_struct *task = (struct task_struct *)key;

	return bitmap_subset(cpumask_bits(&task->cpus_mask), cpus, host_nr_cpus());
}

/* --- the kernel's own cpuset --- */

static unsigned long cpuset_cpus_allowed_at;	/* 0: not found; set at load */

/*
 * The CPUs that the kernel's own cpuset allows @task. A probe makes this go on at
 * cpuset_cpus_allowed(); without the probe this allows all that are online.
 */
static noinline void kernels_cpuset(struct task_struct *task, struct cpumask *mask)
{
	cpumask_copy(mask, cpu_online_mask);
}

static int cpuset_probe_pre(struct kprobe *kp, struct pt_regs *regs)
{
	instruction_pointer_set(regs, cpuset_cpus_allowed_at);
	return 1;
}

/* With a post_handler kprobes keep the breakpoint, so that the pre_handler may change the ip. */
static void cpuset_probe_post(struct kprobe *kp, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe kernels_cpuset_probe = {
	.pre_handler	= cpuset_probe_pre,
	.post_handler	= cpuset_probe_post,
};

static void __init find_kernels_cpuset(void)
{
	struct kprobe probe = { .symbol_name = "cpuset_cpus_allowed" };
	int ret = register_kprobe(&probe);

	if (!ret) {
		cpuset_cpus_allowed_at = (unsigned long)probe.addr;
		unregister_kprobe(&probe);
		kernels_cpuset_probe.addr = (void *)kernels_cpuset;
		ret = register_kprobe(&kernels_cpuset_probe);
	}
	if (!ret)
		return;
	cpuset_cpus_allowed_at = 0;
	pr_warn("containerfs: the kernel's own cpusets cannot be asked: %d\n", ret);
}

static void forget_kernels_cpuset(void)
{
	if (cpuset_cpus_allowed_at)
		unregister_kprobe(&kernels_cpuset_probe);
}

/* --- the engine's work --- */

/* Remove from @mask the CPUs that the kernel's own cpuset does not allow; false: none is left. */
static bool within_kernels(struct task_struct *task, struct cpumask *mask, struct cpumask *tmp)
{
	kernels_cpuset(task, tmp);
	/* If all that are online are allowed, those that are offline stay, for when they come. */
	return cpumask_equal(tmp, cpu_online_mask) || cpumask_and(mask, mask, tmp);
}

static void task_set_cpus(const struct container_task_info *info, const unsigned long *cpus,
			  _Bool keep)
{
	struct task_struct *task = (struct task_struct *)info->key;
	cpumask_var_t mask, tmp;
	int ret = -EINVAL;

	if (!alloc_cpumask_var(&mask, GFP_KERNEL | __GFP_NOFAIL))
		return;
	if (!alloc_cpumask_var(&tmp, GFP_KERNEL | __GFP_NOFAIL))
		goto free;
	cpumask_clear(mask);
	bitmap_copy(cpumask_bits(mask), cpus, host_nr_cpus());
	cpumask_and(mask, mask, cpu_possible_mask);
	if (keep && cpumask_and(tmp, mask, &task->cpus_mask))
		cpumask_copy(mask, tmp);
	if (within_kernels(task, mask, tmp))
		ret = set_cpus_allowed_ptr(task, mask);
	if (ret && !(task->flags & PF_EXITING))
		pr_warn_ratelimited("containerfs: task %d does not get its container's CPUs: %d\n",
				    info->tid, ret);
	free_cpumask_var(tmp);
free:
	free_cpumask_var(mask);
}

/* The probe is always there, and its handlers ask the engine: nothing has to be watched. */
const struct cpuset_host_ops cpuset_host = {
	.describe	= cpuset_describe,
	.online		= get_online,
	.within		= task_within,
	.set		= task_set_cpus,
};

/* --- sched_setaffinity --- */

struct affinity_call {
	struct task_struct	*task;	/* no reference: only compared, and a key for the engine */
	int			pid;
	unsigned long		mask[];
};

/* Find the target as sched_setaffinity() itself will. */
static struct task_struct *call_target(pid_t pid)
{
	return pid ? pid_task(find_vpid(pid), PIDTYPE_PID) : current;
}

static int affinity_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct affinity_call *call = (struct affinity_call *)ri->data;
	const struct cpumask *asked = (void *)regs_get_kernel_argument(regs, 1);
	bool limited;

	call->pid = regs_get_kernel_argument(regs, 0);
	rcu_read_lock();
	call->task = call_target(call->pid);
	bitmap_zero(call->mask, nr_cpumask_bits);
	limited = call->task && container_task_cpus((unsigned long)call->task, call->mask);
	rcu_read_unlock();
	if (!limited)
		return 1;
	bitmap_and(call->mask, call->mask, cpumask_bits(asked), host_nr_cpus());
	compat_set_argument1(regs, (unsigned long)call->mask);
	return 0;
}

static int affinity_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct affinity_call *call = (struct affinity_call *)ri->data;

	rcu_read_lock();
	if (call->task == call_target(call->pid))
		container_task_affinity((unsigned long)call->task);
	rcu_read_unlock();
	return 0;
}

static struct kretprobe affinity_probe = {
	.kp.symbol_name	= "sched_setaffinity",
	.entry_handler	= affinity_entry,
	.handler	= affinity_return,
	.maxactive	= CALLS_MAX,
};

/* --- io_uring workers --- */

/* set_cpus_allowed_ptr(task, mask): the task calls it itself, or does not run yet, or is held. */
static int worker_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct affinity_call *call = (struct affinity_call *)ri->data;
	struct task_struct *task = (void *)regs_get_kernel_argument(regs, 0);
	const struct cpumask *asked = (void *)regs_get_kernel_argument(regs, 1);

	if (!(task->flags & PF_IO_WORKER))
		return 1;
	call->task = task;
	bitmap_zero(call->mask, nr_cpumask_bits);
	if (!container_task_cpus((unsigned long)task, call->mask))
		return 1;
	if (bitmap_intersects(call->mask, cpumask_bits(asked), host_nr_cpus()))
		bitmap_and(call->mask, call->mask, cpumask_bits(asked), host_nr_cpus());
	compat_set_argument1(regs, (unsigned long)call->mask);
	return 0;
}

static int worker_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct affinity_call *call = (struct affinity_call *)ri->data;

	container_task_affinity((unsigned long)call->task);
	return 0;
}

static struct kretprobe worker_probe = {
	.kp.symbol_name	= "set_cpus_allowed_ptr",
	.entry_handler	= worker_entry,
	.handler	= worker_return,
	.maxactive	= CALLS_MAX,
};

/* --- CPUs come and go --- */

static void hotplug_fn(struct work_struct *work)
{
	/* Wait until the change is complete, because the change holds the lock for writing. */
	cpus_read_lock();
	cpus_read_unlock();
	container_cpus_changed();
}
static DECLARE_WORK(hotplug_work, hotplug_fn);

static int cpu_changed(unsigned int cpu)
{
	queue_work(system_unbound_wq, &hotplug_work);
	return 0;
}

/* --- begin and end --- */

static bool __init keep_affinity_by(struct kretprobe *probe)
{
	int ret;

	probe->data_size = sizeof(struct affinity_call) + cpumask_size();
	ret = register_kretprobe(probe);
	if (!ret && probe->kp.flags & KPROBE_FLAG_FTRACE)
		return true;
	pr_warn("containerfs: tasks can widen their affinity: no probe on %s: %d\n",
		probe->kp.symbol_name, ret);
	if (!ret)
		unregister_kretprobe(probe);
	return false;
}

static void let_affinities(void)
{
	if (kept) {
		unregister_kretprobe(&affinity_probe);
		containerfs_probe_missed(&affinity_probe.kp, affinity_probe.nmissed);
	}
	if (workers_kept) {
		unregister_kretprobe(&worker_probe);
		containerfs_probe_missed(&worker_probe.kp, worker_probe.nmissed);
	}
}

int __init containerfs_cpuset_init(void)
{
	int ret;

	find_kernels_cpuset();
	kept = keep_affinity_by(&affinity_probe);
	workers_kept = keep_affinity_by(&worker_probe);
	ret = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "containerfs:online", cpu_changed,
					cpu_changed);
	if (ret < 0) {
		let_affinities();
		forget_kernels_cpuset();
		return ret;
	}
	hotplug_state = ret;
	return 0;
}

void containerfs_cpuset_exit(void)
{
	cpuhp_remove_state_nocalls(hotplug_state);
	cancel_work_sync(&hotplug_work);
	forget_kernels_cpuset();
	let_affinities();
}
