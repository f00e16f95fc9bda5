// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writing an id to `tasks`: inputs, permissions, and the effect
 *
 * Inputs, permissions and the special tasks are those recorded from cgroup v1. A host that is
 * behind its kernel returns -EAGAIN, and the engine asks again.
 */
#include "tools.h"

static struct container *top, *a, *b;

static void attach_setup(void)
{
	host_reset();
	top = mount_top("ns");
	a = make_dir(top, "a");
	b = make_dir(top, "b");
	host_spawn(93, 93, 1000);
}

static void attach_teardown(void)
{
	sane();
	umount_top(top);
	host_finish();
}

static const struct {
	const char	*text;
	int		ret;
} inputs[] = {
	{ "93", 0 }, { "93\n", 0 }, { " 93 \n", 0 }, { "0x5d", 0 }, { "0135", 0 }, { "+93", 0 },
	{ "\t93", 0 }, { "", 0 },
	{ "\n", -EINVAL }, { " ", -EINVAL }, { "abc", -EINVAL }, { "-1", -EINVAL },
	{ "1 2", -EINVAL }, { "93\n93\n", -EINVAL }, { "93abc", -EINVAL }, { "93.0", -EINVAL },
	{ "0x", -EINVAL }, { "2147483648", -EINVAL }, { "99999999999999999999", -EINVAL },
	{ "--1", -EINVAL }, { "-2147483649", -EINVAL },
	{ "2147483647", -ESRCH }, { "94", -ESRCH },
};

START_TEST(ids)
{
	const char *file = _i & 1 ? "cgroup.procs" : "tasks";
	bool moves = !inputs[_i / 2].ret && *inputs[_i / 2].text;

	ck_assert_msg(write_to(a, file, inputs[_i / 2].text) == inputs[_i / 2].ret, "%s to %s",
		      inputs[_i / 2].text, file);
	ck_assert(is_in(a, 93) == moves);
	ck_assert(is_in(top, 93) != moves);
	ck_assert(is_in(top, 1));
}
END_TEST

START_TEST(zero_is_the_writer)
{
	struct container_file *f = open_as(&root_actor, a, "tasks");
	struct container_actor self = host_actor(93, 1000, false);

	ck_assert_int_eq(write_as(&self, a, "tasks", "0"), 0);
	ck_assert(is_in(a, 93) && !is_in(a, 1));
	ck_assert_int_eq(write_as(&self, b, "tasks", "-0\n"), 0);
	ck_assert(is_in(b, 93));
	/* some programs send a NUL, too */
	ck_assert_int_eq(write_bytes(f, &self, "0\0", 2), 0);
	ck_assert(is_in(a, 93));
	ck_assert_int_eq(write_bytes(f, &self, "1\0junk", 6), 0);
	ck_assert(is_in(a, 1));
	container_file_release(f);
	self.tid = 99;
	ck_assert_int_eq(write_as(&self, b, "tasks", "0"), -ESRCH);
}
END_TEST

START_TEST(permission)
{
	static const struct {
		unsigned int euid;
		bool sys_admin;
		unsigned int uid, suid;
		int ret;
	} cases[] = {
		{ 0, false, 1000, 1000, 0 }, { 0, true, 0, 0, 0 },
		{ 1000, false, 1000, 2000, 0 }, { 1000, false, 2000, 1000, 0 },
		{ 1000, false, 2000, 2000, -EACCES }, { 1000, true, 2000, 2000, -EACCES },
		{ 1000, true, 0, 0, -EACCES }, { 2000, false, 1000, 1000, -EACCES },
	};
	struct container_actor opener, writer;
	struct container_file *f;

	for (unsigned int i = 0; i < ARRAY_LEN(cases); i++) {
		host.task[93].uid = cases[i].uid;
		host.task[93].suid = cases[i].suid;
		opener = host_actor(1, cases[i].euid, cases[i].sys_admin);
		ck_assert_int_eq(attach(top, 93), 0);
		ck_assert_int_eq(write_as(&opener, a, "tasks", "93"), cases[i].ret);
		ck_assert(is_in(a, 93) == !cases[i].ret);
		ck_assert_int_eq(attach(top, 93), 0);
		ck_assert_int_eq(write_as(&opener, a, "cgroup.procs", "93"), cases[i].ret);

		/* the credentials of the opener count, not those of the writer */
		ck_assert_int_eq(attach(top, 93), 0);
		writer = host_actor(1, cases[i].euid ? 0 : 4000, !cases[i].sys_admin);
		f = open_as(&opener, a, "tasks");
		ck_assert_int_eq(write_bytes(f, &writer, "93", 2), cases[i].ret);
		container_file_release(f);
	}
	/* a missing task is ESRCH before permissions are checked */
	ck_assert_int_eq(write_as(&opener, a, "tasks", "94"), -ESRCH);
}
END_TEST

