// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which CPUs tasks get
 *
 * An affinity is a number in the host's table of tasks, which children copy. The tests fork,
 * exec, exit and ask for CPUs at the worst moments. cpuset_rules_test.c is about refusals, and
 * the model (cpuset_model_test.c) checks all together.
 */
#include "tools.h"

#define CPUS(a, b)	((2ul << (b)) - (1ul << (a)))

static struct container *top, *a, *ab, *b;

/* CPUs as a list, and all the memory */
static void fill(struct container *cont, const char *cpus)
{
	ck_assert_int_eq(write_to(cont, "cpuset.cpus", cpus), 0);
	ck_assert_int_eq(write_to(cont, "cpuset.mems", "0"), 0);
}

static void cpuset_setup(void)
{
	host_reset();
	top = mount_top("cpuset,ns");
	a = make_dir(top, "a");
	ab = make_dir(a, "b");
	b = make_dir(top, "b");
	for (int tid = 10; tid < 14; tid++)
		host_fork(1, tid);
}

static void cpuset_teardown(void)
{
	sane();
	umount_top(top);
	host_finish();
}

static unsigned int watch_of(int tid)
{
	return host_group_facts(container_task_group(container_task_find(host_key(tid)))).watch;
}

#define expect_cpus(tid, cpus)	ck_assert_uint_eq(host.task[tid].affinity, cpus)
#define expect_file(cont, file, text)	ck_assert_str_eq(read_of(cont, "cpuset." file), text)
#define expect_write(cont, file, text, err)	\
	ck_assert_int_eq(write_to(cont, "cpuset." file, text), err)

START_TEST(attach_and_write)
{
	ck_assert_int_eq(attach(a, 10), -ENOSPC);
	expect_write(a, "cpus", "0-3", 0);
	ck_assert_int_eq(attach(a, 10), -ENOSPC);
	expect_write(a, "mems", "0", 0);
	expect_write(a, "cpus", "\n", 0);
	ck_assert_int_eq(attach(a, 10), -ENOSPC);
	fill(a, "0-3");
	fill(b, "4-5,7");
	ck_assert_int_eq(attach(a, 10), 0);
	ck_assert_int_eq(attach(b, 11), 0);
	expect_cpus(10, CPUS(0, 3));
	expect_cpus(11, CPUS(4, 5) | CPUS(7, 7));
	expect_write(a, "cpus", "2", 0);
	expect_cpus(10, CPUS(2, 2));
	expect_write(a, "cpus", "2-6", 0);
	expect_cpus(10, CPUS(2, 6));
	expect_cpus(11, CPUS(4, 5) | CPUS(7, 7));
	ck_assert_uint_eq(host.cpus_set, 4);
	/* the same value again tells no task */
	expect_write(a, "cpus", "2,3,4,5,6", 0);
	ck_assert_uint_eq(host.cpus_set, 4);
	ck_assert_int_eq(attach(top, 10), 0);
	expect_cpus(10, HOST_ALL_CPUS);
	expect_write(a, "cpus", "1", 0);
	expect_cpus(10, HOST_ALL_CPUS);
	ck_assert_uint_eq(host.pins, 0);
}
END_TEST

/* A choice of the task itself does not outlive a move or a write, as in 6.1. */
START_TEST(own_choice)
{
	fill(a, "0-3");
	attach(a, 10);
	host_set_affinity(10, CPUS(1, 1));
	container_run_work();
	expect_cpus(10, CPUS(1, 1));
	expect_write(a, "cpus", "0-4", 0);
	expect_cpus(10, CPUS(0, 4));
	host_set_affinity(11, CPUS(1, 1));
	attach(a, 11);
	expect_cpus(11, CPUS(0, 4));
}
END_TEST

START_TEST(widened)
{
	fill(a, "0-3");
	attach(a, 10);
	host_set_affinity(10, CPUS(2, 6));
	ck_assert_uint_gt(host.works, 0);
	container_run_work();
	expect_cpus(10, CPUS(2, 3));
	host_set_affinity(10, CPUS(5, 6));
	container_run_work();
	expect_cpus(10, CPUS(0, 3));
	/* the host does not know which task it was */
	host.task[10].affinity = HOST_ALL_CPUS;
	host.task[11].affinity = CPUS(7, 7);
	container_task_affinity(0);
	container_run_work();
	expect_cpus(10, CPUS(0, 3));
	expect_cpus(11, CPUS(7, 7));
}
END_TEST

