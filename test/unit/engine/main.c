// SPDX-License-Identifier: GPL-2.0-only
/*
 * The unit tests of the engine: one case for each topic, see CASES in tools.h
 *
 * The engine is the real one, compiled in its own world with sanitizers; the
 * host is a table of tasks (host.c). Each test runs in a process of its own,
 * begins with an engine that was just brought up and ends with one that was
 * taken down without leaving anything behind.
 */
#include "tools.h"

int main(int argc, char **argv)
{
	return cases_run(argc, argv, "engine", CASES_TABLE(CASES));
}
