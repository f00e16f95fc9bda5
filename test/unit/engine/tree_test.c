// SPDX-License-Identifier: GPL-2.0-only
/*
 * mkdir, rmdir, rename, lookup, paths: names and errors
 */
#include <sys/stat.h>

#include "tools.h"

#define CHAIN	50000

static char long_name[4200];	/* of 'x', as long as asked for */

static const char *xs(size_t n)
{
	memset(long_name, 'x', n);
	long_name[n] = '\0';
	return long_name;
}

static int lookup(struct container *dir, const char *name)
{
	struct container *child;
	unsigned int node;
	int ret = container_lookup(dir, name, &child, &node);

	ck_assert(ret || !child == !!node);
	if (child)
		container_put(child);
	return ret;
}

START_TEST(names)
{
	static const char *const good[] = {
		"a", ".hidden", "with space", "a:b,c", "cgroup.foo", "...", "\x01\x02", "\xff\xfe",
		"node1", "a\\b", "-", "notify_on_release2", "TASKS",
	};
	struct container *top = mount_top("ns"), *a;

	for (unsigned int i = 0; i < ARRAY_LEN(good); i++) {
		ck_assert_int_eq(try_mkdir(top, good[i]), 0);
		ck_assert_int_eq(lookup(top, good[i]), 0);
		ck_assert_int_eq(try_mkdir(top, good[i]), -EEXIST);
	}
	sane();
	ck_assert_int_eq(try_mkdir(top, "a\nb"), -EINVAL);
	ck_assert_int_eq(try_mkdir(top, "\n"), -EINVAL);
	ck_assert_int_eq(try_mkdir(top, ""), -EINVAL);
	ck_assert_int_eq(try_mkdir(top, "tasks"), -EEXIST);
	ck_assert_int_eq(try_mkdir(top, "release_agent"), -EEXIST);
	ck_assert_int_eq(try_mkdir(top, "ns.events"), -EEXIST);
	/* files of another subsystem, and files that only the top has */
	ck_assert_int_eq(try_mkdir(top, "debug.taskcount"), 0);
	ck_assert_int_eq(try_mkdir(top, "container.kill"), 0);
	a = find_dir(top, "a");
	ck_assert_int_eq(try_mkdir(a, "release_agent"), 0);
	ck_assert_int_eq(try_mkdir(a, "container.kill"), -EEXIST);

	ck_assert_int_eq(try_mkdir(top, xs(255)), 0);
	ck_assert_int_eq(lookup(top, xs(255)), 0);
	ck_assert_int_eq(try_mkdir(top, xs(256)), -ENAMETOOLONG);
	ck_assert_int_eq(lookup(top, xs(256)), -ENAMETOOLONG);
	ck_assert_int_eq(lookup(top, xs(4100)), -ENAMETOOLONG);
	ck_assert_int_eq(lookup(top, "b"), -ENOENT);
	umount_top(top);
}
END_TEST

START_TEST(remove_one)
{
	struct container *top = mount_top("ns"), *a = make_dir(top, "a"), *held;

	make_dir(a, "b");
	ck_assert_int_eq(container_rmdir(top, "nobody"), -ENOENT);
	ck_assert_int_eq(container_rmdir(top, "tasks"), -ENOTDIR);
	ck_assert_int_eq(container_rmdir(top, "a"), -EBUSY);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	host_fork(1, 10);
	ck_assert_int_eq(attach(a, 10), 0);
	ck_assert_int_eq(container_rmdir(top, "a"), -EBUSY);
	host_thread(10, 11);
	host_exit(10);
	ck_assert_int_eq(container_rmdir(top, "a"), -EBUSY);
	host_exit(11);		/* it is not reaped, which does not matter */
	held = container_get(a);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert(container_is_removed(held));
	ck_assert_int_eq(container_rmdir(top, "a"), -ENOENT);

	/* nothing works any more inside of it */
	ck_assert_int_eq(try_mkdir(held, "c"), -ENODEV);
	ck_assert_int_eq(lookup(held, "tasks"), -ENOENT);
	ck_assert_int_eq(container_rmdir(held, "c"), -ENOENT);
	ck_assert_int_eq(container_rename(held, "c", held, "d"), -ENODEV);
	container_put(held);
	sane();
	umount_top(top);
}
END_TEST

