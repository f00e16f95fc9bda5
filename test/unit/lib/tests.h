/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_UNIT_LIB_TESTS_H
#define TEST_UNIT_LIB_TESTS_H

#include "../cases.h"

#define LIB_CASES(X)	\
	X(fork)		\
	X(spawn)	\
	X(hidden)	\
	X(ids)		\
	X(reach)	\
	X(end)		\
	X(wrong)	\
	X(create)	\
	X(enter)	\
	X(threads)

CASES_DECLARE(LIB_CASES)

#endif /* TEST_UNIT_LIB_TESTS_H */
