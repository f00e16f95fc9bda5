/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Constants shared with assembly, in the kernel; here only the suffixes.
 */
#ifndef _LINUX_CONST_H
#define _LINUX_CONST_H

#define UL(x)	(x##UL)

#endif /* _LINUX_CONST_H */
