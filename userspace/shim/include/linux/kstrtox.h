/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text to integer, by the kernel's rules: the whole string must be the number,
 * with an optional sign ('-' for the signed forms only, '+' for all), one
 * newline at the end allowed and no other space anywhere. Base 0 detects 0x
 * and 0. -EINVAL: the text is no number; -ERANGE: the number does not fit. An error leaves
 * the result untouched.
 */
#ifndef _LINUX_KSTRTOX_H
#define _LINUX_KSTRTOX_H

#include <linux/compiler.h>
#include <linux/types.h>

int __must_check kstrtoull(const char *s, unsigned int base, unsigned long long *res);
int __must_check kstrtoll(const char *s, unsigned int base, long long *res);
int __must_check kstrtouint(const char *s, unsigned int base, unsigned int *res);
int __must_check kstrtoint(const char *s, unsigned int base, int *res);

static inline int __must_check kstrtou32(const char *s, unsigned int base, u32 *res)
{
	return kstrtouint(s, base, res);
}

#endif /* _LINUX_KSTRTOX_H */
