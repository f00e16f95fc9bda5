/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Of the scheduler's header only the constants that name namespaces and the
 * size of a command's name.  Tasks are the host's and opaque here.
 */
#ifndef _LINUX_SCHED_H
#define _LINUX_SCHED_H

#include <uapi/linux/sched.h>
#include <linux/types.h>
#include "../../shim_libc.h"

struct task_struct;

#define TASK_COMM_LEN	16

/* Lets other threads run; may sleep. */
#define cond_resched()							\
({									\
	shim_might_sleep(__FILE__, __LINE__);				\
	shim_cond_resched();						\
	0;								\
})

#endif /* _LINUX_SCHED_H */
