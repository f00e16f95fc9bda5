// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A container is made, with what it is to hold.
 */
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib.h"

#define HOSTNAME_MAX	64

static const struct {
	unsigned int	flag, type;
} new_types[] = {
	{ CONTAINER_NEW_FS_NS, CLONE_NEWNS },
	{ CONTAINER_NEW_EMPTY_FS_NS, CLONE_NEWNS },
	{ CONTAINER_NEW_CGROUP_NS, CLONE_NEWCGROUP },
	{ CONTAINER_NEW_UTS_NS, CLONE_NEWUTS },
	{ CONTAINER_NEW_IPC_NS, CLONE_NEWIPC },
	{ CONTAINER_NEW_USER_NS, CLONE_NEWUSER },
	{ CONTAINER_NEW_PID_NS, CLONE_NEWPID },
	{ CONTAINER_NEW_NET_NS, CLONE_NEWNET },
	{ CONTAINER_NEW_TIME_NS, CLONE_NEWTIME },
};

#define FLAGS_NEW_FS	(CONTAINER_NEW_FS_NS | CONTAINER_NEW_EMPTY_FS_NS)
#define FLAGS_LEASE	(CONTAINER_KILL_ON_CLOSE | CONTAINER_REMOVE_ON_CLOSE)
#define FLAGS_OTHER	(FLAGS_LEASE | CONTAINER_FD_CLOEXEC | CONTAINER_KEYRING)

static int invalid(void)
{
	errno = EINVAL;
	return -1;
}

static int types_of(uint64_t flags, unsigned int *types)
{
	uint64_t known = FLAGS_OTHER;
	unsigned int i;

	*types = 0;
	for (i = 0; i < ARRAY_SIZE(new_types); i++) {
		known |= new_types[i].flag;
		if (flags & new_types[i].flag)
			*types |= new_types[i].type;
	}
	return flags & ~known || (flags & FLAGS_NEW_FS) == FLAGS_NEW_FS ? invalid() : 0;
}

/* The user namespace among the given ones owns the new ones. */
static int look_at_fds(struct fresh *fresh)
{
	unsigned int i, given = 0;
	int type;

	for (i = 0; i < fresh->nr_fds; i++) {
		if (fcntl(fresh->fds[i], F_GETFD) < 0)
			return -1;
		type = ioctl(fresh->fds[i], NS_GET_NSTYPE);
		if (type < 0)
			continue;	/* a directory; or ns.hold will say what is wrong */
		if ((given | fresh->types) & (unsigned int)type)
			return invalid();
		given |= (unsigned int)type;
		if (type == CLONE_NEWUSER)
			fresh->user = fresh->fds[i];
	}
	return 0;
}

static int fresh_of(const struct container_create_args *args, struct fresh *fresh)
{
	*fresh = (struct fresh){
		.empty = args->flags & CONTAINER_NEW_EMPTY_FS_NS,
		.root = args->flags & FLAGS_NEW_FS,
		.keyring = args->flags & CONTAINER_KEYRING,
		.fds = (const int *)(uintptr_t)args->hold_fds,
		.nr_fds = (unsigned int)args->nr_hold_fds,
		.user = -1,
		.uid_map = (const char *)(uintptr_t)args->uid_map,
		.gid_map = (const char *)(uintptr_t)args->gid_map,
		.hostname = (const char *)(uintptr_t)args->hostname,
		.time_offsets = (const char *)(uintptr_t)args->time_offsets,
	};
	if (types_of(args->flags, &fresh->types))
		return -1;
	fresh->cred = fresh->types != 0;
	if (args->nr_hold_fds > CONTAINER_HOLD_FDS_MAX || (args->nr_hold_fds && !args->hold_fds))
		return invalid();
	if ((fresh->uid_map || fresh->gid_map) && !(fresh->types & CLONE_NEWUSER))
		return invalid();
	if (fresh->hostname && (!(fresh->types & CLONE_NEWUTS) || strlen(fresh->hostname) > HOSTNAME_MAX))
		return invalid();
	if (fresh->time_offsets && !(fresh->types & CLONE_NEWTIME))
		return invalid();
	return look_at_fds(fresh);
}

