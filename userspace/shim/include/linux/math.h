/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rounding of plain integers, to a power of two.
 */
#ifndef _LINUX_MATH_H
#define _LINUX_MATH_H

#define round_up(x, y)		((((x) - 1) | ((typeof(x))((y) - 1))) + 1)

#endif /* _LINUX_MATH_H */
