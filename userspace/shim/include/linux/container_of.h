/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a member to its struct, with the kernel's check of the types.
 */
#ifndef _LINUX_CONTAINER_OF_H
#define _LINUX_CONTAINER_OF_H

#include <linux/stddef.h>

#define container_of(ptr, type, member)					\
({									\
	void *__co_ptr = (void *)(ptr);					\
	_Static_assert(__same_type(*(ptr), ((type *)0)->member) ||	\
		       __same_type(*(ptr), void),			\
		       "pointer type mismatch in container_of()");	\
	(type *)((char *)__co_ptr - offsetof(type, member));		\
})

#endif /* _LINUX_CONTAINER_OF_H */
