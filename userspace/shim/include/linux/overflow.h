/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arithmetic that reports overflow, and sizes that saturate at SIZE_MAX so
 * that an allocation of them fails.
 */
#ifndef _LINUX_OVERFLOW_H
#define _LINUX_OVERFLOW_H

#include <linux/compiler.h>
#include <linux/limits.h>

static inline bool __must_check __shim_overflows(bool overflow)
{
	return unlikely(overflow);
}

#define check_add_overflow(a, b, d) __shim_overflows(__builtin_add_overflow(a, b, d))
#define check_mul_overflow(a, b, d) __shim_overflows(__builtin_mul_overflow(a, b, d))

static inline size_t __must_check size_mul(size_t a, size_t b)
{
	size_t n;

	return check_mul_overflow(a, b, &n) ? SIZE_MAX : n;
}

static inline size_t __must_check size_add(size_t a, size_t b)
{
	size_t n;

	return check_add_overflow(a, b, &n) ? SIZE_MAX : n;
}

#define flex_array_size(p, member, count) \
	size_mul(count, sizeof(*(p)->member))
#define struct_size(p, member, count) \
	size_add(sizeof(*(p)), flex_array_size(p, member, count))

#endif /* _LINUX_OVERFLOW_H */
