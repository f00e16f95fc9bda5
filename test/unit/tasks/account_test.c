// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPU time, from the kernel's sums to the files, with and without lost events
 *
 * The fake kernel keeps the sums as the BPF programs do; a second hierarchy has
 * cpuacct, with containers c, c/d and e. The test compares its files with the time
 * that it let each task use.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "tasks/tasks.h"
#include "fake_kernel.h"
#include "tasks/cpuacct.h"
#include "tasks/ids.h"
#include "world.h"

static struct containerfs_root *accounts;
static struct container *c, *d, *e;

static struct container *make(struct container *dir, const char *name)
{
	struct container *child;

	ck_assert_int_eq(container_mkdir(dir, name, 0755, 0, 0, &root, &child), 0);
	return child;
}

static void begin(void)
{
	char msg[128];

	ck_assert_int_eq(hierarchy_mount("cpuacct", &root, msg, sizeof(msg), &accounts), 0);
	c = make(hierarchy_top(accounts), "c");
	d = make(c, "d");
	e = make(hierarchy_top(accounts), "e");
}

static void end(void)
{
	container_put(d);
	container_put(c);
	container_put(e);
	for (uint32_t tid = 1; tid < FK_TASKS; tid++) {
		if (fk_task[tid].live)
			fk_exit(tid);
		fk_free(tid);
	}
	usleep(20000);
	tasks_begin();
	container_rmdir(c, "d");
	container_rmdir(hierarchy_top(accounts), "c");
	container_rmdir(hierarchy_top(accounts), "e");
	hierarchy_umount(accounts);
	tasks_end();
}

static uint64_t used(struct container *cont)
{
	uint64_t system;

	cpuacct_look();		/* a read may use the last look, if that is recent */
	system = strtoull(text_of(cont, "cpuacct.usage_sys"), NULL, 10);

	ck_assert_uint_eq(strtoull(text_of(cont, "cpuacct.usage"), NULL, 10), system * 3 / 2);
	return system;
}

/* The number of CPU @cpu, in system time. */
static uint64_t used_on(struct container *cont, unsigned int cpu)
{
	const char *text = text_of(cont, "cpuacct.usage_percpu_sys");

	while (cpu--)
		text = strchr(text, ' ') + 1;
	return strtoull(text, NULL, 10);
}

START_TEST(moves_and_exits)
{
	begin();
	fk_spawn(10, 10);
	fk_run(10, 1000);
	ck_assert_int_eq(attach(d, 10), 0);
	ck_assert_uint_eq(used(d), 0);
	fk_run(10, 20);
	fk_fork(10, 11, 11, 0);
	fk_run(11, 4);
	ck_assert_uint_eq(used(d), 24);
	ck_assert_int_eq(attach(e, 10), 0);
	fk_run(10, 200);
	fk_exit(11);
	ck_assert_uint_eq(used(d), 24);
	ck_assert_uint_eq(used(c), 24);
	ck_assert_uint_eq(used(e), 200);
	/* in another hierarchy: another id, the same container here */
	ck_assert_int_eq(attach(a, 10), 0);
	fk_run(10, 2);
	fk_exit(10);
	ck_assert_uint_eq(used(e), 202);
	end();
}
END_TEST

/* Each nanosecond is charged to the CPU where it was used, though a walk sees only the last CPU. */
START_TEST(by_cpu)
{
	if (host_nr_cpus() < 2)
		return;
	begin();
	fk_spawn(10, 10);
	fk_run(10, 1000);
	fk_migrate(10, 1);
	ck_assert_int_eq(attach(d, 10), 0);
	fk_run(10, 20);
	fk_migrate(10, 0);
	fk_run(10, 4);
	ck_assert_uint_eq(used(d), 24);
	ck_assert_uint_eq(used_on(d, 0), 4);
	ck_assert_uint_eq(used_on(d, 1), 20);
	/* a child is born, and ends, on another CPU */
	fk_fork(10, 11, 11, 0);
	fk_migrate(11, 1);
	fk_run(11, 300);
	fk_exit(11);
	fk_run(11, 2);
	fk_free(11);
	ck_assert_int_eq(attach(e, 10), 0);
	fk_run(10, 6000);
	ck_assert_uint_eq(used(c), 326);
	ck_assert_uint_eq(used_on(c, 0), 4);
	ck_assert_uint_eq(used_on(c, 1), 322);
	ck_assert_uint_eq(used_on(e, 0), 6000);
	ck_assert_uint_eq(used_on(e, 1), 0);
	end();
}
END_TEST

/* No time is lost for which the ring has no room. */
START_TEST(lost_events)
{
	begin();
	fk_spawn(10, 10);
	ck_assert_int_eq(attach(c, 10), 0);
	fk_run(10, 100);
	fk_ring_size = 0;
	for (uint32_t tid = 100; tid < 200; tid++) {
		fk_fork(10, tid, tid, 0);
		fk_run(tid, 10);
		fk_exit(tid);
		fk_run(tid, 2);
		fk_free(tid);
	}
	ck_assert_uint_eq(used(c), 1300);
	fk_unshare(10, TE_CLONE_NEWUTS);
	fk_run(10, 20);
	fk_exit(10);
	ck_assert_uint_eq(used(c), 1320);
	ck_assert_uint_gt(fk_rebuilds(), 0);
	end();
}
END_TEST

