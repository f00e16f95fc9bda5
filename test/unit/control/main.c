// SPDX-License-Identifier: GPL-2.0-only
/* The test program: the cases of tests.h. */
#include "tests.h"

int main(int argc, char **argv)
{
	return cases_run(argc, argv, "control", CASES_TABLE(CASES));
}
