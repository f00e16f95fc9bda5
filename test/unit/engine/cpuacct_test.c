// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which container CPU time is charged to, and the texts of the files
 *
 * Times are set here, not used: host_run() moves the clock of a task. Moves, births, clones and
 * exits have a test each, and so have texts and errors of the files. The model
 * (cpuacct_model_test.c) checks all of it together.
 */
#include "tools.h"

static struct container *top, *a, *ab, *b;

static void cpuacct_setup(void)
{
	host_reset();
	host.cpus = 3;
	top = mount_top("cpuacct,ns");
	a = make_dir(top, "a");
	ab = make_dir(a, "b");
	b = make_dir(top, "b");
	for (int tid = 10; tid < 14; tid++)
		host_fork(1, tid);
}

static void cpuacct_teardown(void)
{
	sane();
	umount_top(top);
	host_finish();
}

#define expect_used(cont, user, system)						\
	do {									\
		char text_[3][32];						\
										\
		snprintf(text_[0], 32, "%llu\n", (user) + (system) + 0ull);	\
		snprintf(text_[1], 32, "%llu\n", (user) + 0ull);		\
		snprintf(text_[2], 32, "%llu\n", (system) + 0ull);		\
		ck_assert_str_eq(read_of(cont, "cpuacct.usage"), text_[0]);	\
		ck_assert_str_eq(read_of(cont, "cpuacct.usage_user"), text_[1]); \
		ck_assert_str_eq(read_of(cont, "cpuacct.usage_sys"), text_[2]);	\
	} while (0)

START_TEST(what_was_used_before_stays_behind)
{
	host_run(10, 1000, 100);
	attach(a, 10);
	expect_used(a, 0, 0);
	host_run(10, 5, 2);
	expect_used(a, 5, 2);
	expect_used(a, 5, 2);
	attach(b, 10);
	host_run(10, 30, 40);
	expect_used(a, 5, 2);
	expect_used(b, 30, 40);
	attach(top, 10);
	host_run(10, 500, 600);
	expect_used(a, 5, 2);
	expect_used(b, 30, 40);
}
END_TEST

/* No read in between: the move itself charges. */
START_TEST(moves_without_a_look)
{
	attach(a, 10);
	host_run(10, 1, 2);
	attach(ab, 10);
	host_run(10, 10, 20);
	attach(b, 10);
	host_run(10, 100, 200);
	host_exit(10);
	expect_used(ab, 10, 20);
	expect_used(a, 11, 22);
	expect_used(b, 100, 200);
}
END_TEST

START_TEST(those_above_have_it_too)
{
	attach(ab, 10);
	attach(a, 11);
	host_run(10, 7, 0);
	host_run(11, 0, 3);
	expect_used(a, 7, 3);
	expect_used(ab, 7, 0);
	expect_used(b, 0, 0);
	/* the removal of the container that used it changes nothing */
	host_exit(10);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	expect_used(a, 7, 3);
}
END_TEST

START_TEST(children_begin_at_nothing)
{
	attach(a, 10);
	host_run(10, 50, 50);
	host_fork(10, 20);
	host_thread(10, 21);
	host_run(20, 1, 1);
	host_run(21, 2, 2);
	expect_used(a, 53, 53);
	host_exit(21);
	host_exit(20);
	expect_used(a, 53, 53);
}
END_TEST

START_TEST(clones)
{
	struct container *node1, *node2;

	attach(a, 10);
	host_run(10, 100, 0);
	ck_assert(host_unshare(10, NEW_USER));
	node1 = find_dir(a, "node1");
	expect_used(node1, 0, 0);
	host_run(10, 9, 0);
	expect_used(node1, 9, 0);
	expect_used(a, 109, 0);
	host_clone(10, 20, NEW_PID);
	node2 = find_dir(node1, "node1");
	host_run(20, 0, 6);
	expect_used(node2, 0, 6);
	expect_used(node1, 9, 6);
	expect_used(a, 109, 6);
}
END_TEST

/* An exec by a thread changes its ids and nothing else. */
START_TEST(exec)
{
	attach(a, 10);
	host_thread(10, 20);
	host_run(20, 3, 0);
	host_run(10, 4, 0);
	host_exec(20);
	host_run(10, 5, 0);
	expect_used(a, 12, 0);
}
END_TEST

