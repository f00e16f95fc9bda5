// SPDX-License-Identifier: GPL-2.0-only
/*
 * Thousands of random operations, on the engine and on a model
 *
 * After each operation the test compares the two, and the engine's counts with what exists. Of
 * the operations that need memory, every tenth lacks it at a random allocation; then nothing
 * may have changed. In the end all tasks exit, all containers are removed, and nothing is
 * left. A failing seed is the index of the loop; MODEL_STEPS sets another number of steps.
 */
#include "model.h"

static struct container_file *held[8];

static int pick(int n)
{
	return random() % n;
}

static int pick_node(void)
{
	int i = pick(MODEL_NODES), n;

	for (n = 0; n < MODEL_NODES; n++, i = (i + 1) % MODEL_NODES)
		if (model.node[i].live)
			return i;
	return 0;
}

static int pick_task(bool live)
{
	int t = pick(MODEL_TASKS), n;

	for (n = 0; n < MODEL_TASKS; n++, t = (t + 1) % MODEL_TASKS)
		if (model.task[t].live == live)
			return t;
	return -1;
}

static int full(void)
{
	int n = 0;

	for (int i = 0; i < MODEL_NODES; i++)
		n += model.node[i].live;
	return n >= MODEL_NODES - 4;
}

static const char *pick_name(void)
{
	static const char *const names[] = {
		"a", "b", "c", "node1", "node2", "node5", "node9", "tasks",
	};

	return names[pick(ARRAY_LEN(names))];
}

/* Memory is short now and then; returns whether the operation met it. */
static bool short_of_memory;

static void maybe_fail(void)
{
	short_of_memory = pick(10) == 0;
	shim_fail_nth(short_of_memory ? 1 + pick(12) : 0);
}

static bool did_fail(void)
{
	return !shim_fail_nth(0) && short_of_memory;
}

static void do_mkdir(void)
{
	int dir = pick_node(), ret;
	const char *name = pick_name();

	if (full())
		return;
	maybe_fail();
	ret = try_mkdir(model.node[dir].cont, name);
	if (did_fail()) {
		ck_assert_int_eq(ret, -ENOMEM);
		return;
	}
	ck_assert_int_eq(ret, model_taken(dir, name) ? -EEXIST : 0);
	if (!ret)
		model_add(dir, name, false);
}

static void do_rmdir(void)
{
	int node = pick_node(), ret;
	struct model_node *n = &model.node[node];

	if (n->parent < 0)
		return;
	ret = container_rmdir(model.node[n->parent].cont, n->name);
	if (model_tasks(node) || model_children(node)) {
		ck_assert_int_eq(ret, -EBUSY);
	} else {
		ck_assert_int_eq(ret, 0);
		model_remove(node);
	}
}

static void do_rename(void)
{
	int node = pick_node(), ret;
	struct model_node *n = &model.node[node];
	const char *name = pick_name();
	struct container *dir;

	if (n->parent < 0)
		return;
	dir = model.node[n->parent].cont;
	maybe_fail();
	ret = container_rename(dir, n->name, dir, name);
	if (did_fail()) {
		ck_assert_int_eq(ret, -ENOMEM);
	} else if (!strcmp(name, "tasks")) {
		ck_assert_int_eq(ret, -ENOTDIR);
	} else if (!strcmp(n->name, name)) {
		ck_assert_int_eq(ret, 0);
	} else if (model_child(n->parent, name) >= 0) {
		ck_assert_int_eq(ret, -EEXIST);
	} else {
		ck_assert_int_eq(ret, 0);
		strcpy(n->name, name);
		model.node[n->parent].names_changed = true;
	}
}

static void do_attach(void)
{
	int t = pick_task(true), node = pick_node(), tree = model.node[node].tree;
	bool process = pick(3) == 0;
	struct container_file *f;
	char text[16];
	long ret;

	if (t < 0)
		return;
	f = open_as(&root_actor, model.node[node].cont, process ? "cgroup.procs" : "tasks");
	snprintf(text, sizeof(text), "%d", MODEL_TID + t);
	/* a task that is asked again is moved last; so another clone may be empty first */
	host.again = pick(4) || process ? 0 : pick(3);
	maybe_fail();
	ret = write_bytes(f, &root_actor, text, strlen(text));
	if (did_fail() && ret) {
		ck_assert_int_eq(ret, -ENOMEM);
	} else {
		ck_assert_int_eq(ret, 0);
		for (int u = 0; u < MODEL_TASKS; u++)
			if (model.task[u].live &&
			    (u == t || (process && model.task[u].tgid == model.task[t].tgid))) {
				model.task[u].at[tree] = node;
				model_settle();		/* one after the other */
			}
	}
	host.again = 0;
	container_file_release(f);
}

