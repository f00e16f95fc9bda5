// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hooks: fork, exit, exec, whoever makes itself namespaces, and migrations.
 *
 * task_newtask runs in the creator when the child is complete but has not run
 * an instruction; sched_process_exit in the task that exits, once PF_EXITING is
 * set; a return probe on ksys_unshare before the system call returns, with its
 * result.  All run where nothing may sleep.  What they change is done when they
 * return: a child is born in its container, unshare returns in the new one.
 *
 * sched_migrate_task runs wherever the scheduler gives a task another CPU, with
 * its locks held: no lock but a task record's own may be taken there.
 *
 * The tracepoints are found by name, since they are not exported.
 *
 * A task outside of every container costs a fork two reads and an exit one.
 */
#include <linux/kprobes.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>
#include <linux/binfmts.h>
#include <trace/events/sched.h>
#include <trace/events/task.h>

#include "vfs.h"

/* So many tasks may be inside unshare(2) at a time; it waits for grace periods there. */
#define UNSHARES_MAX	4096

static bool cloning;			/* some hierarchy clones */
static bool migrations;			/* some hierarchy accounts CPU time */

void host_set_cloning(_Bool on)
{
	WRITE_ONCE(cloning, on);
}

void host_watch_migrations(_Bool on)
{
	WRITE_ONCE(migrations, on);
}

const char *host_clone_hook(void)
{
	return "task_newtask and ksys_unshare";
}

/*
 * @task made itself namespaces, or was made with them by @creator.  Whether it must
 * be killed.
 */
static bool clone_task(struct task_struct *creator, struct task_struct *task, unsigned int flags)
{
	struct container_clone_info info = {
		.pid	= task_tgid_nr(task),
		.namer	= (unsigned long)creator,
		.flags	= flags,
		.comm	= task->comm,
	};

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
	/* It is not woken before this returns. */
	if (killed)
		containerfs_kill(task);
}

static void on_exit(void *data, struct task_struct *task)
{
	/* Against an attach: see host.c. */
	smp_mb();
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
	if (READ_ONCE(migrations))
		container_task_migrates((unsigned long)task);
}

/* --- unshare --- */

struct unshare_call {
	unsigned long	flags;
};

static int unshare_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct unshare_call *call = (struct unshare_call *)ri->data;

	call->flags = regs_get_kernel_argument(regs, 0) & CONTAINER_NS_ALL;
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
	ret = register_kretprobe(&unshare_probe);
	if (ret) {
		pr_err("containerfs: no probe on %s: %d\n", unshare_probe.kp.symbol_name, ret);
		goto remove;
	}
	return 0;

remove:
	hooks_remove(i);
	return ret;
}

void containerfs_hooks_exit(void)
{
	unregister_kretprobe(&unshare_probe);
	if (unshare_probe.nmissed)
		pr_warn("containerfs: %lu unshare calls were missed\n",
			(unsigned long)unshare_probe.nmissed);
	hooks_remove(ARRAY_SIZE(hooks));
}
