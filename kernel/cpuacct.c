// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cpuacct subsystem: how much CPU time the tasks of a container have used.
 *
 * What users can rely on:
 *  - A container's time is what tasks used while they were in the container or below,
 *    including tasks that have exited or left.  What a task used before it entered does
 *    not count.
 *  - The numbers are the kernel's own of each task.  They never go back, except by a
 *    reset (0 written to cpuacct.usage), which resets this container alone.  The numbers
 *    of a running task lag by up to a tick, as cgroup v1's do.  The numbers of an exited
 *    task lag until its last instructions are counted.
 *  - The top container shows the whole system since boot, as the kernel counts it for
 *    /proc/stat (user and nice; system, irq and softirq).
 *
 * How: the engine samples a task's times when the task enters a container.  When the task
 * leaves, when it gets another CPU, and when somebody reads, the time used since the
 * sample is charged to the container and all above, on the CPU that the task had, and the
 * sample goes forward.  So switching tasks needs no hook, and tasks are switched far more
 * often than they migrate.  A host that cannot look at a task at those moments accounts
 * by group, and calls container_charge().
 *
 * A task migrates under the scheduler's locks, inside which container_lock may not be
 * taken.  So a migration charges only `moved` of the task's container.  A read, and the
 * end of the container, charge `moved` to the container and all above.
 *
 * A task that exits goes on using time for a moment.  So the record is kept and the task
 * pinned until the host says that the task will never run again; the time counts for the
 * task's last CPU.
 */
#include <linux/math64.h>
#include <linux/time64.h>

#include "cftype.h"
#include "cpuacct_host.h"

#define CPUACCT_USER_HZ		100
/* When so many records of exited tasks wait for a reader, the engine asks for work. */
#define CPUACCT_REMAINS_MAX	64

struct cpuacct_cpu {
	struct container_cpu	used;		/* here and below; not kept for the top */
	struct {
		atomic64_t	runtime, user, system;
	}			moved;		/* charged here by migrations; not yet in used */
};

struct cpuacct {
	struct container_subsys_state	css;
	u64				user, system;	/* last shown in cpuacct.stat */
	struct cpuacct_cpu		cpu[];	/* host_nr_cpus() */
};

/* The state of each task. */
struct cpuacct_task {
	raw_spinlock_t		lock;		/* for cpu, migrates; inside the scheduler's */
	struct container_cpu	cpu;		/* the sample: charged up to here */
	struct cpuacct		*migrates;	/* a migration is charged here, or NULL */
	struct container	*exited;	/* charged after the exit; a reference */
	struct list_head	node;		/* after the exit: in remains, then in done */
};

static LIST_HEAD(cpuacct_remains);	/* cpuacct_tasks that exited; under container_lock */
static LIST_HEAD(cpuacct_done);		/* cpuacct_tasks to be released; likewise */
static unsigned int nr_remains;		/* in cpuacct_remains */

static struct cpuacct *cpuacct_of_css(struct container_subsys_state *css)
{
	return container_of(css, struct cpuacct, css);
}

static struct cpuacct *cpuacct_of(const struct container *cont)
{
	lockdep_assert_held(&container_lock);
	return cpuacct_of_css(cont->subsys[cpuacct_subsys_id]);
}

static struct cpuacct_task *cpuacct_task_of(const struct container_task *task)
{
	return container_task_state(task, &cpuacct_subsys);
}

static struct container_task *task_of(const struct cpuacct_task *ct)
{
	return container_task_of_state(ct, &cpuacct_subsys);
}

static void cpuacct_add(struct container_cpu *sum, const struct container_cpu *used)
{
	sum->runtime += used->runtime;
	sum->user += used->user;
	sum->system += used->system;
}

/* --- charging --- */

/* A removed container still has all its ancestors; the top is not charged. */
static void cpuacct_charge(struct container *cont, int cpu, const struct container_cpu *used)
{
	lockdep_assert_held(&container_lock);
	/* Most calls have nothing to charge, and a walk up a deep tree would be wasted. */
	if (!used->runtime && !used->user && !used->system)
		return;
	for (; !container_is_top(cont); cont = cont->parent)
		cpuacct_add(&cpuacct_of(cont)->cpu[cpu].used, used);
}

