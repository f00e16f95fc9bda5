/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A warning where a value is not of the named type.
 */
#ifndef _LINUX_TYPECHECK_H
#define _LINUX_TYPECHECK_H

#define typecheck(type, x)						\
({									\
	type __tc_a;							\
	typeof(x) __tc_b;						\
	(void)(&__tc_a == &__tc_b);					\
	1;								\
})

#endif /* _LINUX_TYPECHECK_H */
