/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TEST_SAMPLE_H
#define TEST_SAMPLE_H

#include "../cases.h"

#define SAMPLE_CASES(X)	\
	X(mounting)	\
	X(forks)	\
	X(beside)
CASES_DECLARE(SAMPLE_CASES)

#endif /* TEST_SAMPLE_H */