START_TEST(watching)
{
	unsigned long cpus = 0;

	ck_assert(!host.watching_affinity);
	expect_write(a, "cpus", "0-7", 0);
	ck_assert(!host.watching_affinity);
	fill(a, "0-3");
	ck_assert(host.watching_affinity);
	expect_write(b, "cpus", "1", 0);
	attach(a, 10);
	ck_assert_uint_eq(watch_of(10), CSS_GROUP_WATCH_CPUS);
	ck_assert(container_task_cpus(host_key(10), &cpus));
	ck_assert_uint_eq(cpus, CPUS(0, 3));
	ck_assert(!container_task_cpus(host_key(11), &cpus));
	expect_write(a, "cpus", "0-7", 0);
	ck_assert_uint_eq(watch_of(10), 0);
	ck_assert(!container_task_cpus(host_key(10), &cpus));
	ck_assert(host.watching_affinity);
	ck_assert_int_eq(container_rmdir(top, "b"), 0);
	ck_assert(!host.watching_affinity);
	ck_assert_uint_eq(host.watching_calls, 2);
}
END_TEST

/* --- at the worst moment --- */

static void fork_from_10(int tid)
{
	host.on_set_cpus = NULL;
	ck_assert_int_eq(tid, 10);
	host_fork(10, 20);
}

/* A child copies CPUs that its parent is about to lose. */
START_TEST(fork_during_write)
{
	fill(a, "0-3");
	attach(a, 10);
	host.on_set_cpus = fork_from_10;
	expect_write(a, "cpus", "6", 0);
	expect_cpus(10, CPUS(6, 6));
	expect_cpus(20, CPUS(6, 6));
	host.on_set_cpus = fork_from_10;
	host_exit(20);
	attach(b, 10);
	fill(b, "1");
	attach(b, 10);
	expect_cpus(10, CPUS(1, 1));
	expect_cpus(20, CPUS(1, 1));
}
END_TEST

static void late_birth(void)
{
	host.on_sync = NULL;
	host.task[10].affinity = CPUS(0, 3);
	host_fork(10, 20);
	host.task[10].affinity = CPUS(6, 6);
}

/* The host hears of the child only when all other tasks have been told. */
START_TEST(fork_heard_of_late)
{
	fill(a, "0-3");
	attach(a, 10);
	host.on_sync = late_birth;
	expect_write(a, "cpus", "6", 0);
	expect_cpus(20, CPUS(6, 6));
}
END_TEST

static void widen_10(void)
{
	host_set_affinity(10, HOST_ALL_CPUS);
}

/* A task that asks for ever does not hold up other tasks. */
START_TEST(endless_widening)
{
	fill(a, "0-3");
	attach(a, 10);
	host.on_sync = widen_10;
	host.works = 0;
	expect_write(a, "cpus", "6", 0);
	ck_assert_uint_gt(host.works, 0);
	host.on_sync = NULL;
	container_run_work();
	expect_cpus(10, CPUS(6, 6));
}
END_TEST

static void widen_11(int tid)
{
	host.on_set_cpus = NULL;
	if (tid == 10)
		host_set_affinity(11, CPUS(2, 6));
}

/* A second write does not forget tasks that the first must still tell. */
START_TEST(widened_during_write)
{
	fill(a, "0-3");
	attach(a, 10);
	attach(a, 11);
	host.on_set_cpus = widen_11;
	expect_write(a, "cpus", "0-4", 0);
	expect_cpus(10, CPUS(0, 4));
	expect_cpus(11, CPUS(0, 4));
}
END_TEST

static void exit_of(int tid)
{
	host.on_set_cpus = NULL;
	host_exit(tid);
}

START_TEST(exit_during_write)
{
	fill(a, "0-3");
	attach(a, 10);
	attach(a, 11);
	host.on_set_cpus = exit_of;
	expect_write(a, "cpus", "6", 0);
	ck_assert_uint_eq(host.task[10].live + host.task[11].live, 1);
	ck_assert_uint_eq(host.pins, 0);
}
END_TEST

