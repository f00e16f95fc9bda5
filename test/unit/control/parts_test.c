// SPDX-License-Identifier: GPL-2.0-only
/* Parts: up in order, down in reverse, and from wherever one fails. */
#include <errno.h>
#include <string.h>

#include "base/parts.h"
#include "tests.h"

static char order[16];
static int failing;		/* which init() fails, from 1 */

static int up(char c, int nr)
{
	if (nr == failing)
		return -EIO;
	order[strlen(order)] = c;
	return 0;
}

static void down(char c)
{
	order[strlen(order)] = c;
}

static int a_init(void)
{
	return up('a', 1);
}

static void a_exit(void)
{
	down('A');
}

static int b_init(void)
{
	return up('b', 2);
}

static int c_init(void)
{
	return up('c', 3);
}

static void c_exit(void)
{
	down('C');
}

static void d_exit(void)
{
	down('D');
}

static int e_init(void)
{
	return up('e', 4);
}

static void e_exit(void)
{
	down('E');
}

static const struct part parts[] = {
	{ "a", a_init, a_exit, 10 },
	{ "b", b_init, NULL, 20 },
	{ "c", c_init, c_exit, 30 },
	{ "d", NULL, d_exit, 40 },
	{ "e", e_init, e_exit, 50 },
	{ }
};

START_TEST(up_and_down)
{
	const struct part *failed = NULL;

	ck_assert_int_eq(parts_init(parts, &failed), 0);
	ck_assert_ptr_null(failed);
	ck_assert_str_eq(order, "abce");
	parts_exit(parts);
	ck_assert_str_eq(order, "abceEDCA");
}
END_TEST

static const struct {
	int		failing, why;
	const char	*order;
} cases[] = {
	{ 1, 10, "" },
	{ 2, 20, "aA" },
	{ 3, 30, "abA" },
	{ 4, 50, "abcDCA" },
};

START_TEST(one_fails)
{
	const struct part *failed = NULL;

	failing = cases[_i].failing;
	ck_assert_int_eq(parts_init(parts, &failed), -EIO);
	ck_assert_str_eq(order, cases[_i].order);
	ck_assert_int_eq(failed->why, cases[_i].why);
	memset(order, 0, sizeof(order));
	ck_assert_int_eq(parts_init(parts, NULL), -EIO);
	ck_assert_str_eq(order, cases[_i].order);
}
END_TEST

TCase *parts_tests(void)
{
	TCase *tc = tcase_create("parts");

	tcase_add_test(tc, up_and_down);
	tcase_add_loop_test(tc, one_fails, 0, sizeof(cases) / sizeof(cases[0]));
	return tc;
}
