// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replay: events of the BPF programs become calls of the engine.
 *
 * A fork, clone or exec sets the word of a task, an exit ends it. Events of one task
 * come in the order of its sequence numbers, unless they cross with an attach or a
 * rebuild; so an older word never replaces a newer one. A clone always gives its id a
 * meaning, even when the word of its task is newer already, because children may have
 * been born with that id.
 *
 * A record's key is the address of the task, which another task has later. If the word
 * or the process of a record cannot be those of the task that an event is about, the
 * record is of an earlier task, whose exit was missed: it is dropped.
 *
 * A rebuild (the ring was full) is mark and sweep. All records get the mark of an exited
 * word, which no record has otherwise; the tasks that the kernel has get their words
 * anew; records that still have the mark are dropped.
 *
 * If there is no memory for a record, neither the kernel nor the user may notice. The
 * task stays in the top container until the next drain, when resync() reads all words
 * and makes the missing records.
 */
#include <errno.h>
#include <string.h>

#include "base/base.h"
#include "tasks.h"
#include "../../../kernel/cpuset_host.h"
#include "ids.h"
#include "inits.h"
#include "limits.h"
#include "pids.h"
#include "link.h"
#include "replay.h"

#define SWEEP_BATCH	512
#define DRAIN_ROUNDS	2	/* bounded, because new events may come for ever */

static bool missing;			/* some tasks have no record, for lack of memory */
static bool failed;			/* the last drain failed */
static bool behind;			/* the last drain could not keep up with the events */
static unsigned long unknown_ids;
static uint64_t watches_spent;		/* of task_events, as of the last drain */

uint64_t replay_word(unsigned long key)
{
	struct container_task *task = container_task_find(key);

	return task ? container_task_cookie(task) & ~TE_WORD_EXITED : 0;
}

static void drop_task(unsigned long key)
{
	ids_count_word(replay_word(key), 0);
	container_task_exit(key);
}

/* Is the record of @key, if there is one, of the task that has @word? */
static bool same_task(unsigned long key, uint32_t tgid, uint64_t word)
{
	struct container_task *task = container_task_find(key);
	uint64_t old = replay_word(key);
	int old_tid, old_tgid;

	if (!task)
		return true;
	container_task_ids(task, &old_tid, &old_tgid);
	return (uint32_t)old_tgid == tgid && (!old || te_word_near(old, word));
}

void replay_check(const struct te_facts *facts)
{
	if (same_task(facts->task, facts->tgid, facts->word))
		return;
	/* The record may only be older than the task's last event. */
	if (replay_drain() >= 0 && !same_task(facts->task, facts->tgid, facts->word))
		drop_task(facts->task);
}

/*
 * Give @id a meaning: a clone of @parent, or @parent itself if the engine refuses.
 * @name: the task's, TE_COMM_LEN bytes, which need not end with a NUL.
 */
static struct group_id *add_clone(uint64_t id, struct group_id *parent,
				  struct container_clone_info *info, const char *name)
{
	char comm[TE_COMM_LEN + 1] = "";
	struct css_group_facts facts;
	struct css_group *group;
	struct group_id *gid;

	memcpy(comm, name, TE_COMM_LEN);
	info->comm = comm;
	info->host_word = id;
	group = container_clone(parent->group, info, &facts);
	if (group == parent->group)
		limits_uncharge(info->user);
	pids_cloned(id);
	gid = ids_add(id, parent->node.key, group, &facts);
	if (gid && gid->group == parent->group && facts.clone_full) {
		limits_refused(parent);
		limits_refused(gid);
	}
	return gid;
}

static struct group_id *known_id(uint64_t id);

/* Give @id a meaning, by what BPF remembers of the clone. */
static struct group_id *add_group(uint64_t id, const struct te_group *group)
{
	struct container_clone_info info = {
		.pid	= (int)group->pid,
		.namer	= group->creator,
		.flags	= group->flags,
		.user	= group->user,
		.unlimited = group->unlimited,
	};

	return add_clone(id, known_id(group->parent), &info, group->comm);
}

/* The entry of @id; never NULL, because an unknown id counts as another name of id 0. */
static struct group_id *known_id(uint64_t id)
{
	struct group_id *gid = ids_find(id);
	struct te_group group;

	if (gid)
		return gid;
	/* Parents have lower ids: this ends. */
	if (!task_events_group_get(te, id, &group) && group.creator && group.parent < id)
		gid = add_group(id, &group);
	else if (!unknown_ids++)
		log_err("css_group %llu is not known to anybody", (unsigned long long)id);
	return gid ? gid : ids_find(0);
}

/* The task has @word, unless the engine knows a later one. */
static void set_word(unsigned long key, uint32_t tid, uint32_t tgid, uint64_t word, bool anyhow)
{
	uint64_t old;

	if (!same_task(key, tgid, word))
		drop_task(key);
	old = replay_word(key);
	if (old && !anyhow && !te_word_newer(word, old))
		return;
	if (container_task_enter(key, (int)tid, (int)tgid, known_id(te_word_id(word))->group, word)) {
		missing = true;
		return;
	}
	ids_count_word(old, word);
	if (word & TE_WORD_KILLED)
		container_task_killed(key);
}

static void replay_fork(void *ctx, const struct te_fork *ev)
{
	set_word(ev->task, ev->tid, ev->tgid, ev->word, false);
}

static void replay_clone(void *ctx, const struct te_clone *ev)
{
	uint64_t id = te_word_id(ev->word);
	struct container_clone_info info = {
		.pid	= (int)ev->tgid,
		.namer	= ev->creator_task,
		.flags	= ev->flags,
		.user	= ev->user,
		.unlimited = ev->unlimited,
	};

	if (!ids_find(id))
		add_clone(id, known_id(ev->parent), &info, ev->comm);
	set_word(ev->task, ev->tid, ev->tgid, ev->word, false);
}

