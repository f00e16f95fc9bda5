// SPDX-License-Identifier: GPL-2.0-only
/*
 * container.kill: all tasks here and below, and those that they create
 *
 * The mark belongs to the task, and children inherit it; the container keeps nothing.
 */
#include "tools.h"

static struct container *top, *a, *b, *c;

static void kill_setup(void)
{
	host_reset();
	top = mount_top("ns");
	a = make_dir(top, "a");
	b = make_dir(a, "b");
	c = make_dir(top, "c");
	for (int tid = 10; tid < 14; tid++)
		host_fork(1, tid);
	attach(a, 10);
	attach(b, 11);
	attach(c, 12);
	host_thread(11, 20);
}

static void kill_teardown(void)
{
	host.on_kill = NULL;
	host.on_kill_sync = NULL;
	host.on_sync = NULL;
	sane();
	umount_top(top);
	host_finish();
}

static void kill_all(struct container *cont)
{
	ck_assert_int_eq(write_to(cont, "container.kill", "1\n"), 0);
}

static bool meant(int tid)
{
	struct container_task *task = container_task_find(host_key(tid));

	return host_group_facts(task ? container_task_group(task) : css_group_init()).watch &
		CSS_GROUP_WATCH_KILL;
}

START_TEST(here_and_below)
{
	kill_all(a);
	ck_assert_uint_eq(host.task[10].killed, 1);
	ck_assert_uint_eq(host.task[11].killed, 1);
	ck_assert_uint_eq(host.task[20].killed, 1);
	ck_assert_uint_eq(host.task[12].killed + host.task[13].killed + host.task[1].killed, 0);
	/* again: they have their signal already */
	kill_all(a);
	container_run_work();
	ck_assert_uint_eq(host.kills, 3);
	host_exit(10);
	host_exit(11);
	host_exit(20);

	/* the kill is over: a task that comes now lives */
	attach(a, 13);
	container_run_work();
	ck_assert_uint_eq(host.task[13].killed, 0);
}
END_TEST

START_TEST(empty_ones)
{
	struct container *d = make_dir(top, "d");

	kill_all(d);
	attach(d, 13);
	container_run_work();
	ck_assert_uint_eq(host.kills, 0);
}
END_TEST

START_TEST(below_alone)
{
	kill_all(b);
	ck_assert_uint_eq(host.task[10].killed, 0);
	ck_assert_uint_eq(host.task[11].killed, 1);
	/* a kill of the container above, meanwhile */
	kill_all(a);
	ck_assert_uint_eq(host.task[10].killed, 1);
	ck_assert_uint_eq(host.task[11].killed, 1);
}
END_TEST

static int next_tid;

/* Killed tasks go on forking for a while. */
static void forks_first(int tid)
{
	if (next_tid < 200)
		host_fork(tid, next_tid++);
}

START_TEST(forks_do_not_outrun_it)
{
	next_tid = 100;
	host.on_kill = forks_first;
	kill_all(a);
	ck_assert_int_eq(next_tid, 103);
	for (int tid = 100; tid < 103; tid++) {
		ck_assert_uint_eq(host.task[tid].killed, 1);
		host_exit(tid);
	}
	ck_assert_uint_eq(host.kills, 3);
	host_exit(10);
	host_exit(11);
	host_exit(20);
	ck_assert_str_eq(read_of(a, "container.events"), "populated 0\ntasks 0\nchildren 1\ndead 0\n");
	ck_assert(host.task[12].live && host.task[13].live);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
}
END_TEST

/*
 * Forks and clones that appear after the write has returned, of tasks that have not died yet,
 * wherever these are by then: no child lives.
 */
START_TEST(births_after_it)
{
	host.one_step = true;
	kill_all(a);
	host_fork(12, 50);
	ck_assert_uint_eq(host.task[50].killed, 0);
	host_fork(10, 51);
	host_fork(51, 52);
	host_thread(11, 53);
	host_clone(11, 54, NEW_USER);
	ck_assert(host_unshare(10, NEW_USER));
	host_fork(10, 55);
	attach(c, 20);
	host_fork(20, 56);
	attach(top, 20);
	host_fork(20, 57);
	host_clone(20, 58, NEW_UTS);
	for (int tid = 51; tid < 59; tid++)
		ck_assert_uint_eq(host.task[tid].killed, 1);
	/* an unshare makes no task */
	ck_assert_uint_eq(host.task[10].killed, 1);
	ck_assert_uint_eq(host.task[12].killed, 0);
}
END_TEST

/* A child that was attached elsewhere before its birth was seen is killed, too. */
START_TEST(attached_at_birth)
{
	kill_all(a);
	host_spawn(30, 30, 0);
	attach(c, 30);
	ck_assert_int_eq(container_task_fork(host_key(10), host_key(30), 30, 30), 1);
	ck_assert_str_eq(read_of(c, "tasks"), "12\n30\n");
	host_fork(30, 31);
	ck_assert_uint_eq(host.task[31].killed, 1);
}
END_TEST

