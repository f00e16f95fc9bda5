// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a dead container does to who is in it, and to who would enter
 */
#include <poll.h>

#include "family.h"

static void die(void)
{
	ck_assert_int_eq(write_to(a, "container.init", "10"), 0);
	host_exit(10);
	ck_assert(container_is_dead(a));
	sane();
}

START_TEST(nobody_enters)
{
	die();
	host_thread(11, 16);
	ck_assert_int_eq(write_to(a, "cgroup.procs", "11"), -ECANCELED);
	host.task[16].exiting = true;
	ck_assert_int_eq(write_to(a, "tasks", "16"), -ECANCELED);
	ck_assert_int_eq(write_to(a, "tasks", "14"), -ECANCELED);
	ck_assert_int_eq(write_to(a, "cgroup.procs", "14"), -ECANCELED);
	ck_assert_int_eq(write_to(b, "tasks", "14"), -ECANCELED);
	host_thread(14, 15);
	ck_assert_int_eq(write_to(b, "cgroup.procs", "15"), -ECANCELED);
	/* also who is there already */
	ck_assert_int_eq(write_to(a, "tasks", "11"), -ECANCELED);
	ck_assert_int_eq(write_to(a, "cgroup.procs", "99"), -ESRCH);
	ck_assert(is_in(top, 14) && is_in(top, 15));
	/* what is made there is dead as well */
	ck_assert(container_is_dead(make_dir(b, "late")));
}
END_TEST

static void ten_exits_in_walk(void)
{
	host.on_walked = NULL;
	host_exit(10);
}

/* A process is on its way in when the container dies. */
START_TEST(dies_under_a_move)
{
	host_thread(13, 30);
	host_thread(13, 31);
	ck_assert_int_eq(write_to(a, "container.init", "10"), 0);
	host.on_walked = ten_exits_in_walk;
	ck_assert_int_eq(write_to(a, "cgroup.procs", "13"), -ECANCELED);
	host.on_walked = NULL;
	ck_assert(is_in(c, 13) && is_in(c, 30) && is_in(c, 31));
	container_run_work();
	ck_assert_uint_eq(host.task[13].killed, 0);
}
END_TEST

static int walks;

/* No thread has moved yet, but their children are born where they are to go. */
static void dies_in_second_walk(void)
{
	if (++walks != 2)
		return;
	host.on_walked = NULL;
	host_exit(10);
	host_thread(13, 35);
}

START_TEST(dies_before_a_thread_moved)
{
	walks = 0;
	host_thread(13, 30);
	ck_assert_int_eq(write_to(a, "container.init", "10"), 0);
	host.again = 2;
	host.on_walked = dies_in_second_walk;
	ck_assert_int_eq(write_to(a, "cgroup.procs", "13"), -ECANCELED);
	ck_assert_int_eq(walks, 2);
	ck_assert(is_in(c, 13) && is_in(c, 30) && is_in(c, 35));
	container_run_work();
	ck_assert_uint_eq(host.task[13].killed + host.task[35].killed, 0);
}
END_TEST

static void fork_in_kill(void)
{
	host.on_kill_sync = NULL;
	host_fork(12, 40);
}

/* Whoever is born there is killed, also if the engine did not know its creator. */
START_TEST(children_die)
{
	struct css_group *group = css_group_get(container_task_group(
		container_task_find(host_key(11))));

	die();
	host_fork(11, 41);
	ck_assert_uint_eq(host.task[41].killed, 1);
	host.on_kill_sync = fork_in_kill;
	container_run_work();
	ck_assert_uint_ge(host.task[40].killed, 1);
	host_fork(12, 42);
	ck_assert_uint_ge(host.task[42].killed, 1);
	/* reported late */
	host_spawn(43, 43, 0);
	ck_assert_int_eq(container_task_enter(host_key(43), 43, 43, group, 0), 0);
	container_run_work();
	ck_assert_uint_eq(host.task[43].killed, 1);
	css_group_put(group);
	ck_assert_uint_eq(host.task[13].killed, 0);
}
END_TEST