static void replay_exit_event(void *ctx, const struct te_exit *ev)
{
	drop_task(ev->task);
}

static void replay_exec(void *ctx, const struct te_exec *ev)
{
	set_word(ev->task, ev->tid, ev->tid, ev->word, false);
	container_task_rename(ev->task, (int)ev->tid, (int)ev->tid);
}

/*
 * The affinity of a task was set from outside. The event has the number that the task
 * had then; if an exec has changed it since, that exec has its affinity looked at, too.
 */
static void replay_affinity(void *ctx, const struct te_affinity *ev)
{
	struct te_facts facts;

	if (!ev->tid)
		container_task_affinity(0);
	else if (!task_events_query(te, ev->tid, &facts))
		container_task_affinity(facts.task);
}

static int mark_task(struct container_task *task, unsigned long key, void *arg)
{
	container_task_set_cookie(task, container_task_cookie(task) | TE_WORD_EXITED);
	return 0;
}

static void replay_refused(void *ctx, uint64_t id)
{
	struct group_id *gid = ids_find(id);
	uint64_t nr = task_events_group_refused(te, id);

	if (gid && nr)
		container_clone_refused(gid->group, nr);
}

static void rebuild_begin(void *ctx)
{
	container_task_for_each(mark_task, NULL);
}

static int group_known(void *ctx, uint64_t id)
{
	return ids_find(id) != NULL;
}

static void group(void *ctx, uint64_t id, const struct te_group *group)
{
	add_group(id, group);
}

static void rebuild_task(void *ctx, const struct te_task *task)
{
	if (task->word & TE_WORD_EXITED)
		return;
	set_word(task->task, task->tid, task->tgid, task->word, true);
}

struct sweep {
	unsigned int	nr;
	unsigned long	keys[SWEEP_BATCH];
};

static int sweep_task(struct container_task *task, unsigned long key, void *arg)
{
	struct sweep *sweep = arg;

	if (!(container_task_cookie(task) & TE_WORD_EXITED))
		return 0;
	sweep->keys[sweep->nr++] = key;
	return sweep->nr == SWEEP_BATCH;
}

/* Drop the records that have the mark. */
static void sweep_records(void)
{
	struct sweep sweep;

	do {
		sweep.nr = 0;
		container_task_for_each(sweep_task, &sweep);
		for (unsigned int i = 0; i < sweep.nr; i++)
			drop_task(sweep.keys[i]);
	} while (sweep.nr == SWEEP_BATCH);
}

static void rebuild_end(void *ctx)
{
	sweep_records();
	container_task_affinity(0);
}

const struct task_events_ops replay_ops = {
	.fork		= replay_fork,
	.clone		= replay_clone,
	.exit		= replay_exit_event,
	.exec		= replay_exec,
	.affinity	= replay_affinity,
	.refused	= replay_refused,
	.ended		= inits_ended,
	.rebuild_begin	= rebuild_begin,
	.group_known	= group_known,
	.group		= group,
	.rebuild_task	= rebuild_task,
	.rebuild_end	= rebuild_end,
};

static int resync_task(void *arg, const struct te_task *task)
{
	if (task->word && !(task->word & TE_WORD_EXITED))
		set_word(task->task, task->tid, task->tgid, task->word, false);
	return 0;
}

/* Make the missing records. No record is too many, because an exit needs no memory. */
static void resync(void)
{
	missing = false;
	if (task_events_for_each(te, 0, 0, 0, resync_task, NULL) < 0)
		missing = true;
}

static int kill_task(void *arg, const struct te_task *task)
{
	set_word(task->task, task->tid, task->tgid, task->word, false);
	return 0;
}

int replay_kill(void)
{
	int err = replay_drain();

	return err < 0 ? err : task_events_kill_mark(te, kill_task, NULL);
}

bool replay_failed(void)
{
	return failed;
}

bool replay_behind(void)
{
	return failed || behind;
}

static int drain_once(void)
{
	int n;

	limits_before_drain();
	n = task_events_drain(te);
	behind = n == -EAGAIN;
	if (n >= 0)
		limits_after_drain();
	if (behind)
		return n;
	if (n < 0) {
		if (!failed)
			log_err("the kernel's tasks cannot be read: %s", strerror(-n));
		failed = true;
		return n;
	}
	if (failed)
		log_warn("the kernel's tasks can be read again");
	failed = false;
	return n;
}

/*
 * Ask for watches again that an event has used up. A drain does it and not the wake-up,
 * because the event may have been read in an earlier request: then nothing wakes us.
 */
static void rearm(void)
{
	uint64_t now = task_events_watches_spent(te);

	if (now != watches_spent)
		ids_rearm();
	watches_spent = now;
}

int replay_drain(void)
{
	int n, rounds = 0, sum = 0;

	ids_pin();
	do {
		n = drain_once();
		if (n < 0)
			return n;
		sum += n;
		if (missing)
			resync();
		rearm();
	} while (ids_rewatched() && ++rounds < DRAIN_ROUNDS && ids_take_rewatched());
	return sum;
}

static int count_task(struct container_task *task, unsigned long key, void *arg)
{
	++*(unsigned long *)arg;
	return 0;
}

unsigned long replay_tracked(void)
{
	unsigned long nr = 0;

	container_task_for_each(count_task, &nr);
	return nr;
}

unsigned long replay_unknown_ids(void)
{
	return unknown_ids;
}

int replay_init(void)
{
	missing = failed = behind = false;
	unknown_ids = 0;
	watches_spent = task_events_watches_spent(te);
	return 0;
}

void replay_exit(void)
{
	container_task_for_each(mark_task, NULL);
	sweep_records();
}
