// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random freezing, checked against the rules
 *
 * Containers are made, removed, frozen and thawed, tasks fork, clone, exit and move, on hosts of
 * both kinds. After each step a task must be stopped exactly if FROZEN was written to its
 * container or to one above, and each freezer.state must agree. The message of a failure has
 * its seed; FREEZER_SEED repeats it.
 */
#include "tools.h"

#define CONTAINERS	12
#define TASKS		40
#define FIRST		100
#define STEPS		4000

struct model_container {
	struct container	*cont;
	int			parent;		/* index; 0 is the top */
	bool			frozen;		/* FROZEN was written */
};

static struct model_container model[CONTAINERS];
static int task_in[TASKS];			/* index of its container, -1: no task */
static unsigned long long state;
static unsigned int seed;

static unsigned int pick(unsigned int n)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned int)(state >> 33) % n;
}

static bool must_stop(int i)
{
	for (; i; i = model[i].parent)
		if (model[i].frozen)
			return true;
	return false;
}

static int any_container(void)
{
	int i;

	do {
		i = (int)pick(CONTAINERS);
	} while (!model[i].cont);
	return i;
}

static void make_or_remove(void)
{
	int i = 1 + (int)pick(CONTAINERS - 1), parent = any_container();
	char name[16];

	snprintf(name, sizeof(name), "c%d", i);
	if (!model[i].cont) {
		model[i] = (struct model_container){
			.cont = make_dir(model[parent].cont, name), .parent = parent,
		};
	} else if (!container_rmdir(model[model[i].parent].cont, name)) {
		for (int t = 0; t < TASKS; t++)
			ck_assert_int_ne(task_in[t], i);
		model[i].cont = NULL;
	}
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
	} else {
		host_fork(1, FIRST + t);
		task_in[t] = 0;
	}
}

static void move(void)
{
	int t = (int)pick(TASKS), to = any_container();

	if (task_in[t] < 0)
		return;
	ck_assert_int_eq(attach(model[to].cont, FIRST + t), 0);
	task_in[t] = to;
}

static void freeze_or_thaw(void)
{
	int i = any_container();

	if (!i)
		return;
	model[i].frozen = pick(2);
	ck_assert_int_eq(write_to(model[i].cont, "freezer.state",
				  model[i].frozen ? "FROZEN" : "THAWED"), 0);
}

static void check_all(void)
{
	int i, t;

	container_run_work();
	sane();
	for (t = 0; t < TASKS; t++)
		if (task_in[t] >= 0)
			ck_assert_msg(!!host.task[FIRST + t].account == must_stop(task_in[t]),
				      "seed %u: task %d", seed, FIRST + t);
	for (i = 1; i < CONTAINERS; i++)
		if (model[i].cont)
			ck_assert_msg(!strcmp(read_of(model[i].cont, "freezer.state"),
					      must_stop(i) ? "FROZEN\n" : "THAWED\n"),
				      "seed %u: container %d", seed, i);
}

START_TEST(random_steps)
{
	const char *given = getenv("FREEZER_SEED");
	int i;

	seed = given ? (unsigned int)atoi(given) : (unsigned int)_i + 1;
	state = seed;
	host.freeze_later = host.use_cookies = _i % 2;
	model[0].cont = mount_top("freezer");
	for (i = 0; i < TASKS; i++)
		task_in[i] = -1;
	for (i = 0; i < STEPS; i++) {
		switch (pick(6)) {
		case 0:
			make_or_remove();
			break;
		case 1:
		case 2:
			fork_or_exit();
			break;
		case 3:
		case 4:
			move();
			break;
		default:
			freeze_or_thaw();
			break;
		}
		if (!pick(4))
			check_all();
	}
	check_all();
	umount_top(model[0].cont);
}
END_TEST

TCase *freezer_model_tests(void)
{
	TCase *tc = tcase_of("freezer_model");

	tcase_add_loop_test(tc, random_steps, 0, 16);
	return tc;
}
