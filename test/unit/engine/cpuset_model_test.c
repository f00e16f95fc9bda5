// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random cpusets, checked against a model of v1's rules
 *
 * The model has the CPUs of each container as a number. It predicts the result of each write
 * by looking at all containers, and the engine must agree. In between containers are made,
 * removed and cloned, tasks fork, exit, move and ask for CPUs, and CPUs go and come. After
 * each step children must be within parents, no exclusive CPU may be shared, and no task may
 * have a CPU that its container does not have. The message of a failure has its seed;
 * CPUSET_SEED repeats it.
 */
#include "tools.h"

#define CONTAINERS	10
#define TASKS		24
#define FIRST		100
#define STEPS		3000

struct model_cpuset {
	struct container	*cont;
	int			parent;		/* index; 0 is the top */
	unsigned long		cpus;
	bool			exclusive;
};

static struct model_cpuset model[CONTAINERS];
static int task_in[TASKS];			/* index of its container, -1: no task */
static bool chose[TASKS];			/* it has set its affinity since the engine did */
static unsigned long long state;
static unsigned int seed;

static unsigned int pick(unsigned int n)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned int)(state >> 33) % n;
}

static unsigned long pick_cpus(void)
{
	unsigned long from = HOST_ALL_CPUS;

	if (pick(2))
		from = model[pick(CONTAINERS)].cpus;
	return from & pick(HOST_ALL_CPUS + 1);
}

static unsigned long online(void)
{
	return HOST_ALL_CPUS & ~host.offline;
}

static unsigned long effective(int i)
{
	for (; i; i = model[i].parent)
		if (model[i].cpus & online())
			return model[i].cpus & online();
	return online();
}

static bool populated(int i)
{
	for (int t = 0; t < TASKS; t++)
		for (int c = task_in[t]; c > 0; c = model[c].parent)
			if (c == i)
				return true;
	return false;
}

#define each_container(i)	for (int i = 1; i < CONTAINERS; i++) if (model[i].cont)

/* The result of v1 if container @i is to get @to. */
static int verdict(int i, struct model_cpuset to)
{
	each_container(c)
		if (model[c].parent == i &&
		    (model[c].cpus & ~to.cpus || model[c].exclusive > to.exclusive))
			return -EBUSY;
	if (to.cpus & ~model[to.parent].cpus || to.exclusive > model[to.parent].exclusive)
		return -EACCES;
	each_container(s)
		if (s != i && model[s].parent == to.parent && (model[s].exclusive || to.exclusive) &&
		    model[s].cpus & to.cpus)
			return -EINVAL;
	return populated(i) && model[i].cpus && !to.cpus ? -ENOSPC : 0;
}

static const char *list_of(unsigned long cpus)
{
	static char text[64];
	int at = 0;

	for (int cpu = 0; cpu < HOST_CPUS; cpu++)
		if (cpus >> cpu & 1)
			at += sprintf(text + at, "%d,", cpu);
	strcpy(text + at, "\n");
	return text;
}

static int any_container(void)
{
	int i;

	do {
		i = (int)pick(CONTAINERS);
	} while (!model[i].cont);
	return i;
}

static void write_cpus(void)
{
	int i = any_container(), expected;
	struct model_cpuset to = model[i];
	long ret;

	to.cpus = pick_cpus();
	if (!i)
		expected = -EACCES;
	else if (to.cpus & host.offline)
		expected = -EINVAL;
	else
		expected = to.cpus == model[i].cpus ? 0 : verdict(i, to);
	ret = write_to(model[i].cont, "cpuset.cpus", list_of(to.cpus));
	ck_assert_msg(ret == expected, "seed %u: cpus %s of %d: %ld, not %d", seed,
		      list_of(to.cpus), i, ret, expected);
	if (ret || to.cpus == model[i].cpus)
		return;
	model[i].cpus = to.cpus;
	for (int t = 0; t < TASKS; t++)
		if (task_in[t] == i)
			chose[t] = false;
}

static void write_exclusive(void)
{
	int i = any_container(), expected;
	struct model_cpuset to = model[i];
	long ret;

	if (!i)
		return;
	to.exclusive = pick(2);
	expected = verdict(i, to);
	ret = write_to(model[i].cont, "cpuset.cpu_exclusive", to.exclusive ? "1" : "0");
	ck_assert_msg(ret == expected, "seed %u: exclusive %d of %d: %ld, not %d", seed,
		      to.exclusive, i, ret, expected);
	if (!ret)
		model[i].exclusive = to.exclusive;
}

/* The CPUs of exclusive containers in @parent. */
static unsigned long taken(int parent)
{
	unsigned long cpus = 0;

	each_container(s)
		if (model[s].parent == parent && model[s].exclusive)
			cpus |= model[s].cpus;
	return cpus;
}

static bool any_exclusive(int parent)
{
	each_container(s)
		if (model[s].parent == parent && model[s].exclusive)
			return true;
	return false;
}

static unsigned long cpus_to_copy(int parent)
{
	return parent ? model[parent].cpus : online();
}

