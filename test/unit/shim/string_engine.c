// SPDX-License-Identifier: GPL-2.0-only
/*
 * string_engine.c - strings, characters and printing into buffers.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../../userspace/shim/shim_libc.h"
#include "tests.h"

void test_strscpy_contract(void)
{
	char buf[8];

	memset(buf, 'x', sizeof(buf));
	expect(strscpy(buf, "abc", sizeof(buf)) == 3 && !strcmp(buf, "abc"));
	expect(buf[4] == 'x');
	expect(strscpy(buf, "1234567", sizeof(buf)) == 7 && !strcmp(buf, "1234567"));
	expect(strscpy(buf, "12345678", sizeof(buf)) == -E2BIG && !strcmp(buf, "1234567"));
	expect(strscpy(buf, "abc", 1) == -E2BIG && !buf[0]);
	buf[0] = 'x';
	expect(strscpy(buf, "abc", 0) == -E2BIG && buf[0] == 'x');
	expect(strscpy(buf, "", 1) == 0);
	memset(buf, 'x', sizeof(buf));
	expect(strscpy_pad(buf, "ab", sizeof(buf)) == 2 && !memchr_inv(buf + 2, 0, 6));
	expect(strlcpy(buf, "123456789", sizeof(buf)) == 9 && !strcmp(buf, "1234567"));
}

static bool trims_to(const char *from, const char *to)
{
	char buf[32];

	strscpy(buf, from, sizeof(buf));
	return !strcmp(strim(buf), to);
}

void test_strim_contract(void)
{
	char buf[] = "  keep \n";

	expect(trims_to("a", "a") && trims_to("", "") && trims_to(" \t\n", ""));
	expect(trims_to("  a b\v\f\r\n", "a b") && trims_to("a\n", "a"));
	/* the front is skipped, not moved; the end is cut */
	expect(strim(buf) == buf + 2 && !strcmp(buf, "  keep"));
	expect(strstrip(buf) == buf + 2);
	expect(!strcmp(skip_spaces(" \tx y"), "x y"));
}

void test_searching(void)
{
	char text[] = "a,b;;c", *rest = text;

	expect(!strcmp(strsep(&rest, ",;"), "a") && !strcmp(strsep(&rest, ",;"), "b"));
	expect(!strcmp(strsep(&rest, ",;"), "") && !strcmp(strsep(&rest, ",;"), "c"));
	expect(!rest && !strsep(&rest, ",;"));

	expect(strnchr("abc", 2, 'c') == NULL);
	expect(*strnchr("abc", 3, 'c') == 'c' && !strnchr("ab", 9, 'c'));
	expect(*strnchr("ab", 9, 0) == 0);
	expect(strcspn("abc\n", "\n") == 3 && strcspn("abc", "\n") == 3);
	expect(strspn("aab", "a") == 2 && !strcmp(strpbrk("abc", "cb"), "bc"));
	expect(!strcmp(strrchr("/a/b", '/'), "/b") && !strcmp(strchrnul("ab", 'x'), ""));
	expect(!strcmp(strnstr("hello", "lo", 5), "lo") && !strnstr("hello", "lo", 4));
	expect(!strcmp(kbasename("/a/b"), "b") && !strcmp(kbasename("b"), "b"));
	expect(memchr("abc", 'b', 3) && !memchr("abc", 'c', 2));
	expect(*(char *)memchr_inv("aab", 'a', 3) == 'b' && !memchr_inv("aaa", 'a', 3));
	rest = text;
	strreplace(text, 'a', 'z');
	expect(text[0] == 'z');
}