/* Is there a containerfs where the directory is to be, which can hold what it is to hold? */
static int check_parent(int dirfd, const char *path, bool holds)
{
	size_t len = strlen(path);
	struct containerfs_stat stat;
	char *parent;
	int fd, ret = -1;

	if (!len) {
		errno = ENOENT;
		return -1;
	}
	while (len && path[len - 1] == '/')
		len--;
	while (len && path[len - 1] != '/')
		len--;
	parent = len ? strndup(path, len) : strdup(".");
	if (!parent)
		return -1;
	fd = openat(dirfd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(parent);
	if (fd < 0)
		return -1;
	ret = cont_stat(fd, &stat);
	close_fd(fd);
	if ((ret && errno == ENOTTY) || (!ret && holds && !(stat.flags & CONTAINERFS_STAT_NS))) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return ret;
}

static int fill(int cfd, const struct fresh *fresh, uint64_t flags)
{
	__u32 lease = CONTAINERFS_LEASE_KILL;

	if (fresh->types || fresh->nr_fds || fresh->keyring)
		if (fresh_hold(cfd, fresh))
			return -1;
	if (flags & CONTAINER_REMOVE_ON_CLOSE)
		lease |= CONTAINERFS_LEASE_REMOVE;
	return flags & FLAGS_LEASE && ioctl(cfd, CONTAINERFS_IOC_LEASE, &lease) ? -1 : 0;
}

/* Is @path another directory than @cfd by now? If @cfd could not be opened, that is not known. */
static bool renamed(int dirfd, const char *path, int cfd)
{
	struct stat named, made;

	if (cfd < 0)
		return false;
	return fstatat(dirfd, path, &named, AT_SYMLINK_NOFOLLOW) || fstat(cfd, &made) ||
	       named.st_dev != made.st_dev || named.st_ino != made.st_ino;
}

static int create(int dirfd, const char *path, const struct container_create_args *args)
{
	struct fresh fresh;
	int cfd, err;

	if (fresh_of(args, &fresh) ||
	    check_parent(dirfd, path, fresh.types || fresh.nr_fds || fresh.keyring) ||
	    mkdirat(dirfd, path, 0755))
		return -1;
	cfd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (cfd >= 0 && !fill(cfd, &fresh, args->flags))
		return cfd;
	err = errno;
	if (!renamed(dirfd, path, cfd))
		unlinkat(dirfd, path, AT_REMOVEDIR);
	close_fd(cfd);
	errno = err == EACCES ? EPERM : err;
	return -1;
}

/* As clone3(2): an older or newer program's structure, whose rest is zero. */
static int copy_args(struct container_create_args *to, const void *from, size_t size)
{
	const unsigned char *p = from;
	size_t i;

	if (size < CONTAINER_CREATE_ARGS_SIZE_VER0)
		return invalid();
	for (i = sizeof(*to); i < size; i++) {
		if (p[i]) {
			errno = E2BIG;
			return -1;
		}
	}
	memset(to, 0, sizeof(*to));
	memcpy(to, from, size < sizeof(*to) ? size : sizeof(*to));
	return 0;
}

API int container_create_at(int dirfd, const char *path, const struct container_create_args *args,
			    size_t size)
{
	struct container_create_args known;
	struct calm calm;
	int fd = -1;

	calm_begin(&calm);
	if (!copy_args(&known, args, size))
		fd = create(dirfd, path, &known);
	calm_end(&calm);
	return fd;
}

API int container_create(const char *path, unsigned int flags)
{
	const struct container_create_args args = { .flags = flags };

	return container_create_at(AT_FDCWD, path, &args, sizeof(args));
}
