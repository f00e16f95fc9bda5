/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sections the kernel frees after start; a program has none of them.
 */
#ifndef _LINUX_INIT_H
#define _LINUX_INIT_H

#include <linux/compiler.h>
#include <linux/types.h>

#define __init
#define __initdata
#define __initconst
#define __exit
#define __exitdata
#ifndef __ro_after_init
#define __ro_after_init
#endif

typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);

#endif /* _LINUX_INIT_H */
