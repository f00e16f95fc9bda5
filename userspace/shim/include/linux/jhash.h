/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bob Jenkins' hash of bytes (his lookup3, in the public domain).
 * Equal input hashes equally whatever its alignment; no caller may store values.
 */
#ifndef _LINUX_JHASH_H
#define _LINUX_JHASH_H

#include <linux/compiler.h>
#include <linux/types.h>

#define JHASH_INITVAL		0xdeadbeefu

u32 jhash(const void *key, u32 length, u32 initval);

#endif /* _LINUX_JHASH_H */
