// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text to integer, by the rules of linux/kstrtox.h.
 *
 * A number is read as the widest type, and then checked against the range of its own type, so
 * that all widths share one parser.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>

static int digit_value(char c)
{
	if (isdigit(c))
		return c - '0';
	if (isxdigit(c))
		return (c | 0x20) - 'a' + 10;
	return INT_MAX;
}

/* Digits to the end of s, except for one newline; the sign was taken off before. */
static int parse_digits(const char *s, unsigned int base, unsigned long long *res)
{
	bool zero_x = s[0] == '0' && (s[1] | 0x20) == 'x';
	unsigned long long n = 0;
	bool overflow = false;
	const char *first;

	if (base == 0) {
		/* "0x" alone is no number in either base */
		if (s[0] != '0')
			base = 10;
		else
			base = zero_x ? 16 : 8;
	}
	if (base == 16 && zero_x)
		s += 2;

	for (first = s; digit_value(*s) < (int)base; s++) {
		overflow |= __builtin_mul_overflow(n, base, &n);
		overflow |= __builtin_add_overflow(n, (unsigned int)digit_value(*s), &n);
	}
	/* The kernel reports a number that is too long before it looks behind it. */
	if (overflow)
		return -ERANGE;
	if (s == first)
		return -EINVAL;
	if (*s == '\n')
		s++;
	if (*s)
		return -EINVAL;
	*res = n;
	return 0;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	return parse_digits(*s == '+' ? s + 1 : s, base, res);
}

int kstrtoll(const char *s, unsigned int base, long long *res)
{
	unsigned long long n;
	int err;

	if (*s == '-') {
		err = parse_digits(s + 1, base, &n);
		if (err)
			return err;
		if (n > (unsigned long long)LLONG_MAX + 1)
			return -ERANGE;
		*res = (long long)(0 - n);
		return 0;
	}
	err = kstrtoull(s, base, &n);
	if (err)
		return err;
	if (n > (unsigned long long)LLONG_MAX)
		return -ERANGE;
	*res = (long long)n;
	return 0;
}

#define KSTRTO(name, type, wide, wide_type)				\
int name(const char *s, unsigned int base, type *res)			\
{									\
	wide_type n;							\
	int err = wide(s, base, &n);					\
									\
	if (err)							\
		return err;						\
	if (n != (wide_type)(type)n)					\
		return -ERANGE;						\
	*res = (type)n;							\
	return 0;							\
}

KSTRTO(kstrtouint, unsigned int, kstrtoull, unsigned long long)
KSTRTO(kstrtoint, int, kstrtoll, long long)
