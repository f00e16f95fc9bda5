// SPDX-License-Identifier: GPL-2.0-only
/* mount.containerfs: which options are for the kernel, and which for the daemon. */
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "common/unescape.h"
#include "mount/mount.h"
#include "tests.h"

START_TEST(attributes)
{
	ck_assert_uint_eq(options_attr(0), 0);
	ck_assert_uint_eq(options_attr(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC),
			  MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
			  MOUNT_ATTR_NOEXEC);
	ck_assert_uint_eq(options_attr(MS_NOATIME | MS_NODIRATIME),
			  MOUNT_ATTR_NOATIME | MOUNT_ATTR_NODIRATIME);
	/* relatime is the policy without a bit; two policies would be refused by the kernel */
	ck_assert_uint_eq(options_attr(MS_RELATIME), 0);
	ck_assert_uint_eq(options_attr(MS_STRICTATIME | MS_NOATIME), MOUNT_ATTR_STRICTATIME);
	ck_assert_uint_eq(options_attr(MS_SYNCHRONOUS | MS_REMOUNT | MS_LAZYTIME), 0);
	ck_assert(options_have_atime(MS_RELATIME));
	ck_assert(!options_have_atime(MS_NODIRATIME | MS_RDONLY));
}
END_TEST

static void strip(const char *from, const char *to, bool found)
{
	char *options = strdup(from);

	ck_assert_int_eq(options_strip_fuse(&options), found);
	ck_assert_str_eq(options ? options : "", to);
	free(options);
}

START_TEST(fuse_options)
{
	strip("", "", false);
	strip("ns,name=x", "ns,name=x", false);
	strip("user_id=0,group_id=0,default_permissions,allow_other", "", true);
	strip("user_id=0,ns,allow_other,name=x,user_id=0", "ns,name=x", true);
	/* only whole names */
	strip("name=user_id,fdx", "name=user_id,fdx", false);
}
END_TEST

static void merge(const char *options, const char *more, const char *to)
{
	char *merged = options_merge(options, more);

	ck_assert_ptr_nonnull(merged);
	ck_assert_str_eq(merged, to);
	free(merged);
}

START_TEST(merging)
{
	merge("ns,name=x", "debug", "ns,name=x,debug");
	merge("ns,name=x", "ns", "ns,name=x");
	merge("ns,name=x", "name=y", "ns,name=y");
	merge("release_agent=/a,name=x", "release_agent=/b/c,clone_children",
	      "release_agent=/b/c,name=x,clone_children");
	merge("", "ns", "ns");
	merge("ns", "", "ns");
}
END_TEST

static void escaped(const char *from, const char *to)
{
	char text[32];

	strcpy(text, from);
	unescape(text);
	ck_assert_str_eq(text, to);
}

START_TEST(escapes)
{
	escaped("a\\040b\\134c\\011", "a b\\c\t");
	escaped("\\303\\274", "\xc3\xbc");
	/* nothing is read behind the end, and what is no byte stays */
	escaped("\\", "\\");
	escaped("x\\04", "x\\04");
	escaped("\\400\\08\\n", "\\400\\08\\n");
}
END_TEST

TCase *options_tests(void)
{
	TCase *tc = tcase_create("options");

	tcase_add_test(tc, attributes);
	tcase_add_test(tc, fuse_options);
	tcase_add_test(tc, merging);
	tcase_add_test(tc, escapes);
	return tc;
}
