/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text of a macro's value.
 */
#ifndef _LINUX_STRINGIFY_H
#define _LINUX_STRINGIFY_H

#define __stringify_2(x...)	#x
#define __stringify(x...)	__stringify_2(x)

#endif /* _LINUX_STRINGIFY_H */