/* A task runs on after its exit hook; that time counts where the task was. */
START_TEST(last_instructions)
{
	host.dies_slowly = true;
	attach(ab, 10);
	host_run(10, 10, 10);
	host_exit(10);
	expect_used(ab, 10, 10);
	ck_assert_uint_eq(host.pins, 1);
	host_run(10, 0, 5);
	expect_used(ab, 10, 15);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	host_run(10, 0, 1);
	host_dead(10);
	expect_used(a, 10, 16);
	ck_assert_uint_eq(host.pins, 0);
	/* a task in the top needs no record */
	host_exit(11);
	ck_assert_uint_eq(host.pins, 0);
}
END_TEST

/* The work lets exited tasks go if no file is read, and so does the end of the hierarchy. */
START_TEST(remains_do_not_pile_up)
{
	host.dies_slowly = true;
	attach(a, 10);
	for (int tid = 100; tid < 1000; tid++) {
		host.works = 0;
		host_fork(10, tid);
		host_run(tid, 1, 0);
		host_exit(tid);
		host_dead(tid);
		if (host.works)
			container_run_work();
		ck_assert_uint_le(host.pins, 64);
	}
	expect_used(a, 900, 0);
	ck_assert_uint_eq(host.pins, 0);
	host_exit(10);
	ck_assert_uint_eq(host.pins, 1);
	container_run_work();
	ck_assert_uint_eq(host.pins, 1);
	container_rmdir(a, "b");
	container_rmdir(top, "a");
	container_rmdir(top, "b");
	umount_top(top);
	container_run_work();
	ck_assert_uint_eq(host.pins, 0);
	top = mount_top("cpuacct,ns");
}
END_TEST

START_TEST(reset)
{
	attach(ab, 10);
	host_run(10, 8, 4);
	ck_assert_int_eq(write_to(ab, "cpuacct.usage", "1"), -EINVAL);
	ck_assert_int_eq(write_to(ab, "cpuacct.usage", "x"), -EINVAL);
	ck_assert_int_eq(write_to(ab, "cpuacct.usage", " 0"), -EINVAL);
	ck_assert_int_eq(write_to(ab, "cpuacct.usage", "-0"), -EINVAL);
	expect_used(ab, 8, 4);
	host_run(10, 8, 4);
	/* a reset also takes the time that a live task has just used */
	ck_assert_int_eq(write_to(ab, "cpuacct.usage", "0\n"), 0);
	expect_used(ab, 0, 0);
	/* and only here */
	expect_used(a, 16, 8);
	host_run(10, 1, 1);
	ck_assert_int_eq(write_to(a, "cpuacct.usage", "0x0"), 0);
	expect_used(a, 0, 0);
	expect_used(ab, 1, 1);
	/* on the top it does nothing */
	ck_assert_int_eq(write_to(top, "cpuacct.usage", "0"), 0);
	ck_assert_int_eq(write_to(top, "cpuacct.usage", "1"), -EINVAL);
	expect_used(top, 20000000000ull, 4000000000ull);
	ck_assert_int_eq(write_to(a, "cpuacct.usage_user", "0"), -EINVAL);
	ck_assert_int_eq(write_to(a, "cpuacct.stat", "0"), -EINVAL);
}
END_TEST

START_TEST(top_is_the_system)
{
	expect_used(top, 20000000000ull, 4000000000ull);
	ck_assert_str_eq(read_of(top, "cpuacct.stat"), "user 2000\nsystem 400\n");
	ck_assert_str_eq(read_of(top, "cpuacct.usage_percpu"), "11000000000 13000000000 \n");
	ck_assert_str_eq(read_of(top, "cpuacct.usage_percpu_user"), "10000000000 10000000000 \n");
	ck_assert_str_eq(read_of(top, "cpuacct.usage_percpu_sys"), "1000000000 3000000000 \n");
	ck_assert_str_eq(read_of(top, "cpuacct.usage_all"),
			 "cpu user system\n0 10000000000 1000000000\n2 10000000000 3000000000\n");
}
END_TEST

#define expect_cpus(cont, user0, system0, user2, system2)				\
	do {									\
		char text_[96];							\
										\
		snprintf(text_, sizeof(text_), "%llu %llu \n",			\
			 (user0) + (system0) + 0ull, (user2) + (system2) + 0ull); \
		ck_assert_str_eq(read_of(cont, "cpuacct.usage_percpu"), text_);	\
		snprintf(text_, sizeof(text_), "%llu %llu \n", user0 + 0ull, user2 + 0ull); \
		ck_assert_str_eq(read_of(cont, "cpuacct.usage_percpu_user"), text_); \
		snprintf(text_, sizeof(text_), "%llu %llu \n", system0 + 0ull, system2 + 0ull); \
		ck_assert_str_eq(read_of(cont, "cpuacct.usage_percpu_sys"), text_); \
		snprintf(text_, sizeof(text_), "cpu user system\n0 %llu %llu\n2 %llu %llu\n", \
			 user0 + 0ull, system0 + 0ull, user2 + 0ull, system2 + 0ull); \
		ck_assert_str_eq(read_of(cont, "cpuacct.usage_all"), text_);	\
		expect_used(cont, (user0) + (user2), (system0) + (system2));	\
	} while (0)

