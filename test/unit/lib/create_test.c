// SPDX-License-Identifier: GPL-2.0-only
/*
 * container_create() on containerfs: what is held, by whom it is owned, and that nothing else
 * is left; and the first process in.
 */
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/nsfs.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fake.h"
#include "live.h"
#include "tests.h"

extern char **environ;

#define NEW_ALL	(CONTAINER_NEW_FS_NS | CONTAINER_NEW_CGROUP_NS | CONTAINER_NEW_UTS_NS | \
		 CONTAINER_NEW_IPC_NS | CONTAINER_NEW_USER_NS | CONTAINER_NEW_PID_NS | \
		 CONTAINER_NEW_NET_NS | CONTAINER_NEW_TIME_NS)

static void is_error(long ret, int error)
{
	int err = errno;

	ck_assert_int_eq(ret, -1);
	ck_assert_int_eq(err, error);
}

static void teardown(void)
{
	live_write("tasks", "0");
	live_remove("c");
	live_remove("d");
	live_remove("home");
}

static int create(const char *name, unsigned int flags)
{
	int fds = count_fds(), cfd = container_create(live_path(name), flags);

	ck_assert_msg(cfd >= 0, "container_create(%#x): %s", flags, strerror(errno));
	ck_assert_int_eq(fcntl(cfd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(count_fds(), fds + 1);
	ck_assert(!has_children());
	return cfd;
}

/* All are new, held, and what the first process is in; nobody is in there before. */
START_TEST(all)
{
	struct containerfs_stat stat;
	unsigned long ns[NS_NR];
	int cfd, fd, i;
	pid_t pid;

	cfd = create("c", NEW_ALL | CONTAINER_KEYRING);
	ck_assert_int_eq(cont_stat(cfd, &stat), 0);
	ck_assert_uint_eq(stat.held & CONTAINER_NS_ALL, CONTAINER_NS_ALL);
	ck_assert_uint_eq(stat.held & ~CONTAINER_NS_ALL,
			  CONTAINERFS_HOLD_ROOT | CONTAINERFS_HOLD_CRED | CONTAINERFS_HOLD_KEYRING);
	ck_assert_ptr_nonnull(strstr(live_read("c/container.events"), "populated 0"));
	ck_assert_int_gt(container_keyring(cfd), 0);
	for (i = 0; i < NS_NR; i++) {
		fd = container_ns(cfd, (int)ns_types[i].type);
		ck_assert_int_ge(fd, 0);
		ns[i] = fd_ns(fd);
		ck_assert_uint_ne(ns[i], my_ns(ns_types[i].name));
		close(fd);
	}
	pid = container_fork(cfd, 0, NULL);
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		for (i = 0; i < NS_NR; i++)
			if (my_ns(ns_types[i].name) != ns[i])
				_exit(i + 1);
		_exit(getpid() != 1 || getuid());
	}
	ck_assert_int_eq(container_wait(cfd, &i, 0, NULL), 0);
	ck_assert_int_eq(end_of(pid), 0);
	ck_assert_int_eq(i, 0);
	is_error(container_fork(cfd, 0, NULL), ECANCELED);
	close(cfd);
}
END_TEST

/* Each alone. */
START_TEST(each)
{
	static const struct { unsigned int flag, type; } one[] = {
		{ CONTAINER_NEW_FS_NS, CLONE_NEWNS }, { CONTAINER_NEW_EMPTY_FS_NS, CLONE_NEWNS },
		{ CONTAINER_NEW_CGROUP_NS, CLONE_NEWCGROUP }, { CONTAINER_NEW_UTS_NS, CLONE_NEWUTS },
		{ CONTAINER_NEW_IPC_NS, CLONE_NEWIPC }, { CONTAINER_NEW_USER_NS, CLONE_NEWUSER },
		{ CONTAINER_NEW_PID_NS, CLONE_NEWPID }, { CONTAINER_NEW_NET_NS, CLONE_NEWNET },
		{ CONTAINER_NEW_TIME_NS, CLONE_NEWTIME }, { CONTAINER_FD_CLOEXEC, 0 },
	};
	struct containerfs_stat stat;
	int cfd;

	cfd = create("c", one[_i].flag);
	ck_assert_int_eq(cont_stat(cfd, &stat), 0);
	ck_assert_uint_eq(stat.held & CONTAINER_NS_ALL, one[_i].type);
	ck_assert_int_eq(!(stat.held & CONTAINERFS_HOLD_ROOT), one[_i].type != CLONE_NEWNS);
	if (!(one[_i].flag & CONTAINER_NEW_EMPTY_FS_NS)) {
		char *const argv[] = { "true", NULL };
		pid_t pid = container_spawn(cfd, 0, NULL, "true", argv, environ);

		ck_assert_int_gt(pid, 0);
		ck_assert_int_eq(end_of(pid), 0);
	}
	close(cfd);
}
END_TEST

/* The helper's own clone is none, wherever it is. */
START_TEST(no_clones)
{
	int cfd, before = live_count(".");

	cfd = create("c", NEW_ALL);
	close(cfd);
	ck_assert_int_eq(live_count("."), before + 1);
	ck_assert_int_eq(mkdir(live_path("home"), 0755), 0);
	ck_assert_int_eq(live_write("home/tasks", "0"), 0);
	cfd = create("d", NEW_ALL);
	close(cfd);
	ck_assert_int_eq(live_count("."), before + 3);
	ck_assert_int_eq(live_count("home"), 0);
	ck_assert_int_eq(live_count("d"), 0);
	ck_assert_ptr_nonnull(strstr(live_read("home/ns.events"), "clones 0\nrefused 0"));
	/* and what this process clones next is one */
	cfd = container_create_at(AT_FDCWD, live_path("home/below"), &(struct container_create_args){
				  .flags = NEW_ALL }, sizeof(struct container_create_args));
	ck_assert_int_ge(cfd, 0);
	close(cfd);
	ck_assert_int_eq(live_count("home"), 1);
	ck_assert_int_eq(live_write("tasks", "0"), 0);
}
END_TEST

/* Where the mount shows only a part of the hierarchy, in which the creator is not. */
START_TEST(part_of_hierarchy)
{
	char path[] = "/tmp/containerfs-part.XXXXXX", name[64];
	struct containerfs_stat stat;
	int cfd, before = live_count(".");

	ck_assert_ptr_nonnull(mkdtemp(path));
	ck_assert_int_eq(mkdir(live_path("home"), 0755), 0);
	ck_assert_int_eq(live_write("home/notify_on_release", "1"), 0);
	ck_assert_int_eq(mount(live_path("home"), path, NULL, MS_BIND, NULL), 0);
	snprintf(name, sizeof(name), "%s/below", path);
	cfd = container_create(name, NEW_ALL);
	ck_assert_msg(cfd >= 0, "%s", strerror(errno));
	ck_assert_int_eq(cont_stat(cfd, &stat), 0);
	ck_assert_uint_eq(stat.held & CONTAINER_NS_ALL, CONTAINER_NS_ALL);
	close(cfd);
	ck_assert_str_eq(live_read("home/below/notify_on_release"), "1\n");
	ck_assert_int_eq(live_count("."), before + 1);
	ck_assert_int_eq(live_count("home"), 1);
	ck_assert_int_eq(live_count("home/below"), 0);
	ck_assert_int_eq(umount(path), 0);
	rmdir(path);
}
END_TEST

static int count_mounts(void *arg)
{
	static char text[65536];
	char *p;
	int fd = open("/proc/self/mountinfo", O_RDONLY), n = 0;
	ssize_t len = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[len < 0 ? 0 : len] = '\0';
	for (p = text; *p; p++)
		n += *p == '\n';
	return n;
}

/* Nothing but a tmpfs, then what the host mounts there, then a root over it. */
START_TEST(empty_root)
{
	int cfd, fs, mnt, fd;
	struct stat st;
	pid_t pid;

	cfd = create("c", CONTAINER_NEW_EMPTY_FS_NS | CONTAINER_NEW_USER_NS);
	fd = container_openat(cfd, "/", O_RDONLY | O_DIRECTORY, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert(!fstat(fd, &st) && (st.st_mode & 07777) == 0755 && st.st_nlink == 2);
	ck_assert_int_eq(mkdirat(fd, "proc", 0755), 0);
	ck_assert_int_eq(mknodat(fd, "null", S_IFCHR | 0666, 0x103), 0);
	close(fd);
	fs = container_fsopen(cfd, "proc", 0);
	ck_assert_int_eq((int)syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0), 0);
	mnt = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	close(fs);
	ck_assert_int_eq(container_move_mount(mnt, cfd, "/proc"), 0);
	close(mnt);
	ck_assert_int_eq(container_call(cfd, CLONE_NEWNS, count_mounts, NULL), 2);
	pid = container_fork(cfd, 0, NULL);
	if (!pid)
		_exit(access("/null", F_OK) || access("/proc/self", F_OK) || !access("/etc", F_OK));
	ck_assert_int_eq(end_of(pid), 0);

	fs = container_fsopen(cfd, "tmpfs", 0);
	ck_assert_int_eq((int)syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0), 0);
	mnt = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	ck_assert_int_eq(mkdirat(mnt, "second", 0755), 0);
	close(fs);
	ck_assert_int_eq(container_move_mount(mnt, cfd, "/"), 0);
	close(mnt);
	pid = container_fork(cfd, 0, NULL);
	if (!pid)
		_exit(access("/second", F_OK) || !access("/null", F_OK));
	ck_assert_int_eq(end_of(pid), 0);
	close(cfd);
}
END_TEST

