// SPDX-License-Identifier: GPL-2.0-only
/*
 * The clocks of linux/timekeeping.h.
 */
#include <time.h>

#include "internal.h"

long long shim_clock_ns(int realtime)
{
	struct timespec ts;

	clock_gettime(realtime ? CLOCK_REALTIME : CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}
