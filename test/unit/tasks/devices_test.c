// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each css_group that BPF knows is under the right rules
 *
 * A second hierarchy has devices, with containers c and c/d. At every step consistent() and
 * the fake kernel check that groups are told of the right set, and that no set is freed while
 * a group has it. The tests here make things happen.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "tasks/tasks.h"
#include "fake_kernel.h"
#include "tasks/ids.h"
#include "world.h"

#define NEWUTS 0x04000000u

static struct containerfs_root *hierarchy_of_devices;
static struct container *dtop, *c, *d;

static struct container *make(struct container *dir, const char *name)
{
	struct container *child;

	ck_assert_int_eq(container_mkdir(dir, name, 0755, 0, 0, &root, &child), 0);
	return child;
}

static void begin(void)
{
	char msg[128];

	ck_assert_int_eq(hierarchy_mount("devices", &root, msg, sizeof(msg),
					 &hierarchy_of_devices), 0);
	dtop = hierarchy_top(hierarchy_of_devices);
	c = make(dtop, "c");
	d = make(c, "d");
}

static void end(void)
{
	for (uint32_t tid = 1; tid < FK_TASKS; tid++)
		if (fk_task[tid].live)
			fk_exit(tid);
	consistent();
	container_put(d);
	container_put(c);
	tasks_begin();
	ck_assert_int_eq(container_rmdir(c, "d"), 0);
	ck_assert_int_eq(container_rmdir(dtop, "c"), 0);
	hierarchy_umount(hierarchy_of_devices);
	tasks_end();
	ck_assert(!fk_devices);
	for (int i = 0; i < FK_RULES; i++)
		ck_assert(!fk_rules[i]);
}

static long deny(struct container *cont, const char *rule)
{
	return write_as(&root, cont, "devices.deny", rule);
}

/* The set that task @tid is under, without asking the daemon. */
static uint64_t rules_of(uint32_t tid)
{
	return fk_group[te_word_id(fk_task[tid].word)].group.rules;
}

/* Tasks of uid 0 in the fake kernel; task 1 writes. */
static void be_root(void)
{
	fk_task[1].flags |= TE_TASK_SYS_ADMIN;
}

START_TEST(told_at_once)
{
	begin();
	fk_spawn(10, 10);
	ck_assert_int_eq(attach(d, 10), 0);
	ck_assert_int_eq(deny(d, "c 1:3 r"), -EPERM);
	ck_assert(!fk_devices);
	be_root();
	ck_assert_int_eq(deny(d, "c 1:3 r"), 0);
	ck_assert(fk_devices);
	ck_assert_uint_ne(rules_of(10), 0);
	ck_assert_uint_eq(rules_of(1), 0);
	/* in another group of the same container, by attach */
	ck_assert_int_eq(attach(a, 10), 0);
	ck_assert_uint_ne(rules_of(10), 0);
	fk_fork(10, 11, 11, 0);
	fk_unshare(11, NEWUTS);
	ck_assert_uint_eq(rules_of(11), rules_of(10));
	consistent();
	ck_assert_int_eq(attach(c, 10), 0);
	ck_assert_uint_eq(rules_of(10), 0);
	ck_assert_int_eq(deny(dtop, "c 1:3 r"), 0);
	ck_assert_uint_ne(rules_of(10), 0);
	ck_assert_uint_eq(rules_of(1), fk_group[0].group.rules);
	ck_assert_uint_ne(rules_of(1), 0);
	consistent();
	end();
	ck_assert_uint_eq(fk_group[0].group.rules, 0);
}
END_TEST

static void unshare_11(void)
{
	fk_unshare(11, NEWUTS);
}

static void unshare_12(void)
{
	fk_unshare(12, NEWUTS);
}

static void unshare_13(void)
{
	fk_unshare(13, NEWUTS);
}

/* A clone got its parent's set, or none, just before the set was replaced. */
START_TEST(clone_crosses_write)
{
	uint64_t old;

	begin();
	be_root();
	for (uint32_t tid = 10; tid < 14; tid++) {
		fk_spawn(tid, tid);
		ck_assert_int_eq(attach(d, tid), 0);
		ck_assert_int_eq(attach(a, tid), 0);
	}
	fk_before_rules = unshare_12;
	ck_assert_int_eq(deny(d, "c 1:3 r"), 0);
	old = rules_of(10);
	ck_assert_uint_ne(old, 0);
	ck_assert_uint_eq(rules_of(12), old);
	fk_before_rules = unshare_11;
	ck_assert_int_eq(deny(d, "c 1:5 r"), 0);
	ck_assert_ptr_null(fk_before_rules);
	ck_assert_uint_ne(te_word_id(fk_task[10].word), te_word_id(fk_task[11].word));
	ck_assert_uint_ne(rules_of(10), old);
	ck_assert_uint_eq(rules_of(11), rules_of(10));
	ck_assert_uint_eq(rules_of(12), rules_of(10));
	ck_assert_int_eq(write_as(&root, d, "devices.allow", "c 1:3 r"), 0);
	fk_before_rules = unshare_13;
	ck_assert_int_eq(write_as(&root, d, "devices.allow", "c 1:5 r"), 0);
	ck_assert_uint_eq(rules_of(10), 0);
	ck_assert_uint_eq(rules_of(13), 0);
	consistent();
	end();
}
END_TEST

START_TEST(random_writes)
{
	struct container *in[3];
	uint32_t tid, other;
	char rule[32];

	begin();
	be_root();
	in[0] = dtop, in[1] = c, in[2] = d;
	srandom(_i + 1);
	fk_ring_size = _i & 1 ? 2 + _i % 6 : 10000;
	for (int step = 0; step < 1000; step++) {
		tid = 3 + random() % 60;
		other = 3 + random() % 60;
		snprintf(rule, sizeof(rule), "c 1:%ld rwm", random() % 3);
		switch (random() % 8) {
		case 0:
			write_as(&root, in[random() % 3], "devices.allow", rule);
			break;
		case 1:
			ck_assert_int_eq(deny(in[random() % 3], rule), 0);
			break;
		case 2:
			if (!fk_task[tid].live)
				fk_spawn(tid, tid);
			attach(random() % 4 ? in[random() % 3] : a, (int)tid);
			break;
		case 3:
			if (fk_task[tid].live)
				fk_unshare(tid, NEWUTS);
			break;
		case 4 ... 5:
			if (fk_task[tid].live && !fk_task[other].live)
				fk_fork(tid, other, other, random() % 2 ? NEWUTS : 0);
			break;
		case 6:
			if (fk_task[tid].live)
				fk_exit(tid);
			break;
		default:
			consistent();
		}
		/* the fake kernel has only so many numbers */
		if (fk_next_rules() > FK_RULES - 16)
			break;
	}
	consistent();
	end();
}
END_TEST

TCase *devices_tests(void)
{
	TCase *tc = world_case("devices");

	tcase_add_test(tc, told_at_once);
	tcase_add_test(tc, clone_crosses_write);
	tcase_add_loop_test(tc, random_writes, 0, 32);
	return tc;
}