void test_comparing(void)
{
	static const char * const names[] = { "one", "two", NULL, "never" };

	expect(str_has_prefix("release_agent=x", "release_agent=") == 14);
	expect(str_has_prefix("rel", "release") == 0 && str_has_prefix("x", "") == 0);
	expect(strstarts("abc", "ab") && !strstarts("a", "ab"));
	expect(match_string(names, ARRAY_SIZE(names), "two") == 1);
	expect(match_string(names, ARRAY_SIZE(names), "never") == -EINVAL);
	expect(match_string(names, (size_t)-1, "tw") == -EINVAL);
	expect(sysfs_match_string(names, "two\n") == 1);
	expect(sysfs_streq("a\n", "a") && sysfs_streq("a", "a\n") && sysfs_streq("a", "a"));
	expect(!sysfs_streq("a\n\n", "a") && !sysfs_streq("ab", "a") && !sysfs_streq("\n", "a"));
	expect(strcasecmp("AbC", "aBc") == 0 && strncmp("abx", "aby", 2) == 0);
	expect(strnlen("abc", 2) == 2);
}

void test_duplicating(void)
{
	char *p;

	expect(!kstrdup(NULL, GFP_KERNEL) && !kstrndup(NULL, 1, GFP_KERNEL));
	expect(!kmemdup_nul(NULL, 0, GFP_KERNEL));
	p = kstrdup("abc", GFP_KERNEL);
	expect(!strcmp(p, "abc"));
	kfree(p);
	p = kstrndup("abc", 2, GFP_KERNEL);
	expect(!strcmp(p, "ab"));
	kfree(p);
	p = kstrndup("abc", 20, GFP_KERNEL);
	expect(!strcmp(p, "abc"));
	kfree(p);
	p = kmemdup_nul("abc", 1, GFP_KERNEL);
	expect(!strcmp(p, "a"));
	kfree(p);
	p = kmemdup("a\0c", 3, GFP_KERNEL);
	expect(!memcmp(p, "a\0c", 3));
	kfree(p);
	p = kasprintf(GFP_KERNEL, "%s-%d", "x", 12345);
	expect(!strcmp(p, "x-12345"));
	kfree(p);
	shim_fail_nth(1);
	expect(!kstrdup("abc", GFP_KERNEL));
	shim_fail_nth(1);
	expect(!kasprintf(GFP_KERNEL, "abc"));
	expect(shim_slab_live() == 0);
}

void test_printing(void)
{
	int n = 12345;
	char buf[4];

	/* gcc need not tell us that it will be cut */
	OPTIMIZER_HIDE_VAR(n);
	expect(snprintf(buf, sizeof(buf), "%d", n) == 5 && !strcmp(buf, "123"));
	expect(scnprintf(buf, sizeof(buf), "%d", n) == 3 && !strcmp(buf, "123"));
	expect(scnprintf(buf, sizeof(buf), "%d", 12) == 2);
	expect(scnprintf(buf, 0, "%d", 12) == 0);
	expect(snprintf(NULL, 0, "%llu", ~0ull) == 20);
}

void test_ctype_is_latin1(void)
{
	expect(isspace(' ') && isspace('\t') && isspace('\n') && isspace('\v'));
	expect(isspace('\f') && isspace('\r') && isspace(0xa0) && isspace((char)0xa0));
	expect(!isspace('a') && !isspace(0) && !isspace(0x85));
	expect(isdigit('0') && isdigit('9') && !isdigit('a') && !isdigit('/') && !isdigit(':'));
	expect(isxdigit('f') && isxdigit('F') && !isxdigit('g') && !isxdigit('@'));
	expect(isalpha('a') && isalpha('Z') && isalpha(0xe4) && !isalpha('1') && !isalpha(0xd7));
	expect(isupper(0xc4) && islower(0xdf) && islower(0xff) && !islower(0xf7));
	expect(isprint(' ') && isprint('~') && !isprint(0x7f) && !isprint(0x80));
	expect(ispunct('!') && !ispunct('a') && !ispunct(' ') && isgraph('!') && !isgraph(' '));
	expect(iscntrl('\n') && iscntrl(0x7f) && !iscntrl('a'));
	expect(tolower('A') == 'a' && toupper('z') == 'Z' && tolower('1') == '1');
}
