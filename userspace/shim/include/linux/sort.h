/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sorting in place, in n log n whatever the order, with no memory. Not stable.
 * Without a swap function elements are swapped bytewise.
 */
#ifndef _LINUX_SORT_H
#define _LINUX_SORT_H

#include <linux/types.h>

void sort(void *base, size_t num, size_t size, cmp_func_t cmp_func,
	  swap_func_t swap_func);

#endif /* _LINUX_SORT_H */
