/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Time of day; see linux/time64.h and linux/timekeeping.h.
 */
#ifndef _LINUX_TIME_H
#define _LINUX_TIME_H

#include <linux/time64.h>

#endif /* _LINUX_TIME_H */