/* Time counts on the CPU where it was used, whenever a file is read. */
START_TEST(by_cpu)
{
	attach(ab, 10);
	expect_cpus(ab, 0, 0, 0, 0);
	host_run(10, 5, 2);
	host_migrate(10, 2);
	host_run(10, 30, 40);
	expect_cpus(ab, 5, 2, 30, 40);
	expect_cpus(a, 5, 2, 30, 40);
	host_run(10, 1, 1);
	host_migrate(10, 0);
	/* no read before it moves */
	attach(b, 10);
	host_run(10, 7, 0);
	expect_cpus(a, 5, 2, 31, 41);
	expect_cpus(b, 7, 0, 0, 0);
	/* a child, which exits on another CPU than it was born on */
	host_fork(10, 20);
	host_run(20, 0, 3);
	host_migrate(20, 2);
	host_run(20, 0, 4);
	host_exit(20);
	expect_cpus(b, 7, 3, 0, 4);
	ck_assert_int_eq(write_to(b, "cpuacct.usage", "0"), 0);
	expect_cpus(b, 0, 0, 0, 0);
	expect_cpus(a, 5, 2, 31, 41);
}
END_TEST

/* The time that migrations have left is not lost with the container. */
START_TEST(migrations_of_the_removed)
{
	attach(ab, 10);
	host_run(10, 5, 2);
	host_migrate(10, 2);
	attach(top, 10);
	host_run(10, 100, 100);
	host_migrate(10, 0);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	expect_cpus(a, 5, 2, 0, 0);
	/* the same for a task that has exited */
	ab = make_dir(a, "b");
	attach(ab, 10);
	host_run(10, 1, 1);
	host_migrate(10, 2);
	host.dies_slowly = true;
	host_run(10, 1, 1);
	host_exit(10);
	host_run(10, 1, 0);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	host_dead(10);
	expect_cpus(a, 6, 3, 2, 1);
}
END_TEST

/* The host reports no migrations when nothing is accounted. */
START_TEST(migrations_are_watched)
{
	ck_assert(host.watching_migrations);
	container_rmdir(a, "b");
	container_rmdir(top, "a");
	container_rmdir(top, "b");
	umount_top(top);
	ck_assert(!host.watching_migrations);
	ck_assert(!host_group_told(css_group_init())->clones_charged);
	top = mount_top("cpuacct");
	ck_assert(host.watching_migrations);
	ck_assert(!host_group_told(css_group_init())->clones_charged);
	umount_top(top);
	top = mount_top("cpuacct,ns");
	ck_assert(host_group_told(css_group_init())->clones_charged);
	/* a task without a record, and a task in the top */
	host_migrate(11, 2);
	a = make_dir(top, "a");
	attach(a, 11);
	attach(top, 11);
	host_run(11, 1, 1);
	host_migrate(11, 0);
	expect_cpus(a, 0, 0, 0, 0);
}
END_TEST

START_TEST(nothing_is_made_up)
{
	static const char *const by_cpu[] = {
		"cpuacct.usage_percpu", "cpuacct.usage_percpu_user", "cpuacct.usage_percpu_sys",
		"cpuacct.usage_all",
	};
	char unsupported[16];
	unsigned int i;

	snprintf(unsupported, sizeof(unsupported), "%d", -EOPNOTSUPP);
	/* a host that does not know the times of the system */
	host.cpus = 0;
	for (i = 0; i < ARRAY_LEN(by_cpu); i++)
		ck_assert_str_eq(read_of(top, by_cpu[i]), unsupported);
	ck_assert_str_eq(read_of(top, "cpuacct.usage"), unsupported);
	ck_assert_str_eq(read_of(top, "cpuacct.stat"), unsupported);
}
END_TEST