static int mount_there(void *path)
{
	return mount("none", path, "tmpfs", 0, NULL);
}

/* What is unmounted outside is not kept busy by a held copy; what is mounted inside stays there. */
START_TEST(mounts_follow)
{
	char path[] = "/tmp/containerfs-mnt.XXXXXX";
	int cfd, fd;

	ck_assert_ptr_nonnull(mkdtemp(path));
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL), 0);
	ck_assert_int_eq(mount("none", path, "tmpfs", 0, NULL), 0);
	cfd = create("c", CONTAINER_NEW_FS_NS);
	ck_assert_int_eq(umount(path), 0);
	fd = container_openat(cfd, path, O_PATH, 0);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(container_call(cfd, CLONE_NEWNS, count_mounts, NULL), count_mounts(NULL));
	ck_assert_int_eq(container_call(cfd, CLONE_NEWNS, mount_there, path), 0);
	ck_assert_int_eq(container_call(cfd, CLONE_NEWNS, count_mounts, NULL), count_mounts(NULL) + 1);
	ck_assert_int_eq(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	close(cfd);
	rmdir(path);
}
END_TEST

static int get_name(void *arg)
{
	return uname(arg);
}

START_TEST(maps_name_and_time)
{
	const struct container_create_args args = {
		.flags = CONTAINER_NEW_USER_NS | CONTAINER_NEW_UTS_NS | CONTAINER_NEW_TIME_NS |
			 CONTAINER_NEW_PID_NS,
		.uid_map = (uintptr_t)"0 100000 65536",
		.gid_map = (uintptr_t)"0 200000 65536",
		.hostname = (uintptr_t)"inside",
		.time_offsets = (uintptr_t)"boottime 1000000 0\n",
	};
	struct utsname name;
	struct timespec now;
	char path[32];
	int cfd, down[2];
	pid_t pid;
	char c;

	cfd = container_create_at(AT_FDCWD, live_path("c"), &args, sizeof(args));
	ck_assert_int_ge(cfd, 0);
	ck_assert_int_eq(container_call(cfd, CLONE_NEWUTS, get_name, &name), 0);
	ck_assert_str_eq(name.nodename, "inside");
	ck_assert(!pipe2(down, O_CLOEXEC));
	pid = container_fork(cfd, 0, NULL);
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		close(down[1]);
		clock_gettime(CLOCK_BOOTTIME, &now);
		if (getuid() || getgid() || getgroups(0, NULL) || now.tv_sec < 1000000)
			_exit(1);
		_exit((int)read(down[0], &c, 1));
	}
	/* not root of the host */
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *f = fopen(path, "r");
	char line[128];
	int seen = 0;

	while (fgets(line, sizeof(line), f))
		seen += !strcmp(line, "Uid:\t100000\t100000\t100000\t100000\n") ||
			!strcmp(line, "Gid:\t200000\t200000\t200000\t200000\n");
	fclose(f);
	ck_assert_int_eq(seen, 2);
	close(down[1]);
	ck_assert_int_eq(end_of(pid), 0);
	close(down[0]);
	close(cfd);
}
END_TEST