/* Charge what migrations have left in `moved` of @cont. */
static void cpuacct_flush(struct container *cont)
{
	struct cpuacct *ca = cpuacct_of(cont);
	struct container_cpu used;
	unsigned int cpu;

	for (cpu = 0; cpu < host_nr_cpus(); cpu++) {
		used.runtime = atomic64_xchg(&ca->cpu[cpu].moved.runtime, 0);
		used.user = atomic64_xchg(&ca->cpu[cpu].moved.user, 0);
		used.system = atomic64_xchg(&ca->cpu[cpu].moved.system, 0);
		cpuacct_charge(cont, cpu, &used);
	}
}

/* Move *@sample forward to @now, never back; returns the difference. */
static u64 cpuacct_advance(unsigned long long *sample, u64 now)
{
	u64 delta = now > *sample ? now - *sample : 0;

	*sample += delta;
	return delta;
}

static int cpuacct_ask(unsigned long key, struct container_cpu *now, int *cpu)
{
	return cpuacct_host.task ? cpuacct_host.task(key, now, cpu) : CONTAINER_CPU_BY_GROUP;
}

/* Fill in what @task used since its sample, and its CPU.  Returns the host's CONTAINER_CPU_*. */
static int cpuacct_take(struct container_task *task, struct container_cpu *used, int *cpu)
{
	struct cpuacct_task *ct = cpuacct_task_of(task);
	struct container_cpu now;
	int ret = cpuacct_ask(task->key, &now, cpu);

	if (ret == CONTAINER_CPU_BY_GROUP)
		return ret;
	used->runtime = cpuacct_advance(&ct->cpu.runtime, now.runtime);
	used->user = cpuacct_advance(&ct->cpu.user, now.user);
	used->system = cpuacct_advance(&ct->cpu.system, now.system);
	return ret;
}

/* Charge @cont for @task; @leaves: for the last time.  Returns the host's CONTAINER_CPU_*. */
static int cpuacct_charge_task(struct container *cont, struct container_task *task, bool leaves)
{
	struct cpuacct_task *ct = cpuacct_task_of(task);
	struct container_cpu used;
	unsigned long flags;
	int ret, cpu;

	raw_spin_lock_irqsave(&ct->lock, flags);
	ret = cpuacct_take(task, &used, &cpu);
	if (leaves)
		ct->migrates = NULL;
	raw_spin_unlock_irqrestore(&ct->lock, flags);
	if (ret != CONTAINER_CPU_BY_GROUP)
		cpuacct_charge(cont, cpu, &used);
	return ret;
}

void container_task_migrates(unsigned long key)
{
	struct container_cpu used;
	struct container_task *task;
	struct cpuacct_task *ct;
	struct cpuacct *ca;
	int cpu;

	rcu_read_lock();
	task = container_task_find(key);
	ct = task ? cpuacct_task_of(task) : NULL;
	if (!ct || !READ_ONCE(ct->migrates))
		goto out;
	raw_spin_lock(&ct->lock);
	ca = ct->migrates;
	/* While ->migrates is set, the task is in that container, so @ca is not freed. */
	if (ca && cpuacct_take(task, &used, &cpu) != CONTAINER_CPU_BY_GROUP) {
		atomic64_add(used.runtime, &ca->cpu[cpu].moved.runtime);
		atomic64_add(used.user, &ca->cpu[cpu].moved.user);
		atomic64_add(used.system, &ca->cpu[cpu].moved.system);
	}
	raw_spin_unlock(&ct->lock);
out:
	rcu_read_unlock();
}

static void cpuacct_group_facts(struct container_subsys_state *css, struct css_group_facts *facts)
{
	facts->charged = !container_is_top(css->container);
	facts->clones_charged = container_clones_in(css->container->root);
}

void container_charge(struct css_group *group, int cpu, const struct container_cpu *used)
{
	struct container_subsys_state *css;

	spin_lock(&container_lock);
	css = css_of_group(group, &cpuacct_subsys);
	if (css)
		cpuacct_charge(css->container, cpu, used);
	spin_unlock(&container_lock);
}

/* --- tasks that have exited --- */

