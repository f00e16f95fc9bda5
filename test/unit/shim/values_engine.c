// SPDX-License-Identifier: GPL-2.0-only
/*
 * values_engine.c - clocks, error pointers, and numbers that are part of an
 * interface.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fcntl.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <linux/timekeeping.h>

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
	expect(TASK_COMM_LEN == 16);
	expect(ERESTARTSYS == 512 && ENOTSUPP == 524 && EPROBE_DEFER == 517);
	expect(S_IRUGO == 0444 && S_IWUGO == 0222 && S_IXUGO == 0111);
	expect(S_ISDIR(S_IFDIR | 0755) && !S_ISREG(S_IFDIR | 0755));
	expect(sizeof(u64) == 8 && sizeof(u32) == 4 && sizeof(u16) == 2);
	expect(sizeof(loff_t) == 8 && sizeof(umode_t) == 2 && sizeof(pid_t) == 4);
	expect(sizeof(struct rcu_head) == 2 * sizeof(void *));
	expect(U64_MAX == ~0ull && S64_MIN < 0 && SIZE_MAX == ~0ul);
}

void test_clocks(void)
{
	struct timespec64 ts;
	u64 before, after;
	int i;

	before = ktime_get_ns();
	for (i = 0; i < 1000; i++) {
		after = ktime_get_ns();
		expect(after >= before);
		before = after;
	}
	before = ktime_get_real_ns();
	ktime_get_real_ts64(&ts);
	after = ktime_get_real_ns();
	expect(ts.tv_nsec >= 0 && ts.tv_nsec < NSEC_PER_SEC);
	expect((u64)timespec64_to_ns(&ts) >= before && (u64)timespec64_to_ns(&ts) <= after);
	/* later than the summer of 2023 */
	expect(ktime_get_real_seconds() > 1690000000);
}

void test_time_arithmetic(void)
{
	struct timespec64 ts = ns_to_timespec64(-1), one = { 1, 5 };

	expect(ts.tv_sec == -1 && ts.tv_nsec == NSEC_PER_SEC - 1);
	expect(timespec64_to_ns(&ts) == -1);
	ts = ns_to_timespec64(1000000005);
	expect(timespec64_equal(&ts, &one) && !timespec64_compare(&ts, &one));
	ts.tv_nsec--;
	expect(timespec64_compare(&ts, &one) < 0 && timespec64_compare(&one, &ts) > 0);
	expect(ktime_to_ms(ktime_set(2, 3000000)) == 2003);
	expect(ktime_before(ms_to_ktime(1), ms_to_ktime(2)));
}

void test_error_pointers(void)
{
	int object;

	expect(IS_ERR(ERR_PTR(-ENOENT)) && PTR_ERR(ERR_PTR(-ENOENT)) == -ENOENT);
	expect(IS_ERR(ERR_PTR(-MAX_ERRNO)) && !IS_ERR(ERR_PTR(-MAX_ERRNO - 1)));
	expect(!IS_ERR(NULL) && IS_ERR_OR_NULL(NULL) && !IS_ERR_OR_NULL(&object));
	expect(PTR_ERR_OR_ZERO(&object) == 0 && PTR_ERR_OR_ZERO(ERR_PTR(-EIO)) == -EIO);
	expect(ERR_CAST(ERR_PTR(-EIO)) == ERR_PTR(-EIO));
}
