/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Strings. Functions that the C library has with the same contract are the C library's; the
 * kernel's own are here. strscpy() always terminates, and returns -E2BIG if the text did not
 * fit. The duplicating functions use kmalloc(), with its rules about sleeping, and return NULL
 * for a NULL argument.
 */
#ifndef _LINUX_STRING_H
#define _LINUX_STRING_H

#include <linux/array_size.h>
#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/stddef.h>
#include <linux/errno.h>
#include <linux/overflow.h>
#include <linux/stdarg.h>

void *memcpy(void *dest, const void *src, size_t n);
void *memmove(void *dest, const void *src, size_t n);
void *memset(void *s, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strcpy(char *dest, const char *src);
char *strchr(const char *s, int c);
char *strchrnul(const char *s, int c);
char *strstr(const char *s, const char *what);
char *strsep(char **s, const char *set);
size_t strspn(const char *s, const char *set);

ssize_t strscpy(char *dest, const char *src, size_t size);
char * __must_check skip_spaces(const char *s);
char *strim(char *s);

char *kstrdup(const char *s, gfp_t gfp) __malloc;
void *kmemdup(const void *src, size_t len, gfp_t gfp) __malloc;

/* The length of the prefix that s has, or 0. */
static inline size_t str_has_prefix(const char *s, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(s, prefix, len) == 0 ? len : 0;
}

#endif /* _LINUX_STRING_H */
