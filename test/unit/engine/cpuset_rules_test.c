// SPDX-License-Identifier: GPL-2.0-only
/*
 * What may be written to the files of cpuset
 *
 * Each rule of cgroup v1, and each value that no host can honour, has a test. The model
 * (cpuset_model_test.c) checks all rules together.
 */
#include "tools.h"

static struct container *top, *a, *ab, *b;

/* CPUs as a list, and all the memory */
static void fill(struct container *cont, const char *cpus)
{
	ck_assert_int_eq(write_to(cont, "cpuset.cpus", cpus), 0);
	ck_assert_int_eq(write_to(cont, "cpuset.mems", "0"), 0);
}

static void rules_setup(void)
{
	host_reset();
	top = mount_top("cpuset,ns");
	a = make_dir(top, "a");
	ab = make_dir(a, "b");
	b = make_dir(top, "b");
	for (int tid = 10; tid < 14; tid++)
		host_fork(1, tid);
}

static void rules_teardown(void)
{
	sane();
	umount_top(top);
	host_finish();
}

#define expect_file(cont, file, text)	ck_assert_str_eq(read_of(cont, "cpuset." file), text)
#define expect_write(cont, file, text, err)	\
	ck_assert_int_eq(write_to(cont, "cpuset." file, text), err)

START_TEST(top_is_given)
{
	expect_file(top, "cpus", "0-7\n");
	expect_file(top, "mems", "0\n");
	expect_file(top, "effective_cpus", "0-7\n");
	expect_file(top, "effective_mems", "0\n");
	expect_file(top, "cpu_exclusive", "1\n");
	expect_file(top, "mem_exclusive", "1\n");
	expect_file(top, "memory_pressure_enabled", "0\n");
	expect_write(top, "cpus", "0", -EACCES);
	expect_write(top, "mems", "0", -EACCES);
	expect_write(top, "memory_pressure_enabled", "1", -EOPNOTSUPP);
}
END_TEST

START_TEST(subsets)
{
	expect_write(ab, "cpus", "0", -EACCES);
	expect_write(ab, "mems", "0", -EACCES);
	fill(a, "0-3");
	expect_write(ab, "cpus", "4", -EACCES);
	fill(ab, "2");
	expect_write(a, "cpus", "0,1", -EBUSY);
	expect_write(a, "cpus", "\n", -EBUSY);
	expect_write(a, "mems", "\n", -EBUSY);
	expect_write(a, "cpus", "2-5", 0);
	attach(ab, 10);
	expect_write(ab, "cpus", "\n", -ENOSPC);
	expect_write(ab, "mems", "\n", -ENOSPC);
	host_exit(10);
	expect_write(ab, "mems", "\n", 0);
	expect_write(ab, "cpus", "\n", 0);
	expect_write(a, "cpus", "8", -ERANGE);
	expect_write(a, "cpus", "7-6", -EINVAL);
	expect_write(a, "cpus", "nonsense", -EINVAL);
	expect_file(a, "cpus", "2-5\n");
}
END_TEST

/* A container below counts as tasks do. */
START_TEST(emptying_above_tasks)
{
	fill(a, "0-3");
	attach(a, 10);
	ck_assert(host_unshare(10, NEW_USER));
	expect_write(a, "cpus", "\n", -EBUSY);
	expect_write(find_dir(a, "node1"), "cpus", "\n", -ENOSPC);
}
END_TEST

START_TEST(exclusive)
{
	fill(a, "0-3");
	fill(ab, "0");
	expect_write(ab, "cpu_exclusive", "1", -EACCES);
	expect_write(a, "cpu_exclusive", "1", 0);
	expect_write(ab, "cpu_exclusive", "9", 0);
	expect_file(ab, "cpu_exclusive", "1\n");
	expect_write(a, "cpu_exclusive", "0", -EBUSY);
	expect_write(b, "cpus", "3-4", -EINVAL);
	expect_write(b, "cpus", "4", 0);
	expect_write(a, "cpus", "0-4", -EINVAL);
	expect_write(b, "mems", "0", 0);
	expect_write(a, "mem_exclusive", "1", -EINVAL);
	expect_write(b, "mems", "\n", 0);
	expect_write(a, "mem_exclusive", "1", 0);
	expect_write(b, "mems", "0", -EINVAL);
	expect_write(b, "cpu_exclusive", "x", -EINVAL);
	expect_write(b, "cpu_exclusive", "1", 0);
}
END_TEST