static void do_fork(bool thread)
{
	int parent = pick_task(true), child = pick_task(false);

	if (child < 0)
		return;
	if (parent < 0) {
		host_fork(1, MODEL_TID + child);
		model.task[child] = (struct model_task){ .live = true, .tgid = MODEL_TID + child };
		for (int tree = 0; tree < MODEL_TREES; tree++)
			model.task[child].at[tree] = tree;
		return;
	}
	if (thread)
		host_thread(MODEL_TID + parent, MODEL_TID + child);
	else
		host_fork(MODEL_TID + parent, MODEL_TID + child);
	model.task[child] = model.task[parent];
	if (!thread)
		model.task[child].tgid = MODEL_TID + child;
}

static void do_exit(void)
{
	int t = pick_task(true);

	if (t < 0)
		return;
	host_exit(MODEL_TID + t);
	model.task[t].live = false;
}

/* By a thread that is the leader or takes its place; all others end. */
static void do_exec(void)
{
	int t = pick_task(true), leader;

	if (t < 0)
		return;
	leader = model.task[t].tgid - MODEL_TID;
	/* the number of a leader that has ended may be another task's by now */
	if (model.task[leader].live && model.task[leader].tgid != model.task[t].tgid)
		return;
	for (int u = 0; u < MODEL_TASKS; u++)
		if (u != t && model.task[u].live && model.task[u].tgid == model.task[t].tgid) {
			model.task[u].live = false;
			model_settle();
		}
	host_exec(MODEL_TID + t);
	if (leader != t) {
		model.task[leader] = model.task[t];
		model.task[t].live = false;
	}
}

static bool clone_allowed(int dir)
{
	return model_busy_clones(dir) < model.node[dir].max_clones && model_depth(dir) < 32;
}

static void cloned(int dir, int t)
{
	char name[32];

	do {
		snprintf(name, sizeof(name), "node%lu", ++model.node[dir].next_number);
	} while (model_taken(dir, name));
	model.node[dir].clones++;
	model.task[t].at[MODEL_NS] = model_add(dir, name, true);
}

static void do_unshare(void)
{
	int t = pick_task(true), dir;
	unsigned long number;
	bool made;

	if (t < 0 || full())
		return;
	dir = model.task[t].at[MODEL_NS];
	number = model.node[dir].next_number;
	maybe_fail();
	host.one_step = short_of_memory || pick(2);
	made = host_unshare(MODEL_TID + t, NEW_USER);
	if (did_fail()) {
		ck_assert(!made);
		model.node[dir].refused++;
		/* a number may be used up, and names have changed */
		if (clone_allowed(dir)) {
			char name[32];

			do {
				snprintf(name, sizeof(name), "node%lu", ++number);
			} while (model_taken(dir, name));
			model.node[dir].names_changed =
				container_generation(model.node[dir].cont) !=
				model.node[dir].generation;
			inspect_set_next_number(model.node[dir].cont, number);
			model.node[dir].next_number = number;
		}
		return;
	}
	ck_assert(made == clone_allowed(dir));
	if (made)
		cloned(dir, t);
	else
		model.node[dir].refused++;
}

static void do_clone(void)
{
	int t = pick_task(true), child = pick_task(false), dir;

	if (t < 0 || child < 0 || full())
		return;
	dir = model.task[t].at[MODEL_NS];
	host_clone(MODEL_TID + t, MODEL_TID + child, NEW_PID);
	model.task[child] = model.task[t];
	model.task[child].tgid = MODEL_TID + child;
	if (clone_allowed(dir))
		cloned(dir, child);
	else
		model.node[dir].refused++;
}

static void do_setting(bool keep)
{
	int node = pick_node();
	unsigned int value = pick(keep ? 4 : 6);
	char text[16];

	if (model.node[node].tree != MODEL_NS)
		return;
	if (!keep && value == 5)
		value = ~0u;
	snprintf(text, sizeof(text), value == ~0u ? "max" : "%u", value);
	ck_assert_int_eq(write_to(model.node[node].cont, keep ? "ns.keep_empty" : "ns.max_clones",
				  text), 0);
	if (keep)
		model.node[node].keep_empty = value;
	else
		model.node[node].max_clones = value;
}

