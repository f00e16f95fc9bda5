/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Seconds and nanoseconds that do not end in 2038.
 */
#ifndef _LINUX_TIME64_H
#define _LINUX_TIME64_H

#include <linux/math64.h>
#include <linux/types.h>

#define NSEC_PER_SEC	1000000000L

struct timespec64 {
	time64_t tv_sec;
	long tv_nsec;
};

#endif /* _LINUX_TIME64_H */
