// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mount options.  libmount separates the generic options, which become MS_* flags, from
 * those of the filesystem.  Here the flags become attributes of the new mount API.
 *
 * Flags of a superblock (sync, mand, lazytime...) are ignored, as cgroup v1 ignores
 * them.  Read-only is a property of the mount, not of the hierarchy, which other
 * mounts may show writable.
 */
#include <libmount/libmount.h>
#include <stddef.h>
#include <stdio.h>
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

unsigned long options_propagation(struct libmnt_context *cxt)
{
	const char *options = mnt_fs_get_options(mnt_context_get_fs(cxt));
	unsigned long flags = 0;

	if (!options || mnt_optstr_get_flags(options, &flags, mnt_get_builtin_optmap(MNT_LINUX_MAP)))
		return 0;
	return flags & (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE);
}

bool options_have_atime(unsigned long flags)
{
	return flags & (MS_NOATIME | MS_RELATIME | MS_STRICTATIME);
}

bool options_strip_fuse(char **options)
{
	static const char *const fuse[] = {
		"fd", "rootmode", "user_id", "group_id", "default_permissions", "allow_other",
		"max_read", "blksize", "subtype",
	};
	bool found = false;

	for (size_t i = 0; i < sizeof(fuse) / sizeof(fuse[0]); i++)
		while (!mnt_optstr_remove_option(options, fuse[i]))
			found = true;
	return found;
}

bool options_last_counts(struct libmnt_context *cxt)
{
	/* of other options given twice the engine takes the last one itself */
	static const char *const once[] = { "name", "release_agent" };
	const char *given = mnt_fs_get_options(mnt_context_get_fs(cxt));
	char *options = strdup(given ?: "");
	bool ok = options;

	if (ok && !mnt_optstr_get_option(options, "remount", NULL, NULL)) {
		for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++)
			mnt_optstr_deduplicate_option(&options, once[i]);
		ok = !mnt_context_set_options(cxt, options);
	}
	free(options);
	return ok;
}

char *options_merge(const char *options, const char *more)
{
	char *merged = strdup(options), *copy = strdup(more);
	char *at = copy, *name, *value;
	size_t name_len, value_len;
	int err = merged && copy ? 0 : -1;

	while (!err && !mnt_optstr_next_option(&at, &name, &name_len, &value, &value_len)) {
		name = strndup(name, name_len);
		value = value ? strndup(value, value_len) : NULL;
		err = name ? mnt_optstr_set_option(&merged, name, value) : -1;
		free(name);
		free(value);
	}
	free(copy);
	if (!err)
		return merged;
	free(merged);
	return NULL;
}
