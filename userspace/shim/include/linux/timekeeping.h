/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The clocks: ktime_get() and its kin never go back, the _real ones tell the
 * time of day.  The coarse forms are the same clocks.
 * linux/ktime.h includes this; as in 6.1 it does not stand alone.
 */
#ifndef _LINUX_TIMEKEEPING_H
#define _LINUX_TIMEKEEPING_H

#ifndef _LINUX_KTIME_H
#error include <linux/ktime.h>, which has the types that this needs
#endif

#include <linux/time64.h>
#include <linux/types.h>
#include "../../shim_libc.h"

static inline u64 ktime_get_ns(void)
{
	return (u64)shim_clock_ns(0);
}

static inline u64 ktime_get_real_ns(void)
{
	return (u64)shim_clock_ns(1);
}

static inline ktime_t ktime_get(void)
{
	return shim_clock_ns(0);
}

static inline ktime_t ktime_get_real(void)
{
	return shim_clock_ns(1);
}

static inline time64_t ktime_get_seconds(void)
{
	return shim_clock_ns(0) / NSEC_PER_SEC;
}

static inline time64_t ktime_get_real_seconds(void)
{
	return shim_clock_ns(1) / NSEC_PER_SEC;
}

static inline void ktime_get_ts64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64(shim_clock_ns(0));
}

static inline void ktime_get_real_ts64(struct timespec64 *ts)
{
	*ts = ns_to_timespec64(shim_clock_ns(1));
}

static inline void ktime_get_coarse_real_ts64(struct timespec64 *ts)
{
	ktime_get_real_ts64(ts);
}

#endif /* _LINUX_TIMEKEEPING_H */
