/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libcheck, without a note of every assertion that holds.
 *
 * libcheck writes the place of each assertion into a file, which the runner reads whole when
 * the test has ended, to tell what a crash came after. Tests with millions of assertions
 * spend most of their time, and half a gigabyte, on that. Include this in place of <check.h>:
 * an assertion that fails still prints its place; only for a crash "after this point" is the
 * test's beginning.
 */
#ifndef _TEST_QUIET_CHECK_H
#define _TEST_QUIET_CHECK_H

#include <check.h>

#undef ck_assert_msg
#define ck_assert_msg(expr, ...)						\
	((expr) ? (void)0 :							\
	 _ck_assert_failed(__FILE__, __LINE__, "Assertion '" #expr "' failed",	\
			   ## __VA_ARGS__))

#endif /* _TEST_QUIET_CHECK_H */
