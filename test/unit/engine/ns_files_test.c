// SPDX-License-Identifier: GPL-2.0-only
/*
 * The settings of ns: what they take, show and hand down
 */
#include "tools.h"

#define ALL_FLAGS "mnt uts ipc user pid net cgroup time\n"

struct input {
	const char	*text;
	int		ret;
	const char	*then;
};

static const struct input flag_inputs[] = {
	{ "uts", 0, "uts\n" }, { "net mnt\n", 0, "mnt net\n" }, { "none", 0, "none\n" },
	{ "  pid,user\tpid ", 0, "user pid\n" }, { "", 0, "user pid\n" },
	{ "\n", -EINVAL, "user pid\n" }, { " ", -EINVAL, "user pid\n" },
	{ "none net", -EINVAL, "user pid\n" }, { "all", -EINVAL, "user pid\n" },
	{ "net+mnt", -EINVAL, "user pid\n" }, { "NET", -EINVAL, "user pid\n" },
	{ "mnt uts ipc user pid net cgroup time", 0, ALL_FLAGS },
};

static const struct input name_inputs[] = {
	{ "box%d", 0, "box%d\n" }, { " %c-%p\n", 0, "%c-%p\n" }, { "", 0, "%c-%p\n" },
	{ "%%", 0, "%%\n" }, { "a b", 0, "a b\n" }, { "...", 0, "...\n" },
	{ "\n", -EINVAL, "...\n" }, { ".", -EINVAL, "...\n" }, { "..", -EINVAL, "...\n" },
	{ "a/b", -EINVAL, "...\n" }, { "a\nb", -EINVAL, "...\n" }, { "%", -EINVAL, "...\n" },
	{ "%s", -EINVAL, "...\n" }, { "%d%", -EINVAL, "...\n" }, { "node%d", 0, "node%d\n" },
};

static const struct input limit_inputs[] = {
	{ "0", 0, "0\n" }, { "7\n", 0, "7\n" }, { " 0x10 ", 0, "16\n" }, { "010", 0, "8\n" },
	{ "max\n", 0, "max\n" }, { "4294967294", 0, "4294967294\n" }, { "", 0, "4294967294\n" },
	{ "4294967295", -ERANGE, "4294967294\n" }, { "4294967296", -ERANGE, "4294967294\n" },
	{ "-1", -EINVAL, "4294967294\n" }, { "MAX", -EINVAL, "4294967294\n" },
	{ "1 2", -EINVAL, "4294967294\n" }, { "max 1", -EINVAL, "4294967294\n" },
	{ "\n", -EINVAL, "4294967294\n" }, { "3", 0, "3\n" },
};

static const struct {
	const char		*file;
	const struct input	*inputs;
	unsigned int		nr;
	const char		*in_child;	/* of a new child, then */
} settings[] = {
	{ "ns.clone_flags", flag_inputs, ARRAY_LEN(flag_inputs), ALL_FLAGS },
	{ "ns.clone_name", name_inputs, ARRAY_LEN(name_inputs), "node%d\n" },
	{ "ns.keep_empty", limit_inputs, ARRAY_LEN(limit_inputs), "3\n" },
	{ "ns.max_clones", limit_inputs, ARRAY_LEN(limit_inputs), "3\n" },
	{ "ns.max_depth", limit_inputs, ARRAY_LEN(limit_inputs), "max\n" },
};

START_TEST(inputs)
{
	struct container *top = mount_top("ns"), *a = make_dir(top, "a"), *dir;
	const char *file = settings[_i].file;

	for (unsigned int i = 0; i < settings[_i].nr; i++) {
		const struct input *in = &settings[_i].inputs[i];

		dir = i & 1 ? a : top;
		ck_assert_msg(write_to(dir, file, in->text) == in->ret, "%s %s", file, in->text);
		if (!in->ret && *in->text)
			ck_assert_int_eq(write_to(dir == a ? top : a, file, in->text), 0);
		ck_assert_str_eq(read_of(top, file), in->then);
		ck_assert_str_eq(read_of(a, file), in->then);
	}
	ck_assert_str_eq(read_of(make_dir(a, "b"), file), settings[_i].in_child);
	umount_top(top);
}
END_TEST

START_TEST(inherited_then_independent)
{
	struct container *top = mount_top("ns"), *a, *b, *clone;
	unsigned int node;

	ck_assert_int_eq(write_to(top, "ns.clone_name", "t%d"), 0);
	ck_assert_int_eq(write_to(top, "ns.clone_flags", "uts user"), 0);
	ck_assert_int_eq(write_to(top, "ns.keep_empty", "2"), 0);
	a = make_dir(top, "a");
	host_fork(1, 10);
	attach(a, 10);
	ck_assert(host_unshare(10, NEW_UTS));
	clone = find_dir(a, "t1");
	ck_assert_str_eq(read_of(clone, "ns.clone_name"), "t%d\n");
	ck_assert_str_eq(read_of(clone, "ns.clone_flags"), "uts user\n");
	ck_assert_str_eq(read_of(clone, "ns.keep_empty"), "2\n");
	ck_assert_str_eq(read_of(clone, "ns.is_clone"), "1\n");
	ck_assert_str_eq(read_of(make_dir(clone, "made"), "ns.is_clone"), "0\n");
	ck_assert_int_eq(container_rmdir(clone, "made"), 0);
	ck_assert_str_eq(read_of(a, "ns.is_clone"), "0\n");
	ck_assert_int_eq(write_to(clone, "ns.is_clone", "0"), -EINVAL);
	ck_assert_int_eq(container_lookup(top, "ns.is_clone", &b, &node), -ENOENT);
	ck_assert_int_eq(write_to(top, "ns.clone_name", "u%d"), 0);
	ck_assert_int_eq(write_to(clone, "ns.clone_name", "v%d"), 0);
	ck_assert_int_eq(write_to(clone, "ns.clone_flags", "none"), 0);
	ck_assert_str_eq(read_of(a, "ns.clone_name"), "t%d\n");
	ck_assert_str_eq(read_of(a, "ns.clone_flags"), "uts user\n");
	b = make_dir(top, "b");
	ck_assert_str_eq(read_of(b, "ns.clone_name"), "u%d\n");
	ck_assert_int_eq(container_rmdir(top, "b"), 0);
	ck_assert_str_eq(read_of(top, "ns.clone_name"), "u%d\n");
	sane();
	umount_top(top);
}
END_TEST

