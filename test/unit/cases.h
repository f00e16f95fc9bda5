/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The list of a program's cases, and the main() that all programs share
 *
 * A case is a libcheck TCase: tests of one topic, with their fixture. A program lists
 * its cases once, in a CASES(X) of its own, and ends with
 *
 *	return cases_run(argc, argv, "engine", CASES_TABLE(CASES));
 *
 * NAME_tests() makes the case NAME. The environment's CK_RUN_CASE=NAME runs one case,
 * and --list prints the names.
 */
#ifndef TEST_UNIT_CASES_H
#define TEST_UNIT_CASES_H

#include <check.h>

struct unit_case {
	const char *name;
	TCase *(*make)(void);	/* its TCase has the same name */
};

#define CASE_DECLARE_(x)	TCase *x ## _tests(void);
#define CASE_ENTRY_(x)		{ #x, x ## _tests },
#define CASES_DECLARE(LIST)	LIST(CASE_DECLARE_)
#define CASES_TABLE(LIST)	((const struct unit_case[]){ LIST(CASE_ENTRY_) { NULL, NULL } })

/*
 * Runs all cases of @cases, which ends with a NULL, or the one of CK_RUN_CASE. Returns
 * the program's exit status: 0, 1 if a test failed, 2 if there is no such case.
 */
int cases_run(int argc, char **argv, const char *program, const struct unit_case *cases);

#endif /* TEST_UNIT_CASES_H */
