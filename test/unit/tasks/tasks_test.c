// SPDX-License-Identifier: GPL-2.0-only
/*
 * The task link between a fake kernel and the real engine
 *
 * Tasks live in the fake kernel (fake_kernel.h), requests are served as the daemon does
 * (world.h), and each test checks that engine and kernel agree; the last one after thousands
 * of random steps.
 */
#include "../quiet_check.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "tasks/tasks.h"
#include "fake_kernel.h"
#include "base/hash.h"
#include "tasks/ids.h"
#include "tasks/replay.h"
#include "world.h"

#define NEWUTS TE_CLONE_NEWUTS

START_TEST(hash_grows)
{
	struct tasks_node *nodes = calloc(5000, sizeof(*nodes));
	struct tasks_hash hash;

	ck_assert_int_eq(tasks_hash_init(&hash), 0);
	for (uint64_t i = 0; i < 5000; i++) {
		nodes[i].key = i << 20;
		tasks_hash_add(&hash, &nodes[i]);
	}
	ck_assert(hash.size > 4096);
	for (uint64_t i = 0; i < 5000; i++)
		ck_assert_ptr_eq(tasks_hash_find(&hash, i << 20), &nodes[i]);
	ck_assert_ptr_null(tasks_hash_find(&hash, 1));
	for (uint64_t i = 0; i < 5000; i += 2)
		tasks_hash_del(&hash, &nodes[i]);
	for (uint64_t i = 0; i < 5000; i++)
		ck_assert_ptr_eq(tasks_hash_find(&hash, i << 20), i & 1 ? &nodes[i] : NULL);
	ck_assert_uint_eq(hash.nr, 2500);
	tasks_hash_exit(&hash);
	free(nodes);
}
END_TEST

START_TEST(children_follow)
{
	fk_spawn(10, 10);
	ck_assert_int_eq(attach(a, 10), 0);
	fk_fork(10, 11, 11, 0);
	fk_fork(11, 12, 11, 0);
	ck_assert_str_eq(text_of(a, "tasks"), "10 11 12");
	ck_assert_int_eq(container_rmdir(top, "a"), -EBUSY);
	consistent();
	ck_assert_int_eq(attach(b, 11), 0);
	ck_assert_str_eq(text_of(a, "tasks"), "10 12");
	ck_assert_str_eq(text_of(b, "tasks"), "11");
	ck_assert_int_eq(attach(top, 10), 0);
	consistent();
	fk_exit(12);
	ck_assert_str_eq(text_of(a, "tasks"), "");
	consistent();
}
END_TEST

START_TEST(clones_and_aliases)
{
	struct container *node;

	fk_spawn(10, 10);
	fk_spawn(11, 11);
	fk_unshare(10, NEWUTS);
	fk_fork(10, 12, 12, 0);
	tasks_begin();
	node = child_of(top, "node1");
	tasks_end();
	ck_assert_ptr_nonnull(node);
	ck_assert_str_eq(text_of(node, "tasks"), "10 12");
	consistent();
	/* The engine refuses it, but BPF has taken a fresh id all the same. */
	ck_assert_int_eq(write_as(&root, node, "ns.max_clones", "0"), 0);
	fk_unshare(12, NEWUTS);
	fk_fork(12, 13, 13, 0);
	ck_assert_str_eq(text_of(node, "tasks"), "10 12 13");
	consistent();
	ck_assert_uint_eq(ids_count(), 3);
	/* The primary id is freed first; then attach uses the alias. */
	fk_exit(10);
	consistent();
	ck_assert_uint_eq(ids_count(), 2);
	ck_assert_int_eq(attach(node, 11), 0);
	consistent();
	ck_assert_uint_eq(ids_count(), 2);
	container_put(node);
}
END_TEST

