// SPDX-License-Identifier: GPL-2.0-only
/*
 * tasks_lookup.c - which task is meant: by number, by namespace, by signal
 *
 * What the engine asks about live tasks (host_task_get, host_for_each_task,
 * host_task_kill) and what the request handlers ask about their callers
 * (tasks_actor). All answers come from the kernel at that moment, by way of
 * task_events; nothing is remembered, so nothing is pinned either: a task that
 * host_task_get() found may exit before the engine is done with it, which
 * attach notices (host_task_set_group() says -ESRCH).
 *
 * Numbers are those of the initial pid namespace, in which the daemon runs. A
 * number of another namespace is looked for by a walk over all tasks.
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon.h"
#include "tasks_lookup.h"
#include "tasks_replay.h"

#define KTHREADD	2
/* So many changes of one task may lie between two looks at it; see same_task(). */
#define KILL_CHANGES	64

static struct task_events *te;
static pid_t self;

void lookup_init(struct task_events *events)
{
	te = events;
	self = getpid();
}

static unsigned int flags_of(uint32_t tid, uint32_t tgid, uint32_t flags)
{
	unsigned int out = 0;

	if (flags & TE_TASK_EXITING)
		out |= CONTAINER_TASK_EXITING;
	if (flags & TE_TASK_KTHREAD)
		out |= CONTAINER_TASK_KTHREAD;
	if ((pid_t)tgid == self ||
	    (flags & TE_TASK_KTHREAD && (tid == KTHREADD || flags & TE_TASK_NO_SETAFFINITY)))
		out |= CONTAINER_TASK_UNMOVABLE;
	return out;
}

struct by_vtid {
	uint32_t	vtid, tid;
};

static int match_vtid(void *arg, const struct te_task *task)
{
	struct by_vtid *by = arg;

	if (task->vtid != by->vtid)
		return 0;
	by->tid = task->tid;
	return 1;
}

/* The tid of @actor's @nr; 0: nobody. */
static uint32_t translate(int nr, const struct container_actor *actor)
{
	struct by_vtid by = { .vtid = (uint32_t)nr };

	if (nr < 0)
		return 0;
	if (!nr)
		return (uint32_t)actor->tid;
	if (!actor->pid_ns)
		return (uint32_t)nr;
	task_events_for_each(te, 0, (uint32_t)actor->pid_ns, actor->pid_ns_level, match_vtid, &by);
	return by.tid;
}

/* Thread ids of the initial pid namespace are the keys. */
unsigned long host_task_key(int tid)
{
	return tid > 0 ? tid : 0;
}

int host_task_get(int nr, const struct container_actor *actor, struct container_task_info *info)
{
	uint32_t tid = translate(nr, actor);
	struct te_facts facts;

	if (!tid || task_events_query(te, tid, &facts))
		return -ESRCH;
	memset(info, 0, sizeof(*info));
	info->key = facts.tid;
	info->tid = (int)facts.tid;
	info->tgid = (int)facts.tgid;
	info->uid = facts.uid;
	info->suid = facts.suid;
	info->nr_threads = (int)facts.nr_threads;
	info->flags = flags_of(facts.tid, facts.tgid, facts.flags);
	info->cookie = replay_word(facts.tid);
	return 0;
}

void host_task_put(const struct container_task_info *info)
{
	(void)info;
}

/* A tid pins nothing: who has it in the end, the word tells. */
void host_task_hold(const struct container_task_info *info)
{
	(void)info;
}

struct walk {
	int	(*fn)(const struct container_task_info *info, int vtid, int vtgid, void *arg);
	void	*arg;
};

static int visit(void *arg, const struct te_task *task)
{
	struct container_task_info info = {
		.key	= task->tid,
		.tid	= (int)task->tid,
		.tgid	= (int)task->tgid,
		.flags	= flags_of(task->tid, task->tgid, task->flags),
	};
	struct walk *walk = arg;

	if (info.flags & CONTAINER_TASK_EXITING)
		return 0;
	info.cookie = replay_word(task->tid);
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

/*
 * Can @word be a later word of the task that had @earlier? Sequences start at
 * the start time's low bits and go up by one with each change.
 */
static bool same_task(uint64_t word, uint64_t earlier)
{
	uint32_t changes = (te_word_seq(word) - te_word_seq(earlier)) & TE_WORD_SEQ_MASK;

	return word && earlier && changes < KILL_CHANGES;
}

bool lookup_same(const struct container_task_info *info)
{
	uint64_t meant = info->cookie ? info->cookie : replay_word((uint32_t)info->tid);
	struct te_facts facts;

	return !task_events_query(te, (uint32_t)info->tid, &facts) &&
		(int)facts.tgid == info->tgid && same_task(facts.word, meant);
}

/*
 * The descriptor is had first and the task looked at afterwards: if the one
 * that has the number then is the one meant, either the descriptor is of its
 * process, or of one that is dead already, and the signal goes nowhere. The
 * one meant is known by its word.
 */
int host_task_kill(const struct container_task_info *info, int sig)
{
	int fd, ret = -ESRCH;

	if (info->tgid == self)
		return -ESRCH;
	fd = (int)syscall(SYS_pidfd_open, info->tgid, 0);
	if (fd < 0)
		return -ESRCH;
	if (lookup_same(info) && !syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0))
		ret = 0;
	close(fd);
	return ret;
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

/* What was so at open(2), or a second ago, does not count here. */
_Bool host_sys_admin(const struct container_actor *actor)
{
	struct te_facts facts;

	return actor->tid > 0 && !task_events_query(te, (uint32_t)actor->tid, &facts) &&
		facts.flags & TE_TASK_SYS_ADMIN;
}
