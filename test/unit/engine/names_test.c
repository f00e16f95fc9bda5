// SPDX-License-Identifier: GPL-2.0-only
/*
 * The names of clones
 *
 * Templates, wishes, and characters that no name may have. A name is always free: not the name
 * of a sibling made by mkdir or of a control file, and not with a number that was used before.
 */
#include "tools.h"

static struct container *top, *a;

static void names_setup(void)
{
	host_reset();
	top = mount_top("ns,keep_empty=max");
	a = make_dir(top, "a");
	for (int tid = 10; tid < 60; tid++) {
		host_spawn(tid, tid, 0);
		attach(a, tid);
	}
}

static void names_teardown(void)
{
	sane();
	umount_top(top);
	host_finish();
}

/* The name of the clone that @tid gets. */
static const char *clone_of(int tid)
{
	ck_assert(host_unshare(tid, NEW_UTS));
	return strrchr(path_of(find_dir(a, strrchr(children_of(a), ' ') ?
					strrchr(children_of(a), ' ') + 1 : children_of(a))), '/') + 1;
}

static void set_comm(int tid, const char *comm)
{
	snprintf(host.task[tid].comm, sizeof(host.task[tid].comm), "%s", comm);
}

static const struct {
	const char *template, *comm, *first, *second;
} templates[] = {
	{ "node%d", "sh", "node1", "node2" },
	{ "%d", "sh", "1", "2" },
	{ "%d%d", "sh", "11", "22" },
	{ "%c-%d", "sh", "sh-1", "sh-2" },
	{ "%p", "sh", "10", "11" },
	{ "%c", "sh", "sh", "sh-2" },
	{ "box", "sh", "box", "box-2" },
	{ "box1", "sh", "box1", "box1-2" },
	{ "%%d", "sh", "%d", "%d-2" },
	{ "%c", "a/b", "a_b", "a_b-2" },
	{ "%c", "a\nb\x01\x7f", "a_b__", "a_b__-2" },
	{ "%c", ".", "_", "_-2" },
	{ "%c", "..", "_.", "_.-2" },
	{ "%c", "", "_", "_-2" },
	{ "%c.", ".", "_.", "_.-2" },
	{ "%c%d", "\xff\xfe", "\xff\xfe" "1", "\xff\xfe" "2" },
	{ "%c", "%d%p%c", "%d%p%c", "%d%p%c-2" },
	{ "%c", "tasks", "tasks-2", "tasks-3" },
	{ "ns.%c", "events", "ns.events-2", "ns.events-3" },
	{ "notify_on_release", "x", "notify_on_release-2", "notify_on_release-3" },
	{ "\x01%d", "x", "_1", "_2" },
	/* commands that a shell would interpret */
	{ "%c-%d", "runc:[1:CHILD]", "runc-1", "runc-2" },
	{ "%c-%d", "runc:[2:INIT]", "runc-1", "runc-2" },
	{ "%c-%d", "memfd:crun_clon", "crun_clon-1", "crun_clon-2" },
	{ "%c", "memfd:", "_", "_-2" },
	{ "%c", ":[x]", "_", "_-2" },
	{ "%c", "kworker/u8:1", "kworker_u8_1", "kworker_u8_1-2" },
	{ "%c", "a*b?[c]", "a_b__c_", "a_b__c_-2" },
	{ "%c", "-rf", "_rf", "_rf-2" },
	{ "%c", ".hidden", "_hidden", "_hidden-2" },
	{ "%c", "(sd-pam)", "_sd-pam_", "_sd-pam_-2" },
	{ "%c", "my $app", "my__app", "my__app-2" },
	{ "%c", "~{a,b}\\'", "__a,b___", "__a,b___-2" },
	{ "%c", "\xc3\xbc", "\xc3\xbc", "\xc3\xbc-2" },
	/* a name that a task has asked for stays as it is */
	{ "a*b:[c]", "x", "a*b:[c]", "a*b:[c]-2" },
};

START_TEST(by_template)
{
	ck_assert_int_eq(write_to(a, "ns.clone_name", templates[_i].template), 0);
	set_comm(10, templates[_i].comm);
	set_comm(11, templates[_i].comm);
	ck_assert_str_eq(clone_of(10), templates[_i].first);
	ck_assert_str_eq(clone_of(11), templates[_i].second);
}
END_TEST

START_TEST(taken_by_hand)
{
	make_dir(a, "node1");
	make_dir(a, "node2");
	make_dir(a, "node4");
	ck_assert_str_eq(clone_of(10), "node3");
	ck_assert_str_eq(clone_of(11), "node5");
	/* and a container made by mkdir after it */
	ck_assert_int_eq(try_mkdir(a, "node3"), -EEXIST);
	/* renamed away: the number is not given again */
	ck_assert_int_eq(container_rename(a, "node5", a, "web"), 0);
	ck_assert_str_eq(clone_of(12), "node6");
	ck_assert_int_eq(container_rename(a, "web", a, "node7"), 0);
	ck_assert_str_eq(clone_of(13), "node8");
}
END_TEST