/* The run time is the amount; the ticks divide it into user and system time. */
START_TEST(stat)
{
	attach(a, 10);
	ck_assert_str_eq(read_of(a, "cpuacct.stat"), "user 0\nsystem 0\n");
	host.task[10].cpu.runtime = 1000000000;
	ck_assert_str_eq(read_of(a, "cpuacct.stat"), "user 100\nsystem 0\n");
	host.task[10].cpu.runtime = 2000000000;
	host.task[10].cpu.system = 4000000;
	ck_assert_str_eq(read_of(a, "cpuacct.stat"), "user 100\nsystem 100\n");
	host.task[10].cpu.runtime = 4000000000;
	host.task[10].cpu.user = 4000000;
	ck_assert_str_eq(read_of(a, "cpuacct.stat"), "user 200\nsystem 200\n");
	/* neither goes back when the proportion does */
	host.task[10].cpu.user = 4000000000000;
	ck_assert_str_eq(read_of(a, "cpuacct.stat"), "user 200\nsystem 200\n");
	host.task[10].cpu.runtime = 5000000000;
	ck_assert_str_eq(read_of(a, "cpuacct.stat"), "user 300\nsystem 200\n");
	/* not even by a reset */
	ck_assert_int_eq(write_to(a, "cpuacct.usage", "0"), 0);
	ck_assert_str_eq(read_of(a, "cpuacct.stat"), "user 300\nsystem 200\n");
}
END_TEST

/* A host's clock that goes back is not followed. */
START_TEST(never_back)
{
	attach(a, 10);
	host_run(10, 100, 100);
	expect_used(a, 100, 100);
	host.task[10].cpu = (struct container_cpu){ .runtime = 150, .user = 60, .system = 90 };
	expect_used(a, 100, 100);
	host.task[10].cpu = (struct container_cpu){ .runtime = 210, .user = 110, .system = 100 };
	expect_used(a, 110, 100);
}
END_TEST

static unsigned int charges;

static void charge(void)
{
	struct css_group *group = container_task_group(container_task_find(host_key(10)));

	charges++;
	ck_assert(host_group_told(group)->charged);
	container_charge(group, 2, &(struct container_cpu){ .runtime = 30, .user = 20, .system = 10 });
}

START_TEST(by_group)
{
	host.by_group = true;
	attach(ab, 10);
	host_run(10, 1000, 1000);
	expect_used(ab, 0, 0);
	ck_assert(!host_group_told(css_group_init())->charged);
	host.on_charge = charge;
	read_of(b, "cpuacct.usage");
	read_of(a, "cpuacct.usage");
	host.on_charge = NULL;
	ck_assert_uint_eq(charges, 2);
	expect_cpus(ab, 0, 0, 40, 20);
	expect_cpus(a, 0, 0, 40, 20);
	expect_used(b, 0, 0);
	/* no time, but no error either */
	container_charge(css_group_init(), 0, &(struct container_cpu){ .runtime = 1 });
	host_exit(10);
	ck_assert_uint_eq(host.pins, 0);
}
END_TEST

/* Where a task is in other hierarchies does not matter. */
START_TEST(other_hierarchies)
{
	struct container *x = mount_top("none,name=x"), *d = make_dir(x, "d");

	attach(d, 10);
	host_run(10, 100, 0);
	attach(a, 10);
	host_run(10, 10, 0);
	attach(x, 10);
	host_run(10, 1, 0);
	attach(d, 10);
	expect_used(a, 11, 0);
	host_fork(10, 20);
	host_run(20, 5, 0);
	host_exit(20);
	attach(top, 10);
	host_run(10, 1000, 0);
	expect_used(a, 16, 0);
	host_exit(10);
	container_rmdir(x, "d");
	umount_top(x);
}
END_TEST

TCase *cpuacct_tests(void)
{
	TCase *tc = tcase_create("cpuacct");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, cpuacct_setup, cpuacct_teardown);
	tcase_add_test(tc, what_was_used_before_stays_behind);
	tcase_add_test(tc, moves_without_a_look);
	tcase_add_test(tc, those_above_have_it_too);
	tcase_add_test(tc, children_begin_at_nothing);
	tcase_add_test(tc, clones);
	tcase_add_test(tc, exec);
	tcase_add_test(tc, last_instructions);
	tcase_add_test(tc, remains_do_not_pile_up);
	tcase_add_test(tc, reset);
	tcase_add_test(tc, top_is_the_system);
	tcase_add_test(tc, by_cpu);
	tcase_add_test(tc, migrations_of_the_removed);
	tcase_add_test(tc, migrations_are_watched);
	tcase_add_test(tc, nothing_is_made_up);
	tcase_add_test(tc, stat);
	tcase_add_test(tc, never_back);
	tcase_add_test(tc, by_group);
	tcase_add_test(tc, other_hierarchies);
	return tc;
}
