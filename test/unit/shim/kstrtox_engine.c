// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text to integer, by tables of the kernel's answers.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>

#include "tests.h"

struct unsigned_case {
	const char *s;
	unsigned int base;
	int err;
	unsigned long long value;
};

static const struct unsigned_case unsigned_cases[] = {
	{ "0", 10, 0, 0 },
	{ "0", 0, 0, 0 },
	{ "1\n", 10, 0, 1 },
	{ "1\n\n", 10, -EINVAL, 0 },
	{ "\n", 10, -EINVAL, 0 },
	{ "", 10, -EINVAL, 0 },
	{ "", 0, -EINVAL, 0 },
	{ " 1", 10, -EINVAL, 0 },
	{ "1 ", 10, -EINVAL, 0 },
	{ "+1", 10, 0, 1 },
	{ "++1", 10, -EINVAL, 0 },
	{ "+", 10, -EINVAL, 0 },
	{ "-1", 10, -EINVAL, 0 },
	{ "-0", 10, -EINVAL, 0 },
	{ "+-1", 10, -EINVAL, 0 },
	{ "1a", 10, -EINVAL, 0 },
	{ "a", 10, -EINVAL, 0 },
	{ "0x", 0, -EINVAL, 0 },
	{ "0x", 16, -EINVAL, 0 },
	{ "0x\n", 0, -EINVAL, 0 },
	{ "0xg", 0, -EINVAL, 0 },
	{ "0x1f", 0, 0, 31 },
	{ "0X1F", 0, 0, 31 },
	{ "+0x1f\n", 0, 0, 31 },
	{ "0x1f", 16, 0, 31 },
	{ "1f", 16, 0, 31 },
	{ "0x1f", 10, -EINVAL, 0 },
	{ "010", 0, 0, 8 },
	{ "010", 10, 0, 10 },
	{ "010", 8, 0, 8 },
	{ "08", 0, -EINVAL, 0 },
	{ "8", 8, -EINVAL, 0 },
	{ "101", 2, 0, 5 },
	{ "102", 2, -EINVAL, 0 },
	{ "00000000000000000000000000001", 10, 0, 1 },
	{ "18446744073709551615", 10, 0, ~0ull },
	{ "18446744073709551616", 10, -ERANGE, 0 },
	{ "18446744073709551625", 10, -ERANGE, 0 },
	{ "99999999999999999999999", 10, -ERANGE, 0 },
	{ "18446744073709551616x", 10, -ERANGE, 0 },
	{ "0xffffffffffffffff", 0, 0, ~0ull },
	{ "0x10000000000000000", 0, -ERANGE, 0 },
	{ "01777777777777777777777", 0, 0, ~0ull },
	{ "02000000000000000000000", 0, -ERANGE, 0 },
};

void test_kstrtoull_table(void)
{
	const struct unsigned_case *c;
	unsigned long long value;

	for (c = unsigned_cases; c < unsigned_cases + ARRAY_SIZE(unsigned_cases); c++) {
		value = 0;
		if (kstrtoull(c->s, c->base, &value) != c->err || value != c->value)
			expect_failed(__FILE__, (int)(c - unsigned_cases), c->s);
	}
}

struct signed_case {
	const char *s;
	unsigned int base;
	int err;
	long long value;
};

static const struct signed_case signed_cases[] = {
	{ "-0", 10, 0, 0 },
	{ "-1", 10, 0, -1 },
	{ "-1\n", 0, 0, -1 },
	{ "+1", 10, 0, 1 },
	{ "-", 10, -EINVAL, 0 },
	{ "--1", 10, -EINVAL, 0 },
	{ "-+1", 10, -EINVAL, 0 },
	{ "+-1", 10, -EINVAL, 0 },
	{ "- 1", 10, -EINVAL, 0 },
	{ "-0x10", 0, 0, -16 },
	{ "-010", 0, 0, -8 },
	{ "9223372036854775807", 10, 0, LLONG_MAX },
	{ "9223372036854775808", 10, -ERANGE, 0 },
	{ "-9223372036854775808", 10, 0, -LLONG_MAX - 1 },
	{ "-9223372036854775809", 10, -ERANGE, 0 },
	{ "-18446744073709551615", 10, -ERANGE, 0 },
	{ "-18446744073709551616", 10, -ERANGE, 0 },
};

void test_kstrtoll_table(void)
{
	const struct signed_case *c;
	long long value;

	for (c = signed_cases; c < signed_cases + ARRAY_SIZE(signed_cases); c++) {
		value = 0;
		if (kstrtoll(c->s, c->base, &value) != c->err || value != c->value)
			expect_failed(__FILE__, (int)(c - signed_cases), c->s);
	}
}

#define EXPECT_WIDTH(fn, type, fits, fits_value, beyond)		\
do {									\
	type __v;							\
									\
	expect(fn(fits, 10, &__v) == 0 && __v == (fits_value));		\
	expect(fn(beyond, 10, &__v) == -ERANGE);			\
} while (0)

void test_kstrto_widths(void)
{
	EXPECT_WIDTH(kstrtoint, int, "2147483647", INT_MAX, "2147483648");
	EXPECT_WIDTH(kstrtoint, int, "-2147483648", INT_MIN, "-2147483649");
	EXPECT_WIDTH(kstrtouint, unsigned int, "4294967295", ~0u, "4294967296");
	EXPECT_WIDTH(kstrtou32, u32, "7", 7, "4294967296");
}

void test_kstrto_leaves_result_alone(void)
{
	unsigned long long ull = 42;
	int i = 42;

	expect(kstrtoull("x", 10, &ull) && kstrtoull("18446744073709551616", 10, &ull));
	expect(ull == 42);
	expect(kstrtoint("2147483648", 10, &i) && kstrtoint("", 0, &i));
	expect(i == 42);
}
