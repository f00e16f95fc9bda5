// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the core control files show and take
 *
 * The inputs and errors are those recorded from cgroup v1 of Linux 6.1.
 */
#include "tools.h"

struct input {
	const char	*text;
	int		ret;
	const char	*then;		/* what the file reads afterwards */
};

static const struct input flag_inputs[] = {
	{ "1", 0, "1\n" }, { "0\n", 0, "0\n" }, { "2", 0, "1\n" }, { "", 0, "1\n" },
	{ "00\n", 0, "0\n" }, { "0x10", 0, "1\n" }, { "+0", 0, "0\n" },
	{ "18446744073709551615\n", 0, "1\n" },
	{ "18446744073709551616", -ERANGE, "1\n" }, { "-1", -EINVAL, "1\n" },
	{ "abc", -EINVAL, "1\n" }, { "1 2", -EINVAL, "1\n" }, { " 1", -EINVAL, "1\n" },
	{ "\n", -EINVAL, "1\n" }, { "1\n1", -EINVAL, "1\n" }, { "0x", -EINVAL, "1\n" },
};

START_TEST(flags)
{
	static const char *const files[] = { "notify_on_release", "cgroup.clone_children" };
	struct container *top = mount_top("ns"), *a, *b;
	const char *file = files[_i];

	ck_assert_str_eq(read_of(top, file), "0\n");
	for (unsigned int i = 0; i < ARRAY_LEN(flag_inputs); i++) {
		ck_assert_msg(write_to(top, file, flag_inputs[i].text) == flag_inputs[i].ret, "%s",
			      flag_inputs[i].text);
		ck_assert_msg(!strcmp(read_of(top, file), flag_inputs[i].then), "%s",
			      flag_inputs[i].text);
	}
	/* inherited when made, not later; by clones as well */
	a = make_dir(top, "a");
	ck_assert_str_eq(read_of(a, file), "1\n");
	host_fork(1, 10);
	ck_assert(host_unshare(10, NEW_UTS));
	ck_assert_str_eq(read_of(find_dir(top, "node1"), file), "1\n");
	ck_assert_int_eq(write_to(top, file, "0"), 0);
	ck_assert_str_eq(read_of(a, file), "1\n");
	b = make_dir(top, "b");
	ck_assert_str_eq(read_of(b, file), "0\n");
	host_exit(10);
	umount_top(top);
}
END_TEST

static const struct input agent_inputs[] = {
	{ "/bin/agent\n", 0, "/bin/agent\n" }, { "  /x y  \n", 0, "/x y\n" }, { "", 0, "/x y\n" },
	{ "\n", 0, "\n" },
};

START_TEST(release_agent)
{
	struct container *top = mount_top("ns"), *child;
	struct container_actor plain = host_actor(1, 0, false);
	struct container_file *f;
	unsigned int node;
	char text[5000];

	ck_assert_str_eq(read_of(top, "release_agent"), "\n");
	for (unsigned int i = 0; i < ARRAY_LEN(agent_inputs); i++) {
		ck_assert_int_eq(write_to(top, "release_agent", agent_inputs[i].text),
				 agent_inputs[i].ret);
		ck_assert_str_eq(read_of(top, "release_agent"), agent_inputs[i].then);
	}
	memset(text, 'x', sizeof(text));
	text[4096] = '\0';
	ck_assert_int_eq(write_to(top, "release_agent", text), -E2BIG);
	text[4095] = '\0';
	ck_assert_int_eq(write_to(top, "release_agent", text), 0);
	ck_assert_uint_eq(strlen(read_of(top, "release_agent")), 4096);
	shim_fail_nth(2);
	ck_assert_int_eq(write_to(top, "release_agent", "/y"), -ENOMEM);
	shim_fail_nth(0);

	/* The opener counts, not the writer. */
	ck_assert_int_eq(write_as(&plain, top, "release_agent", "/evil"), -EPERM);
	f = open_as(&plain, top, "release_agent");
	ck_assert_int_eq(write_bytes(f, &root_actor, "/evil", 5), -EPERM);
	container_file_release(f);
	f = open_as(&root_actor, top, "release_agent");
	ck_assert_int_eq(write_bytes(f, &plain, "/good", 5), 0);
	container_file_release(f);
	ck_assert_str_eq(read_of(top, "release_agent"), "/good\n");
	ck_assert_int_eq(container_lookup(make_dir(top, "a"), "release_agent", &child, &node), -ENOENT);
	umount_top(top);
}
END_TEST

