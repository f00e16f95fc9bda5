/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pointers of a removed list entry: addresses that cannot be read.
 */
#ifndef _LINUX_POISON_H
#define _LINUX_POISON_H

#define LIST_POISON1	((void *)0xdead000000000100UL)
#define LIST_POISON2	((void *)0xdead000000000122UL)

#endif /* _LINUX_POISON_H */
