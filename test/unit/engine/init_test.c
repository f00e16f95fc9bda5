// SPDX-License-Identifier: GPL-2.0-only
/*
 * container.init: whose exit is the death of the container
 */
#include <poll.h>

#include "family.h"

static const char *const NONE = "pid 0\nstate none\n";

static struct containerfs_stat stat_of(struct container *cont)
{
	struct containerfs_stat stat;

	ck_assert_int_eq(container_stat(cont, &root_actor, &stat), 0);
	return stat;
}

START_TEST(named_and_ends)
{
	unsigned long events = host.works;

	ck_assert_str_eq(read_of(a, "container.init"), NONE);
	ck_assert(!container_is_init(10));
	ck_assert_int_eq(write_to(a, "container.init", "10\n"), 0);
	ck_assert(container_is_init(10) && !container_is_init(11));
	ck_assert(host.task[10].watched);
	ck_assert_str_eq(read_of(a, "container.init"), "pid 10\nstate running\n");
	ck_assert_int_eq(stat_of(a).init, 10);
	ck_assert_uint_eq(stat_of(a).state, CONTAINERFS_INIT_RUNNING);
	ck_assert_str_eq(read_of(b, "container.init"), NONE);
	ck_assert(!container_is_dead(a));

	host_exit_status(10, 0x2c00);
	ck_assert(container_is_dead(a) && container_is_dead(b) && !container_is_dead(c));
	ck_assert(!container_is_init(10));
	ck_assert_uint_gt(host.works, events);
	container_run_work();
	ck_assert_uint_eq(host.task[11].killed, 1);
	ck_assert_uint_eq(host.task[12].killed, 1);
	ck_assert_uint_eq(host.task[13].killed, 0);
	ck_assert(!host.task[10].watched);
	ck_assert_str_eq(read_of(a, "container.init"),
			 "pid 0\nstate exited\nstatus 11264\nuser_usec 11\nsystem_usec 12\n"
			 "maxrss_kb 13\nminflt 14\nmajflt 15\nnvcsw 16\nnivcsw 17\n");
	ck_assert_uint_eq(stat_of(a).state, CONTAINERFS_INIT_EXITED);
	ck_assert_uint_eq(stat_of(a).flags, CONTAINERFS_STAT_DEAD | CONTAINERFS_STAT_NS);
	ck_assert_uint_eq(stat_of(b).flags, CONTAINERFS_STAT_DEAD | CONTAINERFS_STAT_NS);
	ck_assert_int_eq(write_to(a, "container.init", "11"), -ECANCELED);
	host_exit(11);
	host_exit(12);
	/* it stays dead, and can be removed */
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
}
END_TEST

START_TEST(errors)
{
	struct container_actor user = host_actor(14, 1000, false);

	host_spawn(50, 50, 1000);
	host.task[50].flags = CONTAINER_TASK_KTHREAD;
	attach(a, 50);
	ck_assert_int_eq(write_to(a, "container.init", "x"), -EINVAL);
	ck_assert_int_eq(write_to(a, "container.init", "-1"), -EINVAL);
	ck_assert_int_eq(write_to(a, "container.init", ""), 0);
	ck_assert_int_eq(write_to(a, "container.init", "\n"), -EINVAL);
	ck_assert_int_eq(write_to(a, "container.init", "99"), -ESRCH);
	ck_assert_int_eq(write_to(a, "container.init", "13"), -EINVAL);
	ck_assert_int_eq(write_to(a, "container.init", "12"), -EINVAL);
	ck_assert_int_eq(write_to(a, "container.init", "50"), -EINVAL);
	ck_assert_int_eq(write_as(&user, a, "container.init", "10"), -EACCES);
	ck_assert(!has_file(top, "container.init"));
	host.watch_err = -ENOMEM;
	ck_assert_int_eq(write_to(a, "container.init", "10"), -ENOMEM);
	host.watch_err = 0;
	/* each of them has left nothing */
	ck_assert_str_eq(read_of(a, "container.init"), NONE);
	for (int tid = 1; tid < 60; tid++)
		ck_assert(!host.task[tid].watched && !container_is_init(tid));
	ck_assert_int_eq(write_to(a, "container.init", "10"), 0);
	ck_assert_int_eq(write_to(a, "container.init", "11"), -EBUSY);
	ck_assert_int_eq(write_to(a, "container.init", "10"), -EBUSY);
	ck_assert(host.task[10].watched && !host.task[11].watched);
	ck_assert_int_eq(write_to(b, "container.init", "12"), 0);
}
END_TEST

