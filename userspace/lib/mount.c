// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * File systems for a container, made and mounted from outside.
 */
#include <fcntl.h>
#include <linux/mount.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call.h"
#include "root.h"

#define MOVE_FLAGS	(MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH)

/* --- fsopen --- */

struct fsopen_args {
	const char	*type;
	unsigned int	flags;
	int		pidns;		/* -1: the caller's */
	int		ret, error;
};

static int do_fsopen(void *arg)
{
	const struct fsopen_args *a = arg;

	return (int)syscall(SYS_fsopen, a->type, a->flags | FSOPEN_CLOEXEC);
}

/* A child of this one is in the PID namespace; the descriptors are all the same. */
static int fsopen_inside(void *arg)
{
	struct fsopen_args *a = arg;

	a->ret = do_fsopen(a);
	a->error = errno;
	return 0;
}

static int fsopen_through(void *arg)
{
	struct fsopen_args *a = arg;
	pid_t pid;

	if (setns(a->pidns, CLONE_NEWPID))
		return -1;
	a->ret = -1;
	a->error = EIO;
	pid = child_start(fsopen_inside, a, CLONE_VM | CLONE_VFORK | CLONE_FILES, NULL);
	if (pid < 0)
		return -1;
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
	errno = a->error;
	return a->ret;
}

/* proc shows the PID namespace of whoever calls fsopen(), or, from Linux 6.18, a given one. */
static int fsopen_proc(const struct held *held, const struct containerfs_stat *stat,
		       unsigned int types, struct fsopen_args *args)
{
	int fd = call_in(held, types, do_fsopen, args);

	if (fd < 0 || !syscall(SYS_fsconfig, fd, FSCONFIG_SET_FD, "pidns", NULL, args->pidns))
		return fd;
	close_fd(fd);
	if (stat->state != CONTAINERFS_INIT_RUNNING) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return call_in(held, types, fsopen_through, args);
}

API int container_fsopen(int cfd, const char *fstype, unsigned int flags)
{
	const unsigned int types = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC;
	struct fsopen_args args = { .type = fstype, .flags = flags };
	struct containerfs_stat stat;
	struct held held;
	struct calm calm;
	int ret = -1;

	calm_begin(&calm);
	if (cont_stat(cfd, &stat) || held_open(cfd, &stat, types | CLONE_NEWPID, &held))
		goto out;
	args.pidns = held.ns[NS_pid];
	if (args.pidns >= 0 && !strcmp(fstype, "proc"))
		ret = fsopen_proc(&held, &stat, types, &args);
	else
		ret = call_in(&held, types, do_fsopen, &args);
	held_close(&held);
out:
	calm_end(&calm);
	return ret;
}

/* --- move_mount --- */

struct move_args {
	int	from, to;
};

static int do_move(void *arg)
{
	const struct move_args *a = arg;

	return (int)syscall(SYS_move_mount, a->from, "", a->to, "", MOVE_FLAGS);
}

/* What covers a directory is found by going up from it where nothing is above. */
static int hold_root(int cfd, int root)
{
	int fd = open_in_root(root, "..", O_PATH | O_DIRECTORY, 0), hold, ret = -1;
	char text[16];

	if (fd < 0)
		return -1;
	hold = cont_file(cfd, "ns.hold", O_WRONLY);
	if (hold >= 0) {
		snprintf(text, sizeof(text), "%d", fd);
		ret = write_text(hold, text);
	}
	close_fd(hold);
	close_fd(fd);
	return ret;
}

static bool same_place(int a, int b)
{
	struct statx x, y;

	return !statx(a, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &x) &&
	       !statx(b, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &y) &&
	       x.stx_mnt_id == y.stx_mnt_id && x.stx_ino == y.stx_ino;
}

static int move_to(int cfd, const struct held *held, int mfd, int root, const char *to)
{
	struct move_args args = { .from = mfd, .to = open_in_root(root, to, O_PATH, 0) };
	int ret;

	if (args.to < 0)
		return -1;
	/* the right is had in the held user namespace, by those who have it not here */
	ret = call_in(held, CLONE_NEWNS, do_move, &args);
	if (ret && errno == EPERM && held->types & CLONE_NEWUSER)
		ret = call_in(held, CLONE_NEWNS | CLONE_NEWUSER, do_move, &args);
	if (!ret && same_place(args.to, root))
		ret = hold_root(cfd, root);
	close_fd(args.to);
	return ret;
}

API int container_move_mount(int mfd, int cfd, const char *to)
{
	int ret = -1, root = container_root(cfd);
	struct containerfs_stat stat;
	struct held held;
	struct calm calm;

	if (root < 0)
		return -1;
	calm_begin(&calm);
	if (!cont_stat(cfd, &stat) &&
	    !held_open(cfd, &stat, CLONE_NEWNS | CLONE_NEWUSER, &held)) {
		errno = ENOENT;
		if (held.types & CLONE_NEWNS)
			ret = move_to(cfd, &held, mfd, root, to);
		held_close(&held);
	}
	close_fd(root);
	calm_end(&calm);
	return ret;
}
