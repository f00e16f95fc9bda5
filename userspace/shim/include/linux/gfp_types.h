/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocation flags. Their bits are our own. Only one thing counts: GFP_KERNEL lets the
 * allocator sleep, and GFP_ATOMIC does not.
 */
#ifndef _LINUX_GFP_TYPES_H
#define _LINUX_GFP_TYPES_H

#include <linux/types.h>

#define __GFP_DIRECT_RECLAIM	((gfp_t)0x0001u)
#define __GFP_KSWAPD_RECLAIM	((gfp_t)0x0002u)
#define __GFP_IO		((gfp_t)0x0004u)
#define __GFP_FS		((gfp_t)0x0008u)
#define __GFP_HIGH		((gfp_t)0x0010u)
#define __GFP_ATOMIC		((gfp_t)0x0020u)
#define __GFP_ZERO		((gfp_t)0x0040u)
#define __GFP_NOWARN		((gfp_t)0x0080u)
#define __GFP_NOFAIL		((gfp_t)0x0100u)
#define __GFP_RECLAIM		(__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)

#define GFP_KERNEL		(__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_ATOMIC		(__GFP_HIGH | __GFP_ATOMIC | __GFP_KSWAPD_RECLAIM)

#endif /* _LINUX_GFP_TYPES_H */
