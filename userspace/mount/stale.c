// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mounts without a daemon.  A daemon that is killed leaves mount points that answer
 * every call with ENOTCONN.  They are unmounted when the next daemon of the same socket is
 * started, because their hierarchies ended with the former.
 *
 * Mounts of another daemon, on another socket, may answer so for a moment, too, after a
 * forced umount, until that daemon makes them anew.  So only those are touched of which
 * the dead daemon has left the device numbers (endpoint.h).  A mount that does not answer is
 * not waited for.  The unmount is lazy, because a process may still have its working
 * directory there.
 */
#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "uapi/containerfs.h"
#include "common/answers.h"
#include "common/endpoint.h"
#include "common/exchange.h"
#include "mount.h"

struct devices {
	dev_t	*dev;
	size_t	 nr;
};

/* The file that the daemon of our socket has left; NULL: none, or the daemon lives. */
static FILE *open_left(void)
{
	struct flock running = { .l_type = F_WRLCK, .l_whence = SEEK_SET,
				 .l_start = ENDPOINT_LOCK_RUNNING, .l_len = 1 };
	struct sockaddr_un addr;
	int dir = endpoint_dir(exchange_where(), false, &addr), fd;
	struct stat st;

	if (dir < 0)
		return NULL;
	fd = endpoint_lock_file(dir, &addr, O_RDONLY);
	close(dir);
	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && !st.st_uid && !fcntl(fd, F_OFD_GETLK, &running) &&
	    running.l_type == F_UNLCK)
		return fdopen(fd, "r");
	close(fd);
	return NULL;
}

static void read_left(struct devices *left)
{
	FILE *f = open_left();
	unsigned int maj, min;
	char line[64];
	dev_t *dev;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%u:%u", &maj, &min) != 2)
			continue;
		dev = reallocarray(left->dev, left->nr + 1, sizeof(*dev));
		if (!dev)
			break;
		left->dev = dev;
		dev[left->nr++] = makedev(maj, min);
	}
	if (f)
		fclose(f);
}

static bool is_left(const struct devices *left, dev_t dev)
{
	for (size_t i = 0; i < left->nr; i++)
		if (left->dev[i] == dev)
			return true;
	return false;
}

bool stale_unmount_at(const char *target)
{
	bool done = !umount2(target, MNT_DETACH | UMOUNT_NOFOLLOW);

	if (!done)
		fprintf(stderr, "mount.containerfs: %s: cannot unmount what a former daemon left: %s (%s)\n",
			target, strerror(errno), strerrorname_np(errno));
	else if (verbose)
		printf("mount.containerfs: %s: unmounted, its daemon is gone\n", target);
	return done;
}

void stale_unmount(void)
{
	struct libmnt_table *table;
	struct libmnt_iter *iter;
	/* milliseconds; a dead mount answers at once, and this program waits long only once */
	static int patience = 2000;
	struct devices left = { 0 };
	struct libmnt_fs *fs;

	read_left(&left);
	if (!left.nr)
		return;
	table = mnt_new_table_from_file("/proc/self/mountinfo");
	iter = mnt_new_iter(MNT_ITER_BACKWARD);
	while (table && iter && !mnt_table_next_fs(table, iter, &fs)) {
		const char *type = mnt_fs_get_fstype(fs), *target = mnt_fs_get_target(fs);
		int err;

		if (!type || !target || strcmp(type, "fuse." CONTAINERFS_FSTYPE) ||
		    !is_left(&left, mnt_fs_get_devno(fs)))
			continue;
		err = path_answers(target, patience);
		if (err == -ETIMEDOUT)
			patience = 100;
		if (err == -ENOTCONN)
			stale_unmount_at(target);
	}
	mnt_free_iter(iter);
	mnt_unref_table(table);
	free(left.dev);
}
