// SPDX-License-Identifier: GPL-2.0-only
/*
 * The daemon's home: a root directory of its own, where no path can lie on the
 * file system that it serves.
 *
 * On the host, a user may bind a control file over /proc/cgroups, or a container over
 * /sys.  A reader of such a path waits for the daemon; the daemon itself would wait
 * for ever.  So its root is a tree of new mounts, which is in no mount namespace:
 *
 *	/proc /sys	instances of its own
 *	/dev		devtmpfs, which the kernel has once: for /dev/fuse
 *	/run		a copy of the host's mount alone: for syslog
 *
 * No process can mount anything there.  Files that libraries open by themselves are
 * there, too.
 *
 * The mount namespace of the daemon is the host's, that of kernel threads.  Children
 * of the daemon, release agents and the child that unmounts, return to it by
 * home_leave().
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base.h"
#include "common/own_mount.h"

static int tree = -1;	/* the root; it ends when this is closed */
static int host = -1;	/* the host's mount namespace, that of kthreadd */

/* Does a process serve the file system of @fd?  The mount table says so without asking it. */
static bool is_fuse(int proc, int fd)
{
	int table = openat(proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	FILE *f = table < 0 ? NULL : fdopen(table, "r");
	char *line = NULL, *type;
	bool fuse = true;
	size_t size = 0;
	struct statx st;

	if (!f || statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, 0, &st))
		st.stx_dev_major = st.stx_dev_minor = ~0U;
	while (f && getline(&line, &size, f) > 0) {
		unsigned int maj, min;

		if (sscanf(line, "%*d %*d %u:%u", &maj, &min) != 2 ||
		    maj != st.stx_dev_major || min != st.stx_dev_minor)
			continue;
		type = strstr(line, " - ");
		fuse = !type || !strncmp(type + 3, "fuse", 4);
		break;
	}
	free(line);
	if (f)
		fclose(f);
	return fuse;
}

/* A copy of one mount of the host, without what is mounted below it. */
static int copy_mount(int proc, const char *path)
{
	int fd = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_NO_AUTOMOUNT);

	if (fd >= 0 && is_fuse(proc, fd)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Mount @fd at @name in @root, and close it. */
static int put_mount(int root, const char *name, int fd)
{
	int err = 0;

	if (fd < 0)
		return fd;
	if (mkdirat(root, name, 0755) ||
	    move_mount(fd, "", root, name, MOVE_MOUNT_F_EMPTY_PATH))
		err = -errno;
	close(fd);
	return err;
}

/* Build the tree, in a mount namespace that is made for this only. */
static int build_tree(int root, int proc, int run)
{
	int dev = own_mount("devtmpfs", NULL), err;

	if (dev < 0)
		dev = copy_mount(proc, "/dev");
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH)) {
		err = -errno;
		if (dev >= 0)
			close(dev);
		return err;
	}
	err = put_mount(root, "dev", dev);
	if (!err)
		err = put_mount(root, "proc", own_mount("proc", NULL));
	if (err)
		return err;
	/* the daemon can do without these */
	put_mount(root, "sys", own_mount("sysfs", NULL));
	put_mount(root, "run", run);
	tree = open_tree(root, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE |
			 AT_EMPTY_PATH);
	return tree < 0 ? -errno : 0;
}

int home_enter(void)
{
	int proc = own_proc(), root = -1, err = 0;

	if (proc < 0)
		return proc;
	host = openat(proc, "2/ns/mnt", O_RDONLY | O_CLOEXEC);
	/* read the host's time zone while /etc can be reached */
	if (host < 0 || setns(host, CLONE_NEWNS)) {
		err = -errno;
		goto out;
	}
	tzset();
	root = own_mount("tmpfs", "mode=755,size=64k");
	err = root < 0 ? root : build_tree(root, proc, copy_mount(proc, "/run"));
	if (setns(host, CLONE_NEWNS) && !err)
		err = -errno;
	if (!err && (fchdir(tree) || chroot(".")))
		err = -errno;
out:
	if (root >= 0)
		close(root);
	close(proc);
	return err;
}

int home_leave(void)
{
	return setns(host, CLONE_NEWNS) ? -errno : 0;
}
