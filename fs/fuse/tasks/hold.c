// SPDX-License-Identifier: GPL-2.0-only
/*
 * What containers hold: namespaces and roots as descriptors of the daemon, keyrings as keys of
 * its process keyring.
 *
 * The writer of ns.hold waits in write(2) until the daemon answers, and cannot even be killed
 * meanwhile. So its directory in /proc shows what it wants to be held.
 *
 * The daemon must never wait for a file system that a process serves, which may be the daemon
 * itself, or may hang. An open(2) with O_PATH asks none: the kernel follows the links of
 * /proc to where they lead, and does no more. Nor does it ask any to say where a descriptor
 * leads. So whatever the writer names is first taken by O_PATH. By then it cannot change any
 * more, whatever other threads of the writer do. It is opened only if it is a namespace: if
 * the text of the daemon's own descriptor is that of a namespace, which no path can have, because a
 * path begins with a slash; or if the writer's table of mounts tells that the path is that
 * of a file which a namespace was bound to. (Where revalidation by the network is part of
 * following a link, as with NFS, a dead server can hold the daemon up.)
 *
 * A pid namespace in which no process has been yet has no link in /proc. From Linux 6.11 on
 * it can be asked of a pidfd.
 *
 * The daemon needs CAP_SYS_PTRACE to look at processes that may not be dumped.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <linux/nsfs.h>
#include <linux/types.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "uapi/containerfs.h"
#include "common/own_mount.h"
#include "hold.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x00000080
#endif

/* <linux/pidfd.h> of newer kernels; with <fcntl.h> it does not compile everywhere */
#define HOLD_PIDFD_THREAD	O_EXCL
#define HOLD_PIDFD_GET_PID_FOR_CHILDREN	_IO(0xFF, 6)

/* What members of struct key's permissions are called in the kernel. */
#define KEY_POS_ALL	0x3f000000u
#define KEY_USR_VIEW	0x00010000u
#define KEY_USR_READ	0x00020000u
#define KEY_USR_SEARCH	0x00080000u
#define KEY_USR_LINK	0x00100000u

/* Descriptors that the daemon keeps for its own work, whatever containers hold. */
#define RESERVED	128

static int proc = -1;		/* /proc, in which no file system is mounted */
static int room;		/* what is held has numbers below this */

