/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Only the part of this header that the engine may name: kvmalloc() and its
 * kin, which 6.1 declares in linux/slab.h.
 */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <linux/slab.h>

#endif /* _LINUX_MM_H */