START_TEST(attach_afterwards)
{
	kill_all(a);
	attach(b, 13);
	container_run_work();
	ck_assert_uint_eq(host.task[13].killed, 0);
	host_fork(13, 14);
	ck_assert_uint_eq(host.task[14].killed, 0);
	/* the next kill reaches both */
	kill_all(a);
	ck_assert_uint_eq(host.task[13].killed, 1);
	ck_assert_uint_eq(host.task[14].killed, 1);
	ck_assert_uint_eq(host.task[11].killed, 1);
}
END_TEST

/* Tasks that would not die of it. */
START_TEST(who_cannot_be_killed)
{
	host_spawn(40, 40, 0);
	host.task[40].flags = CONTAINER_TASK_KTHREAD;
	attach(a, 40);
	attach(a, 1);
	kill_all(a);
	ck_assert_uint_eq(host.task[40].killed + host.task[1].killed, 0);
	host_fork(1, 41);
	host_fork(40, 42);
	ck_assert_uint_eq(host.task[41].killed + host.task[42].killed, 0);
	attach(top, 1);
}
END_TEST

/* Children that the hooks of a host have killed, or not yet: during the kill, and later. */
static void sees_births(void)
{
	struct container_task *task = container_task_find(host_key(10));
	struct css_group *group = container_task_group(task);

	ck_assert(meant(10) && meant(11) && !meant(12) && !meant(13));
	host_spawn(60, 60, 0);
	ck_assert_int_eq(container_task_enter(host_key(60), 60, 60, group, 0), 0);
	host_spawn(61, 61, 0);
	ck_assert_int_eq(container_task_enter(host_key(61), 61, 61, group, 0), 0);
	host.works = 0;
	container_task_killed(host_key(61));
	container_task_killed(host_key(61));
	ck_assert_uint_eq(host.works, 1);
	container_task_killed(host_key(99));
	/* a child of no killed task, in a container that is not meant */
	host_spawn(62, 62, 0);
	ck_assert_int_eq(container_task_enter(host_key(62), 62, 62,
					      container_task_group(container_task_find(host_key(12))),
					      0), 0);
	container_task_killed(host_key(62));
}

START_TEST(births_seen_by_the_host)
{
	host.on_kill_sync = sees_births;
	kill_all(a);
	for (int tid = 60; tid < 63; tid++)
		ck_assert_uint_eq(host.task[tid].killed, 1);
	ck_assert(!meant(10) && !meant(11) && !host.in_kill);
	host_spawn(63, 63, 0);
	ck_assert_int_eq(container_task_enter(host_key(63), 63, 63, css_group_init(), 0), 0);
	host.works = 0;
	container_task_killed(host_key(63));
	ck_assert_uint_eq(host.works, 1);
	container_run_work();
	ck_assert_uint_eq(host.task[63].killed, 1);
}
END_TEST

/* Errors are reported, and as much is done as can be. */
START_TEST(errors)
{
	host.kill_sync_err = -EIO;
	ck_assert_int_eq(write_to(a, "container.kill", "1"), -EIO);
	ck_assert_uint_eq(host.task[10].killed, 1);
	host.kill_sync_err = 0;
	host.kill_err = -EMFILE;
	ck_assert_int_eq(write_to(c, "container.kill", "1"), -EMFILE);
	host.kill_err = 0;
	ck_assert(!meant(10) && !meant(12) && !host.in_kill);
}
END_TEST

/* More than one batch, in clones, with the hierarchy unmounted in the end. */
START_TEST(many)
{
	host.die_of_kill = true;
	for (int tid = 300; tid < 800; tid++) {
		host_fork(10, tid);
		if (tid % 3 == 0)
			ck_assert(host_unshare(tid, NEW_UTS));
	}
	kill_all(a);
	for (int tid = 300; tid < 800; tid++)
		ck_assert(!host.task[tid].live);
	ck_assert_uint_eq(inspect_container(a).nr_populated, 0);
	container_run_work();
	ck_assert_uint_eq(inspect_container(a).nr_empties, 16);
	umount_top(top);
	ck_assert_int_eq(hierarchy_count(), 1);
	top = mount_top("ns");
	ck_assert_str_eq(children_of(find_dir(top, "a")), "b");
}
END_TEST

/* Other hierarchies' containers are not killed, but their tasks are. */
START_TEST(other_hierarchies)
{
	struct container *x = mount_top("none,name=x"), *d = make_dir(x, "d");

	attach(d, 10);
	attach(d, 13);
	host.die_of_kill = true;
	kill_all(a);
	ck_assert(!host.task[10].live && host.task[13].live);
	ck_assert_str_eq(read_of(d, "tasks"), "13\n");
	umount_top(x);
}
END_TEST

TCase *kill_tests(void)
{
	TCase *tc = tcase_create("kill");

	tcase_add_checked_fixture(tc, kill_setup, kill_teardown);
	tcase_add_test(tc, here_and_below);
	tcase_add_test(tc, empty_ones);
	tcase_add_test(tc, below_alone);
	tcase_add_test(tc, forks_do_not_outrun_it);
	tcase_add_test(tc, births_after_it);
	tcase_add_test(tc, attached_at_birth);
	tcase_add_test(tc, attach_afterwards);
	tcase_add_test(tc, who_cannot_be_killed);
	tcase_add_test(tc, births_seen_by_the_host);
	tcase_add_test(tc, errors);
	tcase_add_test(tc, many);
	tcase_add_test(tc, other_hierarchies);
	return tc;
}
