// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modes, owners, times and extended attributes of nodes
 */
#include <sys/stat.h>

#include "tools.h"

static struct container_attr attr_of(struct container *cont, unsigned int node)
{
	struct container_attr attr;

	ck_assert_int_eq(container_getattr(cont, node, &attr), 0);
	return attr;
}

static struct container *make_owned(struct container *dir, const char *name, unsigned int mode,
				    unsigned int uid, unsigned int gid)
{
	struct container *child;

	ck_assert_int_eq(container_mkdir(dir, name, mode, uid, gid, &root_actor, &child), 0);
	container_put(child);
	return child;
}

START_TEST(modes_and_owners)
{
	struct container *top = mount_top("ns"), *a = make_owned(top, "a", 01777 | S_IFREG, 7, 8);
	struct container_attr set = { .mode = 0600, .uid = 20, .gid = 21, .atime = 50, .mtime = 60 };
	unsigned int tasks = node_of(a, "tasks");

	ck_assert_uint_eq(attr_of(a, 0).mode, S_IFDIR | 01777);
	ck_assert_uint_eq(attr_of(a, 0).uid, 7);
	ck_assert_uint_eq(attr_of(a, tasks).mode, S_IFREG | 0644);
	ck_assert_uint_eq(attr_of(a, tasks).gid, 8);
	ck_assert_uint_eq(attr_of(a, tasks).nlink, 1);
	ck_assert_uint_eq(attr_of(a, node_of(a, "ns.next_name")).mode, S_IFREG | 0222);
	ck_assert_uint_eq(attr_of(a, node_of(a, "container.kill")).mode, S_IFREG | 0200);

	host.now = 77;
	ck_assert_int_eq(container_setattr(a, 0, &set, 0), 0);
	ck_assert_uint_eq(attr_of(a, 0).ctime, 1000);
	ck_assert_int_eq(container_setattr(a, 0, &set, CONTAINER_ATTR_UID), 0);
	ck_assert_uint_eq(attr_of(a, 0).uid, 20);
	ck_assert_uint_eq(attr_of(a, 0).gid, 8);
	ck_assert_uint_eq(attr_of(a, 0).mode, S_IFDIR | 01777);
	ck_assert_uint_eq(attr_of(a, tasks).uid, 7);	/* v1: files stay whose they were */
	ck_assert_int_eq(container_setattr(a, tasks, &set, CONTAINER_ATTR_MODE |
					   CONTAINER_ATTR_GID), 0);
	ck_assert_uint_eq(attr_of(a, tasks).mode, S_IFREG | 0600);
	ck_assert_uint_eq(attr_of(a, tasks).gid, 21);
	ck_assert_uint_eq(attr_of(a, tasks).ctime, 77);
	ck_assert_int_eq(container_setattr(a, 0, &set, CONTAINER_ATTR_ATIME |
					   CONTAINER_ATTR_MTIME), 0);
	ck_assert_uint_eq(attr_of(a, 0).atime, 50);
	ck_assert_uint_eq(attr_of(a, 0).mtime, 60);
	host.now = 90;
	make_dir(a, "b");
	ck_assert_uint_eq(attr_of(a, 0).mtime, 90);
	ck_assert_int_eq(container_setattr(a, 63, &set, CONTAINER_ATTR_MODE), -ENOENT);
	ck_assert_int_eq(container_getattr(a, 63, &set), -ENOENT);

	shim_fail_nth(1);
	ck_assert_int_eq(container_setattr(a, 0, &set, CONTAINER_ATTR_MODE), -ENOMEM);
	ck_assert_int_eq(container_rmdir(a, "b"), 0);
	container_get(a);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert_uint_eq(attr_of(a, 0).nlink, 2);
	/* a task that has them open still reads and sets the attributes */
	ck_assert_int_eq(container_getattr(a, tasks, &set), 0);
	ck_assert_int_eq(container_setattr(a, tasks, &set, CONTAINER_ATTR_MODE), 0);
	ck_assert_int_eq(container_setattr(a, 0, &set, CONTAINER_ATTR_MODE), 0);
	container_put(a);
	umount_top(top);
}
END_TEST

/* A clone gets the present owner of its parent, not that of the task. */
START_TEST(owner_of_clones)
{
	struct container *top = mount_top("ns"), *a = make_owned(top, "a", 0700, 7, 8), *clone;
	struct container_attr set = { .uid = 30 };

	host_spawn(10, 10, 1000);
	ck_assert_int_eq(attach(a, 10), 0);
	ck_assert(host_unshare(10, NEW_USER));
	clone = find_dir(a, "node1");
	ck_assert_uint_eq(attr_of(clone, 0).uid, 7);
	ck_assert_uint_eq(attr_of(clone, 0).gid, 8);
	ck_assert_uint_eq(attr_of(clone, 0).mode, S_IFDIR | 0755);
	ck_assert_int_eq(container_setattr(clone, 0, &set, CONTAINER_ATTR_UID), 0);
	ck_assert(host_unshare(10, NEW_USER));
	clone = find_dir(clone, "node1");
	ck_assert_uint_eq(attr_of(clone, 0).uid, 30);
	ck_assert_uint_eq(attr_of(clone, node_of(clone, "tasks")).uid, 30);
	host_exit(10);
	umount_top(top);
	top = mount_top("ns");
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	umount_top(top);
}
END_TEST

