/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Single bits and runs of bits as masks.
 */
#ifndef _LINUX_BITS_H
#define _LINUX_BITS_H

#include <linux/const.h>
#include <linux/types.h>

#define BIT_MASK(nr)		(UL(1) << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr)		((nr) / BITS_PER_LONG)

#endif /* _LINUX_BITS_H */
