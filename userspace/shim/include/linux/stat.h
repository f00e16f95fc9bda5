/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * File types and permissions, with the values of user space.
 */
#ifndef _LINUX_STAT_H
#define _LINUX_STAT_H

#define S_IFMT		00170000
#define S_IFLNK		0120000
#define S_IFREG		0100000
#define S_IFDIR		0040000
#define S_ISLNK(m)	(((m) & S_IFMT) == S_IFLNK)

#define S_ISUID		0004000
#define S_ISGID		0002000
#define S_ISVTX		0001000

#define S_IRWXU		00700
#define S_IRWXG		00070
#define S_IRWXO		00007

#define S_IRWXUGO	(S_IRWXU | S_IRWXG | S_IRWXO)
#define S_IALLUGO	(S_ISUID | S_ISGID | S_ISVTX | S_IRWXUGO)

#include <linux/types.h>
#include <linux/time64.h>

#endif /* _LINUX_STAT_H */
