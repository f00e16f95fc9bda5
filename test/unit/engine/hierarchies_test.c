// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which hierarchy a mount finds or makes, remount, umount
 *
 * The invariant: a subsystem is in at most one hierarchy. The same set or name again is the
 * same hierarchy. A hierarchy without children dies at once with its last mount; one with
 * children lives on.
 */
#include "tools.h"

static int remount(struct containerfs_root *root, const char *options)
{
	return hierarchy_remount(root, options, &root_actor, mount_msg, sizeof(mount_msg));
}

static struct containerfs_root *root_of(struct container *top)
{
	return container_root(top);
}

START_TEST(found_by_name_or_set)
{
	struct containerfs_root *ns = mount_ok("ns"), *x = mount_ok("none,name=x"), *d;

	ck_assert_ptr_ne(ns, x);
	ck_assert_ptr_eq(mount_ok("ns"), ns);
	ck_assert_str_eq(mount_msg, "");
	ck_assert_ptr_eq(mount_ok("name=x"), x);
	ck_assert_ptr_eq(mount_ok("none,name=x"), x);
	d = mount_ok("debug,name=d");
	ck_assert_ptr_eq(mount_ok("debug"), d);
	ck_assert_ptr_eq(mount_ok("name=d"), d);
	ck_assert_ptr_eq(mount_ok("debug,name=d"), d);
	ck_assert_int_eq(hierarchy_count(), 3);

	/* Other flags for a hierarchy that exists are ignored, with a warning. */
	ck_assert_ptr_eq(mount_ok("ns,xattr"), ns);
	ck_assert_ptr_nonnull(strstr(mount_msg, "exists"));
	ck_assert_ptr_eq(mount_ok("ns,keep_empty=3"), ns);
	ck_assert_ptr_nonnull(strstr(mount_msg, "exists"));
	ck_assert_str_eq(options_of(ns), ",ns");
	sane();
	for (int i = 0; i < 4; i++)
		hierarchy_umount(ns);
	for (int i = 0; i < 3; i++)
		hierarchy_umount(x);
	ck_assert_int_eq(hierarchy_count(), 1);
	for (int i = 0; i < 4; i++)
		hierarchy_umount(d);
}
END_TEST

START_TEST(contradictions_are_busy)
{
	struct containerfs_root *ns = mount_ok("ns,name=x");
	static const char *const busy[] = {
		"ns,debug", "debug,name=x", "none,name=x", "all", NULL, "", "ns,name=y", "all,name=x",
	};

	for (unsigned int i = 0; i < ARRAY_LEN(busy); i++) {
		ck_assert_msg(mount_err(busy[i]) == -EBUSY, "%s", busy[i]);
		ck_assert_msg(strstr(mount_msg, "name=x") || strstr(mount_msg, "ns"), "%s", mount_msg);
	}
	ck_assert_int_eq(mount_err("name=y"), -EINVAL);
	ck_assert_int_eq(mount_err("debug"), 0);
	sane();
	hierarchy_umount(ns);
	ck_assert_int_eq(mount_err("ns,debug"), 0);
}
END_TEST

START_TEST(dies_without_children_lives_with)
{
	struct container *top = mount_top("none,name=x,release_agent=/ra"), *a, *b;
	int id = hierarchy_id(root_of(top));

	ck_assert_int_eq(try_mkdir(top, "a"), 0);
	umount_top(top);
	ck_assert_int_eq(hierarchy_count(), 1);
	top = mount_top("name=x");
	ck_assert_int_eq(hierarchy_id(root_of(top)), id);
	ck_assert_str_eq(children_of(top), "a");
	ck_assert_str_eq(read_of(top, "release_agent"), "/ra\n");

	/* At once: cgroup v1 frees asynchronously, and we do not. */
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	umount_top(top);
	ck_assert_int_eq(hierarchy_count(), 0);
	ck_assert_int_eq(mount_err("name=x"), -EINVAL);

	/* Removed containers that are still referenced do not keep it. */
	top = mount_top("none,name=x");
	ck_assert_int_gt(hierarchy_id(root_of(top)), id);
	a = container_get(make_dir(top, "a"));
	b = container_get(make_dir(a, "b"));
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	umount_top(top);
	ck_assert_int_eq(hierarchy_count(), 0);
	container_put(a);
	ck_assert(container_is_removed(b));
	container_put(b);
}
END_TEST

