// SPDX-License-Identifier: GPL-2.0-only
/*
 * values.c - what libc says the shared numbers are.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stddef.h>
#include <sys/stat.h>

#include "tests.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x00000080
#endif

#define VALUE(name)	{ #name, name },
const struct shared_value libc_values[] = {
	SHARED_VALUES(VALUE)
	{ NULL, 0 }
};