START_TEST(directions)
{
	struct container *top = mount_top("all"), *a = make_dir(top, "a");

	ck_assert_str_eq(read_of(top, "cgroup.sane_behavior"), "0\n");
	ck_assert_int_eq(write_to(top, "cgroup.sane_behavior", "1"), -EINVAL);
	ck_assert_int_eq(write_to(a, "container.events", "1"), -EINVAL);
	ck_assert_int_eq(write_to(a, "ns.events", "1"), -EINVAL);
	ck_assert_int_eq(write_to(a, "debug.releasable", "1"), -EINVAL);
	ck_assert_int_eq(write_to(top, "container.hierarchies", "1"), -EINVAL);
	ck_assert_str_eq(read_of(a, "container.kill"), "-22");
	ck_assert_str_eq(read_of(a, "ns.next_name"), "-22");
	for (const char *const *p = (const char *const []){ "0", "2", "", "x", "-1", "1 1", NULL }; *p; p++)
		ck_assert_int_eq(write_to(a, "container.kill", *p), **p ? -EINVAL : 0);
	ck_assert_int_eq(write_to(a, "container.kill", " 1\n"), 0);
	umount_top(top);
}
END_TEST

/* Every file takes 4096 bytes, and none takes more. */
START_TEST(write_limits)
{
	struct container *top = mount_top("all"), *a = make_dir(top, "a");
	struct listed { const char *name; } const *l;
	static const struct listed files[] = {
		{ "tasks" }, { "cgroup.procs" }, { "notify_on_release" }, { "container.kill" },
		{ "ns.keep_empty" }, { "ns.clone_name" }, { "ns.next_name" }, { "ns.clone_flags" },
		{ "container.events" },
	};
	struct container_file *f;
	char *text = malloc(4098);

	memset(text, ' ', 4098);
	for (l = files; l < files + ARRAY_LEN(files); l++) {
		f = open_as(&root_actor, a, l->name);
		ck_assert_int_eq(write_bytes(f, &root_actor, text, 4097), -E2BIG);
		ck_assert_int_eq(write_bytes(f, &root_actor, text, 4096), -EINVAL);
		ck_assert_int_eq(write_bytes(f, &root_actor, "", 0), 0);
		container_file_release(f);
	}
	text[0] = '1';
	f = open_as(&root_actor, a, "ns.keep_empty");
	ck_assert_int_eq(write_bytes(f, &root_actor, text, 4096), 0);
	container_file_release(f);
	free(text);
	umount_top(top);
}
END_TEST

START_TEST(events_file)
{
	struct container *top = mount_top("ns"), *a = make_dir(top, "a"), *b = make_dir(a, "b");

	host_fork(1, 10);
	ck_assert_str_eq(read_of(top, "container.events"), "populated 1\ntasks 2\nchildren 1\ndead 0\n");
	ck_assert_str_eq(read_of(a, "container.events"), "populated 0\ntasks 0\nchildren 1\ndead 0\n");
	attach(b, 10);
	ck_assert_str_eq(read_of(top, "container.events"), "populated 1\ntasks 1\nchildren 1\ndead 0\n");
	ck_assert_str_eq(read_of(a, "container.events"), "populated 1\ntasks 0\nchildren 1\ndead 0\n");
	ck_assert_str_eq(read_of(b, "container.events"), "populated 1\ntasks 1\nchildren 0\ndead 0\n");
	host_thread(10, 11);
	ck_assert_str_eq(read_of(b, "container.events"), "populated 1\ntasks 2\nchildren 0\ndead 0\n");
	attach(a, 10);
	host_exit(11);
	ck_assert_str_eq(read_of(a, "container.events"), "populated 1\ntasks 1\nchildren 1\ndead 0\n");
	ck_assert_str_eq(read_of(b, "container.events"), "populated 0\ntasks 0\nchildren 0\ndead 0\n");
	host_exit(10);
	ck_assert_str_eq(read_of(a, "container.events"), "populated 0\ntasks 0\nchildren 1\ndead 0\n");
	umount_top(top);
}
END_TEST