static void create_fails(const struct container_create_args *args, int error)
{
	int before = live_count("."), fds = count_fds();

	is_error(container_create_at(AT_FDCWD, live_path("c"), args, sizeof(*args)), error);
	ck_assert_int_eq(live_count("."), before);
	ck_assert_int_eq(count_fds(), fds);
	ck_assert(!has_children());
}

/* Nothing is left of what failed late. */
START_TEST(failures)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	create_fails(&(struct container_create_args){
		.flags = CONTAINER_NEW_USER_NS, .uid_map = (uintptr_t)"0 0" }, EINVAL);
	create_fails(&(struct container_create_args){
		.flags = CONTAINER_NEW_USER_NS, .gid_map = (uintptr_t)"nonsense" }, EINVAL);
	create_fails(&(struct container_create_args){
		.flags = CONTAINER_NEW_TIME_NS, .time_offsets = (uintptr_t)"nonsense" }, EINVAL);
	create_fails(&(struct container_create_args){
		.nr_hold_fds = 1, .hold_fds = (uintptr_t)&null }, EINVAL);
	int cfd = create("c", 0);
	is_error(container_create(live_path("c"), CONTAINER_NEW_UTS_NS), EEXIST);
	close(cfd);
	close(null);
}
END_TEST

/* A namespace of one is held by another, and who owns what is new beside it. */
START_TEST(pods)
{
	int a, b, fds[2], owner, ns;
	struct container_create_args args = {
		.flags = CONTAINER_NEW_IPC_NS | CONTAINER_NEW_FS_NS, .nr_hold_fds = 2,
		.hold_fds = (uintptr_t)fds,
	};

	a = create("c", CONTAINER_NEW_USER_NS | CONTAINER_NEW_NET_NS);
	fds[0] = container_ns(a, CLONE_NEWNET);
	fds[1] = container_ns(a, CLONE_NEWUSER);
	b = container_create_at(AT_FDCWD, live_path("d"), &args, sizeof(args));
	ck_assert_int_ge(b, 0);
	ns = container_ns(b, CLONE_NEWNET);
	ck_assert_uint_eq(fd_ns(ns), fd_ns(fds[0]));
	close(ns);
	ns = container_ns(b, CLONE_NEWIPC);
	owner = ioctl(ns, NS_GET_USERNS);
	ck_assert_uint_eq(fd_ns(owner), fd_ns(fds[1]));
	close(owner);
	close(ns);
	close(fds[0]);
	close(fds[1]);
	close(a);
	close(b);
}
END_TEST