START_TEST(whole_process)
{
	struct container_actor actor = root_actor;

	fill(a, "0-3");
	host_thread(10, 20);
	host_thread(20, 21);
	ck_assert_int_eq(write_as(&actor, a, "cgroup.procs", "20"), 0);
	expect_cpus(10, CPUS(0, 3));
	expect_cpus(20, CPUS(0, 3));
	expect_cpus(21, CPUS(0, 3));
	fill(b, "5");
	attach(b, 21);
	expect_cpus(21, CPUS(5, 5));
	host_exec(21);
	expect_cpus(10, CPUS(5, 5));
	expect_write(b, "cpus", "6", 0);
	expect_cpus(10, CPUS(6, 6));
}
END_TEST

static void exec_of_20(int tid)
{
	if (tid == 20)
		host_exec(20);
}

/* The thread that is being told has just got another id by exec. */
START_TEST(exec_during_write)
{
	fill(a, "0-3");
	host_thread(10, 20);
	attach(a, 20);
	host.on_set_cpus = exec_of_20;
	expect_write(a, "cpus", "6", 0);
	ck_assert(!host.task[20].live);
	expect_cpus(10, CPUS(6, 6));
}
END_TEST

/* --- new containers and their parents --- */

START_TEST(clones)
{
	struct container *node1;

	fill(a, "0-3");
	attach(a, 10);
	host_set_affinity(10, CPUS(1, 2));
	ck_assert(host_unshare(10, NEW_USER));
	node1 = find_dir(a, "node1");
	expect_file(node1, "cpus", "0-3\n");
	expect_file(node1, "mems", "0\n");
	container_run_work();
	expect_cpus(10, CPUS(1, 2));
	ck_assert_int_eq(attach(node1, 11), 0);
	expect_cpus(11, CPUS(0, 3));
	host_clone(10, 20, NEW_PID);
	expect_file(find_dir(node1, "node1"), "effective_cpus", "0-3\n");
	/* a child of the top, which has all */
	ck_assert(host_unshare(12, NEW_USER));
	expect_file(find_dir(top, "node1"), "cpus", "0-7\n");
	expect_cpus(12, HOST_ALL_CPUS);
}
END_TEST

START_TEST(clones_beside_exclusive)
{
	struct container *node;

	fill(a, "0-3");
	expect_write(a, "cpu_exclusive", "1", 0);
	attach(a, 10);
	fill(ab, "0-1");
	ck_assert_uint_eq(watch_of(10), CSS_GROUP_WATCH_CPUS);
	expect_write(ab, "cpu_exclusive", "1", 0);
	ck_assert_uint_eq(watch_of(10), CSS_GROUP_WATCH_CPUS | CSS_GROUP_WATCH_CLONE);
	ck_assert(host_unshare(10, NEW_USER));
	node = find_dir(a, "node1");
	expect_file(node, "cpus", "2-3\n");
	container_run_work();
	expect_cpus(10, CPUS(2, 3));
	/* none is left: it has its parent's, and no other task may come */
	attach(a, 11);
	expect_write(node, "cpus", "3", 0);
	expect_write(ab, "cpus", "0-2", 0);
	ck_assert_int_eq(attach(a, 10), 0);
	ck_assert_int_eq(container_rmdir(a, "node1"), 0);
	expect_write(ab, "cpus", "0-3", 0);
	ck_assert(host_unshare(11, NEW_USER));
	node = find_dir(a, "node2");
	expect_file(node, "cpus", "\n");
	expect_file(node, "effective_cpus", "0-3\n");
	container_run_work();
	expect_cpus(11, CPUS(0, 3));
	ck_assert_int_eq(attach(node, 10), -ENOSPC);
	host_fork(11, 20);
	expect_cpus(20, CPUS(0, 3));
	/* and follows it */
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	ck_assert_uint_eq(watch_of(10), CSS_GROUP_WATCH_CPUS);
	expect_write(a, "cpus", "2", 0);
	expect_cpus(11, CPUS(2, 2));
	expect_cpus(20, CPUS(2, 2));
	expect_cpus(10, CPUS(2, 2));
	host_set_affinity(20, HOST_ALL_CPUS);
	container_run_work();
	expect_cpus(20, CPUS(2, 2));
}
END_TEST