/* A path may be longer than PATH_MAX. */
START_TEST(where_is_deep)
{
	struct container *top = mount_top("none,name=deep"), *at = top;
	static char name[201], path[40 * 201 + 1];
	const char *answer;

	memset(name, 'n', 200);
	for (int i = 0; i < 40; i++) {
		at = make_dir(at, name);
		strcat(strcat(path, "/"), name);
	}
	host_fork(1, 10);
	ck_assert_int_eq(attach(at, 10), 0);
	answer = read_as(&(struct container_actor){ .tid = 10 }, top, "container.where");
	ck_assert_ptr_nonnull(strstr(answer, ":name=deep:/nn"));
	ck_assert_uint_eq(strlen(strchr(answer, '/')), strlen(path) + 1);
	ck_assert_int_eq(strncmp(strchr(answer, '/'), path, strlen(path)), 0);
	host_exit(10);
	while (at != top) {
		at = container_parent(at);
		ck_assert_int_eq(container_rmdir(at, name), 0);
		container_put(at);
	}
	umount_top(top);
}
END_TEST

START_TEST(where)
{
	struct container *ns = mount_top("ns"), *x = mount_top("none,name=x"), *a = make_dir(ns, "a");
	int id = hierarchy_id(container_root(ns));
	struct container_actor inside;
	struct container_file *f;
	const char *data;
	char wanted[128];
	long n;

	host_fork(1, 10);
	attach(a, 10);
	attach(make_dir(x, "b"), 10);
	snprintf(wanted, sizeof(wanted), "%d:name=x:/b\n%d:ns:/a\n", id + 1, id);
	inside = host_actor(10, 0, false);
	ck_assert_str_eq(read_as(&inside, ns, "container.where"), wanted);

	f = open_as(&root_actor, x, "container.where");
	ck_assert_int_eq(write_bytes(f, &root_actor, "10\n", 3), 0);
	/* The answer begins at the position of the descriptor. */
	n = container_file_read(f, &root_actor, 3, &data);
	ck_assert_int_eq(n, (long)strlen(wanted));
	ck_assert_int_eq(memcmp(data, wanted, n), 0);
	ck_assert_int_eq(container_file_read(f, &root_actor, 3 + n, &data), 0);
	ck_assert_int_eq(write_bytes(f, &root_actor, "11", 2), -ESRCH);
	ck_assert_int_eq(write_bytes(f, &root_actor, "-1", 2), -EINVAL);
	ck_assert_int_eq(write_bytes(f, &root_actor, "x", 1), -EINVAL);
	ck_assert_int_eq(write_bytes(f, &root_actor, "0", 1), 0);
	n = container_file_read(f, &root_actor, 40, &data);
	snprintf(wanted, sizeof(wanted), "%d:name=x:/\n%d:ns:/\n", id + 1, id);
	ck_assert_int_eq(n, (long)strlen(wanted));
	ck_assert_int_eq(memcmp(data, wanted, n), 0);
	container_file_release(f);
	inside.tid = 999;
	ck_assert_str_eq(read_as(&inside, ns, "container.where"), "-3");

	host_exit(10);
	umount_top(ns);
	umount_top(x);
}
END_TEST