/* Nor does it help to leave before the signal comes. */
START_TEST(leaves_too_late)
{
	die();
	attach(c, 11);
	container_run_work();
	ck_assert_uint_eq(host.task[11].killed, 1);
}
END_TEST

START_TEST(clones_stay)
{
	host.one_step = _i;
	die();
	ck_assert(!host_unshare(11, NEW_NET));
	host_clone(12, 44, NEW_NET);
	container_run_work();
	ck_assert(is_in(b, 44));
	/* before a read of a file here watches them anyway */
	ck_assert_uint_eq(host_group_facts(container_task_group(
		container_task_find(host_key(44)))).watch & CSS_GROUP_WATCH_ALL,
			  CSS_GROUP_WATCH_ALL);
	ck_assert_uint_ge(host.task[44].killed, 1);
	ck_assert_str_eq(children_of(a), "b");
	ck_assert_str_eq(children_of(b), "");
	ck_assert_uint_eq(number_in(a, "ns.events", "refused"), 0);
	ck_assert_uint_eq(number_in(b, "ns.events", "refused"), 0);
	ck_assert_uint_eq(host_group_facts(container_task_group(
		container_task_find(host_key(44)))).clone_mask, 0);
}
END_TEST

/* Who is in a dead container and moves in another hierarchy is as dead as before. */
START_TEST(in_another_hierarchy)
{
	struct container *other = mount_top("debug,name=x"), *d = make_dir(other, "d");

	die();
	attach(d, 12);
	sane();
	host_fork(12, 47);
	ck_assert_uint_eq(host.task[47].killed, 1);
	container_run_work();
	host_exit(12);
	host_exit(47);
	ck_assert_int_eq(container_rmdir(other, "d"), 0);
	umount_top(other);
}
END_TEST

/* The hierarchy ends with a dead clone in it, and its tasks are in no dead container any more. */
START_TEST(hierarchy_ends)
{
	struct container *other = mount_top("debug,name=x"), *d = make_dir(other, "d"), *clone;

	attach(d, 14);
	for (int tid = 10; tid < 14; tid++)
		host_exit(tid);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert_int_eq(container_rmdir(top, "c"), 0);
	ck_assert(host_unshare(14, NEW_NET));
	clone = find_dir(top, "node1");
	ck_assert_int_eq(container_lease(clone, CONTAINERFS_LEASE_KILL), 0);
	container_lease_end(clone, CONTAINERFS_LEASE_KILL);
	umount_top(top);
	sane();
	ck_assert_int_eq(write_to(other, "tasks", "14"), 0);
	ck_assert_int_eq(container_rmdir(other, "d"), 0);
	umount_top(other);
	top = mount_top("ns");
}
END_TEST

/* The first process of the system is spared, as by container.kill, but not its children. */
START_TEST(the_first_process)
{
	attach(a, 1);
	die();
	container_run_work();
	ck_assert_uint_eq(host.task[1].killed, 0);
	host_fork(1, 46);
	ck_assert_uint_eq(host.task[46].killed, 1);
}
END_TEST

static int kill_syncs;

static void count_kill_syncs(void)
{
	kill_syncs++;
}

/* A kill that fails is tried again with the next work. */
START_TEST(kill_fails)
{
	die();
	kill_syncs = 0;
	host.on_kill_sync = count_kill_syncs;
	host.kill_sync_err = -ENOMEM;
	container_run_work();
	ck_assert_int_eq(kill_syncs, 1);
	ck_assert_uint_eq(host.task[11].killed, 1);
	host.kill_sync_err = 0;
	container_run_work();
	ck_assert_int_eq(kill_syncs, 2);
	container_run_work();
	ck_assert_int_eq(kill_syncs, 2);
	ck_assert_uint_eq(host.task[11].killed, 1);
	ck_assert(!host.in_kill);
}
END_TEST

