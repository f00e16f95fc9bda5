// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device rules: which tasks may change them, and which tasks they reach
 *
 * The texts and errors here are those of cgroup v1 for the same writes; the conformance scripts
 * repeat them there. The model (devices_model_test.c) checks any mix of writes.
 */
#include "tools.h"

static struct container *top, *a, *ab, *b;

static void devices_setup(void)
{
	host_reset();
	top = mount_top("devices,ns");
	a = make_dir(top, "a");
	ab = make_dir(a, "b");
	b = make_dir(top, "b");
	for (int tid = 10; tid < 14; tid++)
		host_fork(1, tid);
}

static void devices_teardown(void)
{
	sane();
	for (int tid = 1; tid < 1000; tid++)
		if (host.task[tid].live)
			host_exit(tid);
	container_rmdir(a, "b");
	container_rmdir(top, "a");
	container_rmdir(top, "b");
	umount_top(top);
	container_run_work();
	ck_assert(!host.devices_checked);
	ck_assert_uint_eq(host.device_sets, 0);
	host_finish();
}

#define deny(cont, text)	write_to(cont, "devices.deny", text)
#define allow(cont, text)	write_to(cont, "devices.allow", text)
#define expect_list(cont, text)	ck_assert_str_eq(read_of(cont, "devices.list"), text)
#define ALL			"a *:* rwm\n"

static bool null_ok(int tid)
{
	return host_may(tid, 'c', 1, 3, "r");
}

START_TEST(begins_with_everything)
{
	attach(a, 10);
	expect_list(top, ALL);
	expect_list(a, ALL);
	ck_assert(null_ok(1) && null_ok(10));
	ck_assert(!host.devices_checked);
	/* to allow an allowed device succeeds, and starts nothing */
	ck_assert_int_eq(allow(a, "c 1:3 rwm"), 0);
	ck_assert_int_eq(allow(b, "a"), 0);
	ck_assert(!host.devices_checked);
	ck_assert_int_eq(deny(a, "z 1:3 r"), -EINVAL);
	ck_assert(!host.devices_checked);
	ck_assert_str_eq(read_of(a, "devices.allow"), "-22");
}
END_TEST

START_TEST(an_exception)
{
	attach(b, 10);
	ck_assert_int_eq(deny(b, "c 1:3 r"), 0);
	expect_list(b, ALL);
	ck_assert(host.devices_checked);
	ck_assert(!host_may(10, 'c', 1, 3, "r"));
	ck_assert(!host_may(10, 'c', 1, 3, "rw"));
	ck_assert(host_may(10, 'c', 1, 3, "wm"));
	ck_assert(host_may(10, 'c', 1, 3, ""));
	ck_assert(host_may(10, 'b', 1, 3, "r"));
	ck_assert(host_may(10, 'c', 1, 5, "r"));
	ck_assert(host_may(10, 'c', 2, 3, "r"));
	ck_assert(null_ok(1) && null_ok(11));
	ck_assert_int_eq(allow(b, "c 1:3 rw"), 0);
	ck_assert(null_ok(10));
	container_run_work();
	ck_assert_uint_eq(host.device_sets, 0);
	/* a task that was restricted once will be again */
	ck_assert(host.devices_checked);
}
END_TEST

START_TEST(a_list)
{
	attach(b, 10);
	ck_assert_int_eq(deny(b, "a"), 0);
	expect_list(b, "");
	ck_assert(!host_may(10, 'b', 8, 0, "r") && !host_may(10, 'c', 1, 3, ""));
	ck_assert_int_eq(allow(b, "c 1:3 rw"), 0);
	ck_assert_int_eq(allow(b, "b *:1 m"), 0);
	ck_assert_int_eq(allow(b, "c 5:* w"), 0);
	expect_list(b, "c 1:3 rw\nb *:1 m\nc 5:* w\n");
	ck_assert(host_may(10, 'c', 1, 3, "rw") && host_may(10, 'c', 1, 3, ""));
	ck_assert(!host_may(10, 'c', 1, 3, "rwm") && !host_may(10, 'b', 1, 3, "r"));
	ck_assert(host_may(10, 'b', 77, 1, "m") && !host_may(10, 'b', 77, 2, "m"));
	ck_assert(host_may(10, 'c', 5, 2, "w") && !host_may(10, 'c', 6, 2, "w"));
	/* one rule must cover all of it */
	ck_assert_int_eq(allow(b, "c 5:0 r"), 0);
	ck_assert(!host_may(10, 'c', 5, 0, "rw"));
	/* only the very rule that was given is taken away */
	ck_assert_int_eq(deny(b, "c 5:1 w"), 0);
	ck_assert_int_eq(deny(b, "c 1:3 r"), 0);
	ck_assert_int_eq(deny(b, "b *:1 rwm"), 0);
	expect_list(b, "c 1:3 w\nc 5:* w\nc 5:0 r\n");
	ck_assert(!null_ok(10));
	ck_assert_int_eq(allow(b, "ax"), 0);
	expect_list(b, ALL);
	ck_assert(null_ok(10));
}
END_TEST