START_TEST(rename_one)
{
	struct container *top = mount_top("ns"), *a = make_dir(top, "a"), *b = make_dir(top, "b");
	unsigned long long id = container_id(a), generation;

	host_fork(1, 10);
	ck_assert_int_eq(attach(a, 10), 0);
	generation = container_generation(top);
	ck_assert_int_eq(container_rename(top, "a", top, "a"), 0);
	ck_assert_int_eq(container_rename(top, "a", top, "b"), -EEXIST);
	ck_assert_int_eq(container_rename(top, "a", top, "tasks"), -ENOTDIR);
	ck_assert_int_eq(container_rename(top, "tasks", top, "c"), -ENOTDIR);
	ck_assert_int_eq(container_rename(top, "a", b, "c"), -EIO);
	ck_assert_int_eq(container_rename(top, "a", top, "c\nd"), -EINVAL);
	ck_assert_int_eq(container_rename(top, "a", top, ""), -EINVAL);
	ck_assert_int_eq(container_rename(top, "a", top, xs(256)), -ENAMETOOLONG);
	ck_assert_int_eq(container_rename(top, "nobody", top, "c"), -ENOENT);
	ck_assert_uint_eq(container_generation(top), generation);
	ck_assert_str_eq(children_of(top), "a b");

	ck_assert_int_eq(container_rename(top, "a", top, "zz"), 0);
	ck_assert_uint_gt(container_generation(top), generation);
	ck_assert_int_eq(lookup(top, "a"), -ENOENT);
	ck_assert_ptr_eq(find_dir(top, "zz"), a);
	ck_assert_uint_eq(container_id(a), id);
	ck_assert(is_in(a, 10));
	ck_assert_str_eq(path_of(a), "/zz");
	ck_assert_str_eq(children_of(top), "zz b");
	ck_assert_int_eq(try_mkdir(top, "a"), 0);
	ck_assert_int_eq(container_rename(top, "a", top, xs(255)), 0);
	sane();

	shim_fail_nth(1);
	ck_assert_int_eq(container_rename(top, "b", top, "c"), -ENOMEM);
	shim_fail_nth(0);
	ck_assert_ptr_nonnull(find_dir(top, "b"));
	umount_top(top);
	host_exit(10);
	top = mount_top("ns");
	ck_assert_int_eq(container_rmdir(top, "zz"), 0);
	ck_assert_int_eq(container_rmdir(top, "b"), 0);
	ck_assert_int_eq(container_rmdir(top, xs(255)), 0);
	umount_top(top);
}
END_TEST

START_TEST(generation_and_times)
{
	struct container *top = mount_top("ns"), *a;
	struct container_attr attr;
	unsigned long long g = container_generation(top);

	host.now = 5000;
	a = make_dir(top, "a");
	ck_assert_uint_gt(container_generation(top), g);
	ck_assert_int_eq(container_getattr(top, CONTAINER_NODE_DIR, &attr), 0);
	ck_assert_uint_eq(attr.mtime, 5000);
	ck_assert_uint_eq(attr.nlink, 3);
	ck_assert_uint_eq(attr.mode, S_IFDIR | 0555);
	ck_assert_int_eq(container_getattr(a, CONTAINER_NODE_DIR, &attr), 0);
	ck_assert_uint_eq(attr.nlink, 2);
	ck_assert_uint_eq(attr.mode, S_IFDIR | 0755);
	g = container_generation(top);
	host.now = 6000;
	host_fork(1, 10);
	attach(a, 10);
	host_exit(10);
	ck_assert_uint_eq(container_generation(top), g);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert_uint_gt(container_generation(top), g);
	ck_assert_int_eq(container_getattr(top, CONTAINER_NODE_DIR, &attr), 0);
	ck_assert_uint_eq(attr.mtime, 6000);
	ck_assert_uint_eq(attr.nlink, 2);
	umount_top(top);
}
END_TEST

