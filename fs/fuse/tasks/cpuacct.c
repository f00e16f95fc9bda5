// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPU time of css_groups, from BPF's sums to the engine's charges
 *
 * The BPF programs keep, for each id and CPU, the sum of what tasks had used when
 * they left it, or that CPU: at a clone, an attach, an exit and a migration, by
 * whoever changed the word, so that no lost event loses time. To those sums a
 * look adds what those that are in it now have used since. The engine is charged
 * for what each has grown by since the last look.
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
 * What a task uses after its exit was reported is added when it gives the CPU away
 * for the last time, what is missing then when the kernel frees it, and till it is
 * waited for the walk shows it. An id that nobody is in any more is kept for that, as
 * dying says; but not for zombies that nobody waits for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base.h"
#include "tasks.h"
#include "bpf/task_events.h"
#include "../../../kernel/cpuacct_host.h"
#include "cpuacct.h"
#include "link.h"
#include "ids.h"

#define LOOKS_MAX	8
#define LOOK_CHEAP	200000ULL	/* ns */
#define WAIT_STEP	10000000ULL	/* ns between two looks at what is dying */
#define WAIT_MAX	60000000000ULL

struct account {
	uint64_t	left;			/* while asked: the sums' run time */
	struct {
		struct te_cpu	sum;		/* while asked: BPF's, and live tasks' */
		struct te_cpu	charged;	/* handed to the engine so far */
	} cpu[];
};

static struct te_cpu *sums;	/* of one id, as BPF gives them */
static int nr_cpus;
static uint64_t next_look;	/* none before, by CLOCK_MONOTONIC */
static bool on;
static bool clones;		/* get containers that are charged */

static void account_set(enum te_cpuacct_state state)
{
	int err = te ? task_events_cpuacct_set(te, state) : 0;

	if (err)
		log_err("migrations cannot be seen, nor CPU time be accounted: %s",
			strerror(-err));
}

static void watch_migrations(_Bool now)
{
	on = now;
	account_set(!on ? TE_ACCOUNT_OFF :
		    clones ? TE_ACCOUNT_CLONES : TE_ACCOUNT_ON);
}

static void set_clones(bool now)
{
	if (clones == now)
		return;
	clones = now;
	if (on)
		watch_migrations(true);
}

static int account_open(struct group_id *gid)
{
	size_t size = sizeof(*gid->account) + (size_t)nr_cpus * sizeof(gid->account->cpu[0]);

	gid->account = calloc(1, size);
	return gid->account ? task_events_cpuacct_add(te, gid->node.key) : -ENOMEM;
}

/* What BPF has so far. */
static uint64_t runtime_of_sums(void)
{
	uint64_t sum = 0;

	for (int cpu = 0; cpu < nr_cpus; cpu++)
		sum += sums[cpu].runtime;
	return sum;
}

static int get_sums(struct group_id *gid)
{
	int err = task_events_cpuacct_get(te, gid->node.key, sums);

	if (err)
		return err;
	for (int cpu = 0; cpu < nr_cpus; cpu++)
		gid->account->cpu[cpu].sum = sums[cpu];
	gid->account->left = runtime_of_sums();
	return 0;
}

/* The difference to @charged, which goes forward and never back. */
static uint64_t growth(te_u64 *charged, te_u64 used)
{
	uint64_t delta = (te_s64)used > (te_s64)*charged ? used - *charged : 0;

	*charged += delta;
	return delta;
}

static void charge(struct group_id *gid)
{
	struct account *account = gid->account;

	for (int cpu = 0; cpu < nr_cpus; cpu++) {
		struct te_cpu *sum = &account->cpu[cpu].sum;
		struct te_cpu *charged = &account->cpu[cpu].charged;
		struct container_cpu used = {
			.runtime = growth(&charged->runtime, sum->runtime),
			.user	 = growth(&charged->utime, sum->utime),
			.system	 = growth(&charged->stime, sum->stime),
		};

		if (used.runtime || used.user || used.system)
			container_charge(gid->group, cpu, &used);
	}
}

struct look {
	unsigned int		asked;
	bool			changed;
};

static void group_ask(struct group_id *gid, void *arg)
{
	struct look *look = arg;

	gid->asked = gid->account && !get_sums(gid);
	look->asked += gid->asked;
}

static int add_task(void *arg, const struct te_task *task)
{
	struct group_id *gid = ids_find(te_word_id(task->word));
	struct te_cpu *sum;

	if (!gid || !gid->asked || task->on_cpu >= (uint32_t)nr_cpus)
		return 0;
	sum = &gid->account->cpu[task->on_cpu].sum;
	sum->utime += task->cpu.utime;
	sum->stime += task->cpu.stime;
	sum->runtime += task->cpu.runtime;
	return 0;
}

/* Charge, and see whether somebody left meanwhile. */
static void group_answer(struct group_id *gid, void *arg)
{
	struct look *look = arg;

	if (!gid->asked)
		return;
	charge(gid);
	if (!task_events_cpuacct_get(te, gid->node.key, sums) &&
	    runtime_of_sums() != gid->account->left)
		look->changed = true;
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}

void cpuacct_look(void)
{
	struct look look;
	int looks = 0;

	do {
		look = (struct look) { };
		ids_each(group_ask, &look);
		if (!look.asked || task_events_for_each_word(te, add_task, NULL))
			return;
		ids_each(group_answer, &look);
	} while (look.changed && ++looks < LOOKS_MAX);
}

static void charge_all(void)
{
	uint64_t start, took;

	if (next_look && clock_ns(CLOCK_MONOTONIC) < next_look)
		return;
	start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	cpuacct_look();
	took = clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
	next_look = took > LOOK_CHEAP ? clock_ns(CLOCK_MONOTONIC) + took : 0;
}

/* What a task has used so far is not known at each moment: no task(). */
const struct cpuacct_host_ops cpuacct_host = {
	.watch_migrations	= watch_migrations,
	.charge			= charge_all,
	.system			= cpuacct_system,
};

static bool account_close(struct group_id *gid)
{
	struct te_group group;
	uint64_t t = clock_ns(CLOCK_MONOTONIC_COARSE);

	if (gid->waits && t - gid->looked < WAIT_STEP)
		return false;
	gid->looked = t;
	if (!gid->waits)
		gid->waits = t;
	if (task_events_group_get(te, gid->node.key, &group) || get_sums(gid))
		return true;
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

static const struct ids_accounting accounting = {
	.set_clones	= set_clones,
	.open		= account_open,
	.close		= account_close,
};

int cpuacct_init(void)
{
	clones = false;
	next_look = 0;
	nr_cpus = task_events_cpuacct_cpus();
	sums = calloc((size_t)nr_cpus, sizeof(*sums));
	if (nr_cpus > (int)host_nr_cpus())
		nr_cpus = (int)host_nr_cpus();
	if (!sums)
		return -ENOMEM;
	ids_accounting(&accounting);
	return 0;
}

void cpuacct_exit(void)
{
	ids_accounting(NULL);
	free(sums);
	sums = NULL;
}