static int forbid(void *arg)
{
	int fd = open("/proc/sys/user/max_uts_namespaces", O_WRONLY);

	return fd >= 0 && write(fd, "0", 1) == 1 ? 0 : -1;
}

START_TEST(limit_of_namespaces)
{
	int cfd, user;

	cfd = create("d", CONTAINER_NEW_USER_NS);
	ck_assert_int_eq(container_call(cfd, CLONE_NEWUSER, forbid, NULL), 0);
	user = container_ns(cfd, CLONE_NEWUSER);
	create_fails(&(struct container_create_args){ .flags = CONTAINER_NEW_UTS_NS,
		     .nr_hold_fds = 1, .hold_fds = (uintptr_t)&user }, ENOSPC);
	close(user);
	close(cfd);
}
END_TEST

/* A first process that comes to nothing takes its PID namespace with it: there is another. */
START_TEST(first_one_fails)
{
	char *const argv[] = { "true", NULL };
	int cfd, first, second;
	pid_t pid;

	cfd = create("c", CONTAINER_NEW_PID_NS | CONTAINER_NEW_USER_NS);
	first = container_ns(cfd, CLONE_NEWPID);
	is_error(container_spawn(cfd, 0, NULL, "/nowhere", argv, environ), ENOENT);
	second = container_ns(cfd, CLONE_NEWPID);
	ck_assert_uint_ne(fd_ns(first), fd_ns(second));
	pid = container_fork(cfd, 0, NULL);
	ck_assert_int_ge(pid, 0);
	if (!pid)
		_exit(getpid() != 1 || my_ns("pid") != fd_ns(second));
	ck_assert_int_eq(end_of(pid), 0);
	close(first);
	close(second);
	close(cfd);
}
END_TEST

