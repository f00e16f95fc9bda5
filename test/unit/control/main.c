// SPDX-License-Identifier: GPL-2.0-only
/* The runner: each test in a process of its own. */
#include <stdlib.h>

#include "tests.h"

int main(void)
{
	Suite *suite = suite_create("control");
	SRunner *runner;
	int failed;

	suite_add_tcase(suite, loop_tests());
	suite_add_tcase(suite, socket_tests());
	suite_add_tcase(suite, actor_tests());
	suite_add_tcase(suite, options_tests());
	suite_add_tcase(suite, failure_tests());
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