START_TEST(refused_in_the_top)
{
	ck_assert_int_eq(write_as(&root, top, "ns.max_clones", "0"), 0);
	fk_spawn(10, 10);
	fk_unshare(10, NEWUTS);
	fk_fork(10, 11, 11, 0);
	consistent();
	ck_assert_uint_eq(ids_count(), 2);
	ck_assert_ptr_null(child_of(top, "node1"));
	ck_assert_int_eq(attach(a, 10), 0);
	consistent();
	fk_exit(11);
	consistent();
}
END_TEST

START_TEST(flags_that_do_not_clone)
{
	struct container *node;

	ck_assert_int_eq(write_as(&root, top, "ns.clone_flags", "net"), 0);
	ck_assert_uint_eq(fk_default_mask, TE_CLONE_NEWNET);
	fk_spawn(10, 10);
	ck_assert_int_eq(attach(a, 10), 0);
	fk_unshare(10, NEWUTS);
	/* a was made before the write, so it has its own flags. */
	consistent();
	node = child_of(a, "node1");
	ck_assert_ptr_nonnull(node);
	container_put(node);
}
END_TEST

static void fork_before_attach(void)
{
	fk_fork(10, 11, 11, 0);
}

START_TEST(fork_crosses_attach)
{
	fk_spawn(10, 10);
	ck_assert_int_eq(attach(a, 10), 0);
	fk_before_attach = fork_before_attach;
	ck_assert_int_eq(attach(b, 10), 0);
	ck_assert_str_eq(text_of(a, "tasks"), "11");
	ck_assert_str_eq(text_of(b, "tasks"), "10");
	ck_assert_int_eq(container_rmdir(top, "a"), -EBUSY);
	consistent();
}
END_TEST

START_TEST(fork_into_a_clone_that_goes)
{
	struct container *node;

	ck_assert_int_eq(write_as(&root, top, "ns.keep_empty", "0"), 0);
	fk_spawn(10, 10);
	fk_unshare(10, NEWUTS);
	fk_before_attach = fork_before_attach;
	ck_assert_int_eq(attach(b, 10), 0);
	/* The engine knew of no task in it any more. */
	node = child_of(top, "node1");
	ck_assert_ptr_nonnull(node);
	ck_assert_str_eq(text_of(node, "tasks"), "11");
	container_put(node);
	fk_exit(11);
	consistent();
	ck_assert_ptr_null(child_of(top, "node1"));
}
END_TEST

static void unshare_before_attach(void)
{
	fk_unshare(10, NEWUTS);
	fk_fork(10, 11, 11, 0);
}

START_TEST(unshare_crosses_attach)
{
	struct container *node;

	fk_spawn(10, 10);
	ck_assert_int_eq(attach(a, 10), 0);
	fk_before_attach = unshare_before_attach;
	ck_assert_int_eq(attach(b, 10), 0);
	ck_assert_str_eq(text_of(b, "tasks"), "10");
	node = child_of(a, "node1");
	ck_assert_ptr_nonnull(node);
	ck_assert_str_eq(text_of(node, "tasks"), "11");
	container_put(node);
	consistent();
}
END_TEST

START_TEST(older_word_is_ignored)
{
	struct te_fork ev = { .type = TE_FORK, .tid = 11, .tgid = 11, .creator = 10 };

	fk_spawn(10, 10);
	ck_assert_int_eq(attach(a, 10), 0);
	fk_fork(10, 11, 11, 0);
	ck_assert_str_eq(text_of(a, "tasks"), "10 11");
	ev.word = fk_task[11].word;
	ev.task = fk_task[11].task;
	ck_assert_int_eq(attach(b, 11), 0);
	tasks_begin();
	replay_ops.fork(NULL, &ev);
	tasks_end();
	ck_assert_str_eq(text_of(b, "tasks"), "11");
	consistent();
}
END_TEST

static void exit_before_attach(void)
{
	fk_exit(10);
}

static void exiting_before_attach(void)
{
	fk_task[10].exiting = true;
}