/* Time after the exit is seen at once, and kept for the containers above a removed one. */
START_TEST(last_instructions)
{
	begin();
	fk_spawn(10, 10);
	ck_assert_int_eq(attach(d, 10), 0);
	fk_run(10, 100);
	fk_exit(10);
	ck_assert_uint_eq(used(d), 100);
	fk_run(10, 6);
	ck_assert_uint_eq(used(d), 106);
	tasks_begin();
	ck_assert_int_eq(container_rmdir(c, "d"), 0);
	tasks_end();
	fk_run(10, 2);
	ck_assert_uint_eq(ids_count(), 2);
	fk_free(10);
	usleep(20000);
	ck_assert_uint_eq(used(c), 108);
	ck_assert_uint_eq(ids_count(), 1);
	end();
}
END_TEST

static void somebody_exits(void)
{
	fk_exit(10);
	fk_exit(3000);
}

/* The walk has counted one task, and not the other: neither is missing or counted twice. */
START_TEST(exits_amid_a_look)
{
	begin();
	fk_spawn(10, 10);
	fk_spawn(3000, 3000);
	ck_assert_int_eq(attach(c, 10), 0);
	ck_assert_int_eq(attach(c, 3000), 0);
	fk_run(10, 100);
	fk_run(3000, 1000);
	fk_amid_walk = somebody_exits;
	ck_assert_uint_eq(used(c), 1100);
	ck_assert_uint_eq(used(c), 1100);
	end();
}
END_TEST

static struct container *place[5];
static uint64_t expected[5], expected_on_0[5];
static int where[64];

static void use(int i, uint64_t ns)
{
	fk_run(100 + (uint32_t)i, ns);
	expected[where[i]] += ns;
	if (where[i] == 2)
		expected[1] += ns;
	if (fk_task[100 + i].on_cpu)
		return;
	expected_on_0[where[i]] += ns;
	if (where[i] == 2)
		expected_on_0[1] += ns;
}

START_TEST(at_random)
{
	begin();
	srandom((unsigned int)_i);
	place[0] = hierarchy_top(accounts);
	place[1] = c, place[2] = d, place[3] = e;
	memset(expected, 0, sizeof(expected));
	memset(expected_on_0, 0, sizeof(expected_on_0));
	memset(where, 0, sizeof(where));
	fk_ring_size = _i % 2 ? 5 : 100000;
	for (int i = 0; i < 64; i += 2)
		fk_spawn(100 + (uint32_t)i, 100 + (uint32_t)i);
	for (int step = 0; step < 4000; step++) {
		int i = (int)(random() % 64), j = (int)(random() % 64), to = (int)(random() % 4);
		struct fk_task *t = &fk_task[100 + i], *u = &fk_task[100 + j];

		switch (random() % 12) {
		case 0:
			if (t->live && !attach(place[to], 100 + i))
				where[i] = to;
			break;
		case 1:
			if (t->live && random() % 2)
				attach(random() % 2 ? a : top, 100 + i);
			break;
		case 2:
			if (t->live && !u->live && !u->dying) {
				fk_fork(100 + (uint32_t)i, 100 + (uint32_t)j, 100 + (uint32_t)j,
					random() % 2 ? TE_CLONE_NEWUTS : 0);
				where[j] = where[i];
			}
			break;
		case 3:
			if (t->live)
				fk_unshare(100 + (uint32_t)i, TE_CLONE_NEWUTS);
			break;
		case 4:
			if (t->live && i)
				fk_exit(100 + (uint32_t)i);
			break;
		case 5:
			if (t->dying)
				fk_free(100 + (uint32_t)i);
			break;
		case 6:
			to = 1 + to % 3;
			ck_assert_uint_eq(used(place[to]), expected[to]);
			ck_assert_uint_eq(used_on(place[to], 0), expected_on_0[to]);
			break;
		case 7:
			if (t->live && host_nr_cpus() > 1)
				fk_migrate(100 + (uint32_t)i, (uint32_t)random() % FK_CPUS);
			break;
		default:
			if (t->live || t->dying)
				use(i, (uint64_t)(random() % 1000) * 2);
		}
	}
	for (int i = 1; i < 4; i++)
		ck_assert_uint_eq(used(place[i]), expected[i]);
	end();
}
END_TEST

TCase *account_tests(void)
{
	TCase *tc = world_case("account");

	tcase_add_test(tc, moves_and_exits);
	tcase_add_test(tc, by_cpu);
	tcase_add_test(tc, lost_events);
	tcase_add_test(tc, last_instructions);
	tcase_add_test(tc, exits_amid_a_look);
	tcase_add_loop_test(tc, at_random, 0, 32);
	return tc;
}
