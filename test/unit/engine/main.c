// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - unit tests of the engine: a case a topic, see SUITES in tools.h
 *
 * The engine is the real one, compiled in its own world with sanitizers; the
 * host is a table of tasks (host.c).  Each test runs in a process of its own,
 * begins with an engine that was just brought up and ends with one that was
 * taken down without leaving anything behind.  CK_RUN_CASE=name runs one case.
 */
#include "tools.h"

int main(void)
{
	Suite *suite = suite_create("engine");
	SRunner *runner;
	int failed;

#define SUITE_ADD_(x) suite_add_tcase(suite, x ## _tests());
	SUITES(SUITE_ADD_)
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
