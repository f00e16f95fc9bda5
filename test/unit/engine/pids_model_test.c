// SPDX-License-Identifier: GPL-2.0-only
/*
 * pids against a reference that is told everything
 *
 * Forks begin, end and fail, tasks move in between, are cloned, exit and are reaped late, and
 * limits change, all at random. The reference keeps for each task, zombie and begun fork where
 * it is charged. The files must show the sums. A fork must be refused if, and only if, a count
 * is at its limit, and only a move may take a count beyond it.
 */
#include "tools.h"

#define DIRS	8
#define TASKS	48
#define STEPS	20000
#define NOWHERE	-1

enum state { NONE, ALIVE, ZOMBIE };

static struct container *dir[DIRS];
static const int above[DIRS] = { -1, 0, 0, 1, 1, 3, 2, 5 };
static long limit[DIRS];			/* -1: none */
static unsigned long count[DIRS], peak[DIRS], refused[DIRS];
static enum state state[HOST_TASKS];
static int where[HOST_TASKS];			/* index into dir */
static int child_of[HOST_TASKS];		/* the child that it is making, or 0 */
static int charged[HOST_TASKS];			/* where that child is charged, or NOWHERE */
static unsigned int seed;

static unsigned int pick(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

static void add(int i, int delta)
{
	for (; i > 0; i = above[i]) {
		count[i] += (unsigned long)delta;
		if (count[i] > peak[i])
			peak[i] = count[i];
	}
}

static bool full(int i)
{
	for (; i > 0; i = above[i])
		if (limit[i] >= 0 && count[i] >= (unsigned long)limit[i])
			return true;
	return false;
}

static bool limited(int i)
{
	for (; i > 0; i = above[i])
		if (limit[i] >= 0)
			return true;
	return false;
}

static void look(int i)
{
	char text[32];

	snprintf(text, sizeof(text), "%lu\n", count[i]);
	ck_assert_str_eq(read_of(dir[i], "pids.current"), text);
	snprintf(text, sizeof(text), "%lu\n", peak[i]);
	ck_assert_str_eq(read_of(dir[i], "pids.peak"), text);
	snprintf(text, sizeof(text), "max %lu\n", refused[i]);
	ck_assert_str_eq(read_of(dir[i], "pids.events"), text);
}

static void begin(int tid, int child)
{
	int i = where[tid], ret = container_fork_begins(host_key(tid), host_key(child));

	if (full(i)) {
		ck_assert_int_eq(ret, -EAGAIN);
		refused[i]++;
		return;
	}
	ck_assert_int_eq(ret, 0);
	child_of[tid] = child;
	charged[tid] = limited(i) ? i : NOWHERE;
	add(charged[tid], 1);
	state[child] = ALIVE;	/* its number is taken */
	where[child] = NOWHERE;
}

static void end(int tid)
{
	int child = child_of[tid];

	add(charged[tid], -1);
	child_of[tid] = 0;
	if (pick(4)) {
		host_fork(tid, child);
		where[child] = where[tid];
		add(where[child], 1);
	} else {
		container_fork_failed(host_key(tid), host_key(child));
		state[child] = NONE;
	}
}

static void set_limit(int i)
{
	char text[16];

	limit[i] = (long)pick(12) - 1;
	snprintf(text, sizeof(text), "%ld", limit[i]);
	ck_assert_int_eq(write_to(dir[i], "pids.max", limit[i] < 0 ? "max" : text), 0);
}

static void step(int tid, int other)
{
	int i = (int)pick(DIRS);
	bool runs = state[tid] == ALIVE && where[tid] != NOWHERE;

	switch (pick(10)) {
	case 0:
		if (runs) {
			add(where[tid], -1);
			where[tid] = i;
			add(i, 1);
			attach(dir[i], tid);
		}
		break;
	case 1:
		if (i)
			set_limit(i);
		break;
	case 2:
		if (i)
			look(i);
		break;
	case 3:
	case 4:
		if (runs && !child_of[tid] && tid > 10) {
			host_exit(tid);
			state[tid] = ZOMBIE;
		}
		break;
	case 5:
		if (state[tid] == ZOMBIE) {
			host_reap(tid);
			add(where[tid], -1);
			state[tid] = NONE;
		}
		break;
	default:
		if (runs && child_of[tid])
			end(tid);
		else if (runs && state[other] == NONE)
			begin(tid, other);
	}
}

START_TEST(at_random)
{
	char name[8];
	int i, tid;

	seed = (unsigned int)_i;
	dir[0] = mount_top("pids");
	for (i = 1; i < DIRS; i++) {
		snprintf(name, sizeof(name), "%d", i);
		dir[i] = make_dir(dir[above[i]], name);
		limit[i] = -1;
	}
	for (tid = 10; tid < 16; tid++) {
		host_fork(1, tid);
		state[tid] = ALIVE;
	}
	for (i = 0; i < STEPS; i++)
		step(10 + (int)pick(TASKS), 10 + (int)pick(TASKS));
	sane();
	for (tid = 10; tid < 10 + TASKS; tid++)
		if (child_of[tid])
			end(tid);
	for (i = 1; i < DIRS; i++)
		look(i);
	for (tid = 10; tid < 10 + TASKS; tid++) {
		if (state[tid] == ALIVE)
			host_exit(tid);
		if (state[tid] != NONE)
			host_reap(tid);
	}
	for (i = DIRS - 1; i > 0; i--) {
		ck_assert_str_eq(read_of(dir[i], "pids.current"), "0\n");
		snprintf(name, sizeof(name), "%d", i);
		ck_assert_int_eq(container_rmdir(dir[above[i]], name), 0);
	}
	umount_top(dir[0]);
}
END_TEST

TCase *pids_model_tests(void)
{
	TCase *tc = tcase_of("pids_model");

	tcase_add_loop_test(tc, at_random, 0, 20);
	return tc;
}