static void cpuacct_keep(struct container *cont, struct container_task *task)
{
	struct container_task_info info = { .key = task->key };
	struct cpuacct_task *ct = cpuacct_task_of(task);

	host_task_hold(&info);
	container_task_get(task);
	ct->exited = container_get(cont);
	list_add_tail(&ct->node, &cpuacct_remains);
	if (++nr_remains >= CPUACCT_REMAINS_MAX)
		host_work_pending();
}

/* Charge for all exited tasks, and release those that will never run again. */
static void cpuacct_bury(void)
{
	struct container_task_info info = { };
	struct cpuacct_task *ct, *next;
	LIST_HEAD(done);

	spin_lock(&container_lock);
	list_for_each_entry_safe(ct, next, &cpuacct_remains, node) {
		if (cpuacct_charge_task(ct->exited, task_of(ct), false) == CONTAINER_CPU_FINAL) {
			list_move_tail(&ct->node, &cpuacct_done);
			nr_remains--;
		}
	}
	list_splice_init(&cpuacct_done, &done);
	spin_unlock(&container_lock);

	list_for_each_entry_safe(ct, next, &done, node) {
		info.key = task_of(ct)->key;
		host_task_put(&info);
		container_put(ct->exited);
		container_task_put(task_of(ct));
	}
}

/* Bring the times of @cont and of all containers below up to date. */
static void cpuacct_update(struct container *cont)
{
	struct container_task *task;
	struct container *pos;
	struct css_link *link;

	if (cpuacct_host.charge)
		cpuacct_host.charge();
	cpuacct_bury();
	spin_lock(&container_lock);
	container_for_each_below(pos, cont) {
		cpuacct_flush(pos);
		container_for_each_task(task, link, pos)
			cpuacct_charge_task(pos, task, false);
	}
	spin_unlock(&container_lock);
}

/* --- hooks --- */

static struct container_subsys_state *cpuacct_create(gfp_t gfp)
{
	struct cpuacct *ca = kzalloc(struct_size(ca, cpu, host_nr_cpus()), gfp);

	return ca ? &ca->css : NULL;
}

static void cpuacct_destroy(struct container_subsys_state *css)
{
	kfree(cpuacct_of_css(css));
}

static void cpuacct_online(struct container_subsys_state *css,
			   struct container_subsys_state *parent)
{
	if (!parent)
		cpuacct_host.watch_migrations(true);
}

/* When the top goes, the hierarchy ends, so nobody will read what exited tasks still use. */
static void cpuacct_offline(struct container_subsys_state *css)
{
	if (!container_is_top(css->container)) {
		cpuacct_flush(css->container);
		return;
	}
	cpuacct_host.watch_migrations(false);
	if (list_empty(&cpuacct_remains))
		return;
	list_splice_init(&cpuacct_remains, &cpuacct_done);
	nr_remains = 0;
	host_work_pending();
}

static void cpuacct_task_init(struct container_task *task)
{
	raw_spin_lock_init(&cpuacct_task_of(task)->lock);
}

static void cpuacct_enter(struct container_subsys_state *css, struct container_task *task)
{
	struct cpuacct_task *ct = cpuacct_task_of(task);
	struct container_cpu now;
	unsigned long flags;
	int cpu;

	if (container_is_top(css->container))
		return;
	raw_spin_lock_irqsave(&ct->lock, flags);
	if (cpuacct_ask(task->key, &now, &cpu) != CONTAINER_CPU_BY_GROUP) {
		ct->cpu = now;
		ct->migrates = cpuacct_of_css(css);
	}
	raw_spin_unlock_irqrestore(&ct->lock, flags);
}

static void cpuacct_leave(struct container_subsys_state *css, struct container_task *task)
{
	if (!container_is_top(css->container))
		cpuacct_charge_task(css->container, task, true);
}

static void cpuacct_exit(struct container_subsys_state *css, struct container_task *task)
{
	if (cpuacct_charge_task(css->container, task, true) == CONTAINER_CPU_SO_FAR)
		cpuacct_keep(css->container, task);
}

/* --- files --- */

/*
 * Call @fn for each possible CPU with the time used there.  The CPUs are those for which
 * the host knows the system's times, below the top as well.
 */
