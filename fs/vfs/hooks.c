// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hooks: fork, exit, exec, new namespaces, and migrations.
 *
 * task_newtask runs in the creator when the child is complete but has not run an
 * instruction. sched_process_exit runs in the task that exits, once PF_EXITING is set. A
 * probe on perf_event_namespaces runs in every unshare that has succeeded, after its
 * namespaces were exchanged. All run where nothing may sleep. What they change is complete
 * when they return: a child is born in its container, unshare returns in the new one.
 *
 * None of these is skipped. A tracepoint calls plain C. A kprobe is skipped only inside the
 * handler of another probe, where unshare never is; the kernel counts that, and unloading
 * logs it. Kernels that do not let ftrace call the probe get a return probe. That needs an
 * instance for each task inside unshare, where a task may wait for long, and misses the
 * tasks for which there is none.
 *
 * sched_migrate_task runs wherever the scheduler gives a task another CPU, with the
 * scheduler's locks held: only the lock of a task's record may be taken there.
 *
 * The tracepoints are found by name, because they are not exported. For a task outside of
 * every container, a fork costs two reads and an exit one.
 */
#include <linux/cred.h>
#include <linux/kprobes.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>
#include <linux/user_namespace.h>
#include <linux/binfmts.h>
#include <asm/syscall.h>
#include <trace/events/sched.h>
#include <trace/events/task.h>

#include "cpuacct_host.h"
#include "init_host.h"
#include "vfs.h"

_Static_assert(CONTAINER_NS_ALL == (CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
				    CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_NEWTIME),
	       "the engine knows all namespaces");

/* With the return probe: how many tasks may be inside unshare(2) at a time. */
#define UNSHARES_MAX	4096

/* A flag of unshare(2) alone, from Linux 7.1 on; to clone(2) it means something else. */
#define EMPTY_MNTNS	0x00100000

static bool cloning;			/* some hierarchy clones */

void host_set_cloning(_Bool on)
{
	WRITE_ONCE(cloning, on);
}

static bool probed;			/* by unshare_kprobe, else by unshare_probe */

const char *containerfs_hooks_describe(void)
{
	return probed ? "enforced: clones seen by task_newtask and perf_event_namespaces" :
			"enforced: clones seen by task_newtask and ksys_unshare";
}

/* The user to be charged for what @task causes: see container_max_user_clones() in engine.h. */
static unsigned int user_of(struct task_struct *task, bool *unlimited)
{
	const struct user_namespace *ns;
	const struct cred *cred;
	unsigned int user, owner;

	rcu_read_lock();
	cred = __task_cred(task);
	user = from_kuid(&init_user_ns, cred->uid);
	ns = cred->user_ns;
	*unlimited = ns == &init_user_ns && !user &&
		     cap_raised(cred->cap_effective, CAP_SYS_ADMIN);
	if (ns != &init_user_ns) {
		while (ns->parent != &init_user_ns)
			ns = ns->parent;
		owner = from_kuid(&init_user_ns, ns->owner);
		if (owner)
			user = owner;
	}
	rcu_read_unlock();
	return user;
}

/*
 * @task has new namespaces, which it made itself or @creator made for it. Returns whether
 * @task must be killed.
 */
static bool clone_task(struct task_struct *creator, struct task_struct *task, unsigned int flags)
{
	bool unlimited;
	struct container_clone_info info = {
		.pid	= task_tgid_nr(task),
		.namer	= (unsigned long)creator,
		.flags	= flags,
		.comm	= task->comm,
	};

	info.user = user_of(task, &unlimited);
	info.unlimited = unlimited;
	return container_clone_task((unsigned long)task, task_pid_nr(task), task_tgid_nr(task),
				    &info);
}

static void on_newtask(void *data, struct task_struct *task, unsigned long clone_flags)
{
	unsigned int flags = clone_flags & CONTAINER_NS_ALL;
	bool killed = false;

	if (flags && READ_ONCE(cloning))
		killed = clone_task(current, task, flags);
	else if (container_task_tracked((unsigned long)current) ||
		 container_births_follow(task_tgid_nr(task)))
		killed = container_task_fork((unsigned long)current, (unsigned long)task,
					     task_pid_nr(task), task_tgid_nr(task)) > 0;
	/* The child is not woken before this returns. */
	if (killed)
		containerfs_kill(task);
}

static void on_exit(void *data, struct task_struct *task COMPAT_GROUP_DEAD)
{
	/* host.c says why: an attach may be under way. */
	smp_mb();
	if (container_is_init(task_tgid_nr(task)))
		containerfs_init_exits(task, compat_group_dead);
	if (container_task_tracked((unsigned long)task))
		container_task_exit((unsigned long)task);
}

static void on_exec(void *data, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	if (old_pid != task->pid && container_task_tracked((unsigned long)task))
		container_task_rename((unsigned long)task, task_pid_nr(task), task_tgid_nr(task));
}

