// SPDX-License-Identifier: GPL-2.0-only
/*
 * comparisons.c - counts how many names are compared
 *
 * The linker is told to send all calls of strcmp() here (sources.mk), so that a test
 * sees whether a search goes through all of them.
 */
#include "tools.h"

int __real_strcmp(const char *a, const char *b);
int __wrap_strcmp(const char *a, const char *b);

unsigned long comparisons;

int __wrap_strcmp(const char *a, const char *b)
{
	comparisons++;
	return __real_strcmp(a, b);
}
