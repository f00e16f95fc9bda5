// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which task is meant: by its number, in its namespace, to be sent a signal.
 *
 * This answers what the engine asks about live tasks (host_task_get, host_for_each_task,
 * host_tasks_kill) and what request handlers ask about their callers (tasks_actor). All
 * answers come from the kernel at that moment, by way of task_events. Nothing is
 * remembered, so nothing is pinned either: a task that host_task_get() found may exit
 * before the engine is done with it. Attach notices that, because
 * host_task_set_group() returns -ESRCH.
 *
 * Numbers are those of the initial pid namespace, in which the daemon runs. A number of
 * another namespace is looked for by a walk over all tasks.
 *
 * The address says which task it is; the number only says where to look for it, because
 * a thread in execve(2) has the number of its process before any event says so.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/base.h"
#include "tasks.h"
#include "link.h"
#include "lookup.h"
#include "replay.h"
#include "common/initial.h"

static pid_t self;

int lookup_init(void)
{
	self = getpid();
	return 0;
}

static unsigned int flags_of(uint32_t tid, uint32_t tgid, uint32_t flags)
{
	unsigned int out = 0;

	if (flags & TE_TASK_EXITING)
		out |= CONTAINER_TASK_EXITING;
	if (flags & TE_TASK_KTHREAD)
		out |= CONTAINER_TASK_KTHREAD;
	if ((pid_t)tgid == self)
		out |= CONTAINER_TASK_HOST;
	if (flags & TE_TASK_KTHREAD && (tid == INITIAL_KTHREADD || flags & TE_TASK_NO_SETAFFINITY))
		out |= CONTAINER_TASK_UNMOVABLE;
	return out;
}

static struct te_ref ref_of(const struct container_task_info *info)
{
	return (struct te_ref){
		.task = info->key, .tid = (uint32_t)info->tid, .tgid = (uint32_t)info->tgid,
	};
}

struct by_number {
	uint32_t	nr;
	struct te_ref	ref;
};

static int match_vtid(void *arg, const struct te_task *task)
{
	struct by_number *by = arg;

	if (task->vtid != by->nr)
		return 0;
	by->ref = (struct te_ref){ task->task, task->tid, task->tgid };
	return 1;
}

static int match_record(struct container_task *task, unsigned long key, void *arg)
{
	struct by_number *by = arg;
	int tid, tgid;

	container_task_ids(task, &tid, &tgid);
	if ((uint32_t)tid != by->nr)
		return 0;
	by->ref = (struct te_ref){ key, (uint32_t)tid, (uint32_t)tgid };
	return 1;
}

/*
 * The task that has number @nr. If no task has it, a user may have read it in `tasks`
 * before its thread called execve(2); then that thread is meant.
 */
static int find_number(uint32_t nr, struct te_facts *facts)
{
	struct by_number by = { .nr = nr };

	if (!task_events_query(te, nr, facts))
		return 0;
	return container_task_for_each(match_record, &by) ?
		task_events_find(te, &by.ref, facts) : -ESRCH;
}

static int find_vtid(uint32_t nr, const struct container_actor *actor, struct te_facts *facts)
{
	struct by_number by = { .nr = nr };

	task_events_for_each(te, 0, (uint32_t)actor->pid_ns, actor->pid_ns_level, match_vtid, &by);
	return task_events_find(te, &by.ref, facts);
}

/* The task that has number @nr in @actor's pid namespace; 0 is @actor itself. */
static int find_task(int nr, const struct container_actor *actor, struct te_facts *facts)
{
	if (nr < 0 || (!nr && actor->tid <= 0))
		return -ESRCH;
	if (!nr)
		return task_events_query(te, (uint32_t)actor->tid, facts);
	return actor->pid_ns ? find_vtid((uint32_t)nr, actor, facts) :
			       find_number((uint32_t)nr, facts);
}

unsigned long host_task_key(int tid)
{
	struct te_facts facts;

	return tid > 0 && !task_events_query(te, (uint32_t)tid, &facts) ? facts.task : 0;
}

int host_task_get(int nr, const struct container_actor *actor, struct container_task_info *info)
{
	struct te_facts facts;

	if (find_task(nr, actor, &facts))
		return -ESRCH;
	replay_check(&facts);
	memset(info, 0, sizeof(*info));
	info->key = facts.task;
	info->tid = (int)facts.tid;
	info->tgid = (int)facts.tgid;
	info->uid = facts.uid;
	info->suid = facts.suid;
	info->nr_threads = (int)facts.nr_threads;
	info->flags = flags_of(facts.tid, facts.tgid, facts.flags);
	info->cookie = replay_word(facts.task);
	return 0;
}

void host_task_put(const struct container_task_info *info)
{
}

/* Nothing is pinned, because the word tells whether another task is at that address now. */
void host_task_hold(const struct container_task_info *info)
{
}

struct walk {
	int	(*fn)(const struct container_task_info *info, int vtid, int vtgid, void *arg);
	void	*arg;
};

static int visit(void *arg, const struct te_task *task)
{
	struct container_task_info info = {
		.key	= task->task,
		.tid	= (int)task->tid,
		.tgid	= (int)task->tgid,
		.flags	= flags_of(task->tid, task->tgid, task->flags),
	};
	struct walk *walk = arg;

	if (info.flags & CONTAINER_TASK_EXITING)
		return 0;
	info.cookie = replay_word(task->task);
	return walk->fn(&info, (int)task->vtid, (int)task->vtgid, walk->arg);
}

