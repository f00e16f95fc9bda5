// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mounts without a daemon.  A daemon that is killed leaves mount points that answer
 * every call with ENOTCONN.  They are unmounted when the next daemon is started,
 * because their hierarchies ended with the former.
 *
 * Only mounts that answer so are touched: others may be of a daemon that runs, on
 * another socket.  A mount that does not answer is not waited for.  The unmount is
 * lazy, because a process may still have its working directory there.
 */
#include <errno.h>
#include <libmount/libmount.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "uapi/containerfs.h"
#include "common/answers.h"
#include "mount.h"

void stale_unmount(void)
{
	struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_BACKWARD);
	/* milliseconds; a dead mount answers at once, and this program waits long only once */
	static int patience = 2000;
	struct libmnt_fs *fs;

	while (table && iter && !mnt_table_next_fs(table, iter, &fs)) {
		const char *type = mnt_fs_get_fstype(fs), *target = mnt_fs_get_target(fs);
		int err;

		if (!type || !target || strcmp(type, "fuse." CONTAINERFS_FSTYPE))
			continue;
		err = path_answers(target, patience);
		if (err == -ETIMEDOUT)
			patience = 100;
		if (err != -ENOTCONN)
			continue;
		if (umount2(target, MNT_DETACH | UMOUNT_NOFOLLOW))
			fprintf(stderr, "mount.containerfs: %s: cannot unmount what a former daemon left: %s (%s)\n",
				target, strerror(errno), strerrorname_np(errno));
		else if (verbose)
			printf("mount.containerfs: %s: unmounted, its daemon is gone\n", target);
	}
	mnt_free_iter(iter);
	mnt_unref_table(table);
}
