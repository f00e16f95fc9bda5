// SPDX-License-Identifier: GPL-2.0-only
/*
 * A superblock of FUSE, by the new mount API.  A second context with the same /dev/fuse
 * descriptor makes another mount of the same superblock (Linux 5.14 and later).
 */
#include <errno.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "uapi/containerfs.h"
#include "base/base.h"
#include "view.h"

/* Log what the kernel says went wrong with a context. */
static void log_context(int fs)
{
	char line[256];
	ssize_t len;

	while ((len = read(fs, line, sizeof(line) - 1)) > 0) {
		line[len] = '\0';
		log_err("fuse: %s", line);
	}
}

int connection_mount(int fuse, const char *source, unsigned int attr)
{
	char fd[16];
	const char *const option[][2] = {
		{ "source", source },
		{ "subtype", CONTAINERFS_FSTYPE },
		{ "fd", fd },
		{ "rootmode", "40555" },
		{ "user_id", "0" },
		{ "group_id", "0" },
	};
	int fs, mnt, err;

	snprintf(fd, sizeof(fd), "%d", fuse);
	fs = fsopen("fuse", FSOPEN_CLOEXEC);
	if (fs < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(option) / sizeof(option[0]); i++)
		if (fsconfig(fs, FSCONFIG_SET_STRING, option[i][0], option[i][1], 0))
			goto fail;
	if (fsconfig(fs, FSCONFIG_SET_FLAG, "default_permissions", NULL, 0) ||
	    fsconfig(fs, FSCONFIG_SET_FLAG, "allow_other", NULL, 0) ||
	    fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		goto fail;
	mnt = fsmount(fs, FSMOUNT_CLOEXEC, attr);
	if (mnt < 0)
		goto fail;
	close(fs);
	return mnt;
fail:
	err = -errno;
	/* the caller deals with a connection that has just ended */
	if (err != -ENOTCONN)
		log_context(fs);
	close(fs);
	return err;
}
