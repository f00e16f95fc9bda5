/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bob Jenkins' hash of bytes and words (his lookup3, in the public domain).
 * Equal input hashes equally whatever its alignment; nobody may store values.
 */
#ifndef _LINUX_JHASH_H
#define _LINUX_JHASH_H

#include <linux/compiler.h>
#include <linux/types.h>

#define JHASH_INITVAL		0xdeadbeefu
#define jhash_size(n)		((u32)1 << (n))
#define jhash_mask(n)		(jhash_size(n) - 1)

u32 jhash(const void *key, u32 length, u32 initval);
u32 jhash2(const u32 *k, u32 length, u32 initval);
u32 jhash_3words(u32 a, u32 b, u32 c, u32 initval);
u32 jhash_2words(u32 a, u32 b, u32 initval);
u32 jhash_1word(u32 a, u32 initval);

#endif /* _LINUX_JHASH_H */
