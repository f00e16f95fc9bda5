// SPDX-License-Identifier: GPL-2.0-only
/*
 * cgroup.procs: all threads of a process
 *
 * Threads may be born between two looks at a process, exit while it moves, or be listed by the
 * host before the engine knows them. In the end all living threads are there.
 */
#include <limits.h>

#include "tools.h"

static struct container *top, *a, *b;

static void processes_setup(void)
{
	host_reset();
	top = mount_top("ns");
	a = make_dir(top, "a");
	b = make_dir(top, "b");
	host_fork(1, 100);
}

static void processes_teardown(void)
{
	host.on_walked = host.on_sync = host.on_get = NULL;
	sane();
	umount_top(top);
	host_finish();
}

static long attach_process(struct container *cont, int tid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", tid);
	return write_to(cont, "cgroup.procs", text);
}

static int threads_in(struct container *cont, int first, int last)
{
	int tid, n = 0;

	for (tid = first; tid <= last; tid++)
		n += host.task[tid].live && is_in(cont, tid);
	return n;
}

START_TEST(all_threads_by_any)
{
	host_fork(1, 99);
	for (int tid = 101; tid < 140; tid++)
		host_thread(100, tid);
	ck_assert_int_eq(attach(b, 120), 0);
	ck_assert_int_eq(attach_process(a, 110), 0);
	ck_assert_int_eq(threads_in(a, 100, 139), 40);
	ck_assert(is_in(top, 99));
	ck_assert_uint_eq(inspect_container(b).nr_tasks, 0);
	sane();
	/* one thread alone leaves the others */
	ck_assert_int_eq(attach(b, 100), 0);
	ck_assert_int_eq(threads_in(a, 100, 139), 39);
	ck_assert_str_eq(read_of(b, "cgroup.procs"), "100\n");
	ck_assert_str_eq(read_of(a, "cgroup.procs"), "100\n");
}
END_TEST

START_TEST(zero_is_ones_own_process)
{
	struct container_actor self = host_actor(101, 0, false);

	host_thread(100, 101);
	ck_assert_int_eq(write_as(&self, a, "cgroup.procs", "0"), 0);
	ck_assert_int_eq(threads_in(a, 100, 101), 2);
}
END_TEST

static int next_tid;

/* After each walk the newest thread makes another, up to 130. */
static void thread_is_born(void)
{
	if (next_tid <= 130) {
		host_thread(next_tid - 1, next_tid);
		next_tid++;
	}
}

START_TEST(threads_born_between_passes)
{
	host_thread(100, 101);
	next_tid = 102;
	host.on_walked = thread_is_born;
	ck_assert_int_eq(attach_process(a, 100), 0);
	host.on_walked = NULL;
	ck_assert_int_gt(next_tid, 102);
	for (int tid = 100; tid < next_tid; tid++)
		ck_assert_msg(is_in(a, tid), "%d of %d", tid, next_tid);
}
END_TEST

static void first_thread(void)
{
	host.on_sync = NULL;
	host_thread(100, 101);
}

/* A process has one thread when it is looked up, and makes another before it moves. */
START_TEST(single_thread_makes_another)
{
	host.on_sync = first_thread;
	host.again = 1;
	ck_assert_int_eq(attach_process(a, 100), 0);
	ck_assert_int_eq(threads_in(a, 100, 101), 2);

	/* a process that keeps one thread needs no walk over all tasks */
	host_fork(1, 200);
	host.walks = 0;
	ck_assert_int_eq(attach_process(a, 200), 0);
	ck_assert_uint_eq(host.walks, 0);
}
END_TEST

static void second_get_execs(void)
{
	if (++next_tid < 2)
		return;
	host.on_get = NULL;
	host_exec(101);
}

/* A thread that was made before the move execs after it. */
START_TEST(single_thread_is_replaced)
{
	next_tid = 0;
	host.on_sync = first_thread;
	host.on_get = second_get_execs;
	host.again = 1;
	ck_assert_int_eq(attach_process(a, 100), 0);
	ck_assert_ptr_null(host.on_get);
	ck_assert(is_in(a, 100));
}
END_TEST

