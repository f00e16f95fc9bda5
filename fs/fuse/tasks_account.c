// SPDX-License-Identifier: GPL-2.0-only
/*
 * tasks_account.c - CPU time of css_groups, from BPF's sums to the engine's charges
 *
 * The BPF programs keep, for each id, the sum of what tasks had used when they
 * left it, less what they had used when they entered: at a clone, an attach and
 * an exit, by whoever changed the word, so that no lost event loses time. To
 * that sum a look adds the times of those that are in it now. The engine is
 * charged for what the whole has grown by since the last look.
 *
 * A look reads the sums first and then walks over the tasks. Who leaves an id in
 * between is in neither; who enters one that is looked at is a child, which has
 * used nothing, as attach is this thread's and a clone gets a fresh id. So a look
 * may find too little and never too much. If a sum has changed meanwhile it is
 * repeated; what is still missing then the next one finds. Since only growth is
 * charged, nothing ever goes back.
 *
 * A look is at all ids. Who reads the files of a thousand containers needs no
 * thousand of them: after one that was not cheap, as much time as it took goes by
 * before the next.
 *
 * What a task uses after its exit was reported is added when the kernel frees
 * it, and till it is waited for the walk shows it. An id that nobody is in any
 * more is kept for that, as dying says; but not for zombies that nobody waits for.
 */
#include <time.h>

#include "daemon.h"
#include "task_events.h"
#include "tasks_account.h"
#include "tasks_ids.h"

#define LOOKS_MAX	8
#define LOOK_CHEAP	200000ULL	/* ns */
#define WAIT_STEP	10000000ULL	/* ns between two looks at what is dying */
#define WAIT_MAX	60000000000ULL

static struct task_events *te;
static uint64_t next_look;	/* none before, by CLOCK_MONOTONIC */

void account_init(struct task_events *events)
{
	te = events;
	next_look = 0;
}

/* Hosts that know each task's time at each moment say it here; this one does not. */
int host_task_cpu(unsigned long key, struct container_cpu *cpu)
{
	(void)key, (void)cpu;
	return CONTAINER_CPU_BY_GROUP;
}

static uint64_t growth(te_u64 *charged, te_s64 used)
{
	uint64_t delta = used > (te_s64)*charged ? (te_u64)used - *charged : 0;

	*charged += delta;
	return delta;
}

static void charge(struct group_id *gid)
{
	struct container_cpu cpu = {
		.runtime = growth(&gid->charged.runtime, gid->sum.runtime),
		.user	 = growth(&gid->charged.utime, gid->sum.utime),
		.system	 = growth(&gid->charged.stime, gid->sum.stime),
	};

	container_charge(gid->group, &cpu);
}

struct look {
	unsigned int		asked;
	bool			changed;
};

static void ask(struct group_id *gid, void *arg)
{
	struct look *look = arg;
	struct te_group group;

	gid->asked = gid->node.key && css_group_charges(gid->group) &&
		     !task_events_group_get(te, gid->node.key, &group);
	if (!gid->asked)
		return;
	gid->left = gid->sum = group.used;
	look->asked++;
}

static int add_task(void *arg, const struct te_task *task)
{
	struct group_id *gid = ids_find(te_word_id(task->word));

	(void)arg;
	if (!gid || !gid->asked)
		return 0;
	gid->sum.utime += (te_s64)task->cpu.utime;
	gid->sum.stime += (te_s64)task->cpu.stime;
	gid->sum.runtime += (te_s64)task->cpu.runtime;
	return 0;
}

/* Charge, and see whether somebody left meanwhile. */
static void answer(struct group_id *gid, void *arg)
{
	struct look *look = arg;
	struct te_group group;

	if (!gid->asked)
		return;
	charge(gid);
	if (!task_events_group_get(te, gid->node.key, &group) &&
	    group.used.runtime != gid->left.runtime)
		look->changed = true;
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}

void account_look(void)
{
	struct look look;
	int looks = 0;

	do {
		look = (struct look) { };
		ids_each(ask, &look);
		if (!look.asked || task_events_for_each_word(te, add_task, NULL))
			return;
		ids_each(answer, &look);
	} while (look.changed && ++looks < LOOKS_MAX);
}

void host_charge(void)
{
	uint64_t start, took;

	if (next_look && clock_ns(CLOCK_MONOTONIC) < next_look)
		return;
	start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	account_look();
	took = clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
	next_look = took > LOOK_CHEAP ? clock_ns(CLOCK_MONOTONIC) + took : 0;
}

bool account_close(struct group_id *gid)
{
	struct te_group group;
	uint64_t t = clock_ns(CLOCK_MONOTONIC_COARSE);

	if (gid->waits && t - gid->looked < WAIT_STEP)
		return false;
	gid->looked = t;
	if (!gid->waits)
		gid->waits = t;
	if (task_events_group_get(te, gid->node.key, &group))
		return true;
	gid->sum = group.used;
	if (group.dying > 0 && t - gid->waits < WAIT_MAX) {
		charge(gid);
		return false;
	}
	gid->asked = true;
	if (group.dying > 0)
		task_events_for_each_word(te, add_task, NULL);
	charge(gid);
	return true;
}
