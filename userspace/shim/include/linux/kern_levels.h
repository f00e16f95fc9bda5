/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The level of a log line, as its first two bytes.
 */
#ifndef _LINUX_KERN_LEVELS_H
#define _LINUX_KERN_LEVELS_H

#define KERN_SOH	"\001"
#define KERN_INFO	KERN_SOH "6"

#endif /* _LINUX_KERN_LEVELS_H */