static const struct kind {
	unsigned int	 type;
	const char	*text;		/* of the link, before ":[" */
	const char	*own;		/* name in /proc/TID/ns; for pid and time of the children's */
} kinds[] = {
	{ CLONE_NEWNS,		"mnt",		"mnt" },
	{ CLONE_NEWUTS,		"uts",		"uts" },
	{ CLONE_NEWIPC,		"ipc",		"ipc" },
	{ CLONE_NEWUSER,	"user",		"user" },
	{ CLONE_NEWPID,		"pid",		"pid_for_children" },
	{ CLONE_NEWNET,		"net",		"net" },
	{ CLONE_NEWCGROUP,	"cgroup",	"cgroup" },
	{ CLONE_NEWTIME,	"time",		"time_for_children" },
};
#define NR_KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static int hold_open(int flags, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Open a path below /proc; the descriptor or -errno. */
static int hold_open(int flags, const char *fmt, ...)
{
	char path[64];
	va_list ap;
	int fd;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	fd = openat(proc, path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* What an error of looking at the writer means to the writer. */
static int writer_error(int err)
{
	switch (err) {
	case -EACCES:
		return -EPERM;
	case -ENFILE:
		return -EMFILE;
	default:
		return err;
	}
}

/* @fd, or an error of opening it, is what is held; closes it if that fails. */
static int hold_keep(struct container_hold *hold, unsigned int type, int fd)
{
	struct stat st = { .st_ino = 0 };
	int err = 0;

	if (fd < 0)
		return writer_error(fd);
	if (fd >= room)
		err = -EMFILE;
	else if (type != CONTAINERFS_HOLD_ROOT && fstat(fd, &st))
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	*hold = (struct container_hold){ .type = type, .handle = (unsigned int)fd,
					 .inode = st.st_ino };
	return 0;
}

/* The pid namespace of @tid's children, which has no process; -EOPNOTSUPP: not on this kernel. */
static int empty_pid_namespace(int tid)
{
	int fd, thread = (int)syscall(SYS_pidfd_open, tid, HOLD_PIDFD_THREAD);

	if (thread < 0)
		return errno == EINVAL ? -EOPNOTSUPP : -errno;
	fd = ioctl(thread, HOLD_PIDFD_GET_PID_FOR_CHILDREN, 0);
	if (fd < 0)
		fd = errno == ENOTTY || errno == EINVAL ? -EOPNOTSUPP : -errno;
	close(thread);
	return fd;
}

int hold_own(const struct container_actor *writer, unsigned int type, struct container_hold *hold)
{
	const struct kind *kind = kinds;
	int fd;

	if (writer->tid <= 0)
		return -EPERM;
	if (type == CONTAINERFS_HOLD_ROOT)
		return hold_keep(hold, type,
				 hold_open(O_PATH | O_DIRECTORY, "%d/root", writer->tid));
	while (kind->type != type)
		if (++kind == kinds + NR_KINDS)
			return -EINVAL;
	fd = hold_open(O_RDONLY, "%d/ns/%s", writer->tid, kind->own);
	if (fd == -ENOENT && type == CLONE_NEWPID)
		fd = empty_pid_namespace(writer->tid);
	/* a kernel without this kind of namespace has no such link */
	return hold_keep(hold, type, fd == -ENOENT ? -EOPNOTSUPP : fd);
}

/* The kind of namespace that the daemon's descriptor @fd is of; NULL: none. */
static const struct kind *kind_of(int fd)
{
	char path[32], text[32];
	ssize_t len;

	snprintf(path, sizeof(path), "self/fd/%d", fd);
	len = readlinkat(proc, path, text, sizeof(text) - 1);
	if (len <= 0)
		return NULL;
	text[len] = '\0';
	for (const struct kind *kind = kinds; kind < kinds + NR_KINDS; kind++) {
		size_t n = strlen(kind->text);

		if (!strncmp(text, kind->text, n) && !strncmp(text + n, ":[", 2))
			return kind;
	}
	return NULL;
}

/* The number of the mount that the daemon's descriptor @fd is on; -1: not known. */
static int mount_of(int fd)
{
	int file = hold_open(O_RDONLY, "self/fdinfo/%d", fd), id = -1;
	char text[512], *found;
	ssize_t len;

	if (file < 0)
		return -1;
	len = read(file, text, sizeof(text) - 1);
	close(file);
	text[len > 0 ? len : 0] = '\0';
	found = strstr(text, "mnt_id:");
	if (found)
		sscanf(found, "mnt_id: %d", &id);
	return id;
}

/* What @tid has mounted as number @id: is it a namespace that was bound to a file? */
static bool mount_is_namespace(int tid, int id)
{
	int at, file = id < 0 ? -1 : hold_open(O_RDONLY, "%d/mountinfo", tid);
	FILE *mounts = file < 0 ? NULL : fdopen(file, "r");
	bool found = false;
	char *line = NULL;
	size_t size = 0;

	if (!mounts) {
		if (file >= 0)
			close(file);
		return false;
	}
	while (!found && getline(&line, &size, mounts) > 0)
		found = sscanf(line, "%d ", &at) == 1 && at == id && strstr(line, " - nsfs ");
	fclose(mounts);
	free(line);
	return found;
}

/* @named is neither a namespace by its text, nor a directory. */
static int hold_bound(int tid, int named, struct container_hold *hold)
{
	const struct kind *kind;
	int fd, type;

	if (!mount_is_namespace(tid, mount_of(named)))
		return -EINVAL;
	fd = hold_open(O_RDONLY, "self/fd/%d", named);
	if (fd < 0)
		return writer_error(fd);
	type = ioctl(fd, NS_GET_NSTYPE);
	for (kind = kinds; kind < kinds + NR_KINDS; kind++)
		if (type >= 0 && kind->type == (unsigned int)type)
			return hold_keep(hold, kind->type, fd);
	close(fd);
	return -EINVAL;
}

int hold_fd(const struct container_actor *writer, int fd, struct container_hold *hold)
{
	int named, dir, err;
	const struct kind *kind;

	if (writer->tid <= 0)
		return -EPERM;
	named = hold_open(O_PATH, "%d/fd/%d", writer->tid, fd);
	if (named < 0)
		return named == -ENOENT ? -EBADF : writer_error(named);
	kind = kind_of(named);
	if (kind) {
		err = hold_keep(hold, kind->type, hold_open(O_RDONLY, "self/fd/%d", named));
	} else {
		dir = hold_open(O_PATH | O_DIRECTORY, "self/fd/%d", named);
		err = dir == -ENOTDIR ? hold_bound(writer->tid, named, hold) :
					hold_keep(hold, CONTAINERFS_HOLD_ROOT, dir);
	}
	close(named);
	return err;
}

void hold_put(const struct container_hold *hold)
{
	close((int)hold->handle);
}

int hold_link(const struct container_hold *hold, char *buf, unsigned long size)
{
	int len = snprintf(buf, size, "/proc/%d/fd/%d", (int)getpid(), (int)hold->handle);

	return (unsigned long)len < size ? len : -ENAMETOOLONG;
}

/* --- credentials --- */

static long read_groups(char *list, unsigned int *groups, unsigned int max)
{
	char *word, *save = NULL;
	long nr = 0;

	for (word = strtok_r(list, " \t\n", &save); word; word = strtok_r(NULL, " \t\n", &save)) {
		if (nr < (long)max)
			groups[nr] = (unsigned int)strtoul(word, NULL, 10);
		nr++;
	}
	return nr;
}

/* The ids that count for permissions, which for "uid" and "gid" is the second, the effective. */
long hold_cred(const struct container_actor *writer, unsigned int *uid, unsigned int *gid,
	       unsigned int *groups, unsigned int max)
{
	int fd = writer->tid > 0 ? hold_open(O_RDONLY, "%d/status", writer->tid) : -EPERM;
	bool have_uid = false, have_gid = false;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	char *line = NULL;
	size_t size = 0;
	long nr = -EPERM;

	if (!file) {
		if (fd >= 0)
			close(fd);
		return fd < 0 ? writer_error(fd) : -ENOMEM;
	}
	while (getline(&line, &size, file) > 0) {
		if (!strncmp(line, "Uid:", 4))
			have_uid = sscanf(line + 4, "%*u %u", uid) == 1;
		else if (!strncmp(line, "Gid:", 4))
			have_gid = sscanf(line + 4, "%*u %u", gid) == 1;
		else if (!strncmp(line, "Groups:", 7))
			nr = read_groups(line + 7, groups, max);
	}
	fclose(file);
	free(line);
	return have_uid && have_gid ? nr : -EPERM;
}

/* --- keyrings --- */

/*
 * A keyring holds one key of a name only, and a container may have an old keyring and a new
 * one of the same name for a moment. So each is in one of the daemon's, which has the serial
 * number in its name; and is made in one where there is no other.
 */
#define NURSERY		"containerfsd:new"
#define HOLDER		"containerfsd:%d"

static int keyring_add(const char *name, int where)
{
	long serial = syscall(SYS_add_key, "keyring", name, NULL, (size_t)0, where);

	return serial < 0 ? -errno : (int)serial;
}

static void keyring_drop(int serial)
{
	syscall(SYS_keyctl, KEYCTL_UNLINK, serial, KEY_SPEC_PROCESS_KEYRING);
}

/* Keep @serial, which has no permissions for others yet, in a keyring of its own. */
static int keyring_keep(int serial)
{
	char name[32];
	int holder, err;

	if (syscall(SYS_keyctl, KEYCTL_SETPERM, serial, KEY_POS_ALL | KEY_USR_VIEW |
		    KEY_USR_READ | KEY_USR_SEARCH | KEY_USR_LINK))
		return -errno;
	snprintf(name, sizeof(name), HOLDER, serial);
	holder = keyring_add(name, KEY_SPEC_PROCESS_KEYRING);
	if (holder < 0)
		return holder;
	if (!syscall(SYS_keyctl, KEYCTL_LINK, serial, holder))
		return 0;
	err = -errno;
	keyring_drop(holder);
	return err;
}

int hold_keyring_new(const char *description)
{
	int nursery = keyring_add(NURSERY, KEY_SPEC_PROCESS_KEYRING);
	int serial = nursery < 0 ? nursery : keyring_add(description, nursery);
	int err = serial < 0 ? serial : keyring_keep(serial);	/* 0 or -errno */

	if (nursery >= 0)
		keyring_drop(nursery);
	if (!err)
		return serial;
	/* a container manager's filter of system calls refuses all that is about keys */
	return err == -EDQUOT || err == -ENOMEM ? err : -EOPNOTSUPP;
}

/* Members of the container have links to it, so that it must be revoked as well. */
void hold_keyring_put(int serial)
{
	char name[32];
	long holder;

	syscall(SYS_keyctl, KEYCTL_REVOKE, serial);
	snprintf(name, sizeof(name), HOLDER, serial);
	holder = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_PROCESS_KEYRING, "keyring", name, 0);
	if (holder > 0)
		keyring_drop((int)holder);
}

int hold_init(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return -errno;
	room = limit.rlim_cur < INT_MAX ? (int)limit.rlim_cur : INT_MAX;
	room -= room < 2 * RESERVED ? room / 2 : RESERVED;
	proc = own_proc();
	return proc < 0 ? proc : 0;
}

void hold_exit(void)
{
	close(proc);
	proc = -1;
}