START_TEST(special_tasks)
{
	host_spawn(2, 2, 0);
	host.task[2].flags = CONTAINER_TASK_KTHREAD | CONTAINER_TASK_UNMOVABLE;
	host_spawn(3, 3, 0);
	host.task[3].flags = CONTAINER_TASK_KTHREAD;
	ck_assert_int_eq(attach(a, 2), -EINVAL);
	ck_assert_int_eq(write_to(a, "cgroup.procs", "2"), -EINVAL);
	ck_assert_int_eq(attach(a, 3), 0);
	ck_assert(is_in(a, 3));

	/* an unmovable task is EINVAL also without permission, which is checked later */
	struct container_actor plain = host_actor(93, 1000, false);

	ck_assert_int_eq(write_as(&plain, a, "tasks", "2"), -EINVAL);
	ck_assert_int_eq(write_as(&plain, a, "tasks", "3"), -EACCES);

	/* the host itself: success, and it stays; permissions are checked all the same */
	host_spawn(4, 4, 0);
	host.task[4].flags = CONTAINER_TASK_HOST;
	ck_assert_int_eq(attach(a, 4), 0);
	ck_assert_int_eq(write_to(a, "cgroup.procs", "4"), 0);
	ck_assert(!is_in(a, 4));
	ck_assert_int_eq(write_as(&plain, a, "tasks", "4"), -EACCES);

	/* exiting: success, nothing moves, nothing is remembered */
	host.task[93].exiting = true;
	ck_assert_int_eq(attach(a, 93), 0);
	ck_assert_int_eq(write_to(a, "cgroup.procs", "93"), 0);
	ck_assert(!is_in(a, 93));
	ck_assert_ptr_null(container_task_find(host_key(93)));
	ck_assert_uint_eq(inspect_container(a).nr_tasks, 1);
}
END_TEST

START_TEST(there_already)
{
	unsigned int moves;

	ck_assert_int_eq(attach(top, 93), 0);
	ck_assert_ptr_null(container_task_find(host_key(93)));
	ck_assert_int_eq(attach(a, 93), 0);
	moves = host.moves;
	ck_assert_int_eq(attach(a, 93), 0);
	ck_assert_int_eq(write_to(a, "cgroup.procs", "93"), 0);
	ck_assert_uint_eq(host.moves, moves);
	ck_assert_uint_eq(inspect_container(a).nr_tasks, 1);
}
END_TEST

START_TEST(pid_namespaces)
{
	struct container_actor inside;

	host_spawn(2010, 2010, 0);
	host_spawn(2011, 2011, 0);
	host.task[2010].pid_ns = 1;
	host.task[2011].pid_ns = 1;
	inside = host_actor(2010, 0, false);
	ck_assert_int_eq(write_as(&inside, a, "tasks", "1011"), 0);
	ck_assert(is_in(a, 2011));
	ck_assert_int_eq(write_as(&inside, a, "tasks", "2011"), -ESRCH);
	ck_assert_int_eq(write_as(&inside, a, "tasks", "93"), -ESRCH);
	ck_assert_int_eq(write_as(&inside, a, "tasks", "0"), 0);
	ck_assert(is_in(a, 2010));
	/* a file opened outside and used inside: numbers are those of the writer's namespace */
	ck_assert_int_eq(attach(top, 2011), 0);
	struct container_file *f = open_as(&root_actor, a, "tasks");

	ck_assert_int_eq(write_bytes(f, &inside, "1011", 4), 0);
	ck_assert(is_in(a, 2011));
	container_file_release(f);
}
END_TEST

START_TEST(children_follow)
{
	host_fork(93, 94);
	ck_assert_int_eq(attach(a, 93), 0);
	host_fork(93, 95);
	host_thread(93, 96);
	host_fork(95, 97);
	ck_assert(is_in(top, 94) && is_in(a, 95) && is_in(a, 96) && is_in(a, 97));
	ck_assert_int_eq(attach(b, 96), 0);
	host_fork(96, 98);		/* where the creating thread is, not its process */
	host_thread(96, 99);
	ck_assert(is_in(b, 98) && is_in(b, 99));
	sane();
}
END_TEST

/* --- a host that is behind, or whose tasks go --- */

static int moved_to;