START_TEST(xattrs)
{
	struct container *top = mount_top("ns"), *a = make_dir(top, "a");
	char buf[300], *big = calloc(1, 140000);
	char name[32];
	int i;

	ck_assert_int_eq(container_getxattr(a, 0, "user.x", buf, sizeof(buf)), -ENODATA);
	ck_assert_int_eq(container_getxattr(a, 0, "system.x", buf, sizeof(buf)), -EOPNOTSUPP);
	ck_assert_int_eq(container_setxattr(a, 0, "plain", "v", 1, 0), -EOPNOTSUPP);
	ck_assert_int_eq(container_setxattr(a, 0, "user.x", "v", 1, 2), -ENODATA);
	ck_assert_int_eq(container_setxattr(a, 0, "user.x", "value", 5, 1), 0);
	ck_assert_int_eq(container_setxattr(a, 0, "user.x", "v", 1, 1), -EEXIST);
	ck_assert_int_eq(container_getxattr(a, 0, "user.x", buf, 0), 5);
	ck_assert_int_eq(container_getxattr(a, 0, "user.x", buf, 4), -ERANGE);
	ck_assert_int_eq(container_getxattr(a, 0, "user.x", buf, 5), 5);
	ck_assert_int_eq(memcmp(buf, "value", 5), 0);
	ck_assert_int_eq(container_setxattr(a, 0, "user.x", "", 0, 2), 0);
	ck_assert_int_eq(container_getxattr(a, 0, "user.x", buf, 5), 0);
	ck_assert_int_eq(container_setxattr(a, 1, "trusted.y", "1", 1, 0), 0);
	ck_assert_int_eq(container_setxattr(a, 0, "security.z", "1", 1, 0), 0);
	ck_assert_int_eq(container_listxattr(a, 0, true, buf, 0), 18);
	ck_assert_int_eq(container_listxattr(a, 0, true, buf, 17), -ERANGE);
	ck_assert_int_eq(container_listxattr(a, 0, true, buf, 18), 18);
	ck_assert_int_eq(memcmp(buf, "user.x\0security.z", 18), 0);
	ck_assert_int_eq(container_listxattr(a, 1, true, buf, 18), 10);
	ck_assert_int_eq(container_listxattr(a, 1, false, buf, 18), 0);
	ck_assert_int_eq(container_listxattr(a, 2, true, buf, 18), 0);
	ck_assert_int_eq(container_removexattr(a, 0, "user.nope"), -ENODATA);
	ck_assert_int_eq(container_removexattr(a, 0, "system.x"), -EOPNOTSUPP);
	ck_assert_int_eq(container_removexattr(a, 0, "security.z"), 0);
	ck_assert_int_eq(container_listxattr(a, 0, true, buf, 18), 7);

	/* 128 of them, one of which is of `tasks`, and 128 KiB */
	for (i = 1; i < 127; i++) {
		snprintf(name, sizeof(name), "user.%d", i);
		ck_assert_int_eq(container_setxattr(a, 0, name, "", 0, 0), 0);
	}
	ck_assert_int_eq(container_setxattr(a, 0, "user.127", "", 0, 0), -ENOSPC);
	ck_assert_int_eq(container_setxattr(a, 0, "user.1", big, (128 << 10) - 1, 0), 0);
	ck_assert_int_eq(container_setxattr(a, 0, "user.2", big, 1, 0), -ENOSPC);
	ck_assert_int_eq(container_setxattr(a, 0, "user.1", big, 64 << 10, 0), 0);
	ck_assert_int_eq(container_setxattr(a, 0, "user.2", big, (64 << 10) - 1, 0), 0);
	ck_assert_int_eq(container_setxattr(a, 0, "user.3", big, (128 << 10) + 1, 0), -ENOSPC);
	/* of all its files together */
	ck_assert_int_eq(container_setxattr(a, 1, "user.1", "v", 1, 0), -ENOSPC);
	ck_assert_int_eq(container_removexattr(a, 0, "user.2"), 0);
	ck_assert_int_eq(container_setxattr(a, 1, "user.1", big, (64 << 10) - 1, 0), 0);
	ck_assert_int_eq(container_setxattr(a, 2, "user.1", "", 0, 0), -ENOSPC);
	ck_assert_int_eq(container_removexattr(a, 1, "user.1"), 0);
	for (i = 1; i <= 3; i++) {
		shim_fail_nth(i);
		ck_assert_int_eq(container_setxattr(a, 0, "user.1", "v", 1, 0), -ENOMEM);
	}
	shim_fail_nth(0);

	/* The last reference goes under the lock, and the values with it. */
	ck_assert_int_eq(container_rmdir(top, "a"), 0);

	a = make_dir(top, "a");
	ck_assert_int_eq(container_setxattr(a, 0, "user.big", big, 64 << 10, 0), 0);
	container_get(a);
	ck_assert_int_eq(container_rmdir(top, "a"), 0);
	ck_assert_int_eq(container_setxattr(a, 0, "user.x", "v", 1, 0), 0);
	ck_assert_int_eq(container_removexattr(a, 0, "user.x"), 0);
	container_put(a);
	free(big);
	umount_top(top);
}
END_TEST

TCase *attributes_tests(void)
{
	TCase *tc = tcase_of("attributes");

	tcase_add_test(tc, modes_and_owners);
	tcase_add_test(tc, owner_of_clones);
	tcase_add_test(tc, xattrs);
	return tc;
}