static void threads_exit(void)
{
	for (int tid = 101; tid < 110; tid++)
		if (host.task[tid].live && tid % 2)
			host_exit(tid);
}

START_TEST(threads_exit_meanwhile)
{
	for (int tid = 101; tid < 110; tid++)
		host_thread(100, tid);
	host.on_walked = threads_exit;
	ck_assert_int_eq(attach_process(a, 100), 0);
	ck_assert_int_eq(threads_in(a, 100, 109), 5);
	ck_assert_uint_eq(inspect_container(a).nr_tasks, 5);
}
END_TEST

/* Each has made the next and ended before it can be moved. */
static void threads_replace_each_other(void)
{
	for (int i = 101; i < 105; i++) {
		int tid = host.task[i].live ? i : i + 10;

		host_thread(tid, 2 * i + 10 - tid);
		host_exit(tid);
	}
}

START_TEST(threads_do_not_outrun)
{
	if (_i)
		ck_assert_int_eq(attach(b, 100), 0);
	for (int tid = 101; tid < 105; tid++)
		host_thread(100, tid);
	host.on_walked = threads_replace_each_other;
	ck_assert_int_eq(attach_process(a, 100), 0);
	host.on_walked = NULL;
	ck_assert_int_eq(threads_in(a, 100, 114), 5);
	ck_assert_uint_eq(inspect_container(a).nr_tasks, 5);
	/* That was only for this move and this process. */
	host_fork(1, 200);
	host_thread(200, 201);
	ck_assert(is_in(top, 201));
	ck_assert_int_eq(attach_process(top, 100), 0);
	ck_assert_uint_eq(inspect_container(a).nr_tasks, 0);
	threads_replace_each_other();
	ck_assert_uint_eq(inspect_container(a).nr_tasks, 0);
}
END_TEST

/* A task is never where the host reports it: an error in the end. */
START_TEST(threads_are_never_found)
{
	host_thread(100, 101);
	host_thread(100, 102);
	host.again = UINT_MAX;
	ck_assert_int_eq(attach_process(a, 100), -EAGAIN);
	ck_assert_int_eq(attach(a, 101), -EAGAIN);
	ck_assert_uint_gt(host.again, UINT_MAX / 2);
	host.again = 0;
	ck_assert_uint_eq(inspect_container(a).nr_tasks, 0);
	ck_assert_int_eq(attach_process(a, 100), 0);
	ck_assert_int_eq(threads_in(a, 100, 102), 3);
}
END_TEST

/* The host goes on listing a thread that exits: no endless loop. */
START_TEST(exiting_thread_stays_listed)
{
	for (int tid = 101; tid < 105; tid++)
		host_thread(100, tid);
	host.gone = 103;
	ck_assert_int_eq(attach_process(a, 100), 0);
	ck_assert_int_eq(threads_in(a, 100, 104), 4);
	ck_assert(!is_in(a, 103));
	host.gone = 0;
	ck_assert_int_eq(attach_process(a, 100), 0);
	ck_assert_int_eq(threads_in(a, 100, 104), 5);
}
END_TEST

START_TEST(dead_leader)
{
	host_thread(100, 101);
	host_thread(100, 102);
	host.task[100].exiting = true;
	container_task_exit(host_key(100));
	ck_assert_int_eq(attach(a, 100), 0);
	ck_assert_uint_eq(inspect_container(a).nr_tasks, 0);
	ck_assert_int_eq(attach_process(a, 100), 0);
	ck_assert_int_eq(threads_in(a, 100, 102), 2);
	ck_assert_str_eq(read_of(a, "tasks"), "101\n102\n");
	ck_assert_str_eq(read_of(a, "cgroup.procs"), "100\n");
}
END_TEST

