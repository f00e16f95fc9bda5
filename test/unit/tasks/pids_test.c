// SPDX-License-Identifier: GPL-2.0-only
/*
 * The entries of BPF that count tasks, and their containers
 *
 * The hierarchy has pids and ns together, so that clones bring entries that the daemon has not
 * made. A container must get the right entry, whether the engine makes it at once, after lost
 * events, or not at all; and no entry may stay behind.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "tasks/tasks.h"
#include "fake_kernel.h"
#include "tasks/ids.h"
#include "world.h"

#define NEWUTS 0x04000000u

static struct container *make(struct container *dir, const char *name)
{
	struct container *child;

	ck_assert_int_eq(container_mkdir(dir, name, 0755, 0, 0, &root, &child), 0);
	return child;
}

/* Make the world's hierarchy anew, with pids. */
static void begin(void)
{
	char msg[256];

	container_put(a);
	container_put(b);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert_int_eq(container_rmdir(top, "b"), 0);
	hierarchy_umount(hierarchy);
	ck_assert_int_eq(hierarchy_mount("ns,pids", &root, msg, sizeof(msg), &hierarchy), 0);
	top = hierarchy_top(hierarchy);
	a = make(top, "a");
	b = make(a, "b");
	ck_assert_uint_eq(fk_pids_entries(), 2);
}

/* teardown() needs a and b in the top. */
static void end(void)
{
	container_put(b);
	b = make(top, "b");
}

static long number(struct container *cont, const char *file)
{
	return strtol(text_of(cont, file), NULL, 10);
}

static int child_name(void *arg, const char *name, unsigned int namelen, struct container *child,
		      unsigned int node, unsigned long long next)
{
	if (!child)
		return 0;
	snprintf(arg, 256, "%.*s", (int)namelen, name);
	*(unsigned long long *)((char *)arg + 256) = next;
	return 1;
}

/* Check that each count is the number of the tasks listed there and below; returns it. */
static long agree(struct container *cont)
{
	struct { char name[256]; unsigned long long next; } at = { .next = 0 };
	long tasks = number(cont, "container.events");
	const char *text = strstr(text_of(cont, "container.events"), "tasks ");
	struct container *child;

	tasks = strtol(text + 6, NULL, 10);
	while (container_readdir(cont, at.next, NULL, child_name, &at)) {
		child = child_of(cont, at.name);
		tasks += agree(child);
		container_put(child);
	}
	if (cont != top) {
		ck_assert_int_eq(number(cont, "pids.current"), tasks);
		ck_assert_int_ge(number(cont, "pids.peak"), tasks);
	}
	return tasks;
}

START_TEST(clones_have_their_entry)
{
	struct container *node;

	begin();
	fk_spawn(10, 10);
	ck_assert_int_eq(attach(b, 10), 0);
	/* tasks are born and end before a read: the peak is known all the same */
	fk_unshare(10, NEWUTS);
	fk_fork(10, 11, 11, 0);
	fk_fork(10, 12, 12, 0);
	fk_exit(11);
	fk_exit(12);
	tasks_begin();
	node = child_of(b, "node1");
	tasks_end();
	ck_assert_ptr_nonnull(node);
	ck_assert_int_eq(number(node, "pids.current"), 1);
	ck_assert_int_eq(number(node, "pids.peak"), 3);
	ck_assert_int_eq(number(a, "pids.peak"), 3);
	ck_assert_uint_eq(fk_pids_entries(), 3);
	ck_assert_int_eq(attach(top, 10), 0);
	ck_assert_int_eq(number(a, "pids.current"), 0);
	ck_assert_int_eq(container_rmdir(b, "node1"), 0);
	tasks_begin();
	tasks_end();
	ck_assert_uint_eq(fk_pids_entries(), 2);
	container_put(node);
	end();
}
END_TEST

START_TEST(refused_clones_have_none)
{
	struct container *node;

	begin();
	fk_spawn(10, 10);
	ck_assert_int_eq(attach(b, 10), 0);
	ck_assert_int_eq(write_as(&root, b, "ns.max_clones", "0"), 0);
	fk_fork(10, 11, 11, NEWUTS);
	ck_assert_int_eq(number(b, "pids.current"), 2);
	ck_assert_uint_eq(fk_pids_entries(), 3);
	/* a clone below needs the entry, and outlives all tasks in it */
	ck_assert_int_eq(write_as(&root, b, "ns.max_clones", "max"), 0);
	fk_fork(11, 12, 12, NEWUTS);
	tasks_begin();
	node = child_of(b, "node1");
	tasks_end();
	fk_exit(11);
	ck_assert_int_eq(attach(top, 12), 0);
	ck_assert_int_eq(attach(node, 12), 0);
	ck_assert_int_eq(number(b, "pids.current"), 2);
	ck_assert_int_eq(attach(top, 12), 0);
	container_put(node);
	ck_assert_int_eq(container_rmdir(b, "node1"), 0);
	tasks_begin();
	tasks_end();
	tasks_begin();
	tasks_end();
	ck_assert_uint_eq(fk_pids_entries(), 2);
	end();
}
END_TEST