static int cpuacct_each_cpu(struct container *cont,
			    void (*fn)(int cpu, const struct container_cpu *used, void *arg),
			    void *arg)
{
	struct container_cpu used;
	int cpu = cpuacct_host.system(0, &used);

	if (cpu < 0)
		return -EOPNOTSUPP;
	if (!container_is_top(cont))
		cpuacct_update(cont);
	for (; cpu >= 0 && cpu < (int)host_nr_cpus(); cpu = cpuacct_host.system(cpu + 1, &used)) {
		if (!container_is_top(cont)) {
			spin_lock(&container_lock);
			used = cpuacct_of(cont)->cpu[cpu].used;
			spin_unlock(&container_lock);
		}
		fn(cpu, &used, arg);
	}
	return 0;
}

static void cpuacct_add_cpu(int cpu, const struct container_cpu *used, void *arg)
{
	cpuacct_add(arg, used);
}

static int cpuacct_read(struct container *cont, struct container_cpu *used)
{
	unsigned int cpu;

	memset(used, 0, sizeof(*used));
	if (container_is_top(cont))
		return cpuacct_each_cpu(cont, cpuacct_add_cpu, used);
	cpuacct_update(cont);
	spin_lock(&container_lock);
	for (cpu = 0; cpu < host_nr_cpus(); cpu++)
		cpuacct_add(used, &cpuacct_of(cont)->cpu[cpu].used);
	spin_unlock(&container_lock);
	return 0;
}

enum cpuacct_what { CPUACCT_USAGE, CPUACCT_USER, CPUACCT_SYSTEM };

static u64 cpuacct_pick(const struct container_cpu *used, enum cpuacct_what what)
{
	switch (what) {
	case CPUACCT_USER:
		return used->user;
	case CPUACCT_SYSTEM:
		return used->system;
	default:
		return used->runtime;
	}
}

static int cpuacct_show(struct seq_file *m, struct container *cont, enum cpuacct_what what)
{
	struct container_cpu used;
	int ret = cpuacct_read(cont, &used);

	if (!ret)
		seq_printf(m, "%llu\n", (unsigned long long)cpuacct_pick(&used, what));
	return ret;
}

struct cpuacct_columns {
	struct seq_file		*m;
	enum cpuacct_what	what;
};

static void cpuacct_show_one(int cpu, const struct container_cpu *used, void *arg)
{
	struct cpuacct_columns *to = arg;

	seq_printf(to->m, "%llu ", (unsigned long long)cpuacct_pick(used, to->what));
}

static int cpuacct_show_percpu(struct seq_file *m, struct container *cont, enum cpuacct_what what)
{
	struct cpuacct_columns to = { .m = m, .what = what };
	int ret = cpuacct_each_cpu(cont, cpuacct_show_one, &to);

	if (!ret)
		seq_putc(m, '\n');
	return ret;
}

static int cpuacct_usage_show(struct seq_file *m, struct container_subsys_state *css)
{
	return cpuacct_show(m, css->container, CPUACCT_USAGE);
}

static int cpuacct_usage_user_show(struct seq_file *m, struct container_subsys_state *css)
{
	return cpuacct_show(m, css->container, CPUACCT_USER);
}

static int cpuacct_usage_sys_show(struct seq_file *m, struct container_subsys_state *css)
{
	return cpuacct_show(m, css->container, CPUACCT_SYSTEM);
}

static int cpuacct_percpu_show(struct seq_file *m, struct container_subsys_state *css)
{
	return cpuacct_show_percpu(m, css->container, CPUACCT_USAGE);
}

static int cpuacct_percpu_user_show(struct seq_file *m, struct container_subsys_state *css)
{
	return cpuacct_show_percpu(m, css->container, CPUACCT_USER);
}

static int cpuacct_percpu_sys_show(struct seq_file *m, struct container_subsys_state *css)
{
	return cpuacct_show_percpu(m, css->container, CPUACCT_SYSTEM);
}

static void cpuacct_show_line(int cpu, const struct container_cpu *used, void *arg)
{
	seq_printf(arg, "%d %llu %llu\n", cpu, used->user, used->system);
}

