/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mount table of a process, without a library.  The daemon reads it where a path
 * could lead to its own mounts; containerctl reads it because a command that starts
 * another program should not load libraries first.  Includes only libc.
 */
#ifndef _CONTAINERFS_MOUNTINFO_H
#define _CONTAINERFS_MOUNTINFO_H

#include <stdbool.h>
#include <sys/types.h>

struct mount_line {
	unsigned long long	 id;
	dev_t			 dev;
	const char		*root, *point, *options, *type, *source;
	const char		*fs_options;	/* of the file system, for all its mounts */
};

/*
 * Call @fn for each mount that the open file @mountinfo tells, from its beginning, until
 * @fn returns false; the strings of the line are borrowed.  0 or -errno.
 */
int mountinfo_each(int mountinfo, bool (*fn)(const struct mount_line *m, void *arg), void *arg);

#endif /* _CONTAINERFS_MOUNTINFO_H */
