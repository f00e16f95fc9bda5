// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the list of tests.h, each test in a process of its own.
 */
#include <signal.h>

#include "../cases.h"
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
#define CASE(name, LIST)						\
TCase *name ## _tests(void)						\
{									\
	TCase *tcase = tcase_create(#name);				\
									\
	tcase_set_timeout(tcase, 60);					\
	LIST(ADD_PASS, ADD_DIES)					\
	return tcase;							\
}

#define CASES(X)	\
	X(locks)	\
	X(rcu)		\
	X(text)		\
	X(containers)	\
	X(counts)	\
	X(slab)		\
	X(values)
CASES_DECLARE(CASES)
CASE(locks, LOCK_TESTS)
CASE(rcu, RCU_TESTS)
CASE(text, TEXT_TESTS)
CASE(containers, CONTAINER_TESTS)
CASE(counts, COUNT_TESTS)
CASE(slab, SLAB_TESTS)
CASE(values, VALUE_TESTS)

int main(int argc, char **argv)
{
	return cases_run(argc, argv, "shim", CASES_TABLE(CASES));
}