START_TEST(ids_are_never_used_twice)
{
	struct containerfs_root *root;
	int last = 0;

	for (int i = 0; i < 20; i++) {
		root = mount_ok(i & 1 ? "none,name=x" : "all");
		ck_assert_int_gt(hierarchy_id(root), last);
		last = hierarchy_id(root);
		hierarchy_umount(root);
	}
}
END_TEST

/* Containers made by mkdir keep a hierarchy; clones do not, once no mount shows them. */
START_TEST(empty_clones_do_not_keep_it)
{
	struct container *top = mount_top("ns");

	host_fork(1, 10);
	host_fork(1, 11);
	ck_assert(host_unshare(10, NEW_UTS));
	ck_assert(host_unshare(11, NEW_UTS));
	ck_assert(host_unshare(11, NEW_UTS));
	host_exit(10);
	container_run_work();
	ck_assert_str_eq(children_of(top), "node1 node2");
	make_dir(find_dir(top, "node2/node1"), "made");
	umount_top(top);
	ck_assert_int_eq(hierarchy_count(), 1);
	ck_assert(host.cloning);

	top = mount_top("ns");
	ck_assert_str_eq(children_of(top), "node2");
	ck_assert_str_eq(children_of(find_dir(top, "node2")), "node1");
	ck_assert(is_in(find_dir(top, "node2/node1"), 11));
	ck_assert_int_eq(container_rmdir(find_dir(top, "node2/node1"), "made"), 0);
	umount_top(top);
	ck_assert_int_eq(hierarchy_count(), 0);
	ck_assert(!host.cloning);
	sane();
}
END_TEST

/* The tasks in clones are let go of, and the hierarchy ends. */
START_TEST(umount_lets_go_of_clones)
{
	struct container *top = mount_top("ns,cpuset,freezer,pids,devices,cpuacct"), *clone, *made;
	struct container *other = mount_top("debug");

	made = make_dir(other, "made");
	host_fork(1, 10);
	ck_assert_int_eq(attach(made, 10), 0);
	ck_assert(host_unshare(10, NEW_UTS));
	host_fork(10, 11);
	ck_assert(host_unshare(11, NEW_UTS));
	clone = container_get(find_dir(top, "node1/node1"));
	ck_assert_int_eq(write_to(clone, "cpuset.cpus", "2"), 0);
	ck_assert_uint_eq(host.task[11].affinity, 1ul << 2);
	ck_assert_int_eq(write_to(clone, "freezer.state", "FROZEN"), 0);
	ck_assert(host.task[11].stopped);
	ck_assert_int_eq(write_to(clone, "pids.max", "1"), 0);
	sane();

	umount_top(top);
	ck_assert_int_eq(hierarchy_count(), 1);
	ck_assert(container_is_removed(clone));
	ck_assert(!host.cloning);
	ck_assert_uint_eq(host.task[11].affinity, HOST_ALL_CPUS);
	ck_assert(!host.task[11].stopped);
	ck_assert_uint_eq(host.task[11].account, 0);
	container_put(clone);
	sane();

	/* In another hierarchy they stay where they are, and so do their children. */
	ck_assert(is_in(made, 10) && is_in(made, 11));
	host_fork(11, 12);
	ck_assert(is_in(made, 12));
	sane();

	/* A new hierarchy has all of them in its top, and can move them. */
	top = mount_top("ns,pids");
	ck_assert(is_in(top, 10) && is_in(top, 11) && is_in(top, 12));
	ck_assert_int_eq(attach(make_dir(top, "a"), 11), 0);
	ck_assert(is_in(find_dir(top, "a"), 11) && is_in(made, 11));
	ck_assert(host_unshare(12, NEW_UTS));
	ck_assert(is_in(find_dir(top, "node1"), 12) && is_in(made, 12));
	sane();
	host_exit(11);
	host_exit(12);
	host_exit(10);
	container_run_work();
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert_int_eq(container_rmdir(other, "made"), 0);
	umount_top(other);
	umount_top(top);
	ck_assert_int_eq(hierarchy_count(), 0);
}
END_TEST