START_TEST(paths)
{
	struct container *top = mount_top("ns"), *c, *parent;
	char buf[HOST_PATH], small[4];
	int i, len;

	ck_assert_str_eq(path_of(top), "/");
	parent = container_parent(top);
	ck_assert_ptr_eq(parent, top);
	container_put(parent);
	ck_assert_int_eq(container_path(top, small, 1), -ENAMETOOLONG);
	ck_assert_int_eq(container_path(top, small, 2), 1);
	c = make_dir(top, "ab");
	ck_assert_int_eq(container_path(c, small, 3), -ENAMETOOLONG);
	ck_assert_int_eq(container_path(c, small, 4), 3);
	ck_assert_str_eq(small, "/ab");
	c = make_dir(c, "c");
	ck_assert_str_eq(path_of(c), "/ab/c");
	parent = container_parent(c);
	ck_assert_str_eq(path_of(parent), "/ab");
	container_put(parent);
	ck_assert_ptr_eq(container_root(c), container_root(top));

	/* deeper than any path: only the path is refused, and container.where has all of it */
	for (i = 0; i < 20; i++)
		c = make_dir(c, xs(255));
	ck_assert_int_eq(container_path(c, buf, 4096), -ENAMETOOLONG);
	len = container_path(c, buf, sizeof(buf));
	ck_assert_int_eq(len, -ENAMETOOLONG);
	ck_assert_int_eq(attach(c, 1), 0);
	ck_assert_uint_eq(strlen(strstr(read_of(top, "container.where"), ":/ab/c/") + 1),
			  strlen("/ab/c") + 20 * 256 + 1);
	ck_assert_int_eq(attach(top, 1), 0);
	sane();
	umount_top(top);
	top = mount_top("ns");
	for (i = 0; i < 20; i++) {
		c = top;
		while (inspect_container(c).nr_children) {
			parent = c;
			snprintf(buf, sizeof(buf), "%s", children_of(c));
			c = find_dir(c, buf);
		}
		ck_assert_int_eq(container_rmdir(parent, buf), 0);
	}
	umount_top(top);
}
END_TEST

/* References to removed containers are valid until they are put, in any order. */
START_TEST(references)
{
	struct container *top = mount_top("ns,debug"), *a = make_dir(top, "a"), *b = make_dir(a, "b");
	struct container_file *f;
	const char *data;
	long live;

	ck_assert_uint_eq(inspect_container(a).refs, 2);	/* the tree's and b's */
	ck_assert_str_eq(read_of(a, "debug.container_refcount"), "3\n");
	f = open_as(&root_actor, b, "tasks");
	container_get(b);
	live = host_objects();
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert_int_eq(host_objects(), live);
	ck_assert_str_eq(path_of(b), "/a/b");
	container_put(b);
	ck_assert_int_eq(container_file_read(f, &root_actor, 0, &data), -ENODEV);
	container_file_release(f);
	ck_assert_int_lt(host_objects(), live);
	umount_top(top);
}
END_TEST

START_TEST(mkdir_without_memory)
{
	struct container *top = mount_top("ns,debug");
	unsigned long nth;
	long live;
	int ret;

	for (nth = 1;; nth++) {
		live = host_objects();
		shim_fail_nth(nth);
		ret = try_mkdir(top, "a");
		if (shim_fail_nth(0))
			break;
		ck_assert_int_eq(ret, -ENOMEM);
		ck_assert_int_eq(host_objects(), live);
		ck_assert_str_eq(children_of(top), "");
		ck_assert_str_eq(read_of(top, "debug.container_refcount"), "2\n");
	}
	ck_assert_int_eq(ret, 0);
	ck_assert_uint_eq(nth, 5);	/* container, name, two subsystems */
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	umount_top(top);
}
END_TEST

/*
 * A chain of containers is as much work as the same number side by side, to make it, to remove
 * it from its end, or to leave it to the engine's end. It takes seconds; code that looked at
 * all containers above each would take more than a minute.
 */
START_TEST(long_chain)
{
	struct container *top = mount_top("all,clone_children"), *at = container_get(top), *next;

	for (int i = 0; i < CHAIN; i++) {
		ck_assert_int_eq(container_mkdir(at, "d", 0755, 0, 0, &root_actor, &next), 0);
		container_put(at);
		at = next;
	}
	for (int i = 0; i < CHAIN / 2; i++) {
		ck_assert_str_eq(read_of(at, "cpuacct.usage"), "0\n");
		next = container_parent(at);
		container_put(at);
		at = next;
		ck_assert_int_eq(container_rmdir(at, "d"), 0);
	}
	container_put(at);
	ck_assert_str_eq(read_of(find_dir(top, "d"), "cpuacct.usage"), "0\n");
	umount_top(top);
}
END_TEST

TCase *tree_tests(void)
{
	TCase *tc = tcase_of("tree");

	tcase_add_test(tc, names);
	tcase_add_test(tc, remove_one);
	tcase_add_test(tc, rename_one);
	tcase_add_test(tc, generation_and_times);
	tcase_add_test(tc, paths);
	tcase_add_test(tc, references);
	tcase_add_test(tc, mkdir_without_memory);
	tcase_add_test(tc, long_chain);
	tcase_set_timeout(tc, 30);
	return tc;
}