static int cpuacct_all_show(struct seq_file *m, struct container_subsys_state *css)
{
	seq_puts(m, "cpu user system\n");
	return cpuacct_each_cpu(css->container, cpuacct_show_line, m);
}

/*
 * User and system time are counted by ticks, run time exactly.  So divide the run time in
 * the proportion of user to system time, as the kernel does for processes, and let neither
 * part go back.
 */
static void cpuacct_adjust(struct cpuacct *ca, const struct container_cpu *used)
{
	u64 user = used->user, system = used->system, total = used->runtime;

	lockdep_assert_held(&container_lock);
	if (ca->user + ca->system >= total)
		return;
	if (!system)
		user = total;
	else if (!user)
		system = total;
	else
		system = mul_u64_u64_div_u64(system, total, system + user);
	if (system < ca->system)
		system = ca->system;
	user = total - system;
	if (user < ca->user) {
		user = ca->user;
		system = total - user;
	}
	ca->user = user;
	ca->system = system;
}

static int cpuacct_stat_show(struct seq_file *m, struct container_subsys_state *css)
{
	struct cpuacct *ca = cpuacct_of_css(css);
	struct container_cpu used;
	u64 user, system;
	int ret = cpuacct_read(css->container, &used);

	if (ret)
		return ret;
	spin_lock(&container_lock);
	cpuacct_adjust(ca, &used);
	user = ca->user;
	system = ca->system;
	spin_unlock(&container_lock);
	seq_printf(m, "user %llu\nsystem %llu\n",
		   (unsigned long long)div_u64(user, NSEC_PER_SEC / CPUACCT_USER_HZ),
		   (unsigned long long)div_u64(system, NSEC_PER_SEC / CPUACCT_USER_HZ));
	return 0;
}

/*
 * In the top a reset does nothing, as in cgroup v1, because the top shows the system's
 * times.  As in v1, cpuacct.stat stands still after a reset until the container has used
 * as much time again.
 */
static int cpuacct_reset(struct container_subsys_state *css, u64 val)
{
	struct container *cont = css->container;
	unsigned int cpu;

	if (val)
		return -EINVAL;
	if (container_is_top(cont))
		return 0;
	cpuacct_update(cont);
	spin_lock(&container_lock);
	for (cpu = 0; cpu < host_nr_cpus(); cpu++)
		memset(&cpuacct_of_css(css)->cpu[cpu].used, 0, sizeof(struct container_cpu));
	spin_unlock(&container_lock);
	return 0;
}

static const char *cpuacct_describe(void)
{
	return "accounted: CPU time of tasks, exited ones included";
}

static const struct cftype cpuacct_files[] = {
	{ .name = "cpuacct.usage", .mode = 0644,
	  .show = cpuacct_usage_show, .write_u64 = cpuacct_reset },
	{ .name = "cpuacct.usage_user", .mode = 0444, .show = cpuacct_usage_user_show },
	{ .name = "cpuacct.usage_sys", .mode = 0444, .show = cpuacct_usage_sys_show },
	{ .name = "cpuacct.usage_percpu", .mode = 0444, .show = cpuacct_percpu_show },
	{ .name = "cpuacct.usage_percpu_user", .mode = 0444, .show = cpuacct_percpu_user_show },
	{ .name = "cpuacct.usage_percpu_sys", .mode = 0444, .show = cpuacct_percpu_sys_show },
	{ .name = "cpuacct.usage_all", .mode = 0444, .show = cpuacct_all_show },
	{ .name = "cpuacct.stat", .mode = 0444, .show = cpuacct_stat_show },
	{ }
};

struct container_subsys cpuacct_subsys = {
	.name		= "cpuacct",
	.id		= cpuacct_subsys_id,
	.create		= cpuacct_create,
	.destroy	= cpuacct_destroy,
	.online		= cpuacct_online,
	.offline	= cpuacct_offline,
	.task_size	= sizeof(struct cpuacct_task),
	.task_init	= cpuacct_task_init,
	.enter		= cpuacct_enter,
	.leave		= cpuacct_leave,
	.exit		= cpuacct_exit,
	.work		= cpuacct_bury,
	.group_facts	= cpuacct_group_facts,
	.describe	= cpuacct_describe,
	.files		= cpuacct_files,
};
