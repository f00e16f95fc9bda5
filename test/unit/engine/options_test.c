// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which mount options are taken, refused and shown
 *
 * The tables are cgroup v1's as found on Linux 6.1, with containerfs' own
 * options added. A refusal must name what was wrong.
 */
#include <ctype.h>

#include "tools.h"

#define X63	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *options, *says;
} refused[] = {
	{ "none", "name=" },
	{ "name=new", "new" },
	{ "nonsense", "nonsense" },
	{ "foo=bar", "foo" },
	{ "none=1", "none" },
	{ "all=1", "all" },
	{ "name", "name" },
	{ "release_agent", "release_agent" },
	{ "none,name=", "name=" },
	{ "none,name=a b", "a b" },
	{ "none,name=a/b", "a/b" },
	{ "none,name=" X63 "a", "name=" },
	{ "none,name=x,name=x", "name=" },
	{ "ns,release_agent=/a,release_agent=/b", "release_agent=" },
	{ "all,ns", "all" },
	{ "ns,none", "none" },
	{ "ns,none,name=x", "none" },
	{ "all,none,name=x", "none" },
	{ "noprefix", "noprefix" },
	{ "ns,noprefix", "noprefix" },
	{ "none,noprefix", "name=" },
	{ "debug,ns_rules", "ns_rules" },
	{ "none,name=x,ns_rules", "ns_rules" },
	{ "debug,keep_empty=3", "ns" },
	{ "none,name=x,keep_empty=3", "ns" },
	{ "none,name=x,clone_name=a%d", "ns" },
	{ "ns,clone_flags=", "clone_flags=" },
	{ "ns,clone_flags=disk", "clone_flags=" },
	{ "ns,clone_flags=none+net", "clone_flags=" },
	{ "ns,clone_flags", "clone_flags" },
	{ "ns,clone_name=a/b", "clone_name=" },
	{ "ns,clone_name=", "clone_name=" },
	{ "ns,clone_name=.", "clone_name=" },
	{ "ns,clone_name=..", "clone_name=" },
	{ "ns,clone_name=%x", "clone_name=" },
	{ "ns,clone_name=a%", "clone_name=" },
	{ "ns,clone_name=a\nb", "clone_name=" },
	{ "ns,keep_empty=", "keep_empty=" },
	{ "ns,keep_empty=-1", "keep_empty=" },
	{ "ns,keep_empty=many", "keep_empty=" },
	{ "ns,keep_empty=4294967295", "keep_empty=" },
	{ "ns,max_clones=x", "max_clones=" },
	{ "ns,max_depth=1 2", "max_depth=" },
	{ "ns,xattr=1", "xattr" },
	{ "ns,clone_children=1", "clone_children" },
};

START_TEST(refusals_name_the_option)
{
	int ret = mount_err(refused[_i].options);

	ck_assert_msg(ret == -EINVAL, "%s: %d", refused[_i].options, ret);
	ck_assert_msg(strstr(mount_msg, refused[_i].says), "%s: %s", refused[_i].options, mount_msg);
	ck_assert_int_eq(hierarchy_count(), 0);
}
END_TEST

START_TEST(name_takes_its_characters)
{
	char options[32];
	int c;

	for (c = 1; c < 128; c++) {
		if (c == ',')
			continue;
		snprintf(options, sizeof(options), "none,name=a%cb", c);
		ck_assert_msg(mount_err(options) ==
			      (isalnum(c) || strchr("._-", c) ? 0 : -EINVAL), "%d", c);
	}
	ck_assert_int_eq(mount_err("none,name=" X63), 0);
	ck_assert_str_eq(mount_msg, "");
}
END_TEST