/* When BPF's map is full, tasks are still counted, and limited, where there is an entry. */
START_TEST(no_room_for_entries)
{
	struct container *c, *d;

	begin();
	fk_spawn(10, 10);
	fk_spawn(11, 11);
	fk_pids_full = true;
	c = make(b, "c");
	d = make(c, "d");
	fk_pids_full = false;
	ck_assert_uint_eq(fk_log_errors, 1);
	fk_log_errors = 0;
	ck_assert_int_eq(attach(c, 10), 0);
	ck_assert_int_eq(attach(d, 11), 0);
	ck_assert_int_eq(number(b, "pids.current"), 2);
	ck_assert_int_eq(number(a, "pids.current"), 2);
	fk_fork(11, 12, 12, 0);
	ck_assert_int_eq(number(b, "pids.current"), 3);
	fk_exit(12);
	fk_exit(11);
	fk_exit(10);
	ck_assert_int_eq(number(b, "pids.current"), 0);
	container_put(d);
	ck_assert_int_eq(container_rmdir(c, "d"), 0);
	container_put(c);
	ck_assert_int_eq(container_rmdir(b, "c"), 0);
	tasks_begin();
	tasks_end();
	ck_assert_uint_eq(fk_pids_entries(), 2);
	end();
}
END_TEST

START_TEST(limits_and_refusals_pass)
{
	struct te_pids pids;
	unsigned long long id = container_id(a);

	begin();
	id = container_id(a);
	ck_assert_int_eq(write_as(&root, a, "pids.max", "5"), 0);
	ck_assert_int_eq(task_events_pids_get(NULL, id, &pids), 0);
	ck_assert_int_eq(pids.max, 5);
	ck_assert_int_eq(write_as(&root, a, "pids.max", "max"), 0);
	task_events_pids_get(NULL, id, &pids);
	ck_assert_int_eq(pids.max, TE_PIDS_UNLIMITED);
	fk_pids_refuse(id);
	fk_pids_refuse(id);
	ck_assert_str_eq(text_of(a, "pids.events"), "max 2");
	ck_assert_str_eq(text_of(b, "pids.events"), "max 0");
	fk_pids_mode = TE_PIDS_ACCOUNT;
	ck_assert_int_eq(write_as(&root, a, "pids.max", "5"), -EOPNOTSUPP);
	ck_assert_int_eq(write_as(&root, a, "pids.max", "max"), 0);
	end();
}
END_TEST

START_TEST(random_steps)
{
	struct container *where[3];
	uint32_t tid, other;
	unsigned int r;

	begin();
	where[0] = a;
	where[1] = b;
	where[2] = top;
	srandom(_i + 1);
	fk_ring_size = _i & 1 ? 2 + _i % 6 : 10000;
	for (tid = 2; tid < 12; tid++)
		fk_spawn(tid, tid);
	for (int step = 0; step < 3000; step++) {
		tid = 2 + random() % 100;
		other = 2 + random() % 100;
		r = random() % 100;
		if (r < 3) {
			agree(top);
			consistent();
		} else if (r < 6) {
			write_as(&root, where[random() % 2], "ns.max_clones",
				 random() % 2 ? "max" : "1");
		} else if (!fk_task[tid].live) {
			continue;
		} else if (r < 15) {
			attach(where[random() % 3], tid);
		} else if (r < 50 && !fk_task[other].live) {
			fk_fork(tid, other, other, r < 22 ? NEWUTS : 0);
		} else if (r < 55) {
			fk_unshare(tid, NEWUTS);
		} else if (r < 90) {
			fk_exit(tid);
		}
	}
	agree(top);
	for (tid = 2; tid < 200; tid++)
		if (fk_task[tid].live)
			fk_exit(tid);
	agree(top);
	ck_assert_int_eq(agree(a), 0);
	ck_assert_int_eq(write_as(&root, a, "ns.keep_empty", "0"), 0);
	ck_assert_int_eq(write_as(&root, b, "ns.keep_empty", "0"), 0);
	ck_assert_int_eq(write_as(&root, top, "ns.keep_empty", "0"), 0);
	consistent();
	end();
}
END_TEST

TCase *pids_tests(void)
{
	TCase *tc = world_case("pids");

	tcase_add_test(tc, clones_have_their_entry);
	tcase_add_test(tc, refused_clones_have_none);
	tcase_add_test(tc, no_room_for_entries);
	tcase_add_test(tc, limits_and_refusals_pass);
	tcase_add_loop_test(tc, random_steps, 0, 32);
	return tc;
}