START_TEST(nodes)
{
	host.nodes = 2;
	expect_file(top, "mems", "0-2\n");
	expect_write(a, "mems", "0-1", -EOPNOTSUPP);
	expect_write(ab, "mems", "0-1", -EACCES);
	expect_write(a, "mems", "3", -EINVAL);
	expect_write(a, "mems", "1024", -ERANGE);
	expect_file(a, "mems", "\n");
	expect_write(a, "mems", "0-2", 0);
	expect_write(ab, "mems", "0-2", 0);
	expect_write(a, "mems", "1", -EBUSY);
	expect_write(ab, "mems", "1", -EOPNOTSUPP);
	expect_file(ab, "mems", "0-2\n");
	expect_file(ab, "effective_mems", "0-2\n");
	host.nodes = 0;
}
END_TEST

START_TEST(cannot)
{
	host.cannot_set_cpus = true;
	expect_write(a, "cpus", "0", -EOPNOTSUPP);
	expect_file(a, "cpus", "\n");
	expect_write(a, "cpus", "8", -ERANGE);
}
END_TEST

START_TEST(what_nobody_honours)
{
	static const char *const zero[] = {
		"cpuset.mem_hardwall", "cpuset.memory_migrate", "cpuset.memory_spread_page",
		"cpuset.memory_spread_slab",
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(zero); i++) {
		ck_assert_int_eq(write_to(a, zero[i], "0"), 0);
		ck_assert_int_eq(write_to(a, zero[i], "1"), -EOPNOTSUPP);
		ck_assert_str_eq(read_of(a, zero[i]), "0\n");
	}
	expect_write(a, "sched_load_balance", "1", 0);
	expect_write(a, "sched_load_balance", "0", -EOPNOTSUPP);
	expect_file(a, "sched_load_balance", "1\n");
	expect_write(a, "sched_relax_domain_level", "-1", 0);
	expect_write(a, "sched_relax_domain_level", "-2", -EINVAL);
	expect_write(a, "sched_relax_domain_level", "", 0);
	expect_write(a, "sched_relax_domain_level", "\n", -EINVAL);
	expect_write(a, "sched_relax_domain_level", "0", -EOPNOTSUPP);
	expect_file(a, "sched_relax_domain_level", "-1\n");
	expect_file(a, "memory_pressure", "0\n");
	expect_write(a, "memory_pressure", "0", -EINVAL);
	expect_write(a, "effective_cpus", "0", -EINVAL);
}
END_TEST

START_TEST(removed)
{
	struct container_file *cpus = open_as(&root_actor, b, "cpuset.cpus");
	struct container_file *flag = open_as(&root_actor, b, "cpuset.cpu_exclusive");

	ck_assert_int_eq(container_rmdir(top, "b"), 0);
	ck_assert_int_eq(write_bytes(cpus, &root_actor, "0", 1), -ENODEV);
	ck_assert_int_eq(write_bytes(flag, &root_actor, "1", 1), -ENODEV);
	container_file_release(cpus);
	container_file_release(flag);
}
END_TEST

TCase *cpuset_rules_tests(void)
{
	TCase *tc = tcase_create("cpuset_rules");

	tcase_add_checked_fixture(tc, rules_setup, rules_teardown);
	tcase_add_test(tc, top_is_given);
	tcase_add_test(tc, subsets);
	tcase_add_test(tc, emptying_above_tasks);
	tcase_add_test(tc, exclusive);
	tcase_add_test(tc, nodes);
	tcase_add_test(tc, cannot);
	tcase_add_test(tc, what_nobody_honours);
	tcase_add_test(tc, removed);
	return tc;
}