START_TEST(clones_beside_exclusive_mems)
{
	struct container *node;

	fill(a, "0-3");
	attach(a, 10);
	expect_write(a, "mem_exclusive", "1", 0);
	fill(ab, "0");
	expect_write(ab, "mem_exclusive", "1", 0);
	ck_assert(host_unshare(10, NEW_USER));
	node = find_dir(a, "node1");
	expect_file(node, "cpus", "0-3\n");
	expect_file(node, "mems", "\n");
	expect_file(node, "effective_mems", "0\n");
}
END_TEST

START_TEST(clone_children)
{
	fill(a, "0-3");
	ck_assert_int_eq(write_to(a, "cgroup.clone_children", "1"), 0);
	expect_file(make_dir(a, "c"), "cpus", "0-3\n");
	expect_file(find_dir(a, "c"), "mems", "0\n");
	/* beside an exclusive sibling nothing is copied, without an error */
	expect_write(a, "cpu_exclusive", "1", 0);
	ck_assert_int_eq(container_rmdir(a, "c"), 0);
	fill(ab, "0");
	expect_write(ab, "cpu_exclusive", "1", 0);
	expect_file(make_dir(a, "c"), "cpus", "\n");
	ck_assert_int_eq(container_rmdir(a, "c"), 0);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	expect_file(make_dir(a, "c"), "cpus", "0-3\n");
	/* a child of the top: the CPUs that are online */
	expect_write(a, "cpu_exclusive", "0", 0);
	host.offline = CPUS(7, 7);
	ck_assert_int_eq(write_to(top, "cgroup.clone_children", "1"), 0);
	container_cpus_changed();
	expect_file(make_dir(top, "c"), "cpus", "0-6\n");
}
END_TEST

/* --- CPUs that go and come --- */

START_TEST(hotplug)
{
	fill(a, "0-3");
	fill(ab, "3");
	attach(a, 10);
	attach(ab, 11);
	host.offline = CPUS(3, 3);
	container_cpus_changed();
	expect_file(top, "cpus", "0-2,4-7\n");
	expect_file(a, "cpus", "0-3\n");
	expect_file(a, "effective_cpus", "0-2\n");
	expect_cpus(10, CPUS(0, 2));
	/* it has none: it gets its parent's */
	expect_file(ab, "cpus", "3\n");
	expect_file(ab, "effective_cpus", "0-2\n");
	expect_cpus(11, CPUS(0, 2));
	expect_write(b, "cpus", "3", -EINVAL);
	expect_write(b, "cpus", "2-3", -EINVAL);
	expect_write(a, "cpus", "1", -EBUSY);
	host.offline = 0;
	container_cpus_changed();
	expect_cpus(10, CPUS(0, 3));
	expect_cpus(11, CPUS(3, 3));
	/* tasks in the top may use CPUs that are still to come */
	host.offline = CPUS(6, 6);
	container_cpus_changed();
	attach(top, 11);
	expect_cpus(11, HOST_ALL_CPUS);
	/* a host that does not report changes is asked when a file is read */
	host.offline = CPUS(0, 0);
	expect_file(a, "effective_cpus", "1-3\n");
	expect_cpus(10, CPUS(1, 3));
	host.offline = 0;
}
END_TEST

TCase *cpuset_tests(void)
{
	TCase *tc = tcase_create("cpuset");

	tcase_add_checked_fixture(tc, cpuset_setup, cpuset_teardown);
	tcase_add_test(tc, attach_and_write);
	tcase_add_test(tc, own_choice);
	tcase_add_test(tc, widened);
	tcase_add_test(tc, watching);
	tcase_add_test(tc, fork_during_write);
	tcase_add_test(tc, fork_heard_of_late);
	tcase_add_test(tc, endless_widening);
	tcase_add_test(tc, widened_during_write);
	tcase_add_test(tc, exit_during_write);
	tcase_add_test(tc, whole_process);
	tcase_add_test(tc, exec_during_write);
	tcase_add_test(tc, clones);
	tcase_add_test(tc, clones_beside_exclusive);
	tcase_add_test(tc, clones_beside_exclusive_mems);
	tcase_add_test(tc, clone_children);
	tcase_add_test(tc, hotplug);
	return tc;
}
