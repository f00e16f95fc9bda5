// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the engine asks of the kernel about tasks, time and work.
 *
 * The engine's key of a task is the address of its task_struct. A record with this key
 * exists from an attach or a fork to the exit hook; the task exists for that time.
 * host_task_get() holds a reference besides.
 *
 * Attach and exit. An attach makes the record, then looks at PF_EXITING. An exit sets
 * PF_EXITING, then its hook looks for a record. Both have a full barrier between the two
 * steps, so at least one sees the other: no record outlives its task.
 */
#include <linux/kmod.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "vfs.h"

static struct workqueue_struct *containerfs_wq;

static void run_work(struct work_struct *work)
{
	container_run_work();
}
static DECLARE_WORK(containerfs_work, run_work);

void containerfs_user(struct container_actor *actor)
{
	struct pid_namespace *ns = task_active_pid_ns(current);

	*actor = (struct container_actor){
		.euid		= -1,
		.tid		= task_pid_nr(current),
		.pid_ns		= ns == &init_pid_ns ? 0 : (unsigned long)ns,
		.pid_ns_level	= ns->level,
	};
}

void containerfs_actor(struct container_actor *actor)
{
	containerfs_user(actor);
	actor->euid = from_kuid(&init_user_ns, current_euid());
	actor->sys_admin = ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);
}

/* The pid namespace of @actor, which is current; the initial one if @actor has none. */
static struct pid_namespace *actor_pid_ns(const struct container_actor *actor)
{
	return actor->pid_ns ? (struct pid_namespace *)(unsigned long)actor->pid_ns : &init_pid_ns;
}

static unsigned int task_flags(struct task_struct *task)
{
	unsigned int flags = 0;

	if (READ_ONCE(task->flags) & PF_EXITING)
		flags |= CONTAINER_TASK_EXITING;
	if (task->flags & PF_KTHREAD) {
		flags |= CONTAINER_TASK_KTHREAD;
		if ((task->flags & PF_NO_SETAFFINITY) || task_pid_nr(task) == 2 ||
		    task->no_cgroup_migration)
			flags |= CONTAINER_TASK_UNMOVABLE;
	}
	return flags;
}

static void task_info(struct container_task_info *info, struct task_struct *task)
{
	memset(info, 0, sizeof(*info));
	info->key = (unsigned long)task;
	info->tid = task_pid_nr(task);
	info->tgid = task_tgid_nr(task);
	info->flags = task_flags(task);
}

int host_task_get(int nr, const struct container_actor *actor, struct container_task_info *info)
{
	struct task_struct *task;
	const struct cred *cred;

	rcu_read_lock();
	if (nr)
		task = pid_task(find_pid_ns(nr, actor_pid_ns(actor)), PIDTYPE_PID);
	else
		task = current;
	if (!task) {
		rcu_read_unlock();
		return -ESRCH;
	}
	get_task_struct(task);
	task_info(info, task);
	cred = __task_cred(task);
	info->uid = from_kuid(&init_user_ns, cred->uid);
	info->suid = from_kuid(&init_user_ns, cred->suid);
	info->nr_threads = READ_ONCE(task->signal->nr_threads);
	rcu_read_unlock();
	return 0;
}

/* The actor is the calling task, so its credentials are current's. */
_Bool host_sys_admin(const struct container_actor *actor)
{
	return ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);
}

void host_task_put(const struct container_task_info *info)
{
	put_task_struct((struct task_struct *)info->key);
}

void host_task_hold(const struct container_task_info *info)
{
	get_task_struct((struct task_struct *)info->key);
}

unsigned long host_task_key(int tid)
{
	struct task_struct *task;

	rcu_read_lock();
	task = pid_task(find_pid_ns(tid, &init_pid_ns), PIDTYPE_PID);
	rcu_read_unlock();
	return (unsigned long)task;
}

int host_task_set_group(const struct container_task_info *info, struct css_group *from,
			struct css_group *to, unsigned long long *cookie)
{
	struct task_struct *task = (struct task_struct *)info->key;

	/* The record is made; now see whether the task lives: see the head of this file. */
	smp_mb();
	return READ_ONCE(task->flags) & PF_EXITING ? -ESRCH : 0;
}

static int visit_task(struct task_struct *task, struct pid_namespace *ns,
		 int (*fn)(const struct container_task_info *info, int vtid, int vtgid, void *arg),
		 void *arg)
{
	struct container_task_info info;

	if (READ_ONCE(task->flags) & PF_EXITING)
		return 0;
	task_info(&info, task);
	return fn(&info, task_pid_nr_ns(task, ns), task_tgid_nr_ns(task, ns), arg);
}

int host_for_each_task(int tgid, const struct container_actor *viewer,
		       int (*fn)(const struct container_task_info *info, int vtid, int vtgid,
				 void *arg),
		       void *arg)
{
	struct pid_namespace *ns = actor_pid_ns(viewer);
	struct task_struct *process, *task;
	int ret = 0;

	rcu_read_lock();
	if (tgid) {
		process = pid_task(find_pid_ns(tgid, &init_pid_ns), PIDTYPE_PID);
		if (process) {
			for_each_thread(process, task) {
				ret = visit_task(task, ns, fn, arg);
				if (ret)
					break;
			}
		}
	} else {
		for_each_process_thread(process, task) {
			ret = visit_task(task, ns, fn, arg);
			if (ret)
				goto out;
		}
	}
out:
	rcu_read_unlock();
	return ret;
}

/*
 * By the task, never by its number, because an execve by a thread that is not the leader
 * changes the number. To the process, because the thread may have begun to exit.
 */
void containerfs_kill(struct task_struct *task)
{
	rcu_read_lock();
	kill_pid(task_tgid(task), SIGKILL, 1);
	rcu_read_unlock();
}

int host_tasks_kill(const struct container_task_info *victim, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		containerfs_kill((struct task_struct *)victim[i].key);
	return 0;
}

/* The hooks ask the engine. */
const struct replica_host_ops *const host_replica;

unsigned long long host_time(void)
{
	return ktime_get_real_ns();
}

/* With the argv, the environment and the waiting of cgroup v1. */
void host_run_agent(const char *agent, const char *path)
{
	static char *env[] = { "HOME=/", "PATH=/sbin:/bin:/usr/sbin:/usr/bin", NULL };
	char *argv[] = { (char *)agent, (char *)path, NULL };

	call_usermodehelper(argv[0], argv, env, UMH_WAIT_EXEC);
}

void host_work_pending(void)
{
	queue_work(containerfs_wq, &containerfs_work);
}

/* None, because the hooks ask the engine each time; on the other host, BPF cannot. */
const struct css_group_host_ops *const host_css_groups;

int __init containerfs_host_init(void)
{
	containerfs_wq = alloc_workqueue("containerfs", WQ_UNBOUND, 1);
	return containerfs_wq ? 0 : -ENOMEM;
}

void containerfs_host_exit(void)
{
	destroy_workqueue(containerfs_wq);
}