START_TEST(exit_crosses_attach)
{
	fk_spawn(10, 10);
	fk_before_attach = exit_before_attach;
	ck_assert_int_eq(attach(a, 10), 0);
	consistent();	/* no record of a task that never had a word */
	fk_spawn(10, 10);
	fk_before_attach = exiting_before_attach;
	ck_assert_int_eq(attach(a, 10), 0);
	consistent();
	ck_assert_int_eq(attach(a, 99), -ESRCH);
	ck_assert_str_eq(text_of(a, "tasks"), "");
}
END_TEST

START_TEST(rebuild_after_loss)
{
	struct container *node;

	fk_spawn(10, 10);
	ck_assert_int_eq(attach(a, 10), 0);
	fk_ring_size = 1;
	fk_fork(10, 11, 11, 0);
	fk_fork(10, 12, 12, 0);
	fk_unshare(12, NEWUTS);
	fk_fork(12, 13, 13, NEWUTS);
	fk_fork(13, 14, 14, 0);
	fk_exit(11);
	node = child_of(a, "node1");
	ck_assert_ptr_null(node);
	ck_assert_str_eq(text_of(a, "tasks"), "10");
	ck_assert_uint_eq(fk_rebuilds(), 1);
	consistent();
	node = child_of(a, "node1");
	ck_assert_ptr_nonnull(node);
	ck_assert_str_eq(text_of(node, "tasks"), "12");
	container_put(node);
}
END_TEST

START_TEST(failed_drain)
{
	fk_spawn(10, 10);
	fk_spawn(11, 11);
	ck_assert_int_eq(attach(a, 10), 0);
	fk_exit(10);
	fk_drain_error = -ENOMEM;
	tasks_begin();
	tasks_end();
	ck_assert_uint_eq(ids_count(), 2);
	ck_assert_int_eq(attach(a, 11), -EIO);
	ck_assert_uint_eq(fk_log_errors, 1);
	fk_log_errors = 0;
	fk_drain_error = 0;
	consistent();
	ck_assert_int_eq(attach(a, 11), 0);
	consistent();
}
END_TEST

/* Events come faster than they are read: nothing is done that could be wrong, and nothing fails. */
START_TEST(behind_in_a_drain)
{
	fk_spawn(10, 10);
	fk_spawn(11, 11);
	ck_assert_int_eq(attach(a, 10), 0);
	fk_exit(10);
	fk_drain_error = -EAGAIN;
	tasks_begin();
	tasks_end();
	ck_assert_uint_eq(ids_count(), 2);
	ck_assert(replay_behind() && !replay_failed());
	ck_assert_uint_eq(fk_log_errors, 0);
	ck_assert_int_eq(attach(a, 11), 0);
	fk_drain_error = 0;
	consistent();
	ck_assert(!replay_behind());
}
END_TEST

/*
 * Another request reads an event, so that the event wakes no task. The tasks that poll for the
 * next event are still watched.
 */
START_TEST(watched_after_any_drain)
{
	struct container_file *file;
	struct container *child;
	unsigned int node;
	uint64_t id;
	_Bool armed;

	fk_spawn(10, 10);
	ck_assert_int_eq(attach(a, 10), 0);
	id = te_word_id(fk_task[10].word);
	ck_assert_int_eq(container_lookup(a, "ns.events", &child, &node), 0);
	tasks_begin();
	ck_assert_int_eq(container_file_open(a, node, &root, &file), 0);
	container_file_poll(file, &armed);
	tasks_end();
	text_of(a, "ns.events");
	ck_assert(armed);
	ck_assert(fk_group[id].group.watch & TE_WATCH_ALL);
	for (int i = 0; i < 3; i++) {
		fk_fork(10, 11, 11, 0);
		fk_exit(11);
		ck_assert(!(fk_group[id].group.watch & TE_WATCH_ALL));
		text_of(b, "tasks");
		ck_assert(fk_group[id].group.watch & TE_WATCH_ALL);
	}
	container_file_release(file);
}
END_TEST

