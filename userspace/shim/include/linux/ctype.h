/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Classes of characters. The kernel's table is Latin-1: 0xa0 is a space and
 * the accented letters are letters, whatever the locale.
 */
#ifndef _LINUX_CTYPE_H
#define _LINUX_CTYPE_H

#include <linux/types.h>

static inline bool __shim_isupper(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7);
}

static inline bool __shim_islower(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 0xdf && c != 0xf7);
}

static inline bool __shim_isdigit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static inline bool __shim_isxdigit(unsigned char c)
{
	return __shim_isdigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static inline bool __shim_isspace(unsigned char c)
{
	return (c >= '\t' && c <= '\r') || c == ' ' || c == 0xa0;
}

static inline bool __shim_isalnum(unsigned char c)
{
	return __shim_isupper(c) || __shim_islower(c) || __shim_isdigit(c);
}

#define isdigit(c)	__shim_isdigit((unsigned char)(c))
#define isxdigit(c)	__shim_isxdigit((unsigned char)(c))
#define isspace(c)	__shim_isspace((unsigned char)(c))
#define isalnum(c)	__shim_isalnum((unsigned char)(c))
#define iscntrl(c)	((unsigned char)(c) < 0x20 || (unsigned char)(c) == 0x7f)

#endif /* _LINUX_CTYPE_H */