START_TEST(several_have_the_same)
{
	struct container *other = mount_top("debug,name=x"), *d = make_dir(other, "d");

	attach(d, 10);
	ck_assert_int_eq(write_to(a, "container.init", "10"), 0);
	ck_assert_int_eq(write_to(d, "container.init", "10"), 0);
	/* one of them goes, so the other still waits for it */
	attach(other, 10);
	ck_assert_int_eq(container_rmdir(other, "d"), 0);
	container_run_work();
	ck_assert(host.task[10].watched && container_is_init(10));
	d = make_dir(other, "d");
	attach(d, 10);
	ck_assert_int_eq(write_to(d, "container.init", "10"), 0);
	host_exit(10);
	ck_assert(container_is_dead(a) && container_is_dead(d) && !container_is_dead(other));
	container_run_work();
	ck_assert(!host.task[10].watched);
	ck_assert_int_eq(container_rmdir(other, "d"), 0);
	umount_top(other);
}
END_TEST

/* It stays the init wherever it goes. */
START_TEST(moves_away)
{
	ck_assert_int_eq(write_to(a, "container.init", "10"), 0);
	attach(c, 10);
	ck_assert_str_eq(read_of(a, "container.init"), "pid 10\nstate running\n");
	host_exit(10);
	ck_assert(container_is_dead(a) && !container_is_dead(c));
}
END_TEST

/* A process ends with its last thread, whichever that is. */
START_TEST(threads)
{
	host_thread(10, 20);
	ck_assert_int_eq(write_to(a, "container.init", "20"), 0);
	ck_assert(container_is_init(10) && !container_is_init(20));
	host_exit(10);
	ck_assert(!container_is_dead(a));
	host_exit(20);
	ck_assert(container_is_dead(a));
}
END_TEST

static void exit_ten(void)
{
	host.on_watch = host.on_sync = host.on_get = NULL;
	host_exit(10);
}

static int gets;

static void exit_ten_at_second_look(void)
{
	if (++gets == 2)
		exit_ten();
}

static void exiting_at_second_look(void)
{
	if (++gets == 2)
		host.task[10].exiting = true;
}

/* It ends while it is being named: either that is too late, or its end is seen. */
START_TEST(ends_meanwhile)
{
	void (**const when[])(void) = { &host.on_watch, &host.on_sync };

	*when[_i] = exit_ten;
	ck_assert_int_eq(write_to(a, "container.init", "10"), -ESRCH);
	ck_assert_str_eq(read_of(a, "container.init"), NONE);
	ck_assert(!container_is_dead(a) && !host.task[10].watched && !container_is_init(10));
	ck_assert_int_eq(write_to(a, "container.init", "11"), 0);
}
END_TEST

START_TEST(ends_after_it_is_named)
{
	gets = 0;
	host.on_get = exit_ten_at_second_look;
	ck_assert_int_eq(write_to(a, "container.init", "10"), 0);
	ck_assert(container_is_dead(a));
	container_run_work();
	ck_assert(!host.task[10].watched);
}
END_TEST

/* Its hook may have asked before it was named. */
START_TEST(exits_already)
{
	gets = 0;
	host.on_get = exiting_at_second_look;
	ck_assert_int_eq(write_to(a, "container.init", "10"), -ESRCH);
	ck_assert_str_eq(read_of(a, "container.init"), NONE);
	ck_assert(!host.task[10].watched && !container_is_init(10));
	host.task[10].exiting = false;
	host.on_get = NULL;
	ck_assert_int_eq(write_to(a, "container.init", "11"), 0);
}
END_TEST

START_TEST(ids_of_the_reader)
{
	struct container_actor inside;

	host.task[11].pid_ns = 1;
	attach(top, 11);
	host_fork(11, 1021);
	attach(a, 1021);
	ck_assert_int_eq(write_to(a, "container.init", "1021"), 0);
	inside = host_actor(1021, 0, true);
	ck_assert_str_eq(read_as(&inside, a, "container.init"), "pid 21\nstate running\n");
	ck_assert_str_eq(read_as(&root_actor, a, "container.init"), "pid 1021\nstate running\n");
	ck_assert_int_eq(write_to(b, "container.init", "12"), 0);
	ck_assert_str_eq(read_as(&inside, b, "container.init"), "pid 0\nstate running\n");
}
END_TEST

