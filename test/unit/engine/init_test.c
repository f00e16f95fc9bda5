// SPDX-License-Identifier: GPL-2.0-only
/*
 * container.init: whose exit is the death of the container, and what a dead one does
 */
#include "tools.h"

static struct container *top, *a, *b, *c;

static void init_setup(void)
{
	host_reset();
	top = mount_top("ns");
	a = make_dir(top, "a");
	b = make_dir(a, "b");
	c = make_dir(top, "c");
	for (int tid = 10; tid < 15; tid++)
		host_fork(1, tid);
	attach(a, 10);
	attach(a, 11);
	attach(b, 12);
	attach(c, 13);
}

static void init_teardown(void)
{
	host.on_watch = host.on_sync = host.on_get = NULL;
	host.on_kill_sync = NULL;
	host.kill_sync_err = 0;
	sane();
	umount_top(top);
	host_finish();
}

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

#define HUP	0x10
#define PRI	0x02

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
	ck_assert_uint_eq(container_file_poll(f, &armed) & (HUP | PRI), 0);
	ck_assert(armed);
	ck_assert_uint_eq(container_file_poll(g, &armed) & (HUP | PRI), 0);
	/* tasks need not be watched for that */
	ck_assert_uint_eq(host.groups_changed, changed);
	ck_assert_uint_eq(host_group_facts(container_task_group(
		container_task_find(host_key(10)))).watch & CSS_GROUP_WATCH_ALL, 0);
	host.events = 0;
	ck_assert_int_eq(write_to(a, "container.init", "10"), 0);
	ck_assert_uint_eq(host.events, 1);
	ck_assert_uint_eq(container_file_poll(f, &armed) & (HUP | PRI), PRI);
	container_file_read(f, &root_actor, 0, &data);
	ck_assert_uint_eq(container_file_poll(f, &armed) & (HUP | PRI), 0);
	host.events = 0;
	host_exit(10);
	/* both: no init can come to b any more */
	ck_assert_uint_eq(host.events, 2);
	ck_assert_uint_eq(container_file_poll(f, &armed) & (HUP | PRI), HUP | PRI);
	ck_assert_uint_eq(container_file_poll(g, &armed) & (HUP | PRI), HUP | PRI);
	container_file_read(f, &root_actor, 0, &data);
	ck_assert_uint_eq(container_file_poll(f, &armed) & (HUP | PRI), HUP);
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
	ck_assert_uint_eq(container_file_poll(f, &armed) & (HUP | PRI), 0);
	ck_assert(armed);
	host.events = 0;
	host_exit(10);
	ck_assert_uint_eq(host.events, 1);
	ck_assert_uint_eq(container_file_poll(f, &armed) & (HUP | PRI), HUP | PRI);
	container_file_release(f);
}
END_TEST

/* --- a dead container --- */

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
	ck_assert_uint_eq(container_file_poll(f, &armed) & PRI, PRI);
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

	tcase_add_checked_fixture(tc, init_setup, init_teardown);
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
	tcase_add_test(tc, no_memory);
	return tc;
}