/* One kill is for all that have died meanwhile, and for none that is empty. */
START_TEST(several_die)
{
	kill_syncs = 0;
	host.on_kill_sync = count_kill_syncs;
	ck_assert_int_eq(container_lease(c, CONTAINERFS_LEASE_KILL), 0);
	ck_assert_int_eq(container_lease(a, CONTAINERFS_LEASE_KILL), 0);
	container_lease_end(a, CONTAINERFS_LEASE_KILL);
	container_lease_end(c, CONTAINERFS_LEASE_KILL);
	container_run_work();
	ck_assert_int_eq(kill_syncs, 1);
	ck_assert_uint_eq(host.task[11].killed, 1);
	ck_assert_uint_eq(host.task[13].killed, 1);
	c = make_dir(top, "empty");
	ck_assert_int_eq(container_lease(c, CONTAINERFS_LEASE_KILL), 0);
	container_lease_end(c, CONTAINERFS_LEASE_KILL);
	container_run_work();
	ck_assert_int_eq(kill_syncs, 1);
}
END_TEST

static void remove_empty_one(void)
{
	host.on_kill_sync = NULL;
	host_exit(13);
	ck_assert_int_eq(container_rmdir(top, "c"), 0);
}

/* It is removed while it is being killed. */
START_TEST(removed_in_kill)
{
	ck_assert_int_eq(container_lease(c, CONTAINERFS_LEASE_KILL), 0);
	container_lease_end(c, CONTAINERFS_LEASE_KILL);
	host.on_kill_sync = remove_empty_one;
	container_run_work();
	ck_assert_ptr_null(find_dir(top, "c"));
}
END_TEST

START_TEST(a_frozen_one_dies)
{
	struct container *cold = mount_top("freezer"), *d = make_dir(cold, "d");

	attach(d, 10);
	attach(d, 11);
	ck_assert_int_eq(write_to(d, "container.init", "10"), 0);
	ck_assert_int_eq(write_to(d, "freezer.state", "FROZEN"), 0);
	ck_assert(host.task[11].stopped);
	host_exit(10);
	container_run_work();
	ck_assert(!host.task[11].stopped);
	ck_assert_uint_eq(host.task[11].killed, 1);
	host_exit(11);
	ck_assert_int_eq(container_rmdir(cold, "d"), 0);
	umount_top(cold);
}
END_TEST

/* Pollers of container.events hear of it. */
START_TEST(death_is_an_event)
{
	struct container_file *f = open_as(&root_actor, b, "container.events");
	const char *data;
	bool armed;

	container_file_read(f, &root_actor, 0, &data);
	container_file_poll(f, &armed);
	ck_assert(armed);
	host.events = 0;
	die();
	ck_assert_uint_ge(host.events, 1);
	ck_assert_uint_eq(container_file_poll(f, &armed) & POLLPRI, POLLPRI);
	container_file_release(f);
}
END_TEST

TCase *dead_tests(void)
{
	TCase *tc = tcase_create("dead");

	tcase_add_checked_fixture(tc, family_setup, family_teardown);
	tcase_add_test(tc, nobody_enters);
	tcase_add_test(tc, dies_under_a_move);
	tcase_add_test(tc, dies_before_a_thread_moved);
	tcase_add_test(tc, children_die);
	tcase_add_test(tc, leaves_too_late);
	tcase_add_loop_test(tc, clones_stay, 0, 2);
	tcase_add_test(tc, in_another_hierarchy);
	tcase_add_test(tc, hierarchy_ends);
	tcase_add_test(tc, the_first_process);
	tcase_add_test(tc, kill_fails);
	tcase_add_test(tc, several_die);
	tcase_add_test(tc, removed_in_kill);
	tcase_add_test(tc, a_frozen_one_dies);
	tcase_add_test(tc, death_is_an_event);
	return tc;
}
