// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The root directory of a container, and files in it.
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call.h"
#include "root.h"

static int open_root(void *arg)
{
	return open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

API int container_root(int cfd)
{
	struct containerfs_stat stat;
	struct held held;
	struct calm calm;
	int fd = -1;

	calm_begin(&calm);
	if (!cont_stat(cfd, &stat) &&
	    !held_open(cfd, &stat, CLONE_NEWNS | CONTAINERFS_HOLD_ROOT, &held)) {
		errno = ENOENT;
		if (held.types & CONTAINERFS_HOLD_ROOT) {
			fd = held.root;
			held.root = -1;
		} else if (held.types & CLONE_NEWNS) {
			fd = call_in(&held, CLONE_NEWNS, open_root, NULL);
		}
		held_close(&held);
	}
	calm_end(&calm);
	return fd;
}

int open_in_root(int root, const char *path, int flags, mode_t mode)
{
	struct open_how how = {
		.flags = (unsigned int)flags | O_CLOEXEC,
		.mode = flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? mode : 0,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

API int container_openat(int cfd, const char *path, int flags, mode_t mode)
{
	int root = container_root(cfd), fd;

	if (root < 0)
		return -1;
	fd = open_in_root(root, path, flags, mode);
	close_fd(root);
	return fd;
}
