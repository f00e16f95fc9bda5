/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's integer types on a 64-bit machine (int-ll64: u64 is unsigned
 * long long, so %llu prints it), and the small structs that other headers
 * share. struct rcu_head has the kernel's layout.
 */
#ifndef _LINUX_TYPES_H
#define _LINUX_TYPES_H

#include <linux/compiler_types.h>
#include <linux/stddef.h>
#include "../../shim_libc.h"

typedef unsigned int		u32;
typedef signed long long	s64;
typedef unsigned long long	u64;
typedef _Bool			bool;
typedef __SIZE_TYPE__		size_t;
typedef long			ssize_t;
typedef long long		loff_t;
typedef unsigned short		umode_t;
typedef s64			time64_t;
typedef unsigned int		gfp_t;
typedef unsigned int		slab_flags_t;

/* as UAPI headers name them */
typedef u32			__u32;
typedef int			__s32;
typedef u64			__u64;

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

/*
 * Two words, as the kernel has it. The part of the shims that queues it
 * knows it by this name.
 */
#define rcu_head	shim_rcu_head

typedef void (*rcu_callback_t)(struct rcu_head *head);

typedef void (*swap_func_t)(void *a, void *b, int size);
typedef int (*cmp_func_t)(const void *a, const void *b);

#define BITS_PER_LONG		64
#define BITS_TO_LONGS(nr)	(((nr) + BITS_PER_LONG - 1) / BITS_PER_LONG)

_Static_assert(sizeof(long) == 8, "the shims know 64-bit machines only");

#endif /* _LINUX_TYPES_H */
