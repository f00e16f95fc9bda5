// SPDX-License-Identifier: GPL-2.0-only
/*
 * Strings and characters.
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
	/* the result begins behind the front; the end is cut */
	expect(strim(buf) == buf + 2 && !strcmp(buf, "  keep"));
	expect(!strcmp(skip_spaces(" \tx y"), "x y"));
}

void test_searching(void)
{
	char text[] = "a,b;;c", *rest = text;

	expect(!strcmp(strsep(&rest, ",;"), "a") && !strcmp(strsep(&rest, ",;"), "b"));
	expect(!strcmp(strsep(&rest, ",;"), "") && !strcmp(strsep(&rest, ",;"), "c"));
	expect(!rest && !strsep(&rest, ",;"));

	expect(strspn("aab", "a") == 2 && !strcmp(strchrnul("ab", 'x'), ""));
	expect(memchr("abc", 'b', 3) && !memchr("abc", 'c', 2));
}

void test_comparing(void)
{
	expect(str_has_prefix("release_agent=x", "release_agent=") == 14);
	expect(str_has_prefix("rel", "release") == 0 && str_has_prefix("x", "") == 0);
	expect(strnlen("abc", 2) == 2);
}

void test_duplicating(void)
{
	char *p;

	expect(!kstrdup(NULL, GFP_KERNEL));
	p = kstrdup("abc", GFP_KERNEL);
	expect(!strcmp(p, "abc"));
	kfree(p);
	p = kmemdup("a\0c", 3, GFP_KERNEL);
	expect(!memcmp(p, "a\0c", 3));
	kfree(p);
	shim_fail_nth(1);
	expect(!kstrdup("abc", GFP_KERNEL));
	expect(shim_slab_live() == 0);
}

void test_ctype_is_latin1(void)
{
	expect(isspace(' ') && isspace('\t') && isspace('\n') && isspace('\v'));
	expect(isspace('\f') && isspace('\r') && isspace(0xa0) && isspace((char)0xa0));
	expect(!isspace('a') && !isspace(0) && !isspace(0x85));
	expect(isdigit('0') && isdigit('9') && !isdigit('a') && !isdigit('/') && !isdigit(':'));
	expect(isxdigit('f') && isxdigit('F') && !isxdigit('g') && !isxdigit('@'));
	expect(isalnum('a') && isalnum('Z') && isalnum('1') && !isalnum('!') && !isalnum(' '));
	expect(isalnum(0xc4) && isalnum(0xdf) && isalnum(0xff) && !isalnum(0xf7) && !isalnum(0xd7));
	expect(iscntrl('\n') && iscntrl(0x7f) && !iscntrl('a'));
}