#define STARTERS	4

struct starters {
	int	cfd;
	int	ended[2];	/* a pipe: a byte for each that is not process 1, and has ended */
};

/* Process 1 stays until the others have ended, because its end would be theirs. */
static void wait_for_others(const struct starters *s)
{
	char byte;

	for (int i = 1; i < STARTERS; i++)
		if (read(s->ended[0], &byte, 1) != 1)
			_exit(3);
}

static void *fork_one(void *arg)
{
	const struct starters *s = arg;
	pid_t pid = container_fork(s->cfd, 0, NULL);
	long ret;

	if (!pid && getpid() == 1) {
		wait_for_others(s);
		_exit(1);
	}
	if (!pid)
		_exit(0);
	ret = pid < 0 ? -1000 - errno : end_of(pid);
	if (ret != 1 && write(s->ended[1], "", 1) != 1)
		ret = -1;
	return (void *)ret;
}

/* Many want to be first: one is. */
START_TEST(first_ones)
{
	pthread_t thread[STARTERS];
	int round, i, inits, bad;
	struct starters s;
	void *ret;

	for (round = 0; round < 15; round++) {
		s.cfd = create("c", CONTAINER_NEW_PID_NS);
		ck_assert_int_eq(pipe(s.ended), 0);
		inits = bad = 0;
		for (i = 0; i < STARTERS; i++)
			pthread_create(&thread[i], NULL, fork_one, &s);
		for (i = 0; i < STARTERS; i++) {
			pthread_join(thread[i], &ret);
			inits += (intptr_t)ret == 1;
			bad += (intptr_t)ret != 1 && (intptr_t)ret != 0;
		}
		ck_assert_int_eq(inits, 1);
		ck_assert_int_eq(bad, 0);
		close(s.ended[0]);
		close(s.ended[1]);
		close(s.cfd);
		live_remove("c");
	}
}
END_TEST

TCase *create_tests(void)
{
	TCase *tc = tcase_create("create");

	tcase_set_timeout(tc, 20);
	if (!live_top)
		return tc;
	/* before, too, because a test that failed has left something */
	tcase_add_checked_fixture(tc, teardown, teardown);
	tcase_add_test(tc, all);
	tcase_add_loop_test(tc, each, 0, 10);
	tcase_add_test(tc, no_clones);
	tcase_add_test(tc, part_of_hierarchy);
	tcase_add_test(tc, empty_root);
	tcase_add_test(tc, mounts_follow);
	tcase_add_test(tc, maps_name_and_time);
	tcase_add_test(tc, failures);
	tcase_add_test(tc, pods);
	tcase_add_test(tc, limit_of_namespaces);
	tcase_add_test(tc, first_one_fails);
	tcase_add_test(tc, first_ones);
	return tc;
}
