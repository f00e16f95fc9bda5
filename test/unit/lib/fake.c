// SPDX-License-Identifier: GPL-2.0-only
/*
 * A container that is none: see fake.h.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake.h"
#include "tests.h"

struct fake fake = { .cfd = -1 };
static unsigned int map_first, map_count = 4294967295u;
static bool map_denies;

static bool is_fake(int fd)
{
	struct stat a, b;

	return fake.cfd >= 0 && !fstat(fd, &a) && !fstat(fake.cfd, &b) &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int fake_get(unsigned int type)
{
	int i, fd = -1;

	for (i = 0; i < NS_NR; i++)
		if (ns_types[i].type == type)
			fd = fake.ns[i];
	if (type == CONTAINERFS_HOLD_ROOT)
		fd = fake.root;
	if (fd >= 0)
		return fcntl(fd, F_DUPFD_CLOEXEC, 0);
	errno = ENOENT;
	return -1;
}

/* In the place of the C library's. */
int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (!is_fake(fd) || fcntl(fd, F_GETFL) & O_PATH)
		return (int)syscall(SYS_ioctl, fd, request, arg);
	switch (request) {
	case CONTAINERFS_IOC_STAT:
		errno = fake.stat_error;
		if (errno)
			return -1;
		memcpy(arg, &fake.stat, sizeof(fake.stat));
		return 0;
	case CONTAINERFS_IOC_GET:
		return fake_get((unsigned int)(uintptr_t)arg);
	case CONTAINERFS_IOC_LEASE:
		fake.leases++;
		return 0;
	}
	errno = ENOTTY;
	return -1;
}

static void put_map(pid_t pid, const char *name)
{
	char path[64], text[64];
	int fd, n;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	n = snprintf(text, sizeof(text), "0 %u %u", map_first, map_count);
	ck_assert_int_eq(write(fd, text, (size_t)n), n);
	close(fd);
}

static void deny(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/setgroups", (int)pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	ck_assert_int_eq(write(fd, "deny", 4), 4);
	close(fd);
}

#define PIDFD_GET_PID_FOR_CHILDREN	_IO(0xFF, 6)

/* The namespaces of process @pid, and those of its children. */
static void take(pid_t pid, unsigned int types)
{
	char path[64];
	int i, pidfd;

	for (i = 0; i < NS_NR; i++) {
		if (!(types & ns_types[i].type))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/ns/%s%s", (int)pid, ns_types[i].name,
			 i == NS_time ? "_for_children" : "");
		fake.ns[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (i == NS_pid) {
			close(fake.ns[i]);
			pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
			fake.ns[i] = ioctl(pidfd, PIDFD_GET_PID_FOR_CHILDREN, 0);
			close(pidfd);
		}
		ck_assert_int_ge(fake.ns[i], 0);
	}
	fake.stat.held |= types;
}

void fake_hold(unsigned int types, bool owned)
{
	int up[2], down[2];
	char c = 0;
	pid_t pid;

	ck_assert(!pipe2(up, O_CLOEXEC) && !pipe2(down, O_CLOEXEC));
	pid = fork();
	if (!pid) {
		close(down[1]);
		if ((owned && setns(fake.ns[NS_user], CLONE_NEWUSER)) || unshare((int)types))
			_exit(1);
		_exit(write(up[1], &c, 1) != 1 || read(down[0], &c, 1));
	}
	close(up[1]);
	ck_assert_int_eq(read(up[0], &c, 1), 1);
	if (types & CLONE_NEWUSER) {
		if (map_denies)
			deny(pid);
		put_map(pid, "uid_map");
		put_map(pid, "gid_map");
	}
	take(pid, types);
	close(up[0]);
	close(down[0]);
	close(down[1]);
	ck_assert_int_eq(end_of(pid), 0);
}

void fake_map(unsigned int first, unsigned int count)
{
	map_first = first;
	map_count = count;
	map_denies = true;
}

void fake_open(unsigned int types)
{
	static const char *const files[] = {
		"cgroup.procs", "container.init", "container.kill", "ns.hold", "ns.next_name",
	};
	unsigned int i;

	memset(&fake, 0, sizeof(fake));
	for (i = 0; i < NS_NR; i++)
		fake.ns[i] = -1;
	fake.root = -1;
	strcpy(fake.path, "/tmp/containerfs-lib.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(fake.path));
	fake.outer = open(fake.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	strcat(fake.path, "/c");
	ck_assert_int_eq(mkdir(fake.path, 0755), 0);
	fake.cfd = open(fake.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(fake.cfd, 0);
	fake.stat = (struct containerfs_stat){
		.size = sizeof(fake.stat), .flags = CONTAINERFS_STAT_NS, .id = 5,
	};
	for (i = 0; i < ARRAY_SIZE(files); i++)
		fake_write(files[i], "");
	fake_write("container.init", "pid 0\nstate none\n");
	fake_write("container.events", "populated 0\ntasks 0\nchildren 0\n");
	if (types)
		fake_hold(types, false);
}

void fake_close(void)
{
	char text[128];
	int i;

	for (i = 0; i < NS_NR; i++)
		close_fd(fake.ns[i]);
	close_fd(fake.root);
	close_fd(fake.cfd);
	close_fd(fake.outer);
	fake.cfd = -1;
	*strrchr(fake.path, '/') = '\0';
	snprintf(text, sizeof(text), "/bin/rm -rf %s", fake.path);
	ck_assert_int_eq(system(text), 0);
}

void fake_hold_root(const char *path)
{
	fake.root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(fake.root, 0);
	fake.stat.held |= CONTAINERFS_HOLD_ROOT;
}

void fake_hold_cred(uid_t uid, gid_t gid)
{
	char text[64];

	snprintf(text, sizeof(text), "uts 4026531838\ncred %u %u\n", uid, gid);
	fake_write("ns.hold", text);
	fake.stat.held |= CONTAINERFS_HOLD_CRED;
}

const char *fake_file(const char *name)
{
	static char text[4096];
	int fd = openat(fake.cfd, name, O_RDONLY | O_CLOEXEC);

	ck_assert_int_ge(read_text(fd, text, sizeof(text)), 0);
	close(fd);
	return text;
}

void fake_write(const char *name, const char *text)
{
	int fd = openat(fake.cfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

int fake_plug(const char *name)
{
	char page[4096] = "";
	int fd;

	ck_assert_int_eq(unlinkat(fake.cfd, name, 0), 0);
	ck_assert_int_eq(mkfifoat(fake.cfd, name, 0666), 0);
	fd = openat(fake.cfd, name, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	while (write(fd, page, sizeof(page)) > 0)
		;
	return fd;
}

/* A write of few bytes comes whole. */
void fake_unplug(int plug, char *buf, size_t size)
{
	char page[4096];
	size_t len = 0;
	ssize_t n, i;

	do {
		n = read(plug, page, sizeof(page));
		if (n <= 0)
			usleep(1000);
		for (i = 0; i < n; i++)
			if (page[i] && len < size - 1)
				buf[len++] = page[i];
	} while (n > 0 || !len);
	buf[len] = '\0';
}
