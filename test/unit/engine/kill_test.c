// SPDX-License-Identifier: GPL-2.0-only
/*
 * kill_test.c - container.kill: everybody here and below, until nobody is left
 *
 * Who enters a container that is being killed (a fork under way, an attach) is
 * killed too; once it is empty it is a container like any other.
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
	host.on_sync = NULL;
	sane();
	umount_top(top);
	host_finish();
}

static void kill_all(struct container *cont)
{
	ck_assert_int_eq(write_to(cont, "container.kill", "1\n"), 0);
}

START_TEST(here_and_below)
{
	kill_all(a);
	ck_assert_uint_eq(host.task[10].killed, 1);
	ck_assert_uint_eq(host.task[11].killed, 1);
	ck_assert_uint_eq(host.task[20].killed, 1);
	ck_assert_uint_eq(host.task[12].killed + host.task[13].killed + host.task[1].killed, 0);
	ck_assert(inspect_container(a).killing);
	/* again: they have been told */
	kill_all(a);
	container_run_work();
	ck_assert_uint_eq(host.kills, 3);
	host_exit(10);
	host_exit(11);
	ck_assert(inspect_container(a).killing);
	host_exit(20);
	ck_assert(!inspect_container(a).killing);

	/* over: who comes now lives */
	attach(a, 13);
	container_run_work();
	ck_assert_uint_eq(host.task[13].killed, 0);
}
END_TEST

/* A fork was under way while agents run: its child does not wait for the last of them. */
static void fork_once(void)
{
	if (host.agents == 1)
		host_fork(10, 21);
	else
		ck_assert_uint_eq(host.task[21].killed, 1);
}

START_TEST(agents_keep_nobody_alive)
{
	struct container *d = make_dir(top, "d");

	ck_assert_int_eq(write_to(top, "release_agent", "/bin/agent"), 0);
	ck_assert_int_eq(write_to(c, "notify_on_release", "1"), 0);
	ck_assert_int_eq(write_to(d, "notify_on_release", "1"), 0);
	attach(d, 13);
	kill_all(a);
	host_exit(12);
	host_exit(13);
	host.on_agent = fork_once;
	container_run_work();
	host.on_agent = NULL;
	ck_assert_uint_eq(host.agents, 2);
}
END_TEST

START_TEST(empty_ones)
{
	struct container *d = make_dir(top, "d");

	kill_all(d);
	ck_assert(!inspect_container(d).killing);
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
	/* the one above as well, meanwhile */
	kill_all(a);
	ck_assert_uint_eq(host.task[10].killed, 1);
	ck_assert_uint_eq(host.task[11].killed, 1);
	host_exit(11);
	host_exit(20);
	ck_assert(!inspect_container(b).killing && inspect_container(a).killing);
	host_exit(10);
	ck_assert(!inspect_container(a).killing);
}
END_TEST

static int next_tid;

/* Whoever is killed forks first, for a while. */
static void forks_first(int tid)
{
	if (next_tid < 200)
		host_fork(tid, next_tid++);
}

START_TEST(forks_do_not_outrun_it)
{
	next_tid = 100;
	host.on_kill = forks_first;
	host.die_of_kill = true;
	kill_all(a);
	container_run_work();
	ck_assert_int_eq(next_tid, 200);
	ck_assert_str_eq(read_of(a, "container.events"), "populated 0\ntasks 0\nchildren 1\n");
	ck_assert_uint_eq(inspect_container(b).nr_tasks, 0);
	ck_assert(!inspect_container(a).killing);
	ck_assert(host.task[12].live && host.task[13].live);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
}
END_TEST

/* A fork that is seen later makes work pending, and a clone does. */
START_TEST(entries_make_work)
{
	kill_all(a);
	host.works = 0;
	host_fork(12, 50);
	ck_assert_uint_eq(host.works, 0);
	host_fork(10, 51);
	ck_assert_uint_gt(host.works, 0);
	container_run_work();
	ck_assert_uint_eq(host.task[51].killed, 1);
	host.works = 0;
	ck_assert(host_unshare(11, NEW_USER));
	ck_assert_uint_gt(host.works, 0);
	host_fork(11, 52);
	container_run_work();
	ck_assert_uint_eq(host.task[52].killed, 1);
	ck_assert_uint_eq(host.task[11].killed, 1);
	ck_assert_uint_ne(css_group_watch(container_task_group(container_task_find(host_key(52)))) &
			  CSS_GROUP_WATCH_ALL, 0);
}
END_TEST

START_TEST(attach_meanwhile)
{
	kill_all(a);
	host.works = 0;
	attach(b, 13);
	ck_assert_uint_gt(host.works, 0);
	container_run_work();
	ck_assert_uint_eq(host.task[13].killed, 1);
	/* out of it again, it dies of the signal all the same; the container is done */
	host_exit(10);
	host_exit(11);
	host_exit(20);
	attach(top, 13);
	ck_assert(!inspect_container(a).killing);
	ck_assert_uint_eq(css_group_watch(css_group_init()), 0);
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
	ck_assert_int_eq(containerfs_nr_roots(), 1);
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
	tcase_add_test(tc, agents_keep_nobody_alive);
	tcase_add_test(tc, empty_ones);
	tcase_add_test(tc, below_alone);
	tcase_add_test(tc, forks_do_not_outrun_it);
	tcase_add_test(tc, entries_make_work);
	tcase_add_test(tc, attach_meanwhile);
	tcase_add_test(tc, many);
	tcase_add_test(tc, other_hierarchies);
	return tc;
}
