// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers that are part of an interface.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "tests.h"

#define VALUE(name)	{ #name, name },
const struct shared_value engine_values[] = {
	SHARED_VALUES(VALUE)
	{ NULL, 0 }
};

void test_constants(void)
{
	int i;

	for (i = 0; engine_values[i].name; i++) {
		expect(!strcmp(engine_values[i].name, libc_values[i].name));
		/* long long and unsigned int constants of one value are equal here */
		expect((u32)engine_values[i].value == (u32)libc_values[i].value);
	}
	expect(!libc_values[i].name);
	expect(sizeof(u64) == 8 && sizeof(u32) == 4);
	expect(sizeof(loff_t) == 8 && sizeof(umode_t) == 2 && sizeof(time64_t) == 8);
	expect(sizeof(struct rcu_head) == 2 * sizeof(void *));
	expect(SIZE_MAX == ~0ul && NSEC_PER_SEC == 1000000000);
}