START_TEST(release_agent_needs_sys_admin)
{
	struct container_actor nobody = { .tid = 1, .euid = 0 };
	struct containerfs_root *root;
	char *longest = malloc(5000);
	int ret;

	ret = hierarchy_mount("ns,release_agent=/x", &nobody, mount_msg, sizeof(mount_msg), &root);
	ck_assert_int_eq(ret, -EINVAL);
	ck_assert_ptr_nonnull(strstr(mount_msg, "release_agent"));

	strcpy(longest, "ns,release_agent=");
	memset(longest + 17, 'x', 4096);
	longest[17 + 4096] = '\0';
	ck_assert_int_eq(mount_err(longest), -EINVAL);
	ck_assert_ptr_nonnull(strstr(mount_msg, "4096"));
	longest[17 + 4095] = '\0';
	ck_assert_int_eq(mount_err(longest), 0);
	free(longest);
}
END_TEST

START_TEST(messages_fit_any_buffer)
{
	struct containerfs_root *root;
	char one = 'x';

	ck_assert_int_eq(hierarchy_mount("nonsense", &root_actor, &one, 1, &root), -EINVAL);
	ck_assert_int_eq(one, '\0');
	ck_assert_int_eq(hierarchy_mount("nonsense", &root_actor, NULL, 0, &root), -EINVAL);
}
END_TEST

/* Without options or with "all", all subsystems come first. */
static const struct {
	const char *options, *shown;
} shown[] = {
	{ NULL, ",clone_children" },
	{ "", ",clone_children" },
	{ ",,,", ",clone_children" },
	{ "all", "" },
	{ "all,clone_children", ",clone_children" },
	{ "ns", ",ns" },
	{ ",ns,,debug,", ",ns,debug" },
	{ "debug,ns,ns", ",ns,debug" },
	{ "debug,cpuacct", ",debug,cpuacct" },
	{ "devices,ns", ",ns,devices" },
	{ "pids,debug", ",debug,pids" },
	{ "ns=1", ",ns" },
	{ "none,name=x", ",name=x" },
	{ "none,noprefix,name=x", ",noprefix,name=x" },
	{ "noprefix,cpuset", ",cpuset,noprefix" },
	{ "all,name=x", ",name=x" },
	{ "name=x,debug,clone_children,release_agent=/a-b,xattr",
	  ",debug,xattr,release_agent=/a-b,clone_children,name=x" },
	{ "debug,release_agent=", ",debug" },
	{ "max_depth=3,max_clones=4,keep_empty=0x10,ns,clone_name=c%d,clone_flags=net+mnt,ns_rules",
	  ",ns,ns_rules,clone_flags=mnt+net,clone_name=c%d,max_clones=4,max_depth=3" },
	{ "ns,keep_empty=max,max_depth=max,max_clones=max", ",ns,keep_empty=max,max_depth=max" },
	{ "ns,keep_empty=0,max_clones=0,max_depth=0,clone_flags=none",
	  ",ns,clone_flags=none,keep_empty=0,max_clones=0,max_depth=0" },
	{ "ns,clone_flags=mnt:uts+ipc+user+pid+net+cgroup+time,clone_name=node%d,max_depth=32", ",ns" },
	{ "ns,max_user_clones=5", ",ns,max_user_clones=5" },
	{ "ns,max_user_clones=max", ",ns,max_user_clones=max" },
	{ "ns,max_user_clones=4096", ",ns" },
	{ "name=y,keep_empty=1,ns", ",ns,name=y,keep_empty=1" },
};

/* ",ns,debug" and so on, of all that the engine has */
static void add_all(char *text, size_t size)
{
	char lines[2048], *line, *rest = lines;

	container_subsys_describe(lines, sizeof(lines));
	while ((line = strsep(&rest, "\n")) && *line)
		snprintf(text + strlen(text), size - strlen(text), ",%.*s",
			 (int)strcspn(line, "\t"), line);
}

