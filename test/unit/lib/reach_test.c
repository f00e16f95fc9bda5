// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is done in a container from outside: descriptors, files, sockets, calls, mounts.
 */
#include <fcntl.h>
#include <linux/mount.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "fake.h"
#include "tests.h"

#define SIOCGSKNS_	0x894C		/* the namespace of a socket */

static void is_error(long ret, int error)
{
	int err = errno;

	ck_assert_int_eq(ret, -1);
	ck_assert_int_eq(err, error);
}

START_TEST(namespaces)
{
	int i, fd;

	fake_open(CONTAINER_NS_ALL & ~CLONE_NEWIPC);
	for (i = 0; i < NS_NR; i++) {
		fd = container_ns(fake.cfd, (int)ns_types[i].type);
		if (i == NS_ipc) {
			is_error(fd, ENOENT);
			continue;
		}
		ck_assert_uint_eq(fd_ns(fd), fd_ns(fake.ns[i]));
		ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
		close(fd);
	}
	is_error(container_ns(fake.cfd, 0), EINVAL);
	is_error(container_ns(fake.cfd, CLONE_NEWNET | CLONE_NEWNS), EINVAL);
	is_error(container_ns(fake.cfd, CLONE_VM), EINVAL);
}
END_TEST

/* The root that is held; else that of the mount namespace; no path leaves it. */
START_TEST(root)
{
	char command[1024], path[128];
	struct stat a, b;
	int fd;

	fake_open(0);
	is_error(container_root(fake.cfd), ENOENT);
	is_error(container_openat(fake.cfd, "/etc/passwd", O_RDONLY, 0), ENOENT);
	fake_hold(CLONE_NEWNS, false);
	fd = container_root(fake.cfd);
	ck_assert(!fstat(fd, &a) && !stat("/", &b) && a.st_ino == b.st_ino);
	ck_assert_int_eq(fcntl(fd, F_GETFL) & O_PATH, O_PATH);
	close(fd);
	snprintf(path, sizeof(path), "%s/root", fake.path);
	snprintf(command, sizeof(command), "mkdir -p %s/etc && echo inside > %s/etc/passwd && "
		 "ln -s /etc/passwd %s/absolute && ln -s ../../../../etc/passwd %s/above && "
		 "ln -s /proc/self/root/etc/passwd %s/magic",
		 path, path, path, path, path);
	ck_assert_int_eq(system(command), 0);
	fake_hold_root(path);
	fd = container_root(fake.cfd);
	ck_assert(!fstat(fd, &a) && !stat(path, &b) && a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	close(fd);
	ck_assert(!stat("/etc/passwd", &b));
	static const char *const paths[] = {
		"/etc/passwd", "etc/passwd", "absolute", "above", "../../../../../etc/passwd",
	};
	for (unsigned int i = 0; i < ARRAY_SIZE(paths); i++) {
		fd = container_openat(fake.cfd, paths[i], O_RDONLY, 0);
		ck_assert(!fstat(fd, &a) && a.st_ino != b.st_ino);
		ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
		close(fd);
	}
	fd = container_openat(fake.cfd, "/new", O_CREAT | O_EXCL | O_WRONLY, 0640);
	ck_assert(!fstat(fd, &a) && (a.st_mode & 07777) == 0640);
	close(fd);
	is_error(container_openat(fake.cfd, "/nowhere", O_RDONLY, 0), ENOENT);
	is_error(container_openat(fake.cfd, "/etc/passwd/x", O_RDONLY, 0), ENOTDIR);
	is_error(container_openat(fake.cfd, "magic", O_RDONLY, 0), ENOENT);
}
END_TEST

/* A link of /proc leads out of any root, so none is followed. */
START_TEST(magic_links)
{
	fake_open(CLONE_NEWNS);
	is_error(container_openat(fake.cfd, "/proc/self/root/etc/passwd", O_RDONLY, 0), ELOOP);
}
END_TEST

START_TEST(sockets)
{
	unsigned long mine = my_ns("net");
	int fd, ns;

	fake_open(CLONE_NEWUTS);
	is_error(container_socket(fake.cfd, AF_INET, SOCK_DGRAM, 0), ENOENT);
	fake_hold(CLONE_NEWNET, false);
	fd = container_socket(fake.cfd, AF_INET, SOCK_DGRAM, 0);
	ck_assert_int_ge(fd, 0);
	ns = ioctl(fd, SIOCGSKNS_);
	ck_assert_uint_eq(fd_ns(ns), fd_ns(fake.ns[NS_net]));
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_uint_eq(my_ns("net"), mine);
	close(ns);
	close(fd);
	is_error(container_socket(fake.cfd, AF_INET, 99, 0), EINVAL);
	is_error(container_socket(fake.cfd, 99, SOCK_DGRAM, 0), EAFNOSUPPORT);
	ck_assert_uint_eq(my_ns("net"), mine);
}
END_TEST

static int rename_host(void *arg)
{
	struct utsname *name = arg;

	if (sethostname("there", 5))
		return -1;
	return uname(name);
}

static int open_and_fail(void *arg)
{
	*(int *)arg = open("/dev/null", O_RDONLY | O_CLOEXEC);
	errno = EXDEV;
	return -5;
}

__attribute__((no_sanitize_address)) static int no_return(void *arg)
{
	syscall(SYS_exit, 0);
	return 0;
}

static int open_only(void *arg)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* It shares memory and descriptors, and is nowhere else afterwards. */
START_TEST(calls)
{
	struct utsname there, here;
	int fd = -1, fds;

	fake_open(CLONE_NEWUTS | CLONE_NEWNS | CLONE_NEWUSER);
	fds = count_fds();
	ck_assert_int_eq(container_call(fake.cfd, CLONE_NEWUTS | CLONE_NEWNS, rename_host, &there), 0);
	uname(&here);
	ck_assert_str_eq(there.nodename, "there");
	ck_assert_str_ne(here.nodename, "there");
	ck_assert_int_eq(container_call(fake.cfd, 0, open_and_fail, &fd), -5);
	ck_assert_int_eq(errno, EXDEV);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	/* with a user namespace only the descriptors */
	memset(&there, 0, sizeof(there));
	ck_assert_int_eq(container_call(fake.cfd, CLONE_NEWUTS | CLONE_NEWUSER, rename_host, &there), 0);
	ck_assert_int_eq(there.nodename[0], 0);
	fd = container_call(fake.cfd, CLONE_NEWUSER, open_only, NULL);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	is_error(container_call(fake.cfd, CLONE_NEWUTS, no_return, NULL), EIO);
	is_error(container_call(fake.cfd, CLONE_NEWNET, no_return, NULL), ENOENT);
	is_error(container_call(fake.cfd, CLONE_NEWPID, no_return, NULL), EINVAL);
	is_error(container_call(fake.cfd, CLONE_NEWTIME, no_return, NULL), EINVAL);
	is_error(container_call(fake.cfd, CLONE_VM, no_return, NULL), EINVAL);
	ck_assert(!has_children());
	ck_assert_int_eq(count_fds(), fds);
}
END_TEST

static int new_mount(int fs)
{
	int mnt = -1;

	ck_assert_int_ge(fs, 0);
	ck_assert_int_eq(fcntl(fs, F_GETFD), FD_CLOEXEC);
	if (!syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mnt = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	close(fs);
	return mnt;
}

/* A message queue file system is that of the IPC namespace. */
START_TEST(file_systems)
{
	int mnt;

	fake_open(CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET);
	mnt = new_mount(container_fsopen(fake.cfd, "mqueue", 0));
	if (mnt >= 0) {
		struct stat here, there;

		ck_assert_int_eq(fstat(mnt, &there), 0);
		ck_assert(stat("/dev/mqueue", &here) || here.st_dev != there.st_dev);
		close(mnt);
	}
	is_error(container_fsopen(fake.cfd, "nosuchfs", 0), ENODEV);
	is_error(container_fsopen(fake.cfd, "tmpfs", 0x80), EINVAL);
	ck_assert(!has_children());
}
END_TEST

/* Of an empty PID namespace where the kernel can; of one with an init everywhere. */
START_TEST(proc)
{
	int fs, mnt, down[2], pid = 0;
	char c, path[32];
	pid_t init;

	fake_open(CLONE_NEWPID);
	fs = container_fsopen(fake.cfd, "proc", 0);
	if (fs >= 0) {
		mnt = new_mount(fs);
		ck_assert_int_ge(mnt, 0);
		snprintf(path, sizeof(path), "%d", getpid());
		ck_assert_int_ne(faccessat(mnt, path, F_OK, 0), 0);
		close(mnt);
	} else {
		ck_assert_int_eq(errno, EOPNOTSUPP);
	}
	ck_assert(!pipe2(down, O_CLOEXEC));
	init = container_fork(fake.cfd, 0, NULL);
	if (!init) {
		close(down[1]);
		_exit((int)read(down[0], &c, 1));
	}
	fake.stat.state = CONTAINERFS_INIT_RUNNING;
	mnt = new_mount(container_fsopen(fake.cfd, "proc", 0));
	ck_assert_int_ge(mnt, 0);
	for (int i = 1; i < 100; i++) {
		snprintf(path, sizeof(path), "%d", i);
		if (!faccessat(mnt, path, F_OK, 0))
			pid += i;
	}
	ck_assert_int_eq(pid, 1);
	close(down[1]);
	ck_assert_int_eq(end_of(init), 0);
	close(mnt);
	close(down[0]);
}
END_TEST

static int mark(int mnt, const char *name)
{
	int fd = openat(mnt, name, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

	close(fd);
	return mnt;
}

START_TEST(mounts)
{
	int mnt, fd, number;
	char path[64];

	fake_open(0);
	mnt = mark(new_mount(container_fsopen(fake.cfd, "tmpfs", 0)), "over");
	is_error(container_move_mount(mnt, fake.cfd, "/"), ENOENT);
	fake_hold(CLONE_NEWNS, false);
	is_error(container_move_mount(mnt, fake.cfd, "/nowhere"), ENOENT);
	is_error(container_move_mount(mnt, fake.cfd, "/etc/passwd/x"), ENOTDIR);
	is_error(container_move_mount(mnt, fake.cfd, "/etc/passwd"), EINVAL);
	is_error(container_move_mount(fake.outer, fake.cfd, "/tmp"), EINVAL);
	is_error(container_move_mount(-1, fake.cfd, "/tmp"), EBADF);
	ck_assert_str_eq(fake_file("ns.hold"), "");

	ck_assert_int_eq(container_move_mount(mnt, fake.cfd, "/tmp"), 0);
	close(mnt);
	fd = container_openat(fake.cfd, "/tmp/over", O_RDONLY, 0);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_ne(access("/tmp/over", F_OK), 0);
	ck_assert_str_eq(fake_file("ns.hold"), "");

	/* what covers the root is the root */
	mnt = mark(new_mount(container_fsopen(fake.cfd, "tmpfs", 0)), "root");
	ck_assert_int_eq(container_move_mount(mnt, fake.cfd, "/"), 0);
	number = atoi(fake_file("ns.hold"));
	ck_assert_int_gt(number, 2);
	fd = container_openat(fake.cfd, "/root", O_RDONLY, 0);
	ck_assert_int_ge(fd, 0);
	close(fd);
	close(mnt);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", number);
	ck_assert_int_ne(access(path, F_OK), 0);	/* it was ours only for the while */
}
END_TEST

TCase *reach_tests(void)
{
	TCase *tc = tcase_create("reach");

	tcase_add_checked_fixture(tc, NULL, fake_close);
	tcase_set_timeout(tc, 20);
	tcase_add_test(tc, namespaces);
	tcase_add_test(tc, root);
	tcase_add_test(tc, magic_links);
	tcase_add_test(tc, sockets);
	tcase_add_test(tc, calls);
	tcase_add_test(tc, file_systems);
	tcase_add_test(tc, proc);
	tcase_add_test(tc, mounts);
	return tc;
}
