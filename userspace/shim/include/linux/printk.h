/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log. One call is one line, which the host's sink gets with its level.
 * The formats are those of C: the kernel's own %p extensions would print
 * differently here, so shared code leaves them alone. The ratelimited forms
 * allow 10 lines in 5 seconds a place.
 */
#ifndef _LINUX_PRINTK_H
#define _LINUX_PRINTK_H

#include <linux/stdarg.h>
#include <linux/types.h>
#include <linux/kern_levels.h>
#include <linux/bug.h>
#include "../../shim_libc.h"

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

#define printk_ratelimited(fmt, ...)					\
({									\
	static long __rl_start;						\
	static int __rl_printed, __rl_missed;				\
	if (shim_ratelimit(&__rl_start, &__rl_printed, &__rl_missed,	\
			   5000, 10, __func__))				\
		shim_printk(fmt, ##__VA_ARGS__);			\
})

#define pr_info_ratelimited(fmt, ...) \
	printk_ratelimited(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

#endif /* _LINUX_PRINTK_H */