START_TEST(longest_template)
{
	struct container *top = mount_top("ns");
	char text[258];

	memset(text, 'x', sizeof(text));
	text[256] = '\0';
	ck_assert_int_eq(write_to(top, "ns.clone_name", text), -EINVAL);
	text[255] = '\0';
	ck_assert_int_eq(write_to(top, "ns.clone_name", text), 0);
	ck_assert_uint_eq(strlen(read_of(top, "ns.clone_name")), 256);
	shim_fail_nth(2);
	ck_assert_int_eq(write_to(top, "ns.clone_name", "y"), -ENOMEM);
	shim_fail_nth(0);
	ck_assert_uint_eq(strlen(read_of(top, "ns.clone_name")), 256);
	umount_top(top);
}
END_TEST

START_TEST(next_name_inputs)
{
	struct container *top = mount_top("ns"), *a = make_dir(top, "a");
	struct container_actor ten, dead;
	char text[258];

	host_spawn(10, 10, 1000);
	ten = host_actor(10, 1000, false);
	attach(a, 10);
	ck_assert_int_eq(write_as(&ten, a, "ns.next_name", "web\n"), 0);
	ck_assert_int_eq(write_as(&ten, a, "ns.next_name", "\n"), -EINVAL);
	ck_assert_int_eq(write_as(&ten, a, "ns.next_name", "a/b"), -EINVAL);
	ck_assert_int_eq(write_as(&ten, a, "ns.next_name", "a\nb"), -EINVAL);
	ck_assert_int_eq(write_as(&ten, a, "ns.next_name", ".."), -EINVAL);
	memset(text, 'x', sizeof(text));
	text[256] = '\0';
	ck_assert_int_eq(write_as(&ten, a, "ns.next_name", text), -ENAMETOOLONG);
	text[255] = '\0';
	ck_assert_int_eq(write_as(&ten, a, "ns.next_name", text), 0);
	/* only in the container of the writer */
	ck_assert_int_eq(write_as(&ten, top, "ns.next_name", "x"), -EPERM);
	ck_assert_int_eq(write_as(&root_actor, a, "ns.next_name", "x"), -EPERM);
	dead = ten;
	dead.tid = 99;
	ck_assert_int_eq(write_as(&dead, a, "ns.next_name", "x"), -ESRCH);
	host.again = 5;
	ck_assert_int_eq(write_as(&ten, a, "ns.next_name", "y"), 0);
	ck_assert_uint_eq(host.again, 0);
	ck_assert_uint_ge(host.syncs, 5);
	ck_assert(host_unshare(10, NEW_UTS));
	ck_assert_ptr_nonnull(find_dir(a, "y"));
	host_exit(10);
	umount_top(top);
}
END_TEST

/* A name wished for by a task of the top: it gets a record, and loses it. */
START_TEST(next_name_in_the_top)
{
	struct container *top = mount_top("ns");
	unsigned long nth;
	long live;
	int ret;

	host_fork(1, 10);
	for (nth = 1;; nth++) {
		struct container_actor ten = host_actor(10, 0, false);

		live = host_objects();
		shim_fail_nth(nth);
		ret = write_as(&ten, top, "ns.next_name", "web");
		if (shim_fail_nth(0))
			break;
		ck_assert_int_eq(ret, -ENOMEM);
		ck_assert_int_eq(host_objects(), live);
	}
	ck_assert_int_eq(ret, 0);
	ck_assert_ptr_nonnull(container_task_find(host_key(10)));
	ck_assert(is_in(top, 10));
	host_exit(10);
	ck_assert_uint_eq(inspect_init_refs(), 1);

	host_fork(1, 11);
	host.gone = 11;
	live = host_objects();
	{
		struct container_actor eleven = host_actor(11, 0, false);

		ck_assert_int_eq(write_as(&eleven, top, "ns.next_name", "x"), -ESRCH);
	}
	ck_assert_int_eq(host_objects(), live);
	umount_top(top);
}
END_TEST

TCase *ns_files_tests(void)
{
	TCase *tc = tcase_of("ns_files");

	tcase_add_loop_test(tc, inputs, 0, ARRAY_LEN(settings));
	tcase_add_test(tc, inherited_then_independent);
	tcase_add_test(tc, longest_template);
	tcase_add_test(tc, next_name_inputs);
	tcase_add_test(tc, next_name_in_the_top);
	return tc;
}
