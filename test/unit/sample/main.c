// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sample subsystem in the engine: the test that subsystems are plug-ins
 *
 * The engine is compiled with the subsystems.h of this folder. No file outside of the folder
 * knows the sample (sample_engine.c), neither the core nor the fake host, which is that of
 * the engine's own tests.
 */
#include "sample.h"

int main(int argc, char **argv)
{
	return cases_run(argc, argv, "sample", CASES_TABLE(SAMPLE_CASES));
}