static void somebody_moves_it(void)
{
	if (!moved_to)
		return;
	moved_to = 0;
	ck_assert(host_unshare(93, NEW_UTS));
}

START_TEST(asks_again)
{
	host.again = 100;
	ck_assert_int_eq(attach(a, 93), 0);
	ck_assert(is_in(a, 93));
	ck_assert_uint_ge(host.syncs, 100);
	ck_assert_uint_eq(host.moves, 1);

	/* it has unshared meanwhile: it is moved from its present container */
	host.again = 1;
	moved_to = 1;
	host.on_sync = somebody_moves_it;
	ck_assert_int_eq(attach(b, 93), 0);
	ck_assert(is_in(b, 93));
	ck_assert_uint_eq(inspect_container(find_dir(a, "node1")).nr_tasks, 0);
	sane();
}
END_TEST

static void it_exits(void)
{
	if (host.task[93].live)
		host_exit(93);
}

START_TEST(exits_meanwhile)
{
	host.again = 1;
	host.on_sync = it_exits;
	ck_assert_int_eq(attach(a, 93), 0);
	ck_assert_uint_eq(inspect_container(a).nr_tasks, 0);
	ck_assert_ptr_null(container_task_find(host_key(93)));

	host_fork(1, 50);
	host.gone = 50;
	ck_assert_int_eq(attach(a, 50), 0);
	ck_assert_uint_eq(inspect_container(a).nr_tasks, 0);
	ck_assert_ptr_null(container_task_find(host_key(50)));
	ck_assert_uint_eq(inspect_groups(), 1);
}
END_TEST

static void it_is_removed(void)
{
	host.on_sync = NULL;
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
}

START_TEST(removed_meanwhile)
{
	struct container_file *f = open_as(&root_actor, a, "tasks");

	host.again = 1;
	host.on_sync = it_is_removed;
	ck_assert_int_eq(write_bytes(f, &root_actor, "93", 2), -ENODEV);
	ck_assert(is_in(top, 93));
	ck_assert_int_eq(write_bytes(f, &root_actor, "93", 2), -ENODEV);
	container_file_release(f);
	ck_assert_uint_eq(inspect_groups(), 1);
}
END_TEST

START_TEST(host_refuses)
{
	host.refuse = 93;
	host.refuse_err = -EIO;
	ck_assert_int_eq(attach(a, 93), -EIO);
	ck_assert_int_eq(write_to(a, "cgroup.procs", "93"), -EIO);
	ck_assert(is_in(top, 93));
	ck_assert_uint_eq(inspect_groups(), 1);
	ck_assert_ptr_null(container_task_find(host_key(93)));
}
END_TEST

START_TEST(without_memory)
{
	struct container *x = mount_top("none,name=x"), *c = make_dir(x, "c");
	unsigned long nth;
	long live;
	int ret;

	if (_i) {
		attach(c, 93);
	}
	for (nth = 1;; nth++) {
		struct container_file *f = open_as(&root_actor, a, _i == 2 ? "cgroup.procs" : "tasks");

		live = host_objects();
		shim_fail_nth(nth);
		ret = write_bytes(f, &root_actor, "93", 2);
		if (shim_fail_nth(0)) {
			container_file_release(f);
			break;
		}
		ck_assert_int_eq(ret, -ENOMEM);
		ck_assert_int_eq(host_objects(), live);
		container_file_release(f);
		sane();
		ck_assert(is_in(_i ? c : x, 93) && is_in(top, 93));
	}
	ck_assert_int_eq(ret, 0);
	/* a group and, for a task without one, a record */
	ck_assert_uint_eq(nth, _i ? 2 : 3);
	ck_assert(is_in(a, 93) && is_in(_i ? c : x, 93));
	umount_top(x);
}
END_TEST

TCase *attach_tests(void)
{
	TCase *tc = tcase_create("attach");

	tcase_add_checked_fixture(tc, attach_setup, attach_teardown);
	tcase_add_loop_test(tc, ids, 0, 2 * ARRAY_LEN(inputs));
	tcase_add_test(tc, zero_is_the_writer);
	tcase_add_test(tc, permission);
	tcase_add_test(tc, special_tasks);
	tcase_add_test(tc, there_already);
	tcase_add_test(tc, pid_namespaces);
	tcase_add_test(tc, children_follow);
	tcase_add_test(tc, asks_again);
	tcase_add_test(tc, exits_meanwhile);
	tcase_add_test(tc, removed_meanwhile);
	tcase_add_test(tc, host_refuses);
	tcase_add_loop_test(tc, without_memory, 0, 3);
	return tc;
}
