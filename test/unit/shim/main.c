// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - runs the list of tests.h, each test in a process of its own.
 */
#include <check.h>
#include <signal.h>
#include <stdlib.h>

#include "tests.h"

#define BODY_PASS(name)							\
START_TEST(name)							\
{									\
	log_install();							\
	test_##name();							\
}									\
END_TEST
#define BODY_DIES(name, text)						\
START_TEST(name)							\
{									\
	log_install();							\
	log_expect_bug(text);						\
	test_##name();							\
}									\
END_TEST
ALL_TESTS(BODY_PASS, BODY_DIES)

#define ADD_PASS(name)		tcase_add_test(tcase, name);
#define ADD_DIES(name, text)	tcase_add_test_raise_signal(tcase, name, SIGABRT);
#define ADD_CASE(name, LIST)						\
do {									\
	TCase *tcase = tcase_create(name);				\
									\
	tcase_set_timeout(tcase, 60);					\
	LIST(ADD_PASS, ADD_DIES)					\
	suite_add_tcase(suite, tcase);					\
} while (0)

int main(void)
{
	Suite *suite = suite_create("shim");
	SRunner *runner = srunner_create(suite);
	int failed;

	ADD_CASE("locks", LOCK_TESTS);
	ADD_CASE("rcu", RCU_TESTS);
	ADD_CASE("text", TEXT_TESTS);
	ADD_CASE("containers", CONTAINER_TESTS);
	ADD_CASE("counts", COUNT_TESTS);
	ADD_CASE("slab", SLAB_TESTS);
	ADD_CASE("values", VALUE_TESTS);

	srunner_set_fork_status(runner, CK_FORK);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