/* The kernel, not the daemon, refuses a storm of clones in a full container. */
START_TEST(storm_of_a_full_container)
{
	unsigned int storm;

	fk_spawn(10, 10);
	fk_spawn(11, 11);
	fk_spawn(12, 12);
	ck_assert_int_eq(attach(a, 10), 0);
	ck_assert_int_eq(attach(a, 11), 0);
	ck_assert_int_eq(attach(a, 12), 0);
	ck_assert_int_eq(write_as(&root, a, "ns.max_clones", "1"), 0);
	fk_unshare(10, NEWUTS);
	consistent();
	for (storm = 0; storm < 100; storm++) {
		fk_unshare(11, NEWUTS);
		tasks_begin();
		tasks_end();
	}
	ck_assert_uint_ge(fk_refusals, 97);
	ck_assert_str_eq(text_of(a, "ns.events"), "clones 1 refused 100 removed 0");
	ck_assert_uint_eq(fk_user[0], 1);
	consistent();
	/* As soon as there is room, whether or not the daemon knows it. */
	fk_exit(10);
	fk_unshare(12, NEWUTS);
	ck_assert_str_eq(text_of(a, "ns.events"), "clones 2 refused 100 removed 0");
	ck_assert_uint_eq(fk_user[0], 2);
	consistent();
}
END_TEST

/* BPF has each limit as soon as the engine has it; a refusal counts where it happened. */
START_TEST(limits_are_told)
{
	struct container *node;

	ck_assert_uint_eq(fk_user_limit, 4096);
	fk_spawn(10, 10);
	ck_assert_int_eq(attach(a, 10), 0);
	ck_assert_int_eq(write_as(&root, a, "ns.max_depth", "1"), 0);
	fk_unshare(10, NEWUTS);
	for (int i = 0; i < 10; i++)
		fk_unshare(10, NEWUTS);
	ck_assert_uint_eq(fk_refusals, 10);
	tasks_begin();
	tasks_end();
	node = child_of(a, "node1");
	ck_assert_str_eq(text_of(node, "ns.events"), "clones 0 refused 10 removed 0");
	container_put(node);
	ck_assert_int_eq(write_as(&root, a, "ns.max_depth", "2"), 0);
	fk_unshare(10, NEWUTS);
	fk_unshare(10, NEWUTS);
	ck_assert_uint_eq(fk_refusals, 11);
	consistent();
}
END_TEST

/* A task that has said "." stays, and no limit refuses it that; once. */
START_TEST(stays_beyond_limits)
{
	struct container_actor who = { .tid = 10 };
	long charged = fk_user[0];

	fk_spawn(10, 10);
	ck_assert_int_eq(attach(a, 10), 0);
	ck_assert_int_eq(write_as(&root, a, "ns.max_depth", "0"), 0);
	ck_assert_int_eq(write_as(&who, a, "ns.next_name", "."), 0);
	ck_assert(fk_task[10].stays);
	fk_unshare(10, NEWUTS);
	ck_assert_str_eq(text_of(a, "tasks"), "10");
	ck_assert_str_eq(text_of(a, "ns.events"), "clones 0 refused 0 removed 0");
	ck_assert_int_eq(fk_user[0], charged);
	fk_unshare(10, NEWUTS);
	ck_assert_str_eq(text_of(a, "ns.events"), "clones 0 refused 1 removed 0");
	/* another name takes it back */
	ck_assert_int_eq(write_as(&who, a, "ns.next_name", "."), 0);
	ck_assert_int_eq(write_as(&who, a, "ns.next_name", "x"), 0);
	ck_assert(!fk_task[10].stays);
	fk_unshare(10, NEWUTS);
	ck_assert_str_eq(text_of(a, "ns.events"), "clones 0 refused 2 removed 0");
	consistent();
}
END_TEST

