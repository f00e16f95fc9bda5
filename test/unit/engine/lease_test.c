// SPDX-License-Identifier: GPL-2.0-only
/*
 * container.lease, and leases of open directories
 */
#include "tools.h"

#define KILL	CONTAINERFS_LEASE_KILL
#define REMOVE	CONTAINERFS_LEASE_REMOVE

static struct container *top, *a, *b;

static void lease_setup(void)
{
	host_reset();
	top = mount_top("ns");
	a = make_dir(top, "a");
	b = make_dir(a, "b");
	for (int tid = 10; tid < 15; tid++)
		host_fork(1, tid);
	attach(a, 10);
	attach(b, 11);
}

static void lease_teardown(void)
{
	sane();
	umount_top(top);
	host_finish();
}

static unsigned int leases_of(struct container *cont)
{
	struct containerfs_stat stat;

	ck_assert_int_eq(container_stat(cont, &root_actor, &stat), 0);
	return stat.leases;
}

static struct container_file *lease_of(struct container *cont, const char *words)
{
	struct container_file *f = open_as(&root_actor, cont, "container.lease");

	ck_assert_int_eq(write_bytes(f, &root_actor, words, strlen(words)), 0);
	return f;
}

START_TEST(last_close_kills)
{
	struct container_file *one, *two;

	/* an open without a write is nothing */
	container_file_release(open_as(&root_actor, a, "container.lease"));
	ck_assert(!container_is_dead(a));
	one = lease_of(a, "kill\n");
	two = lease_of(a, " kill ");
	ck_assert_uint_eq(leases_of(a), 2);
	ck_assert_int_eq(write_bytes(one, &root_actor, "kill", 4), 0);
	ck_assert_uint_eq(leases_of(a), 2);
	container_file_release(one);
	ck_assert(!container_is_dead(a));
	container_file_release(two);
	ck_assert(container_is_dead(a) && container_is_dead(b));
	ck_assert_uint_eq(leases_of(a), 0);
	container_run_work();
	ck_assert_uint_eq(host.task[10].killed, 1);
	ck_assert_uint_eq(host.task[11].killed, 1);
	ck_assert_uint_eq(host.task[12].killed, 0);
	ck_assert_ptr_eq(find_dir(top, "a"), a);
	ck_assert_int_eq(write_to(a, "tasks", "12"), -ECANCELED);
	ck_assert_int_eq(write_to(a, "container.lease", "kill"), -ECANCELED);
	ck_assert_int_eq(container_lease(a, KILL), -ECANCELED);
}
END_TEST