static void make_or_remove(void)
{
	int i = 1 + (int)pick(CONTAINERS - 1), parent = any_container();
	bool copy = pick(2);
	char name[16];

	snprintf(name, sizeof(name), "c%d", i);
	if (!model[i].cont) {
		ck_assert_int_eq(write_to(model[parent].cont, "cgroup.clone_children",
					  copy ? "1" : "0"), 0);
		copy = copy && !any_exclusive(parent);
		model[i] = (struct model_cpuset){
			.cont = make_dir(model[parent].cont, name), .parent = parent,
			.cpus = copy ? cpus_to_copy(parent) : 0,
		};
		write_to(model[i].cont, "cpuset.mems", "0");
	} else if (!container_rmdir(model[model[i].parent].cont, name)) {
		model[i].cont = NULL;
	}
}

/* Clones have names like other containers, so that they can be found. */
static void clone_one(void)
{
	int t = (int)pick(TASKS), i = 1 + (int)pick(CONTAINERS - 1), parent;
	unsigned long before;
	char name[16];

	if (task_in[t] < 0 || model[i].cont)
		return;
	parent = task_in[t];
	snprintf(name, sizeof(name), "c%d", i);
	ck_assert_int_eq(write_to(model[parent].cont, "ns.clone_name", name), 0);
	before = host.task[FIRST + t].affinity;
	ck_assert(host_unshare(FIRST + t, NEW_USER));
	model[i] = (struct model_cpuset){ .parent = parent,
					  .cpus = cpus_to_copy(parent) & ~taken(parent) };
	model[i].cont = find_dir(model[parent].cont, name);
	ck_assert_ptr_nonnull(model[i].cont);
	task_in[t] = i;
	if (before & ~effective(i))
		chose[t] = true;
}

static void fork_or_exit(void)
{
	int t = (int)pick(TASKS), parent = (int)pick(TASKS);

	if (task_in[t] >= 0) {
		host_exit(FIRST + t);
		task_in[t] = -1;
	} else if (task_in[parent] >= 0) {
		host_fork(FIRST + parent, FIRST + t);
		task_in[t] = task_in[parent];
		chose[t] = true;
	} else {
		host_fork(1, FIRST + t);
		task_in[t] = 0;
		chose[t] = false;
	}
}

static void move(void)
{
	int t = (int)pick(TASKS), to = any_container(), from = task_in[t];
	long ret;

	if (from < 0)
		return;
	ret = attach(model[to].cont, FIRST + t);
	if (from != to && to && !model[to].cpus) {
		ck_assert_msg(ret == -ENOSPC, "seed %u: attach to %d: %ld", seed, to, ret);
		return;
	}
	/* mems may be missing where its parent had none */
	if (ret == -ENOSPC && !strcmp(read_of(model[to].cont, "cpuset.mems"), "\n"))
		return;
	ck_assert_msg(!ret, "seed %u: attach to %d: %ld", seed, to, ret);
	task_in[t] = to;
	if (from != to)
		chose[t] = false;
}

static void ask_for_cpus(void)
{
	int t = (int)pick(TASKS);
	unsigned long cpus = pick_cpus();

	if (task_in[t] < 0 || !(cpus & online()))
		return;
	host_set_affinity(FIRST + t, cpus);
	chose[t] = true;
}

/* Never take away the last one. */
static void plug(void)
{
	host.offline = pick(4) ? 0 : pick(HOST_ALL_CPUS);
	container_cpus_changed();
	for (int t = 0; t < TASKS; t++)
		chose[t] = true;
}

static void check_all(void)
{
	container_run_work();
	sane();
	each_container(i) {
		ck_assert_msg(!(model[i].cpus & ~model[model[i].parent].cpus), "seed %u", seed);
		ck_assert_msg(!strcmp(read_of(model[i].cont, "cpuset.cpu_exclusive"),
				      model[i].exclusive ? "1\n" : "0\n"), "seed %u: %d", seed, i);
		if (model[i].exclusive)
			each_container(s)
				ck_assert_msg(s == i || model[s].parent != model[i].parent ||
					      !(model[s].cpus & model[i].cpus), "seed %u", seed);
	}
	for (int t = 0; t < TASKS; t++) {
		unsigned long has = host.task[FIRST + t].affinity & online();

		if (task_in[t] <= 0)
			continue;
		ck_assert_msg(has && !(has & ~effective(task_in[t])),
			      "seed %u: task %d in %d has %lx of %lx", seed, FIRST + t,
			      task_in[t], has, effective(task_in[t]));
		if (!chose[t] && model[task_in[t]].cpus)
			ck_assert_msg(has == effective(task_in[t]), "seed %u: task %d", seed,
				      FIRST + t);
	}
}

START_TEST(random_steps)
{
	static void (*const steps[])(void) = {
		write_cpus, write_cpus, write_exclusive, make_or_remove, clone_one, fork_or_exit,
		move, move, ask_for_cpus, plug,
	};
	const char *given = getenv("CPUSET_SEED");
	int i;

	seed = given ? (unsigned int)atoi(given) : (unsigned int)_i + 1;
	state = seed;
	host.use_cookies = host.one_step = _i % 2;
	model[0] = (struct model_cpuset){ .cont = mount_top("cpuset,ns,keep_empty=max"),
					  .cpus = HOST_ALL_CPUS, .exclusive = true };
	for (i = 0; i < TASKS; i++)
		task_in[i] = -1;
	for (i = 0; i < STEPS; i++) {
		steps[pick(ARRAY_LEN(steps))]();
		if (!pick(4))
			check_all();
	}
	check_all();
	umount_top(model[0].cont);
}
END_TEST

TCase *cpuset_model_tests(void)
{
	TCase *tc = tcase_of("cpuset_model");

	tcase_add_loop_test(tc, random_steps, 0, 16);
	return tc;
}