START_TEST(grammar)
{
	static const struct {
		const char *text, *list;	/* NULL: EINVAL */
	} rule[] = {
		{ "c 1:5 rwmr", "c 1:5 rwm\n" }, { "c 1:5 rwmx", "c 1:5 rwm\n" },
		{ "c 1:6\nr", "c 1:6 r\n" }, { "c\t1:6\fr", "c 1:6 r\n" },
		{ "c 1:7 \nr", "c 1:7 \n" }, { "c 1:7 rw\nm", "c 1:7 rw\n" },
		{ " c 1:3 mm \n", "c 1:3 m\n" }, { "b *:* mwr", "b *:* rwm\n" },
		{ "c 4294967295:1 r", "c *:1 r\n" }, { "c 4294967294:1 r", "c 4294967294:1 r\n" },
		{ "c 00000000001:1 r", "c 1:1 r\n" }, { "c\xa0""1:1\xa0r", "c 1:1 r\n" },
		{ "c 4294967296:1 r" }, { "c 000000000001:1 r" }, { "c 1:000000000001 r" },
		{ "c 1:5" }, { "c 1:5 " }, { "c 1:5  r" }, { "c  1:5 r" }, { "c 1:5r" },
		{ "c1:5 r" }, { "z 1:5 r" }, { "z" }, { "c" }, { "c " }, { "c 1" }, { "c 1:" },
		{ "c 1-3:1 r" }, { "c 1:1-3 r" }, { "c 1:5 x" }, { "c 1:5 rx" }, { "c :5 r" },
		{ "c -1:5 r" }, { "c 0x1:5 r" }, { "c **:5 r" }, { "C 1:5 r" }, { "\n" }, { "*" },
		{ "c 1:5 r w" }, { "c +1:5 r" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(rule); i++) {
		ck_assert_int_eq(deny(b, "a"), 0);
		ck_assert_msg(allow(b, rule[i].text) == (rule[i].list ? 0 : -EINVAL), "%s",
			      rule[i].text);
		expect_list(b, rule[i].list ? rule[i].list : "");
		ck_assert_msg(deny(b, rule[i].text) == (rule[i].list ? 0 : -EINVAL), "%s",
			      rule[i].text);
		expect_list(b, "");
	}
}
END_TEST

START_TEST(children_inherit)
{
	struct container *c;

	attach(b, 10);
	ck_assert_int_eq(deny(b, "c 1:3 r"), 0);
	c = make_dir(b, "c");
	attach(c, 11);
	ck_assert(!null_ok(11));
	host_fork(11, 20);
	ck_assert(!null_ok(20));
	/* a child gets less than the parent has, and not more */
	ck_assert_int_eq(allow(c, "c 1:3 r"), -EPERM);
	ck_assert_int_eq(allow(c, "c *:* r"), -EPERM);
	ck_assert_int_eq(allow(c, "c 1:3 w"), 0);
	ck_assert_int_eq(deny(c, "c 1:5 r"), 0);
	ck_assert(host_may(10, 'c', 1, 5, "r") && !host_may(11, 'c', 1, 5, "r"));
	ck_assert_int_eq(allow(c, "c 1:5 r"), 0);
	ck_assert(host_may(11, 'c', 1, 5, "r"));
	/* an exception that is taken back above stays below */
	ck_assert_int_eq(allow(b, "c 1:3 r"), 0);
	ck_assert(null_ok(10) && !null_ok(11));
	ck_assert_int_eq(allow(c, "c 1:3 r"), 0);
	ck_assert(null_ok(11));
	host_exit(11), host_exit(20);
	ck_assert_int_eq(container_rmdir(b, "c"), 0);
}
END_TEST

START_TEST(taken_from_those_below)
{
	attach(ab, 10);
	ck_assert_int_eq(deny(a, "c 1:3 r"), 0);
	ck_assert(!null_ok(10));
	/* below a list there are only shorter ones */
	ck_assert_int_eq(deny(ab, "a"), 0);
	ck_assert_int_eq(allow(ab, "c 1:3 w"), 0);
	ck_assert_int_eq(allow(ab, "c 1:3 rw"), -EPERM);
	ck_assert_int_eq(allow(ab, "c 1:* w"), 0);
	ck_assert_int_eq(allow(ab, "c 1:* r"), -EPERM);
	ck_assert_int_eq(allow(ab, "b 8:0 r"), 0);
	expect_list(ab, "c 1:3 w\nc 1:* w\nb 8:0 r\n");
	/* a rule below that has a part of it is removed */
	ck_assert_int_eq(deny(top, "c 1:5 w"), 0);
	expect_list(ab, "c 1:3 w\nb 8:0 r\n");
	ck_assert(!host_may(10, 'c', 1, 5, "w") && !host_may(1, 'c', 1, 5, "w"));
	ck_assert(host_may(10, 'c', 1, 3, "w"));
	ck_assert_int_eq(allow(top, "a"), -EINVAL);
	ck_assert_int_eq(deny(a, "a"), -EINVAL);
	ck_assert_int_eq(allow(a, "a"), -EINVAL);
	/* below a list there is no way back to everything */
	ck_assert_int_eq(deny(b, "a"), 0);
	ck_assert_int_eq(allow(b, "c 1:3 r"), 0);
	make_dir(b, "c");
	ck_assert_int_eq(allow(find_dir(b, "c"), "a"), -EPERM);
	expect_list(find_dir(b, "c"), "c 1:3 r\n");
	ck_assert_int_eq(deny(b, "c 1:3 r"), 0);
	expect_list(find_dir(b, "c"), "");
	ck_assert_int_eq(container_rmdir(b, "c"), 0);
	ck_assert_int_eq(allow(b, "a"), 0);
	attach(b, 11);
	/* back to the devices of the parent, which are not all */
	ck_assert(null_ok(11) && !host_may(11, 'c', 1, 5, "w"));
}
END_TEST

START_TEST(moves)
{
	ck_assert_int_eq(deny(a, "c 1:3 r"), 0);
	ck_assert(null_ok(10));
	attach(a, 10);
	ck_assert(!null_ok(10));
	attach(ab, 10);
	ck_assert(!null_ok(10));
	attach(b, 10);
	ck_assert(null_ok(10));
	attach(a, 10);
	attach(top, 10);
	ck_assert(null_ok(10));
	/* rules of the top reach tasks that were never moved, and tasks that came back */
	ck_assert_int_eq(deny(top, "c 1:3 r"), 0);
	ck_assert(!null_ok(10) && !null_ok(1) && !null_ok(11));
	attach(b, 10);
	ck_assert(!null_ok(10));
	ck_assert_int_eq(allow(top, "c 1:3 r"), 0);
	ck_assert(null_ok(1) && !null_ok(10));
	ck_assert_int_eq(allow(b, "c 1:3 r"), 0);
	ck_assert(null_ok(10));
}
END_TEST

START_TEST(clones)
{
	unsigned int sets;

	ck_assert_int_eq(deny(b, "c 1:3 r"), 0);
	sets = host.device_sets;
	attach(b, 10);
	ck_assert(host_unshare(10, NEW_UTS));
	ck_assert(!null_ok(10));
	host_clone(10, 20, NEW_PID);
	ck_assert(is_in(find_dir(b, "node1/node1"), 20));
	ck_assert(!null_ok(20));
	/* they share the set, and its later forms */
	ck_assert_uint_eq(host.device_sets, sets);
	ck_assert_int_eq(deny(b, "c 1:5 r"), 0);
	container_run_work();
	ck_assert_uint_eq(host.device_sets, sets);
	ck_assert(!host_may(20, 'c', 1, 5, "r"));
	ck_assert_int_eq(allow(find_dir(b, "node1"), "c 1:5 r"), -EPERM);
	host_exit(10), host_exit(20);
	ck_assert_int_eq(container_rmdir(find_dir(b, "node1"), "node1"), 0);
	ck_assert_int_eq(container_rmdir(b, "node1"), 0);
}
END_TEST

/* Both the opener and the writer must have the capability. */
START_TEST(privilege)
{
	struct container_actor user = host_actor(10, 0, false);
	struct container_file *file;
	char text[] = "c 1:5 r\0";

	ck_assert_int_eq(write_as(&user, b, "devices.deny", "c 1:3 r"), -EPERM);
	/* the check comes before the text is looked at */
	ck_assert_int_eq(write_as(&user, b, "devices.allow", "z"), -EPERM);
	ck_assert_int_eq(deny(b, "c 1:3 r"), 0);
	attach(b, 10);
	ck_assert_int_eq(write_as(&user, b, "devices.allow", "a"), -EPERM);
	ck_assert_int_eq(write_as(&user, b, "devices.allow", "c 1:3 r"), -EPERM);
	ck_assert(!null_ok(10));
	file = open_as(&user, b, "devices.deny");
	ck_assert_int_eq(write_bytes(file, &root_actor, text, 7), -EPERM);
	container_file_release(file);
	file = open_as(&root_actor, b, "devices.deny");
	ck_assert_int_eq(write_bytes(file, &user, text, 7), -EPERM);
	ck_assert_int_eq(write_bytes(file, &root_actor, text, 7), 0);
	container_file_release(file);
	ck_assert(!host_may(10, 'c', 1, 5, "r"));
}
END_TEST

START_TEST(a_host_that_cannot)
{
	attach(b, 10);
	host.devices_start_err = -EOPNOTSUPP;
	ck_assert_int_eq(deny(b, "c 1:3 r"), -EOPNOTSUPP);
	ck_assert_int_eq(deny(b, "a"), -EOPNOTSUPP);
	ck_assert_int_eq(allow(b, "c 1:3 r"), 0);
	ck_assert_int_eq(allow(b, "a"), 0);
	expect_list(b, ALL);
	ck_assert(null_ok(10));
}
END_TEST

static void write_rules(struct container *cont, int from, int to)
{
	char text[32];
	int i;

	for (i = from; i < to; i++) {
		snprintf(text, sizeof(text), "c 9:%d r", i);
		ck_assert_int_eq(deny(cont, text), 0);
	}
}

START_TEST(too_many_rules)
{
	attach(ab, 10);
	write_rules(ab, 0, 256);
	ck_assert(!host_may(10, 'c', 9, 255, "r"));
	ck_assert_int_eq(deny(ab, "c 9:256 r"), -E2BIG);
	ck_assert_int_eq(deny(ab, "c 9:255 w"), 0);
	/* if it does not fit below, nothing is changed above */
	ck_assert_int_eq(deny(top, "c 9:256 r"), -E2BIG);
	ck_assert_int_eq(deny(a, "c 9:256 r"), -E2BIG);
	ck_assert(host_may(1, 'c', 9, 256, "r") && host_may(10, 'c', 9, 256, "r"));
	attach(a, 10);
	ck_assert(host_may(10, 'c', 9, 256, "r"));
	ck_assert_int_eq(deny(top, "c 9:255 r"), 0);
	ck_assert(!host_may(1, 'c', 9, 255, "r"));
}
END_TEST

/* Without memory, at each allocation in turn, nothing is changed. */
START_TEST(all_or_nothing)
{
	unsigned long nth;
	long ret = -ENOMEM;

	attach(ab, 10);
	ck_assert_int_eq(deny(ab, "c 5:5 r"), 0);
	for (nth = 1; ret; nth++) {
		struct container_file *file = open_as(&root_actor, top, "devices.deny");
		char text[] = "c 1:3 r\0";

		shim_fail_nth(nth);
		ret = write_bytes(file, &root_actor, text, 7);
		shim_fail_nth(0);
		container_file_release(file);
		if (!ret)
			break;
		ck_assert_int_eq(ret, -ENOMEM);
		ck_assert(null_ok(1) && null_ok(10));
		container_run_work();
		ck_assert_uint_eq(host.device_sets, 1);
	}
	ck_assert_uint_gt(nth, 2);
	ck_assert(!null_ok(1) && !null_ok(10));
	/* the same when the host refuses */
	for (nth = 1; nth < 3; nth++) {
		host.devices_add_nth = nth;
		host.devices_add_err = -ENOSPC;
		ck_assert_int_eq(deny(top, "c 1:5 r"), -ENOSPC);
		ck_assert(host_may(1, 'c', 1, 5, "r") && host_may(10, 'c', 1, 5, "r"));
		attach(b, 11);
		ck_assert(host_may(11, 'c', 1, 5, "r"));
	}
}
END_TEST

/* The rules of the top end with the hierarchy, and with the subsystem at a remount. */
START_TEST(the_end)
{
	char msg[128];

	ck_assert_int_eq(deny(top, "c 1:3 r"), 0);
	container_rmdir(a, "b");
	container_rmdir(top, "a");
	container_rmdir(top, "b");
	ck_assert(!null_ok(1));
	ck_assert_int_eq(hierarchy_remount(container_root(top), "ns", &root_actor, msg,
					   sizeof(msg)), 0);
	ck_assert(null_ok(1));
	container_run_work();
	ck_assert(!host.devices_checked);
	ck_assert_int_eq(hierarchy_remount(container_root(top), "ns,devices", &root_actor, msg,
					   sizeof(msg)), 0);
	ck_assert(null_ok(1));
	ck_assert_int_eq(deny(top, "c 1:3 r"), 0);
	ck_assert(!null_ok(1));
	umount_top(top);
	ck_assert(null_ok(1));
	container_run_work();
	ck_assert(!host.devices_checked);
	top = mount_top("devices,ns");
	expect_list(top, ALL);
	a = make_dir(top, "a");
}
END_TEST

/* A set is kept for tasks that look at it, until the work lets it go. */
START_TEST(buried_by_work)
{
	unsigned int works;

	ck_assert_int_eq(deny(b, "c 1:3 r"), 0);
	container_run_work();
	works = host.works;
	ck_assert_int_eq(deny(b, "c 1:5 r"), 0);
	ck_assert_uint_eq(host.device_sets, 2);
	ck_assert_uint_gt(host.works, works);
	ck_assert_uint_gt(host.syncs, 0);
	container_run_work();
	ck_assert_uint_eq(host.device_sets, 1);
	ck_assert_int_eq(container_rmdir(top, "b"), 0);
	container_run_work();
	ck_assert_uint_eq(host.device_sets, 0);
	b = make_dir(top, "b");
}
END_TEST

START_TEST(removed)
{
	struct container_file *file = open_as(&root_actor, b, "devices.deny");
	char text[] = "c 1:3 r\0";

	ck_assert_int_eq(container_rmdir(top, "b"), 0);
	ck_assert_int_eq(write_bytes(file, &root_actor, text, 7), -ENODEV);
	container_file_release(file);
	ck_assert(!host.devices_checked);
}
END_TEST

TCase *devices_tests(void)
{
	TCase *tc = tcase_create("devices");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, devices_setup, devices_teardown);
	tcase_add_test(tc, begins_with_everything);
	tcase_add_test(tc, an_exception);
	tcase_add_test(tc, a_list);
	tcase_add_test(tc, grammar);
	tcase_add_test(tc, children_inherit);
	tcase_add_test(tc, taken_from_those_below);
	tcase_add_test(tc, moves);
	tcase_add_test(tc, clones);
	tcase_add_test(tc, privilege);
	tcase_add_test(tc, a_host_that_cannot);
	tcase_add_test(tc, too_many_rules);
	tcase_add_test(tc, all_or_nothing);
	tcase_add_test(tc, the_end);
	tcase_add_test(tc, buried_by_work);
	tcase_add_test(tc, removed);
	return tc;
}