int host_for_each_task(int tgid, const struct container_actor *viewer,
		       int (*fn)(const struct container_task_info *info, int vtid, int vtgid,
				 void *arg),
		       void *arg)
{
	struct walk walk = { fn, arg };

	return task_events_for_each(te, (uint32_t)tgid, (uint32_t)viewer->pid_ns,
				    viewer->pid_ns ? viewer->pid_ns_level : 0, visit, &walk);
}

int lookup_tid(const struct container_task_info *info)
{
	uint64_t meant = info->cookie ? info->cookie : replay_word(info->key);
	const struct te_ref ref = ref_of(info);
	struct te_facts facts;

	return !task_events_find(te, &ref, &facts) && (int)facts.tgid == info->tgid &&
		te_word_near(facts.word, meant) ? (int)facts.tid : 0;
}

int lookup_tid_of(unsigned long key)
{
	struct container_task *task = container_task_find(key);
	struct container_task_info info = { .key = key };

	if (!task)
		return 0;
	container_task_ids(task, &info.tid, &info.tgid);
	return lookup_tid(&info);
}

struct container_task *lookup_record(int tid)
{
	unsigned long key = host_task_key(tid);

	return key ? container_task_find(key) : NULL;
}

/*
 * Has the engine still the task's record, so that it had not exited at the last drain?
 * The record may also be of another task at that address, if that task is to be killed
 * as well: this does no harm.
 */
static bool lives(const struct container_task_info *info)
{
	struct container_task *task = container_task_find(info->key);
	int tid, tgid;
	uint64_t word;

	if (!task)
		return false;
	container_task_ids(task, &tid, &tgid);
	word = container_task_cookie(task);
	return tgid == info->tgid &&
		(word & TE_WORD_KILLED || te_word_near(word, info->cookie));
}

/*
 * First open a pidfd of the process that has the victim's tgid, then drain. If the
 * victim has not exited even then, the pidfd is of its process. So the kernel need not
 * be asked about each thread, and the number of a thread in an execve does not matter.
 *
 * Threads of one process mostly follow each other; they share one descriptor.
 */
int host_tasks_kill(const struct container_task_info *victim, unsigned int nr)
{
	int fd[CONTAINER_KILL_BATCH], ret = 0;
	unsigned int i, of;

	for (i = 0; i < nr; i++) {
		fd[i] = -ESRCH;
		if (victim[i].tgid == self || (i && victim[i].tgid == victim[i - 1].tgid))
			continue;
		fd[i] = (int)syscall(SYS_pidfd_open, victim[i].tgid, 0);
		if (fd[i] < 0 && errno != ESRCH)
			ret = -errno;
	}
	host_sync();
	for (i = of = 0; i < nr; i++) {
		if (victim[i].tgid != victim[of].tgid)
			of = i;
		if (fd[of] < 0 || !lives(&victim[i]))
			continue;
		if (syscall(SYS_pidfd_send_signal, fd[of], SIGKILL, NULL, 0) && errno != ESRCH)
			ret = -errno;
		close(fd[of]);
		fd[of] = -ESRCH;
	}
	for (i = 0; i < nr; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	return ret;
}

/* Urgent, because the victims may be many and each takes its share of the CPUs meanwhile. */
void lookup_kill_begin(void)
{
	priority_urgent(true);
	task_events_kill_begin(te);
}

int lookup_kill_sync(void)
{
	return replay_kill();
}

void lookup_kill_end(void)
{
	task_events_kill_end(te);
	priority_urgent(false);
}

void tasks_actor(pid_t tid, uid_t euid, struct container_actor *actor)
{
	struct te_facts facts;

	memset(actor, 0, sizeof(*actor));
	actor->euid = euid;
	actor->tid = tid;
	if (tid <= 0 || task_events_query(te, (uint32_t)tid, &facts))
		return;
	actor->euid = facts.euid;
	actor->sys_admin = facts.flags & TE_TASK_SYS_ADMIN;
	if (facts.pidns_level) {
		actor->pid_ns = facts.pidns_inum;
		actor->pid_ns_level = facts.pidns_level;
	}
}

/* prlimit(2) may refuse us without CAP_SYS_RESOURCE; then BPF reads the limit. */
uint64_t tasks_file_limit(pid_t tid)
{
	struct te_facts facts;
	struct rlimit limit;

	if (!prlimit(tid, RLIMIT_FSIZE, NULL, &limit))
		return limit.rlim_cur;
	return tid > 0 && !task_events_query(te, (uint32_t)tid, &facts) ? facts.fsize :
									  RLIM_INFINITY;
}

static bool has_flag(pid_t tid, uint32_t flag)
{
	struct te_facts facts;

	return tid > 0 && !task_events_query(te, (uint32_t)tid, &facts) && facts.flags & flag;
}

bool tasks_fsetid(pid_t tid)
{
	return has_flag(tid, TE_TASK_FSETID);
}

bool tasks_dac_override(pid_t tid)
{
	return has_flag(tid, TE_TASK_DAC_OVERRIDE);
}

/* Ask again: what was true at open(2), or a second ago, does not count here. */
_Bool host_sys_admin(const struct container_actor *actor)
{
	return has_flag(actor->tid, TE_TASK_SYS_ADMIN);
}
