// SPDX-License-Identifier: GPL-2.0-only
/*
 * The shared numbers, as libc has them.
 */
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <sys/stat.h>

#include "tests.h"

#define VALUE(name)	{ #name, name },
const struct shared_value libc_values[] = {
	SHARED_VALUES(VALUE)
	{ NULL, 0 }
};
