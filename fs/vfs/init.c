// SPDX-License-Identifier: GPL-2.0-only
/*
 * The exit of a container's init, seen by the hook of exits.
 *
 * Each thread of a process comes by the hook, and the process ends with its last. At that
 * moment its exit status is final, as the kernel fixes it when the last thread begins to
 * exit. What the process used is the sum of what its dead threads have left in its
 * signal_struct and of what is still in its threads. siglock keeps a thread from moving
 * from the second to the first meanwhile.
 */
#include <linux/math64.h>
#include <linux/sched/signal.h>

#include "init_host.h"
#include "vfs.h"

/*
 * No thread of the process but current, which is at the hook, has to come by it any more.
 *
 * Where the hook is told that the group is dead, it is told so once. Where it is not, it
 * comes behind exit_mm(): a thread with a memory still has to come by. Of two threads that
 * come by together, at least the later finds this true. Both may; the engine takes the end of
 * an init once.
 */
static bool process_ends(struct task_struct *task, bool group_dead)
{
	struct task_struct *thread;

	if (group_dead || task->mm)
		return group_dead;
	if (atomic_read(&task->signal->live))
		return false;
	for_each_thread(task, thread)
		if (thread != task && READ_ONCE(thread->mm))
			return false;
	return true;
}

/*
 * Ticks count how the time of a process divides into user and system time; the run time is
 * exact. As getrusage(2) does, divide the run time as the ticks are divided.
 */
static void scale_times(u64 *user, u64 *system, u64 runtime)
{
	if (*user && *system)
		*system = min(mul_u64_u64_div_u64(*system, runtime, *user + *system), runtime);
	else if (*system)
		*system = runtime;
	*user = runtime - *system;
}

/* What wait4(2) would tell of current's process, with siglock: its children are counted, too. */
static void fill_end(struct container_end *end, struct task_struct *task)
{
	const struct signal_struct *sig = task->signal;
	u64 user = sig->utime, system = sig->stime, runtime = sig->sum_sched_runtime;
	struct task_struct *thread;

	end->status = sig->group_exit_code;
	end->minflt = sig->min_flt + sig->cmin_flt;
	end->majflt = sig->maj_flt + sig->cmaj_flt;
	end->nvcsw = sig->nvcsw + sig->cnvcsw;
	end->nivcsw = sig->nivcsw + sig->cnivcsw;
	end->maxrss_kb = max(sig->maxrss, sig->cmaxrss) * (PAGE_SIZE / 1024);
	for_each_thread(task, thread) {
		user += READ_ONCE(thread->utime);
		system += READ_ONCE(thread->stime);
		runtime += READ_ONCE(thread->se.sum_exec_runtime);
		end->minflt += READ_ONCE(thread->min_flt);
		end->majflt += READ_ONCE(thread->maj_flt);
		end->nvcsw += READ_ONCE(thread->nvcsw);
		end->nivcsw += READ_ONCE(thread->nivcsw);
	}
	scale_times(&user, &system, runtime);
	end->user_usec = (user + sig->cutime) / NSEC_PER_USEC;
	end->system_usec = (system + sig->cstime) / NSEC_PER_USEC;
}

void containerfs_init_exits(struct task_struct *task, bool group_dead)
{
	struct sighand_struct *sighand = task->sighand;
	struct container_end end;
	bool ends;

	/* It is current, so its sighand stays. */
	spin_lock_irq(&sighand->siglock);
	ends = process_ends(task, group_dead);
	if (ends)
		fill_end(&end, task);
	spin_unlock_irq(&sighand->siglock);
	if (ends)
		container_init_exited(task_tgid_nr(task), &end);
}

/* The hook asks the engine. */
const struct init_host_ops init_host;