START_TEST(umount_brings_the_engine_up_to_date)
{
	struct container *top = mount_top("ns");

	umount_top(top);
	ck_assert_uint_gt(host.syncs, 0);
}
END_TEST

static const char *remount_to;
static struct containerfs_root *remounted;

static void remount_now(void)
{
	ck_assert_int_eq(remount(remounted, remount_to), 0);
	remount_to = NULL;
}

/* mkdir allocates without the lock: at each allocation, subsystems come and go. */
START_TEST(remount_amid_mkdir)
{
	static const struct {
		const char *from, *to, *file, *text;
	} cases[] = {
		{ "freezer,name=r", "freezer,pids,name=r", "pids.max", "max\n" },
		{ "freezer,pids,name=r", "freezer,name=r", "freezer.state", "THAWED\n" },
		{ "freezer,name=r", "pids,name=r", "pids.current", "0\n" },
		{ "none,name=r", "cpuset,pids,name=r", "cpuset.cpu_exclusive", "0\n" },
		{ "cpuset,pids,name=r", "none,name=r", "tasks", "" },
	};
	struct container *top, *a;

	for (unsigned int i = 0; i < ARRAY_LEN(cases); i++) {
		unsigned long nth = 0;

		do {
			top = mount_top(cases[i].from);
			remounted = root_of(top);
			remount_to = cases[i].to;
			shim_call_nth(++nth, remount_now);
			a = make_dir(top, "a");
			shim_call_nth(0, NULL);
			sane();
			if (!remount_to)
				ck_assert_str_eq(read_of(a, cases[i].file), cases[i].text);
			ck_assert_int_eq(container_rmdir(top, "a"), 0);
			umount_top(top);
		} while (!remount_to);
		/* the container and its name, and the state of each subsystem */
		ck_assert_uint_ge(nth, 3);
	}
}
END_TEST

