// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mounts that are in no mount namespace (own_mount.h).
 *
 * A file system that the kernel has only once, such as devtmpfs or a cgroup
 * hierarchy, is reached by such a mount from everywhere: no chroot(2), namespace or
 * mount of another process leads elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "own_mount.h"

static int set_option(int fs, char *option)
{
	char *value = strchr(option, '=');

	if (!value)
		return fsconfig(fs, FSCONFIG_SET_FLAG, option, NULL, 0);
	*value = '\0';
	return fsconfig(fs, FSCONFIG_SET_STRING, option, value + 1, 0);
}

int own_mount(const char *type, const char *options)
{
	char *copy = strdup(options ? options : ""), *save = NULL;
	int fs = fsopen(type, FSOPEN_CLOEXEC), mnt = -1, err = 0;

	if (!copy || fs < 0) {
		err = copy ? -errno : -ENOMEM;
		goto out;
	}
	for (char *o = strtok_r(copy, ",", &save); o && !err; o = strtok_r(NULL, ",", &save))
		err = set_option(fs, o) ? -errno : 0;
	if (err)
		goto out;
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) ||
	    (mnt = fsmount(fs, FSMOUNT_CLOEXEC, 0)) < 0)
		err = -errno;
out:
	free(copy);
	if (fs >= 0)
		close(fs);
	return err ? err : mnt;
}

int own_proc(void)
{
	int fd = own_mount("proc", NULL);

	if (fd < 0)
		fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}