START_TEST(debug_files)
{
	struct container *top = mount_top("debug"), *a = make_dir(top, "a");
	struct container_actor ten;
	char first[32];

	host_fork(1, 10);
	ten = host_actor(10, 0, false);
	ck_assert_str_eq(read_of(a, "debug.releasable"), "0\n");
	ck_assert_str_eq(read_of(top, "debug.taskcount"), "2\n");
	ck_assert_str_eq(read_as(&ten, top, "debug.current_css_group"), "1\n");
	ck_assert_str_eq(read_as(&ten, top, "debug.current_css_group_refcount"), "1\n");
	attach(a, 10);
	snprintf(first, sizeof(first), "%s", read_as(&ten, a, "debug.current_css_group"));
	ck_assert_str_ne(first, "1\n");
	host_fork(10, 11);
	ck_assert_str_eq(read_as(&ten, a, "debug.current_css_group"), first);
	ck_assert_str_eq(read_as(&ten, a, "debug.current_css_group_refcount"), "2\n");
	ck_assert_str_eq(read_of(a, "debug.taskcount"), "2\n");
	ck_assert_str_eq(read_of(a, "debug.releasable"), "0\n");
	host_exit(10);
	host_exit(11);
	ck_assert_str_eq(read_of(a, "debug.releasable"), "1\n");
	ck_assert_str_eq(read_of(top, "debug.releasable"), "0\n");
	umount_top(top);
}
END_TEST

/* After the removal a read that was begun goes on to its end; then all calls fail with ENODEV. */
START_TEST(removed)
{
	static const char *const files[] = {
		"tasks", "cgroup.procs", "container.events", "container.kill", "notify_on_release",
		"ns.events", "ns.clone_name", "ns.next_name", "ns.keep_empty", "debug.taskcount",
	};
	struct container *top = mount_top("all"), *a = make_dir(top, "a");
	struct container_file *file[ARRAY_LEN(files)], *f;
	const char *data;
	bool armed;
	long n;

	for (unsigned int i = 0; i < ARRAY_LEN(files); i++)
		file[i] = open_as(&root_actor, a, files[i]);
	n = container_file_read(file[2], &root_actor, 0, &data);
	container_get(a);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert_int_eq(container_file_read(file[2], &root_actor, n - 3, &data), 3);
	ck_assert_int_eq(container_file_read(file[2], &root_actor, n, &data), -ENODEV);
	for (unsigned int i = 0; i < ARRAY_LEN(files); i++) {
		ck_assert_int_eq(container_file_read(file[i], &root_actor, 0, &data), -ENODEV);
		ck_assert_int_eq(write_bytes(file[i], &root_actor, "1", 1), -ENODEV);
		ck_assert_int_eq(write_bytes(file[i], &root_actor, "", 0), -ENODEV);
		ck_assert_uint_eq(container_file_poll(file[i], &armed) & 10, 10);
		ck_assert(!armed);
		ck_assert_ptr_eq(container_file_container(file[i]), a);
		ck_assert_int_eq(container_file_open(a, container_file_node(file[i]), &root_actor, &f),
				 -ENODEV);
		container_file_release(file[i]);
	}
	ck_assert_int_eq(container_file_open(top, CONTAINER_NODES_MAX - 1, &root_actor, &f), -ENODEV);
	ck_assert_int_eq(container_file_open(top, 0, &root_actor, &f), -ENODEV);
	shim_fail_nth(1);
	ck_assert_int_eq(container_file_open(top, node_of(top, "tasks"), &root_actor, &f), -ENOMEM);
	container_put(a);
	umount_top(top);
}
END_TEST

TCase *core_files_tests(void)
{
	TCase *tc = tcase_of("core_files");

	tcase_add_loop_test(tc, flags, 0, 2);
	tcase_add_test(tc, release_agent);
	tcase_add_test(tc, directions);
	tcase_add_test(tc, write_limits);
	tcase_add_test(tc, events_file);
	tcase_add_test(tc, where);
	tcase_add_test(tc, where_is_deep);
	tcase_add_test(tc, debug_files);
	tcase_add_test(tc, removed);
	return tc;
}