START_TEST(asks_again)
{
	for (int tid = 101; tid < 140; tid++)
		host_thread(100, tid);
	host.again = 60;
	ck_assert_int_eq(attach_process(a, 100), 0);
	ck_assert_int_eq(threads_in(a, 100, 139), 40);
	ck_assert_uint_eq(inspect_groups(), 2);
}
END_TEST

static void is_removed(void)
{
	if (find_dir(top, "a"))
		ck_assert_int_eq(container_rmdir(top, "a"), 0);
}

START_TEST(removed_meanwhile)
{
	struct container_file *f = open_as(&root_actor, a, "cgroup.procs");

	host_thread(100, 101);
	host.on_walked = is_removed;
	ck_assert_int_eq(write_bytes(f, &root_actor, "100", 3), -ENODEV);
	container_file_release(f);
	host.on_walked = NULL;
	ck_assert_int_eq(threads_in(top, 100, 101), 2);
}
END_TEST

/* The host refuses one thread: the others stay moved, and the error is returned. */
START_TEST(host_refuses_one)
{
	host_thread(100, 101);
	host_thread(100, 102);
	host.refuse = 101;
	host.refuse_err = -EIO;
	ck_assert_int_eq(attach_process(a, 100), -EIO);
	ck_assert(!is_in(a, 101));
	sane();
	host.refuse = 0;
	ck_assert_int_eq(attach_process(a, 100), 0);
	ck_assert_int_eq(threads_in(a, 100, 102), 3);
}
END_TEST

START_TEST(listed_twice)
{
	host_thread(100, 101);
	host.twice = 101;
	ck_assert_int_eq(attach_process(a, 100), 0);
	ck_assert_int_eq(threads_in(a, 100, 101), 2);
	host.refuse = 101;
	host.refuse_err = -EIO;
	ck_assert_int_eq(attach_process(top, 100), -EIO);
	host_fork(1, 200);
	host_thread(200, 201);
	host.twice = host.refuse = 201;
	ck_assert_int_eq(attach_process(a, 200), -EIO);
	sane();
}
END_TEST

START_TEST(without_memory)
{
	unsigned long nth;
	int ret;

	for (int tid = 101; tid < 140; tid++)
		host_thread(100, tid);
	for (nth = 1;; nth++) {
		struct container_file *f = open_as(&root_actor, a, "cgroup.procs");

		shim_fail_nth(nth);
		ret = write_bytes(f, &root_actor, "100", 3);
		container_file_release(f);
		if (shim_fail_nth(0))
			break;
		ck_assert_int_eq(ret, -ENOMEM);
		/* all or none: no thread was moved */
		ck_assert_uint_eq(inspect_container(a).nr_tasks, 0);
		ck_assert_uint_eq(inspect_groups(), 1);
		sane();
	}
	ck_assert_int_eq(ret, 0);
	ck_assert_uint_gt(nth, 40);
	ck_assert_int_eq(threads_in(a, 100, 139), 40);
}
END_TEST

TCase *processes_tests(void)
{
	TCase *tc = tcase_create("processes");

	tcase_set_timeout(tc, 20);
	tcase_add_checked_fixture(tc, processes_setup, processes_teardown);
	tcase_add_test(tc, all_threads_by_any);
	tcase_add_test(tc, zero_is_ones_own_process);
	tcase_add_test(tc, threads_born_between_passes);
	tcase_add_test(tc, single_thread_makes_another);
	tcase_add_test(tc, single_thread_is_replaced);
	tcase_add_test(tc, threads_exit_meanwhile);
	tcase_add_loop_test(tc, threads_do_not_outrun, 0, 2);
	tcase_add_test(tc, threads_are_never_found);
	tcase_add_test(tc, exiting_thread_stays_listed);
	tcase_add_test(tc, dead_leader);
	tcase_add_test(tc, asks_again);
	tcase_add_test(tc, removed_meanwhile);
	tcase_add_test(tc, host_refuses_one);
	tcase_add_test(tc, listed_twice);
	tcase_add_test(tc, without_memory);
	return tc;
}
