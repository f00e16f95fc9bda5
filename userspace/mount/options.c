// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mount options: libmount tells the generic ones (as MS_* flags) from those of
 * the filesystem; here the flags become attributes of the new mount API.
 *
 * Flags of a superblock (sync, mand, lazytime...) mean nothing to containerfs,
 * as they mean nothing to cgroup v1, and are ignored.  Read-only is a property
 * of the mount, not of the hierarchy: others may show it writable.
 */
#include <libmount/libmount.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "mount.h"

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW	256
#endif

uint64_t options_attr(unsigned long flags)
{
	static const struct {
		unsigned long	flag;
		uint64_t	attr;
	} map[] = {
		{ MS_RDONLY, MOUNT_ATTR_RDONLY },
		{ MS_NOSUID, MOUNT_ATTR_NOSUID },
		{ MS_NODEV, MOUNT_ATTR_NODEV },
		{ MS_NOEXEC, MOUNT_ATTR_NOEXEC },
		{ MS_NOATIME, MOUNT_ATTR_NOATIME },
		{ MS_STRICTATIME, MOUNT_ATTR_STRICTATIME },
		{ MS_NODIRATIME, MOUNT_ATTR_NODIRATIME },
		{ MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW },
	};
	uint64_t attr = 0;

	/* the kernel takes one policy; of two, mount(2) lets strictatime win */
	if (flags & MS_STRICTATIME)
		flags &= ~MS_NOATIME;
	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (flags & map[i].flag)
			attr |= map[i].attr;
	return attr;
}

bool options_have_atime(unsigned long flags)
{
	return flags & (MS_NOATIME | MS_RELATIME | MS_STRICTATIME);
}

char *options_without_fuse(const char *options)
{
	static const char *const fuse[] = {
		"fd", "rootmode", "user_id", "group_id", "default_permissions", "allow_other",
		"max_read", "blksize", "subtype",
	};
	char *rest = strdup(options ? options : "");

	for (size_t i = 0; rest && i < sizeof(fuse) / sizeof(fuse[0]); i++)
		while (!mnt_optstr_remove_option(&rest, fuse[i]))
			;
	return rest;
}