static void do_work(void)
{
	container_run_work();
	model_trim();
}

/* Kill a container, and let those who got the signal exit, in any order. */
static void do_kill(void)
{
	int node = pick_node();

	if (model.node[node].parent < 0 || pick(4))
		return;
	ck_assert_int_eq(write_to(model.node[node].cont, "container.kill", "1"), 0);
	for (int t = 0; t < MODEL_TASKS; t++) {
		int at = model.task[t].at[model.node[node].tree];

		while (at >= 0 && at != node)
			at = model.node[at].parent;
		if (!model.task[t].live || at < 0)
			continue;
		ck_assert_uint_gt(host.task[MODEL_TID + t].killed, 0);
		host_exit(MODEL_TID + t);
		model.task[t].live = false;
		model_settle();
	}
}

/* Open files hold containers, removed ones too. */
static void do_hold(void)
{
	struct container_file **f = &held[pick(ARRAY_LEN(held))];
	static const char *const files[] = { "tasks", "container.events", "cgroup.procs" };
	const char *data;
	bool armed, dead;
	long n;

	if (!*f) {
		*f = open_as(&root_actor, model.node[pick_node()].cont, files[pick(3)]);
		return;
	}
	dead = container_is_removed(container_file_container(*f));
	n = container_file_read(*f, &root_actor, 0, &data);
	ck_assert(dead ? n == -ENODEV : n >= 0);
	container_file_poll(*f, &armed);
	ck_assert(!dead || !armed);
	if (pick(2)) {
		container_file_release(*f);
		*f = NULL;
	}
}

static void step(void)
{
	int r = pick(100);

	if (r < 12)
		do_mkdir();
	else if (r < 22)
		do_rmdir();
	else if (r < 26)
		do_rename();
	else if (r < 41)
		do_attach();
	else if (r < 51)
		do_fork(r % 2);
	else if (r < 63)
		do_exit();
	else if (r < 65)
		do_exec();
	else if (r < 78)
		do_unshare();
	else if (r < 83)
		do_clone();
	else if (r < 87)
		do_setting(r % 2);
	else if (r < 93)
		do_work();
	else if (r < 95)
		do_kill();
	else
		do_hold();
	model_settle();
	model_compare();
}

static void compare_counts(void)
{
	for (int i = 0; i < MODEL_NODES; i++) {
		struct model_node *n = &model.node[i];

		if (!n->live || n->tree != MODEL_NS)
			continue;
		ck_assert_uint_eq(number_in(n->cont, "ns.events", "clones "), n->clones);
		ck_assert_uint_eq(number_in(n->cont, "ns.events", "refused "), n->refused);
	}
}

START_TEST(random_steps)
{
	const char *env = getenv("MODEL_STEPS");
	int steps = env ? atoi(env) : 3000;
	struct container *top[MODEL_TREES] = {
		mount_top("ns"), mount_top("debug"), mount_top("none,name=x"),
	};

	srandom(_i + 1);
	model_init(top);
	for (int i = 0; i < steps; i++) {
		step();
		if (i % 64 == 0)
			compare_counts();
	}
	compare_counts();

	/* All tasks go to the tops, and all containers are removed. */
	for (unsigned int i = 0; i < ARRAY_LEN(held); i++)
		if (held[i])
			container_file_release(held[i]);
	for (int t = 0; t < MODEL_TASKS; t++)
		if (model.task[t].live)
			host_exit(MODEL_TID + t);
	ck_assert_uint_eq(inspect_groups(), 1);
	ck_assert_uint_eq(inspect_init_refs(), 1);
	for (int round = 0; round < 40; round++)
		for (int i = MODEL_TREES; i < MODEL_NODES; i++)
			if (model.node[i].live && !model_children(i)) {
				ck_assert_int_eq(container_rmdir(
					model.node[model.node[i].parent].cont, model.node[i].name), 0);
				model_remove(i);
			}
	for (int tree = 0; tree < MODEL_TREES; tree++) {
		ck_assert_str_eq(children_of(top[tree]), "");
		umount_top(top[tree]);
	}
	ck_assert_int_eq(hierarchy_count(), 0);
}
END_TEST

TCase *model_tests(void)
{
	TCase *tc = tcase_of("model");

	tcase_add_loop_test(tc, random_steps, 0, 12);
	return tc;
}
