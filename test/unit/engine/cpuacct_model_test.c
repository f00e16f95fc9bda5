// SPDX-License-Identifier: GPL-2.0-only
/*
 * cpuacct against a reference that is told everything
 *
 * Tasks run, migrate, move, fork, exit slowly and are reset at random. The reference adds each
 * nanosecond, when it is used, to the CPU and to the container of the task, and to those
 * above. The engine must always show the same.
 */
#include "tools.h"

#define DIRS	8
#define TASKS	64
#define STEPS	20000

static struct container *dir[DIRS];
static const int above[DIRS] = { -1, 0, 0, 1, 1, 3, 2, 5 };
static unsigned long long used[DIRS][2][2];	/* on CPU 0 and 2: user, system, as it should be */
static int where[HOST_TASKS];			/* index into dir */
static bool running[HOST_TASKS], exited[HOST_TASKS];
static unsigned int seed;

static unsigned int pick(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

static void run(int tid)
{
	unsigned long long user = pick(1000), system = pick(1000);
	int i;

	host_run(tid, user, system);
	for (i = where[tid]; i > 0; i = above[i]) {
		used[i][host.task[tid].on_cpu / 2][0] += user;
		used[i][host.task[tid].on_cpu / 2][1] += system;
	}
}

static void look(int i)
{
	char text[64];

	snprintf(text, sizeof(text), "%llu\n",
		 used[i][0][0] + used[i][0][1] + used[i][1][0] + used[i][1][1]);
	ck_assert_str_eq(read_of(dir[i], "cpuacct.usage"), text);
	snprintf(text, sizeof(text), "%llu\n", used[i][0][1] + used[i][1][1]);
	ck_assert_str_eq(read_of(dir[i], "cpuacct.usage_sys"), text);
	snprintf(text, sizeof(text), "%llu %llu \n", used[i][0][0], used[i][1][0]);
	ck_assert_str_eq(read_of(dir[i], "cpuacct.usage_percpu_user"), text);
}

static void step(int tid, int other)
{
	int i = (int)pick(DIRS);

	switch (pick(14)) {
	case 0:
		if (running[tid]) {
			attach(dir[i], tid);
			where[tid] = i;
		}
		break;
	case 1:
		if (running[tid] && !running[other] && !exited[other]) {
			host_fork(tid, other);
			running[other] = true;
			where[other] = where[tid];
		}
		break;
	case 2:
		if (running[tid] && tid != 10) {
			host_exit(tid);
			running[tid] = false;
			exited[tid] = true;
		}
		break;
	case 3:
		/* then the number may be used again */
		if (exited[tid]) {
			host_dead(tid);
			look(where[tid] ? where[tid] : 1);
			container_run_work();
			exited[tid] = false;
		}
		break;
	case 4:
		if (i) {
			ck_assert_int_eq(write_to(dir[i], "cpuacct.usage", "0"), 0);
			memset(used[i], 0, sizeof(used[i]));
		}
		break;
	case 5:
		if (i)
			look(i);
		break;
	case 6:
	case 7:
		if (running[tid])
			host_migrate(tid, (int)pick(2) * 2);
		break;
	default:
		if (running[tid] || exited[tid])
			run(tid);
	}
}

START_TEST(at_random)
{
	char name[8];
	int i, tid;

	seed = (unsigned int)_i;
	host.cpus = 3;
	host.dies_slowly = true;
	dir[0] = mount_top("cpuacct");
	for (i = 1; i < DIRS; i++) {
		snprintf(name, sizeof(name), "%d", i);
		dir[i] = make_dir(dir[above[i]], name);
	}
	for (tid = 10; tid < 20; tid++) {
		host_fork(1, tid);
		running[tid] = true;
	}
	for (i = 0; i < STEPS; i++)
		step(10 + (int)pick(TASKS), 10 + (int)pick(TASKS));
	for (i = 1; i < DIRS; i++)
		look(i);
	sane();
	for (tid = 10; tid < 10 + TASKS; tid++)
		if (running[tid])
			host_exit(tid);
	for (i = DIRS - 1; i > 0; i--) {
		snprintf(name, sizeof(name), "%d", i);
		ck_assert_int_eq(container_rmdir(dir[above[i]], name), 0);
	}
	umount_top(dir[0]);
}
END_TEST

TCase *cpuacct_model_tests(void)
{
	TCase *tc = tcase_of("cpuacct_model");

	tcase_add_loop_test(tc, at_random, 0, 20);
	return tc;
}