START_TEST(errors)
{
	static const char *const bad[] = { "x", "remove", "\n", "kill x", "killremove", "kill,remove" };
	struct container_file *f;
	struct container *gone;

	f = open_as(&root_actor, a, "container.lease");
	for (unsigned int i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_int_eq(write_bytes(f, &root_actor, bad[i], strlen(bad[i])), -EINVAL);
	ck_assert_str_eq(read_of(a, "container.lease"), "-22");
	container_file_release(f);
	ck_assert(!container_is_dead(a));
	ck_assert(!has_file(top, "container.lease"));
	ck_assert_int_eq(container_lease(top, KILL), -EINVAL);
	ck_assert_int_eq(container_lease(a, 0), -EINVAL);
	ck_assert_int_eq(container_lease(a, REMOVE), -EINVAL);
	ck_assert_int_eq(container_lease(a, KILL | 4), -EINVAL);
	ck_assert_uint_eq(leases_of(a), 0);

	gone = container_get(make_dir(top, "gone"));
	f = lease_of(gone, "kill");
	ck_assert_int_eq(container_rmdir(top, "gone"), 0);
	ck_assert_int_eq(write_bytes(f, &root_actor, "kill", 4), -ENODEV);
	ck_assert_int_eq(container_lease(gone, KILL), -ENODEV);
	container_file_release(f);
	container_put(gone);
}
END_TEST

START_TEST(of_a_directory)
{
	struct container_file *f = lease_of(a, "kill");

	ck_assert_int_eq(container_lease(a, KILL), 0);
	ck_assert_int_eq(container_lease(b, KILL | REMOVE), 0);
	ck_assert_uint_eq(leases_of(a), 2);
	container_lease_end(b, KILL | REMOVE);
	ck_assert(container_is_dead(b) && !container_is_dead(a));
	container_lease_end(a, KILL);
	ck_assert(!container_is_dead(a));
	container_file_release(f);
	ck_assert(container_is_dead(a));
}
END_TEST

/* Children first, when the last task is gone. */
START_TEST(removes)
{
	struct container *deep = make_dir(b, "deep");
	unsigned int removed;

	for (int i = 0; i < 40; i++)
		deep = make_dir(deep, "d");
	container_file_release(lease_of(a, "kill remove"));
	container_run_work();
	ck_assert_ptr_eq(find_dir(top, "a"), a);
	host_exit(10);
	container_run_work();
	ck_assert_ptr_eq(find_dir(top, "a"), a);
	removed = host.removed;
	host_exit(11);
	ck_assert_ptr_eq(find_dir(top, "a"), a);
	container_run_work();
	ck_assert_str_eq(children_of(top), "");
	ck_assert_uint_eq(host.removed, removed + 43);
}
END_TEST

/* The word may come with any lease, also with a later one and with a second write. */
START_TEST(any_lease_says_remove)
{
	struct container_file *one = lease_of(a, _i == 0 ? "remove kill" : "kill"),
			      *two = lease_of(a, _i == 1 ? "kill remove" : "kill");

	if (_i == 2)
		ck_assert_int_eq(write_bytes(one, &root_actor, "kill remove", 11), 0);
	container_file_release(one);
	container_file_release(two);
	host_exit(10);
	host_exit(11);
	container_run_work();
	ck_assert_str_eq(children_of(top), _i == 3 ? "a" : "");
}
END_TEST

/* It died before, of its init: it stays as long as somebody who has a lease may look. */
START_TEST(removes_after_its_init)
{
	struct container_file *f = lease_of(a, "kill remove");

	ck_assert_int_eq(write_to(a, "container.init", "10"), 0);
	host_exit(11);
	host_exit(10);
	ck_assert(container_is_dead(a));
	container_run_work();
	ck_assert_ptr_eq(find_dir(top, "a"), a);
	ck_assert_uint_eq(leases_of(a), 1);
	container_file_release(f);
	container_run_work();
	ck_assert_str_eq(children_of(top), "");
}
END_TEST

START_TEST(another_lease_is_open)
{
	struct container_file *f = lease_of(a, "kill");

	container_file_release(lease_of(a, "kill remove"));
	ck_assert(!container_is_dead(a));
	ck_assert_int_eq(write_to(a, "container.init", "10"), 0);
	host_exit(11);
	host_exit(10);
	container_run_work();
	ck_assert_ptr_eq(find_dir(top, "a"), a);
	container_file_release(f);
	container_run_work();
	ck_assert_str_eq(children_of(top), "");
}
END_TEST

/* The other way round: the init is killed with the rest, and its end can be read. */
START_TEST(kills_its_init)
{
	struct container_file *f = lease_of(a, "kill");

	ck_assert_int_eq(write_to(a, "container.init", "10"), 0);
	container_file_release(f);
	ck_assert_str_eq(read_of(a, "container.init"), "pid 10\nstate running\n");
	container_run_work();
	ck_assert_uint_eq(host.task[10].killed, 1);
	host_exit_status(10, 9);
	ck_assert_ptr_nonnull(strstr(read_of(a, "container.init"), "exited\nstatus 9\n"));
}
END_TEST

/* What dies below, and what dies with all above. */
START_TEST(below_a_dead_one)
{
	struct container_file *f = lease_of(b, "kill remove"), *g = lease_of(a, "kill");

	container_file_release(g);
	ck_assert(container_is_dead(b));
	host_exit(10);
	host_exit(11);
	container_run_work();
	ck_assert_ptr_eq(find_dir(top, "a/b"), b);
	container_file_release(f);
	container_run_work();
	ck_assert_str_eq(children_of(a), "");
	ck_assert_str_eq(children_of(top), "a");
}
END_TEST

/* The agent of each container runs before it is removed. */
START_TEST(agents_first)
{
	ck_assert_int_eq(write_to(top, "release_agent", "/agent"), 0);
	ck_assert_int_eq(write_to(a, "notify_on_release", "1"), 0);
	ck_assert_int_eq(write_to(b, "notify_on_release", "1"), 0);
	container_file_release(lease_of(a, "kill remove"));
	host_exit(10);
	host_exit(11);
	container_run_work();
	ck_assert_uint_eq(host.agents, 2);
	ck_assert_str_eq(host.agent_path, "/a");
	ck_assert_str_eq(children_of(top), "");
}
END_TEST

/* A lease outlives the name. */
START_TEST(released_after_removal)
{
	struct container_file *f;
	struct container *d = make_dir(top, "d");

	f = lease_of(d, "kill remove");
	ck_assert_int_eq(container_rmdir(top, "d"), 0);
	make_dir(top, "d");
	container_file_release(f);
	container_run_work();
	ck_assert_str_eq(children_of(top), "a d");
	ck_assert(!container_is_dead(find_dir(top, "d")));
}
END_TEST

/* A leased clone is not removed for being empty. */
START_TEST(a_leased_clone_stays)
{
	struct container *outer, *inner;
	struct container_file *f;

	ck_assert_int_eq(write_to(top, "ns.keep_empty", "0"), 0);
	ck_assert(host_unshare(12, NEW_NET));
	outer = find_dir(top, "node1");
	ck_assert(host_unshare(12, NEW_NET));
	inner = find_dir(outer, "node1");
	f = lease_of(inner, "kill");
	host_exit(12);
	container_run_work();
	ck_assert_ptr_eq(find_dir(top, "node1/node1"), inner);
	/* dead, it is as empty as any */
	container_file_release(f);
	container_run_work();
	ck_assert_str_eq(children_of(top), "a");
}
END_TEST

TCase *lease_tests(void)
{
	TCase *tc = tcase_create("lease");

	tcase_add_checked_fixture(tc, lease_setup, lease_teardown);
	tcase_add_test(tc, last_close_kills);
	tcase_add_test(tc, errors);
	tcase_add_test(tc, of_a_directory);
	tcase_add_test(tc, removes);
	tcase_add_loop_test(tc, any_lease_says_remove, 0, 4);
	tcase_add_test(tc, removes_after_its_init);
	tcase_add_test(tc, another_lease_is_open);
	tcase_add_test(tc, kills_its_init);
	tcase_add_test(tc, below_a_dead_one);
	tcase_add_test(tc, agents_first);
	tcase_add_test(tc, released_after_removal);
	tcase_add_test(tc, a_leased_clone_stays);
	return tc;
}
