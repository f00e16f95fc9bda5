// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own freezer: which group a task is in, and that container.subsystems tells
 * what a write of FROZEN does
 *
 * The calls that open its hierarchy are those of the C library unless a test wants
 * them to fail.
 */
#include <check.h>
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tasks/freezer_kernel.h"
#include "world.h"

static int open_err, create_err;

int fsopen(const char *name, unsigned int flags)
{
	if (!open_err)
		return (int)syscall(SYS_fsopen, name, flags);
	errno = open_err;
	return -1;
}

int fsconfig(int fd, unsigned int cmd, const char *key, const void *value, int aux)
{
	if (!create_err || cmd != FSCONFIG_CMD_CREATE)
		return (int)syscall(SYS_fsconfig, fd, cmd, key, value, aux);
	errno = create_err;
	return -1;
}

static const struct {
	const char	*text, *group;
	int		 err;
} lists[] = {
	{ "6:freezer:/\n0::/x\n", "", 0 },
	{ "6:freezer:/a/b\n", "a/b", 0 },
	/* a path that looks like a line of the freezer, in a hierarchy that comes first */
	{ "9:name=x:/a:freezer:/b\n6:freezer:/c\n", "c", 0 },
	{ "9:name=x:/6:freezer:/b\n0::/y:freezer:/z\n6:freezer:/c:freezer:/d\n", "c:freezer:/d", 0 },
	/* a name like one of a group outside of the namespace */
	{ "6:freezer:/..\n", NULL, -EOPNOTSUPP },
	{ "6:freezer:/../a\n", NULL, -EOPNOTSUPP },
	{ "6:freezer:/..a\n", "..a", 0 },
	{ "6:freezer:/...\n", "...", 0 },
	{ "6:freezer:/a/..b\n", "a/..b", 0 },
	/* with a name, and with others */
	{ "6:freezer,name=x:/a\n", "a", 0 },
	{ "6:cpu,freezer:/a\n", "a", 0 },
	{ "6:freezers:/b\n5:xfreezer:/c\n4:name=freezer:/d\n", NULL, -EOPNOTSUPP },
	{ "0::/a\n", NULL, -EOPNOTSUPP },
	{ "6:freezer\n:\n::\n", NULL, -EOPNOTSUPP },
	{ "", NULL, -ESRCH },
};

START_TEST(groups_are_parsed_by_field)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		char text[128], group[GROUP_MAX] = "none";

		strcpy(text, lists[i].text);
		ck_assert_msg(group_parse(text, group) == lists[i].err, "%s", lists[i].text);
		if (lists[i].group)
			ck_assert_str_eq(group, lists[i].group);
	}
}
END_TEST

START_TEST(group_is_too_long)
{
	char text[GROUP_MAX + 32] = "6:freezer:/", group[GROUP_MAX];

	memset(text + strlen(text), 'x', GROUP_MAX);
	ck_assert_int_eq(group_parse(text, group), -ENAMETOOLONG);
}
END_TEST

static struct container *freezer_top, *frozen;

static void says_what_it_does(const char *phrase)
{
	const char *said = strstr(text_of(freezer_top, "container.subsystems"), "freezer\t");
	bool enforced;

	ck_assert_ptr_nonnull(said);
	said += strlen("freezer\t");
	enforced = !strncmp(said, "enforced: ", strlen("enforced: "));
	if (phrase) {
		ck_assert(!enforced);
		ck_assert_msg(strstr(said, phrase) != NULL, "%s", said);
	}
	ck_assert_int_eq(write_as(&root, frozen, "freezer.state", "FROZEN"),
			 enforced ? 0 : -EOPNOTSUPP);
	ck_assert_int_eq(write_as(&root, frozen, "freezer.state", "THAWED"), 0);
}

START_TEST(subsystems_say_what_frozen_does)
{
	struct containerfs_root *freezer;
	char msg[256];

	ck_assert_int_eq(hierarchy_mount("freezer", &root, msg, sizeof(msg), &freezer), 0);
	freezer_top = hierarchy_top(freezer);
	ck_assert_int_eq(container_mkdir(freezer_top, "f", 0755, 0, 0, &root, &frozen), 0);
	kernel_freezer_close();
	create_err = EBUSY;
	says_what_it_does("in one hierarchy with other controllers");
	create_err = EINVAL;
	says_what_it_does("has no cgroup v1 freezer");
	create_err = EPERM;
	says_what_it_does("Operation not permitted");
	create_err = 0;
	open_err = ENODEV;
	says_what_it_does("has no cgroup v1 freezer");
	open_err = 0;
	says_what_it_does(NULL);
	container_put(frozen);
	ck_assert_int_eq(container_rmdir(freezer_top, "f"), 0);
	hierarchy_umount(freezer);
}
END_TEST

TCase *freeze_tests(void)
{
	TCase *tc = world_case("freeze");

	tcase_add_test(tc, groups_are_parsed_by_field);
	tcase_add_test(tc, group_is_too_long);
	tcase_add_test(tc, subsystems_say_what_frozen_does);
	return tc;
}