START_TEST(shown_in_one_order)
{
	const char *options = shown[_i].options;
	struct containerfs_root *root = mount_ok(options);
	char wanted[512] = "", again[600];

	if (!options || !options[strspn(options, ",")] || strstr(options, "all"))
		add_all(wanted, sizeof(wanted));
	strcat(wanted, shown[_i].shown);
	ck_assert_str_eq(mount_msg, "");
	ck_assert_str_eq(options_of(root), wanted);
	hierarchy_umount(root);
	/* The shown options can be mounted, and mean the same; "none" is not shown, as with v1. */
	snprintf(again, sizeof(again), "%s%s",
		 strstr(wanted, "ns") || strstr(wanted, "debug") || strstr(wanted, "cpuset") ?
		 "" : "none", wanted);
	root = mount_ok(again);
	ck_assert_str_eq(options_of(root), wanted);
	hierarchy_umount(root);
}
END_TEST

/* A value stays one word of the table and one option of the list, whatever is in it. */
START_TEST(shown_escaped)
{
	struct container *top = mount_top("ns,release_agent=/a b\tc\\d,clone_name=%d e=f");

	ck_assert_str_eq(options_of(container_root(top)),
			 ",ns,release_agent=/a\\040b\\011c\\134d,clone_name=%d\\040e=f");
	ck_assert_int_eq(write_to(top, "release_agent", "/a,ns\n/b"), 0);
	ck_assert_str_eq(options_of(container_root(top)),
			 ",ns,release_agent=/a\\054ns\\012/b,clone_name=%d\\040e=f");
	umount_top(top);
}
END_TEST

START_TEST(shown_in_any_buffer)
{
	struct containerfs_root *root = mount_ok("ns,name=abc");
	char buf[16];

	memset(buf, 'x', sizeof(buf));
	ck_assert_int_eq(hierarchy_show_options(root, buf, 0), 0);
	ck_assert_int_eq(buf[0], 'x');
	ck_assert_int_ge(hierarchy_show_options(root, buf, 5), 5);
	ck_assert_str_eq(buf, ",ns,");
	ck_assert_int_eq(buf[5], 'x');
	hierarchy_umount(root);
}
END_TEST

START_TEST(settings_reach_the_top)
{
	struct container *top = mount_top("ns,clone_flags=uts,clone_name=c%d,keep_empty=1,"
					  "max_clones=2,max_depth=3,clone_children");

	ck_assert_str_eq(read_of(top, "ns.clone_flags"), "uts\n");
	ck_assert_str_eq(read_of(top, "ns.clone_name"), "c%d\n");
	ck_assert_str_eq(read_of(top, "ns.keep_empty"), "1\n");
	ck_assert_str_eq(read_of(top, "ns.max_clones"), "2\n");
	ck_assert_str_eq(read_of(top, "ns.max_depth"), "3\n");
	ck_assert_str_eq(read_of(top, "cgroup.clone_children"), "1\n");
	umount_top(top);

	top = mount_top("ns");
	ck_assert_str_eq(read_of(top, "ns.clone_flags"), "mnt uts ipc user pid net cgroup time\n");
	ck_assert_str_eq(read_of(top, "ns.clone_name"), "node%d\n");
	ck_assert_str_eq(read_of(top, "ns.keep_empty"), "16\n");
	ck_assert_str_eq(read_of(top, "ns.max_clones"), "max\n");
	ck_assert_str_eq(read_of(top, "ns.max_depth"), "32\n");
	ck_assert_str_eq(read_of(top, "cgroup.clone_children"), "0\n");
	umount_top(top);
}
END_TEST

static const struct {
	const char *options, *says;
} sentences[] = {
	{ "ns,noprefix", "noprefix is accepted with the subsystem cpuset alone" },
	{ "cpuset,ns,noprefix", "noprefix is accepted with the subsystem cpuset alone" },
	{ "debug,ns_rules", "ns_rules and the settings of clones need the subsystem ns" },
	{ "none,name=x,max_depth=1", "ns_rules and the settings of clones need the subsystem ns" },
	{ "ns,ns_rules=1", "ns_rules takes no value" },
	{ "ns,max_depth", "max_depth needs a value" },
	{ "ns,clone_name=a%d,clone_name=/,nonsense",
	  "clone_name=/: a template of a file name is accepted, with %d, %p, %c and %%" },
	{ "nonsense,ns_rules=1", "unknown option or subsystem 'nonsense': the subsystems are" },
};

