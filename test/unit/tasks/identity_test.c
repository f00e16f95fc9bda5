// SPDX-License-Identifier: GPL-2.0-only
/*
 * The identity of a task while numbers and addresses change owners
 */
#include "../quiet_check.h"

#include "fake_kernel.h"
#include "tasks/ids.h"
#include "world.h"

START_TEST(exec_by_a_thread)
{
	fk_spawn(10, 10);
	ck_assert_int_eq(attach(a, 10), 0);
	fk_fork(10, 11, 10, 0);
	ck_assert_int_eq(attach(b, 11), 0);
	fk_exec_take(11);
	/* The freed tid is used again before the exec is reported. */
	fk_spawn(20, 20);
	ck_assert_int_eq(attach(a, 20), 0);
	fk_fork(20, 11, 11, 0);
	ck_assert_str_eq(text_of(a, "tasks"), "11 20");
	ck_assert_str_eq(text_of(b, "tasks"), "11");
	fk_exec_tell(11, 10);
	ck_assert_str_eq(text_of(b, "tasks"), "10");
	ck_assert_str_eq(text_of(a, "tasks"), "11 20");
	consistent();
	fk_fork(10, 12, 10, 0);
	fk_exec_take(12);
	fk_exec_tell(12, 10);
	ck_assert_str_eq(text_of(b, "tasks"), "10");
	consistent();
}
END_TEST

/* During its exec a task is found by its old number and by its new one. */
START_TEST(exec_that_takes_long)
{
	struct container_task_info info;

	fk_spawn(10, 10);
	ck_assert_int_eq(attach(a, 10), 0);
	fk_fork(10, 11, 10, 0);
	ck_assert_str_eq(text_of(a, "tasks"), "10 11");
	fk_exec_take(11);
	ck_assert_int_eq(host_task_get(10, &root, &info), 0);
	ck_assert_uint_eq(info.key, fk_task[10].task);
	ck_assert_int_eq(attach(b, 10), 0);
	ck_assert_str_eq(text_of(a, "tasks"), "");
	ck_assert_int_eq(attach(a, 11), 0);
	ck_assert_str_eq(text_of(b, "tasks"), "");
	fk_fork(10, 12, 12, 0);
	ck_assert_str_eq(text_of(a, "tasks"), "11 12");
	/* The exec fails, which ends the process. */
	fk_exit(10);
	ck_assert_str_eq(text_of(a, "tasks"), "12");
	consistent();
}
END_TEST

/* A task has died in its exec: its number and its address are used again. */
START_TEST(numbers_and_addresses_again)
{
	uint64_t first;

	fk_spawn(10, 10);
	ck_assert_int_eq(attach(a, 10), 0);
	fk_fork(10, 11, 10, 0);
	first = fk_task[11].task;
	fk_exec_take(11);
	fk_exit(10);
	fk_spawn(20, 20);
	ck_assert_uint_eq(fk_task[20].task, first);
	fk_spawn(11, 11);
	ck_assert_int_eq(attach(b, 11), 0);
	ck_assert_str_eq(text_of(b, "tasks"), "11");
	ck_assert_str_eq(text_of(a, "tasks"), "");
	ck_assert_int_eq(attach(a, 20), 0);
	consistent();
}
END_TEST

/* After an exit without an event, the next task at that address is another one. */
START_TEST(exit_missed)
{
	uint64_t address;

	fk_spawn(10, 10);
	ck_assert_int_eq(attach(a, 10), 0);
	fk_fork(10, 11, 11, 0);
	fk_fork(10, 12, 12, 0);
	ck_assert_str_eq(text_of(a, "tasks"), "10 11 12");
	address = fk_task[11].task;
	fk_task[11].word = 0;
	fk_exit(11);
	fk_spawn(20, 20);
	ck_assert_uint_eq(fk_task[20].task, address);
	ck_assert_int_eq(attach(b, 20), 0);
	ck_assert_str_eq(text_of(a, "tasks"), "10 12");
	ck_assert_str_eq(text_of(b, "tasks"), "20");
	address = fk_task[12].task;
	fk_task[12].word = 0;
	fk_exit(12);
	fk_fork(20, 21, 21, 0);
	ck_assert_uint_eq(fk_task[21].task, address);
	ck_assert_str_eq(text_of(a, "tasks"), "10");
	ck_assert_str_eq(text_of(b, "tasks"), "20 21");
	consistent();
}
END_TEST

/* While the process is moved, each thread makes the next and ends. */
static void threads_replace_each_other(void)
{
	int tid = fk_task[11].live ? 11 : 12;

	fk_fork(tid, 23 - tid, 10, 0);
	fk_exit(tid);
}

START_TEST(threads_do_not_outrun)
{
	fk_spawn(10, 10);
	if (_i)
		ck_assert_int_eq(attach(b, 10), 0);
	fk_fork(10, 11, 10, 0);
	fk_before_each_attach = threads_replace_each_other;
	ck_assert_int_eq(write_as(&root, a, "cgroup.procs", "10"), 0);
	fk_before_each_attach = NULL;
	ck_assert_str_eq(text_of(a, "cgroup.procs"), "10");
	ck_assert_str_eq(text_of(a, "tasks"), fk_task[11].live ? "10 11" : "10 12");
	consistent();
}
END_TEST

TCase *identity_tests(void)
{
	TCase *tc = world_case("identity");

	tcase_add_test(tc, exec_by_a_thread);
	tcase_add_test(tc, exec_that_takes_long);
	tcase_add_test(tc, numbers_and_addresses_again);
	tcase_add_test(tc, exit_missed);
	tcase_add_loop_test(tc, threads_do_not_outrun, 0, 2);
	return tc;
}