START_TEST(polls)
{
	struct container_file *f = open_as(&root_actor, a, "container.init"),
			      *g = open_as(&root_actor, b, "container.init");
	unsigned int changed;
	const char *data;
	bool armed;

	container_file_read(f, &root_actor, 0, &data);
	container_file_read(g, &root_actor, 0, &data);
	changed = host.groups_changed;
	ck_assert_uint_eq(container_file_poll(f, &armed) & (POLLHUP | POLLPRI), 0);
	ck_assert(armed);
	ck_assert_uint_eq(container_file_poll(g, &armed) & (POLLHUP | POLLPRI), 0);
	/* tasks need not be watched for that */
	ck_assert_uint_eq(host.groups_changed, changed);
	ck_assert_uint_eq(host_group_facts(container_task_group(
		container_task_find(host_key(10)))).watch & CSS_GROUP_WATCH_ALL, 0);
	host.events = 0;
	ck_assert_int_eq(write_to(a, "container.init", "10"), 0);
	ck_assert_uint_eq(host.events, 1);
	ck_assert_uint_eq(container_file_poll(f, &armed) & (POLLHUP | POLLPRI), POLLPRI);
	container_file_read(f, &root_actor, 0, &data);
	ck_assert_uint_eq(container_file_poll(f, &armed) & (POLLHUP | POLLPRI), 0);
	host.events = 0;
	host_exit(10);
	/* both: no init can come to b any more */
	ck_assert_uint_eq(host.events, 2);
	ck_assert_uint_eq(container_file_poll(f, &armed) & (POLLHUP | POLLPRI), POLLHUP | POLLPRI);
	ck_assert_uint_eq(container_file_poll(g, &armed) & (POLLHUP | POLLPRI), POLLHUP | POLLPRI);
	container_file_read(f, &root_actor, 0, &data);
	ck_assert_uint_eq(container_file_poll(f, &armed) & (POLLHUP | POLLPRI), POLLHUP);
	container_file_release(f);
	container_file_release(g);
}
END_TEST

/* The end of the init is an event of its own if the container was dead before. */
START_TEST(polls_in_a_dead_one)
{
	struct container_file *f = open_as(&root_actor, a, "container.init");
	const char *data;
	bool armed;

	ck_assert_int_eq(write_to(a, "container.init", "10"), 0);
	ck_assert_int_eq(container_lease(a, CONTAINERFS_LEASE_KILL), 0);
	container_lease_end(a, CONTAINERFS_LEASE_KILL);
	container_file_read(f, &root_actor, 0, &data);
	ck_assert_uint_eq(container_file_poll(f, &armed) & (POLLHUP | POLLPRI), 0);
	ck_assert(armed);
	host.events = 0;
	host_exit(10);
	ck_assert_uint_eq(host.events, 1);
	ck_assert_uint_eq(container_file_poll(f, &armed) & (POLLHUP | POLLPRI), POLLHUP | POLLPRI);
	container_file_release(f);
}
END_TEST

START_TEST(no_memory)
{
	struct container_file *f = open_as(&root_actor, a, "container.init");
	char text[] = "10\0";

	shim_fail_nth(1);
	ck_assert_int_eq(container_file_write(f, &root_actor, text, 2), -ENOMEM);
	shim_fail_nth(0);
	ck_assert_str_eq(read_of(a, "container.init"), NONE);
	ck_assert(!host.task[10].watched);
	container_file_release(f);
}
END_TEST

TCase *init_tests(void)
{
	TCase *tc = tcase_create("init");

	tcase_add_checked_fixture(tc, family_setup, family_teardown);
	tcase_add_test(tc, named_and_ends);
	tcase_add_test(tc, errors);
	tcase_add_test(tc, several_have_the_same);
	tcase_add_test(tc, moves_away);
	tcase_add_test(tc, threads);
	tcase_add_loop_test(tc, ends_meanwhile, 0, 2);
	tcase_add_test(tc, ends_after_it_is_named);
	tcase_add_test(tc, exits_already);
	tcase_add_test(tc, ids_of_the_reader);
	tcase_add_test(tc, polls);
	tcase_add_test(tc, polls_in_a_dead_one);
	tcase_add_test(tc, no_memory);
	return tc;
}
