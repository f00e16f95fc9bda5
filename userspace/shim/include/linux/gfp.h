/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocation flags and what they allow.
 */
#ifndef _LINUX_GFP_H
#define _LINUX_GFP_H

#include <linux/gfp_types.h>
#include <linux/compiler.h>

/* What the allocator in libc's world must know of the flags. */
static inline unsigned int __shim_gfp(gfp_t gfp)
{
	return ((gfp & __GFP_ZERO) ? SHIM_GFP_ZERO : 0) |
	       ((gfp & __GFP_DIRECT_RECLAIM) ? SHIM_GFP_SLEEP : 0) |
	       ((gfp & __GFP_NOWARN) ? SHIM_GFP_NOWARN : 0) |
	       ((gfp & __GFP_NOFAIL) ? SHIM_GFP_NOFAIL : 0);
}

#endif /* _LINUX_GFP_H */