static void on_migrate(void *data, struct task_struct *task, int cpu)
{
	if (READ_ONCE(containerfs_migrations))
		container_task_migrates((unsigned long)task);
}

/* --- unshare --- */

static unsigned int unshare_flags(unsigned long flags)
{
	return (flags & EMPTY_MNTNS ? CLONE_NEWNS : 0) | (flags & CONTAINER_NS_ALL);
}

/* Is current inside unshare(2), called by any ABI? @flags: the namespaces that it makes. */
static bool in_unshare(unsigned int *flags)
{
	struct pt_regs *regs = task_pt_regs(current);
	unsigned long args[6];

	if (current->flags & PF_KTHREAD || !compat_is_unshare(syscall_get_nr(current, regs)))
		return false;
	syscall_get_arguments(current, regs, args);
	*flags = unshare_flags(args[0]);
	return true;
}

/* setns(2) comes by here, too; so does fork, where the compiler has not inlined the function. */
static int on_namespaces(struct kprobe *kp, struct pt_regs *regs)
{
	unsigned int flags;

	if (READ_ONCE(cloning) && in_unshare(&flags) && flags)
		clone_task(current, current, flags);
	return 0;
}

static struct kprobe unshare_kprobe = {
	.symbol_name	= "perf_event_namespaces",
	.pre_handler	= on_namespaces,
};

struct unshare_call {
	unsigned int	flags;
};

static int unshare_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct unshare_call *call = (struct unshare_call *)ri->data;

	call->flags = unshare_flags(regs_get_kernel_argument(regs, 0));
	return !(call->flags && READ_ONCE(cloning));
}

static int unshare_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct unshare_call *call = (struct unshare_call *)ri->data;

	if (!regs_return_value(regs))
		clone_task(current, current, call->flags);
	return 0;
}

static struct kretprobe unshare_probe = {
	.kp.symbol_name	= "ksys_unshare",
	.entry_handler	= unshare_entry,
	.handler	= unshare_return,
	.data_size	= sizeof(struct unshare_call),
	.maxactive	= UNSHARES_MAX,
};

void containerfs_probe_missed(const struct kprobe *probe, unsigned long nr)
{
	if (nr)
		pr_warn("containerfs: %lu calls of %s were missed\n", nr, probe->symbol_name);
}

static int __init unshare_probe_init(void)
{
	int ret = register_kprobe(&unshare_kprobe);

	/* The handler of a breakpoint would count as an NMI, which must not take locks. */
	probed = !ret && unshare_kprobe.flags & KPROBE_FLAG_FTRACE;
	if (probed)
		return 0;
	if (!ret)
		unregister_kprobe(&unshare_kprobe);
	pr_warn("containerfs: no probe on %s (%d): "
		"of more than %d tasks inside unshare at a time some are missed\n",
		unshare_kprobe.symbol_name, ret, UNSHARES_MAX);
	ret = register_kretprobe(&unshare_probe);
	if (ret)
		pr_err("containerfs: no probe on %s: %d\n", unshare_probe.kp.symbol_name, ret);
	return ret;
}

static void unshare_probe_exit(void)
{
	if (probed) {
		unregister_kprobe(&unshare_kprobe);
		containerfs_probe_missed(&unshare_kprobe, unshare_kprobe.nmissed);
	} else {
		unregister_kretprobe(&unshare_probe);
		containerfs_probe_missed(&unshare_probe.kp, unshare_probe.nmissed);
	}
}

/* --- tracepoints --- */

static struct hook {
	const char		*name;
	void			*fn;
	struct tracepoint	*tp;
} hooks[] = {
	{ "task_newtask",	on_newtask },
	{ "sched_process_exit",	on_exit },
	{ "sched_process_exec",	on_exec },
	{ "sched_migrate_task",	on_migrate },
};

static void __init hook_find(struct tracepoint *tp, void *priv)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (!strcmp(tp->name, hooks[i].name))
			hooks[i].tp = tp;
}

static void hooks_remove(int nr)
{
	while (nr--)
		tracepoint_probe_unregister(hooks[nr].tp, hooks[nr].fn, NULL);
	tracepoint_synchronize_unregister();
}

int __init containerfs_hooks_init(void)
{
	int i, ret = 0;

	for_each_kernel_tracepoint(hook_find, NULL);
	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (hooks[i].tp)
			ret = tracepoint_probe_register(hooks[i].tp, hooks[i].fn, NULL);
		else
			ret = -ENOENT;
		if (ret) {
			pr_err("containerfs: no tracepoint %s: %d\n", hooks[i].name, ret);
			goto remove;
		}
	}
	ret = unshare_probe_init();
	if (ret)
		goto remove;
	return 0;

remove:
	hooks_remove(i);
	return ret;
}

void containerfs_hooks_exit(void)
{
	unshare_probe_exit();
	hooks_remove(ARRAY_SIZE(hooks));
}