START_TEST(remount_rules)
{
	struct containerfs_root *root = mount_ok("debug,name=x,release_agent=/a"), *ns;
	struct container *top = hierarchy_top(root);

	ck_assert_int_eq(remount(root, "debug,name=x"), 0);
	ck_assert_int_eq(remount(root, "debug"), 0);
	ck_assert_str_eq(options_of(root), ",debug,release_agent=/a,name=x");
	ck_assert_int_eq(remount(root, "debug,release_agent=/b"), 0);
	ck_assert_str_eq(options_of(root), ",debug,release_agent=/b,name=x");
	ck_assert_int_eq(remount(root, "debug,clone_children"), 0);
	ck_assert_str_eq(read_of(top, "cgroup.clone_children"), "0\n");

	ck_assert_int_eq(remount(root, "debug,xattr"), -EINVAL);
	ck_assert_int_eq(remount(root, "debug,name=y"), -EINVAL);
	ck_assert_int_eq(remount(root, "none"), -EINVAL);
	ck_assert_int_eq(remount(root, "nonsense"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(mount_msg, "nonsense"));

	ns = mount_ok("ns");
	ck_assert_int_eq(remount(root, "debug,ns"), -EBUSY);
	ck_assert_ptr_nonnull(strstr(mount_msg, "ns"));
	hierarchy_umount(ns);

	ck_assert_int_eq(remount(root, "debug,ns,keep_empty=3"), 0);
	ck_assert_str_eq(options_of(root), ",ns,debug,release_agent=/b,name=x,keep_empty=3");
	ck_assert_str_eq(read_of(top, "ns.keep_empty"), "3\n");
	ck_assert(host.cloning);
	ck_assert_int_eq(remount(root, "none,name=x"), 0);
	ck_assert_str_eq(options_of(root), ",release_agent=/b,name=x");
	ck_assert(!host.cloning);
	ck_assert_int_eq(mount_err("ns,debug"), 0);
	sane();

	make_dir(top, "a");
	ck_assert_int_eq(remount(root, "ns,name=x"), -EBUSY);
	ck_assert_ptr_nonnull(strstr(mount_msg, "1 containers (/a)"));
	ck_assert_int_eq(remount(root, "none,name=x,release_agent=/c"), -EBUSY);
	ck_assert_int_eq(remount(root, "none,name=x,xattr"), -EINVAL);
	ck_assert_str_eq(options_of(root), ",release_agent=/b,name=x");
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert_int_eq(remount(root, "ns,name=x"), 0);
	hierarchy_umount(root);
}
END_TEST

/* With name= alone a remount would take all subsystems away, and leave options without theirs. */
START_TEST(remount_keeps_options_with_their_subsystem)
{
	static const char *const options[] = { "name=x,ns_rules", "name=x,keep_empty=3",
					       "none,name=x,ns_rules" };
	struct containerfs_root *root = mount_ok("ns,name=x,ns_rules");

	for (unsigned int i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		ck_assert_int_eq(remount(root, options[i]), -EINVAL);
		ck_assert_str_eq(mount_msg, "ns_rules and the settings of clones need the subsystem ns");
		ck_assert_str_eq(options_of(root), ",ns,name=x,ns_rules");
	}
	ck_assert_int_eq(remount(root, "ns,name=x,ns_rules,keep_empty=3"), 0);
	ck_assert_int_eq(remount(root, "name=x"), -EINVAL);
	hierarchy_umount(root);

	root = mount_ok("ns,name=x");
	ck_assert_int_eq(remount(root, "name=x,keep_empty=3"), -EINVAL);
	ck_assert_int_eq(remount(root, "name=x"), 0);
	ck_assert_str_eq(options_of(root), ",name=x");
	hierarchy_umount(root);
}
END_TEST

/* A remount may repeat the present options, whatever the hierarchy has. */
START_TEST(remount_without_a_change)
{
	struct containerfs_root *root = mount_ok("ns,name=x,release_agent=/a,keep_empty=3");
	struct container *top = hierarchy_top(root);
	static const char *const same[] = {
		"ns,name=x,release_agent=/a,keep_empty=3", "ns,release_agent=/a", "ns,name=x", "", ",",
		NULL,
	};

	make_dir(top, "a");
	for (unsigned int i = 0; i < ARRAY_LEN(same); i++) {
		ck_assert_msg(!remount(root, same[i]), "%s: %s", same[i], mount_msg);
		ck_assert_str_eq(options_of(root), ",ns,release_agent=/a,name=x,keep_empty=3");
	}
	/* as a write to the files would do */
	ck_assert_int_eq(remount(root, "ns,keep_empty=4,notify_on_release"), 0);
	ck_assert_str_eq(read_of(top, "ns.keep_empty"), "4\n");
	ck_assert_str_eq(read_of(top, "notify_on_release"), "1\n");
	sane();
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	hierarchy_umount(root);
}
END_TEST

START_TEST(notify_on_release_is_inherited)
{
	struct container *top = mount_top("ns,release_agent=/a,notify_on_release");

	ck_assert_str_eq(options_of(root_of(top)), ",ns,release_agent=/a,notify_on_release");
	ck_assert_str_eq(read_of(make_dir(top, "a"), "notify_on_release"), "1\n");
	host_fork(1, 10);
	ck_assert(host_unshare(10, NEW_UTS));
	ck_assert_str_eq(read_of(find_dir(top, "node1"), "notify_on_release"), "1\n");
	host_exit(10);
	container_run_work();
	ck_assert_str_eq(host.agent_path, "/node1");
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	umount_top(top);
}
END_TEST

START_TEST(says_who_holds_what)
{
	struct containerfs_root *ns = mount_ok("ns,cpuset,name=x"), *again;
	char want[64];

	snprintf(want, sizeof(want), "subsystem ns belongs to hierarchy %d (",
		 hierarchy_id(ns));
	ck_assert_int_eq(mount_err("ns"), -EBUSY);
	ck_assert_ptr_nonnull(strstr(mount_msg, want));
	ck_assert_ptr_nonnull(strstr(mount_msg, "ns,cpuset,name=x"));
	ck_assert_ptr_null(strstr(mount_msg, "not mounted"));
	make_dir(hierarchy_top(ns), "a");
	hierarchy_umount(ns);
	ck_assert_int_eq(mount_err("ns"), -EBUSY);
	ck_assert_ptr_nonnull(strstr(mount_msg, "is not mounted and kept by 1 container: "));
	ck_assert_ptr_nonnull(strstr(mount_msg, "mount -o ns,cpuset,name=x shows it"));

	ck_assert_int_eq(mount_err("memory"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(mount_msg, "'memory': the subsystems are ns, debug,"));

	again = mount_ok("name=x,max_depth=1,xattr,release_agent=/r,notify_on_release");
	ck_assert_str_eq(mount_msg + strcspn(mount_msg, ";"),
			 "; xattr not applied: only a new hierarchy can get it"
			 "; notify_on_release not applied: write notify_on_release"
			 "; release_agent=/r not applied, it is '': write release_agent"
			 "; max_depth=1 not applied, it is 32: write ns.max_depth");
	ck_assert_int_eq(container_rmdir(hierarchy_top(again), "a"), 0);
	hierarchy_umount(again);
}
END_TEST

/* Changes to one hierarchy do not change which hierarchy clones. */
START_TEST(remount_of_another_keeps_cloning)
{
	struct containerfs_root *ns = mount_ok("ns"), *x = mount_ok("none,name=x");

	ck_assert(host.cloning);
	ck_assert_int_eq(remount(x, "debug,name=x"), 0);
	ck_assert(host.cloning);
	ck_assert_int_eq(remount(x, "none,name=x"), 0);
	ck_assert(host.cloning);
	hierarchy_umount(x);
	ck_assert(host.cloning);
	hierarchy_umount(ns);
	ck_assert(!host.cloning);
}
END_TEST

/* A file of a subsystem that left is of nobody, and does not crash. */
START_TEST(files_of_a_subsystem_that_left)
{
	static const char *const files[] = {
		"ns.events", "ns.clone_flags", "ns.clone_name", "ns.next_name", "ns.keep_empty",
		"ns.max_clones", "ns.max_depth", "debug.taskcount", "debug.current_css_group",
	};
	struct containerfs_root *root = mount_ok("all,name=x");
	struct container_file *file[ARRAY_LEN(files)], *f;
	struct container *top = hierarchy_top(root);
	unsigned int node = node_of(top, "ns.events");
	const char *data;
	bool armed;

	for (unsigned int i = 0; i < ARRAY_LEN(files); i++)
		file[i] = open_as(&root_actor, top, files[i]);
	container_file_read(file[0], &root_actor, 0, &data);
	container_file_poll(file[0], &armed);
	ck_assert(armed);
	ck_assert_int_eq(remount(root, "none,name=x"), 0);
	ck_assert_uint_eq(host.events, 1);
	for (unsigned int i = 0; i < ARRAY_LEN(files); i++) {
		ck_assert_int_eq(container_file_read(file[i], &root_actor, 0, &data), -ENODEV);
		ck_assert_int_eq(container_file_read(file[i], &root_actor, 999, &data), -ENODEV);
		ck_assert_int_eq(write_bytes(file[i], &root_actor, "1", 1), -ENODEV);
		ck_assert_uint_ne(container_file_poll(file[i], &armed) & 8, 0);
		ck_assert(!armed);
	}
	ck_assert_int_eq(container_file_open(top, node, &root_actor, &f), -ENODEV);
	ck_assert_int_eq(remount(root, "all,name=x"), 0);
	for (unsigned int i = 0; i < ARRAY_LEN(files); i++)
		container_file_release(file[i]);
	hierarchy_umount(root);
}
END_TEST

START_TEST(remount_without_memory)
{
	struct containerfs_root *root = mount_ok("none,name=x");
	unsigned long nth;
	int ret;

	for (nth = 1;; nth++) {
		shim_fail_nth(nth);
		ret = remount(root, "ns,debug,name=x,release_agent=/a,clone_name=c%d");
		if (shim_fail_nth(0))
			break;
		ck_assert_int_eq(ret, -ENOMEM);
		ck_assert_str_eq(options_of(root), ",name=x");
		sane();
	}
	ck_assert_int_eq(ret, 0);
	ck_assert_str_eq(options_of(root), ",ns,debug,release_agent=/a,name=x,clone_name=c%d");
	hierarchy_umount(root);
}
END_TEST

static int count_root(struct containerfs_root *root, int mounted, void *arg)
{
	int *ids = arg;

	if (ids[0] == 3)
		return 7;
	ids[++ids[0]] = hierarchy_id(root) * 10 + mounted;
	if (ids[0] == 1)	/* no lock is held */
		hierarchy_umount(mount_ok("none,name=other"));
	return 0;
}

START_TEST(walks_and_tables)
{
	struct containerfs_root *a = mount_ok("ns"), *b = mount_ok("none,name=b"), *c;
	int id = hierarchy_id(a), ids[4] = { 0 }, word;
	char text[512];

	mount_ok("ns");
	make_dir(hierarchy_top(a), "x");
	snprintf(text, sizeof(text), "#subsys_name\thierarchy\tnum_containers\tenabled\n"
		 "ns\t%d\t2\t1\ndebug\t0\t1\t1\n", id);
	ck_assert_int_eq(strncmp(read_of(hierarchy_top(b), "container.hierarchies"), text,
				 strlen(text)), 0);

	ck_assert_int_eq(hierarchy_for_each(count_root, ids), 0);
	ck_assert_int_eq(ids[0], 2);
	ck_assert_int_eq(ids[1], id * 10 + 2);
	ck_assert_int_eq(ids[2], (id + 1) * 10 + 1);
	c = mount_ok("debug");
	ids[0] = 1;
	ck_assert_int_eq(hierarchy_for_each(count_root, ids), 7);

	ck_assert_ptr_null(hierarchy_host(a));
	hierarchy_set_host(a, &word);
	ck_assert_ptr_eq(hierarchy_host(a), &word);
	ck_assert_int_gt(container_subsys_describe(text, sizeof(text)), 0);
	ck_assert_ptr_nonnull(strstr(text, "ns\tenforced: clones seen by the table of tasks\n"));
	ck_assert_ptr_nonnull(strstr(text, "debug\taccounted"));

	ck_assert_int_eq(container_rmdir(hierarchy_top(a), "x"), 0);
	hierarchy_umount(a);
	hierarchy_umount(a);
	hierarchy_umount(b);
	hierarchy_umount(c);
}
END_TEST

TCase *hierarchies_tests(void)
{
	TCase *tc = tcase_of("hierarchies");

	tcase_add_test(tc, found_by_name_or_set);
	tcase_add_test(tc, contradictions_are_busy);
	tcase_add_test(tc, dies_without_children_lives_with);
	tcase_add_test(tc, ids_are_never_used_twice);
	tcase_add_test(tc, empty_clones_do_not_keep_it);
	tcase_add_test(tc, umount_lets_go_of_clones);
	tcase_add_test(tc, umount_brings_the_engine_up_to_date);
	tcase_add_test(tc, remount_amid_mkdir);
	tcase_add_test(tc, remount_rules);
	tcase_add_test(tc, remount_keeps_options_with_their_subsystem);
	tcase_add_test(tc, remount_without_a_change);
	tcase_add_test(tc, notify_on_release_is_inherited);
	tcase_add_test(tc, says_who_holds_what);
	tcase_add_test(tc, remount_of_another_keeps_cloning);
	tcase_add_test(tc, files_of_a_subsystem_that_left);
	tcase_add_test(tc, remount_without_memory);
	tcase_add_test(tc, walks_and_tables);
	return tc;
}
