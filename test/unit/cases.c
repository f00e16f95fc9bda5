// SPDX-License-Identifier: GPL-2.0-only
/* Run the cases of a program: all, or the one that the environment names. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

static void list(FILE *to, const char *before, const struct unit_case *cases)
{
	for (; cases->name; cases++)
		fprintf(to, "%s%s\n", before, cases->name);
}

static int find(const struct unit_case *cases, const char *name)
{
	while (cases->name && strcmp(cases->name, name))
		cases++;
	return cases->name != NULL;
}

int cases_run(int argc, char **argv, const char *program, const struct unit_case *cases)
{
	const char *only = getenv("CK_RUN_CASE");
	SRunner *runner;
	Suite *suite;
	int failed;

	if (argc > 1 && !strcmp(argv[1], "--list")) {
		list(stdout, "", cases);
		return EXIT_SUCCESS;
	}
	if (only && !find(cases, only)) {
		fprintf(stderr, "%s: no case '%s'; there are\n", program, only);
		list(stderr, "\t", cases);
		return 2;
	}
	suite = suite_create(program);
	for (const struct unit_case *c = cases; c->name; c++) {
		suite_add_tcase(suite, c->make());
		if (!suite_tcase(suite, c->name)) {
			fprintf(stderr, "%s: %s_tests() makes a case of another name\n", program,
				c->name);
			abort();
		}
	}
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