START_TEST(numbers_of_a_pid_namespace)
{
	struct container_actor who = { .tid = 10, .pid_ns = 77, .pid_ns_level = 1 };
	struct container_task_info info;

	fk_spawn(10, 10);
	fk_task[10].ns = 77;
	fk_task[10].vtid = 1;
	fk_spawn(11, 11);
	fk_task[11].ns = 77;
	fk_task[11].vtid = 2;
	fk_spawn(2, 2);
	ck_assert_int_eq(host_task_get(2, &who, &info), 0);
	ck_assert_int_eq(info.tid, 11);
	ck_assert_int_eq(host_task_get(0, &who, &info), 0);
	ck_assert_int_eq(info.tid, 10);
	ck_assert_int_eq(host_task_get(11, &who, &info), -ESRCH);
	ck_assert_int_eq(host_task_get(-1, &root, &info), -ESRCH);
	ck_assert_int_eq(write_as(&who, a, "tasks", "0"), 0);
	ck_assert_str_eq(text_of(a, "tasks"), "10");
	fk_task[2].flags = TE_TASK_KTHREAD;
	ck_assert_int_eq(attach(a, 2), -EINVAL);
	fk_spawn(getpid() % FK_TASKS, getpid());
	/* the daemon itself: nothing moves */
	ck_assert_int_eq(attach(a, getpid() % FK_TASKS), 0);
	ck_assert_str_eq(text_of(a, "tasks"), "10");
	consistent();
}
END_TEST

START_TEST(random_steps)
{
	struct container *where[3] = { a, b, top };
	uint32_t tid, other;
	unsigned int r;

	srandom(_i + 1);
	fk_ring_size = _i & 1 ? 2 + _i % 6 : 10000;
	for (tid = 2; tid < 12; tid++)
		fk_spawn(tid, tid);
	ck_assert_int_eq(attach(a, 2), 0);
	for (int step = 0; step < 4000; step++) {
		tid = 3 + random() % 150;
		other = 3 + random() % 150;
		r = random() % 100;
		if (r < 4)
			consistent();
		else if (r < 8)
			attach(where[random() % 3], tid);
		else if (!fk_task[tid].live)
			continue;
		else if (r < 45 && !fk_task[other].live)
			fk_fork(tid, other, random() % 4 ? other : fk_task[tid].tgid,
				r < 12 ? NEWUTS : 0);
		else if (r < 50)
			fk_unshare(tid, NEWUTS);
		else if (r < 90 && fk_task[tid].tgid == tid)
			fk_exit(tid);
		else if (r < 93 && fk_task[tid].tgid != tid) {
			other = fk_task[tid].tgid;
			fk_exec_take(tid);
			fk_exec_tell(tid, other);
		}
	}
	consistent();
	for (other = 200; other < 220; other++)
		fk_fork(2, other, other, NEWUTS);
	consistent();
	ck_assert(!(_i & 1) || fk_rebuilds());
}
END_TEST

TCase *tasks_tests(void)
{
	TCase *tc = world_case("tasks");

	tcase_add_test(tc, hash_grows);
	tcase_add_test(tc, children_follow);
	tcase_add_test(tc, clones_and_aliases);
	tcase_add_test(tc, refused_in_the_top);
	tcase_add_test(tc, flags_that_do_not_clone);
	tcase_add_test(tc, fork_crosses_attach);
	tcase_add_test(tc, fork_into_a_clone_that_goes);
	tcase_add_test(tc, unshare_crosses_attach);
	tcase_add_test(tc, older_word_is_ignored);
	tcase_add_test(tc, exit_crosses_attach);
	tcase_add_test(tc, rebuild_after_loss);
	tcase_add_test(tc, failed_drain);
	tcase_add_test(tc, behind_in_a_drain);
	tcase_add_test(tc, watched_after_any_drain);
	tcase_add_test(tc, storm_of_a_full_container);
	tcase_add_test(tc, limits_are_told);
	tcase_add_test(tc, stays_beyond_limits);
	tcase_add_test(tc, numbers_of_a_pid_namespace);
	tcase_add_loop_test(tc, random_steps, 0, 32);
	return tc;
}

int main(int argc, char **argv)
{
	return cases_run(argc, argv, "tasks", CASES_TABLE(CASES));
}