START_TEST(numbers_are_never_used_twice)
{
	for (int i = 1; i <= 5; i++) {
		char name[16];

		snprintf(name, sizeof(name), "node%d", i);
		ck_assert_str_eq(clone_of(9 + i), name);
		host_exit(9 + i);
		ck_assert_int_eq(container_rmdir(a, name), 0);
	}
	ck_assert_int_eq(write_to(a, "ns.clone_name", "box%d"), 0);
	ck_assert_str_eq(clone_of(20), "box6");
	/* 64 bits of them */
	inspect_set_next_number(a, 4294967295ull);
	ck_assert_str_eq(clone_of(21), "box4294967296");
	inspect_set_next_number(a, ~0ull - 1);
	ck_assert_str_eq(clone_of(22), "box18446744073709551615");
}
END_TEST

/* 255 bytes: a longer name is cut, and keeps the number at its end. */
START_TEST(long_names)
{
	char text[256], wanted[256];

	memset(text, 'x', 255);
	text[255] = '\0';
	ck_assert_int_eq(write_to(a, "ns.clone_name", text), 0);
	ck_assert_str_eq(clone_of(10), text);
	strcpy(wanted, text);
	memcpy(wanted + 253, "-2", 2);
	ck_assert_str_eq(clone_of(11), wanted);
	inspect_set_next_number(a, 99);
	memcpy(wanted + 251, "-100", 4);
	ck_assert_str_eq(clone_of(12), wanted);

	/* a number that is cut is no number */
	memcpy(text + 252, "%d", 3);
	ck_assert_int_eq(write_to(a, "ns.clone_name", text), 0);
	memcpy(wanted + 251, "x101", 4);
	ck_assert_str_eq(clone_of(13), wanted);
	memcpy(text + 251, "y%d", 4);
	ck_assert_int_eq(write_to(a, "ns.clone_name", text), 0);
	inspect_set_next_number(a, 9998);
	memcpy(wanted + 250, "-9999", 5);
	ck_assert_str_eq(clone_of(14), wanted);
	memcpy(wanted + 249, "-10000", 6);
	ck_assert_str_eq(clone_of(15), wanted);
	ck_assert_uint_eq(inspect_container(a).nr_children, 6);
}
END_TEST

/* Two numbers, of which the second is cut: still each number once. */
START_TEST(second_number_is_cut)
{
	char text[256], first[256];

	strcpy(text, "%d");
	memset(text + 2, 'x', 251);
	strcpy(text + 253, "%d");
	ck_assert_int_eq(write_to(a, "ns.clone_name", text), 0);
	inspect_set_next_number(a, 999);
	strcpy(first, clone_of(10));
	ck_assert_int_eq(strncmp(first, "1000x", 5), 0);
	host_exit(10);
	ck_assert_int_eq(container_rmdir(a, first), 0);
	ck_assert_str_ne(clone_of(11), first);
}
END_TEST

static void wish(int tid, const char *name)
{
	struct container_actor actor = host_actor(tid, 0, false);

	ck_assert_int_eq(write_as(&actor, a, "ns.next_name", name), 0);
}

START_TEST(wishes)
{
	wish(10, "web");
	ck_assert_str_eq(clone_of(10), "web");
	/* once */
	wish(11, "web");
	ck_assert_str_eq(clone_of(11), "web-2");
	ck_assert_str_eq(clone_of(12), "node3");
	wish(13, "tasks");
	ck_assert_str_eq(clone_of(13), "tasks-4");
	wish(14, "%d");
	ck_assert_str_eq(clone_of(14), "%d");
	wish(15, "a\x01" "b");
	ck_assert_str_eq(clone_of(15), "a_b");
	/* the later wish counts; for clone(2) that of the creator */
	wish(16, "first");
	wish(16, "second");
	host_clone(16, 70, NEW_USER);
	ck_assert(is_in(find_dir(a, "second"), 70));
	ck_assert(is_in(a, 16));
	host_clone(16, 71, NEW_USER);
	ck_assert(is_in(find_dir(a, "node5"), 71));
	/* a call that does not clone does not use up the wish */
	wish(17, "kept");
	ck_assert(!host_unshare(17, 0));
	host_fork(17, 72);
	ck_assert_str_eq(clone_of(72), "node6");
	ck_assert_str_eq(clone_of(17), "kept");
}
END_TEST

START_TEST(wish_of_a_task_that_exits)
{
	wish(10, "web");
	host_exit(10);
	host_spawn(10, 10, 0);
	attach(a, 10);
	ck_assert_str_eq(clone_of(10), "node1");
}
END_TEST

TCase *names_tests(void)
{
	TCase *tc = tcase_create("names");

	tcase_add_checked_fixture(tc, names_setup, names_teardown);
	tcase_add_loop_test(tc, by_template, 0, ARRAY_LEN(templates));
	tcase_add_test(tc, taken_by_hand);
	tcase_add_test(tc, numbers_are_never_used_twice);
	tcase_add_test(tc, long_names);
	tcase_add_test(tc, second_number_is_cut);
	tcase_add_test(tc, wishes);
	tcase_add_test(tc, wish_of_a_task_that_exits);
	return tc;
}