/* Each message is whole, and names the first of several faults. */
START_TEST(refusals_in_full)
{
	struct containerfs_root *root;
	long before = host_objects();

	ck_assert_int_eq(hierarchy_mount(sentences[_i].options, &root_actor, mount_msg,
					 sizeof(mount_msg), &root), -EINVAL);
	if (strchr(sentences[_i].says, '\''))
		mount_msg[strlen(sentences[_i].says)] = '\0';
	ck_assert_str_eq(mount_msg, sentences[_i].says);
	ck_assert_int_eq(host_objects(), before);
}
END_TEST

/* What a subsystem's options say of a hierarchy that exists follows what the core's say. */
START_TEST(ignored_in_full)
{
	struct containerfs_root *root = mount_ok("ns,name=x,clone_name=%d"), *again;
	struct containerfs_root *none = mount_ok("none,name=y");
	long before = host_objects();

	again = mount_ok("name=x,ns_rules,clone_children,clone_name=c%d,clone_name=b%d,max_clones=max,"
			 "keep_empty=max");
	ck_assert_str_eq(mount_msg, "hierarchy 1 exists"
			 "; ns_rules not applied: only a new hierarchy can get it"
			 "; clone_children not applied: write cgroup.clone_children"
			 "; clone_name=b%d not applied, it is %d: write ns.clone_name"
			 "; keep_empty=max not applied, it is 16: write ns.keep_empty");
	hierarchy_umount(again);
	again = mount_ok("name=y,ns_rules");
	ck_assert_str_eq(mount_msg, "hierarchy 2 exists"
			 "; ns_rules not applied: only a new hierarchy can get it");
	hierarchy_umount(again);
	again = mount_ok("name=y,max_user_clones=7");
	ck_assert_str_eq(mount_msg, "hierarchy 2 exists; it has no ns, and so no settings of clones");
	hierarchy_umount(again);
	ck_assert_int_eq(host_objects(), before);
	hierarchy_umount(none);
	hierarchy_umount(root);
}
END_TEST

START_TEST(mount_without_memory)
{
	static const char *const options[] = {
		"all,name=x,release_agent=/bin/x,clone_name=c%d,keep_empty=1", "none,name=x",
	};
	struct containerfs_root *root;
	unsigned long nth;
	long before;
	int ret;

	for (nth = 1;; nth++) {
		before = host_objects();
		shim_fail_nth(nth);
		ret = hierarchy_mount(options[_i], &root_actor, mount_msg, sizeof(mount_msg), &root);
		if (shim_fail_nth(0))
			break;
		/* Only work that can wait may survive the lack of memory. */
		ck_assert_int_eq(ret, -ENOMEM);
		ck_assert_int_eq(host_objects(), before);
		ck_assert_int_eq(hierarchy_count(), 0);
		ck_assert(!host.cloning);
	}
	ck_assert_int_eq(ret, 0);
	ck_assert_uint_gt(nth, 2);
	hierarchy_umount(root);
}
END_TEST

TCase *options_tests(void)
{
	TCase *tc = tcase_of("options");

	tcase_add_loop_test(tc, refusals_name_the_option, 0, ARRAY_LEN(refused));
	tcase_add_loop_test(tc, refusals_in_full, 0, ARRAY_LEN(sentences));
	tcase_add_test(tc, ignored_in_full);
	tcase_add_test(tc, name_takes_its_characters);
	tcase_add_test(tc, release_agent_needs_sys_admin);
	tcase_add_test(tc, messages_fit_any_buffer);
	tcase_add_loop_test(tc, shown_in_one_order, 0, ARRAY_LEN(shown));
	tcase_add_test(tc, shown_escaped);
	tcase_add_test(tc, shown_in_any_buffer);
	tcase_add_test(tc, settings_reach_the_top);
	tcase_add_loop_test(tc, mount_without_memory, 0, 2);
	return tc;
}
