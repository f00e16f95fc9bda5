// SPDX-License-Identifier: GPL-2.0-only
/*
 * What containers hold, on the real kernel: the writer is a thread of this program
 *
 * Namespaces are made in children, because a case may be run in a container without the
 * right to make any: then it is skipped.
 */
#include "../quiet_check.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tasks/hold.h"
#include "uapi/containerfs.h"
#include "world.h"

static struct container_actor me;

static void begin(void)
{
	ck_assert_int_eq(hold_init(), 0);
	me = (struct container_actor){ .tid = (int)syscall(SYS_gettid) };
}

static void end(void)
{
	hold_exit();
}

static ino_t inode(const char *path)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return st.st_ino;
}

/* The descriptor behind @hold, as its link shows it. */
static ino_t inode_by_link(const struct container_hold *hold)
{
	char text[64];
	int len = hold_link(hold, text, sizeof(text));

	ck_assert_int_eq(len, (int)strlen(text));
	ck_assert_int_eq(hold_link(hold, text, (unsigned long)len), -ENAMETOOLONG);
	hold_link(hold, text, sizeof(text));
	return inode(text);
}

START_TEST(own)
{
	static const struct {
		unsigned int	type;
		const char	*path;
	} kinds[] = {
		{ CLONE_NEWNS, "/proc/self/ns/mnt" }, { CLONE_NEWUTS, "/proc/self/ns/uts" },
		{ CLONE_NEWIPC, "/proc/self/ns/ipc" }, { CLONE_NEWUSER, "/proc/self/ns/user" },
		{ CLONE_NEWPID, "/proc/self/ns/pid" }, { CLONE_NEWNET, "/proc/self/ns/net" },
		{ CLONE_NEWCGROUP, "/proc/self/ns/cgroup" }, { 0x80, "/proc/self/ns/time" },
	};
	struct container_hold hold;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		ck_assert_int_eq(hold_own(&me, kinds[i].type, &hold), 0);
		ck_assert_uint_eq(hold.type, kinds[i].type);
		ck_assert_uint_eq(hold.inode, inode(kinds[i].path));
		ck_assert_uint_eq(inode_by_link(&hold), hold.inode);
		hold_put(&hold);
		ck_assert_int_eq(fcntl((int)hold.handle, F_GETFD), -1);
	}
	ck_assert_int_eq(hold_own(&me, 0x1234, &hold), -EINVAL);
	ck_assert_int_eq(hold_own(&me, CONTAINERFS_HOLD_ROOT, &hold), 0);
	ck_assert_uint_eq(hold.inode, 0);
	ck_assert_uint_eq(inode_by_link(&hold), inode("/"));
	hold_put(&hold);
	me.tid = 0;
	ck_assert_int_eq(hold_own(&me, CLONE_NEWNET, &hold), -EPERM);
	ck_assert_int_eq(hold_fd(&me, 0, &hold), -EPERM);
	ck_assert_int_eq(hold_cred(&me, &hold.type, &hold.type, NULL, 0), -EPERM);
}
END_TEST

/* A pid namespace is held before it has a process; the child's, not the writer's. */
START_TEST(empty_pid)
{
	struct container_hold hold;
	int ready[2], go[2], err;
	pid_t pid;
	char c;

	ck_assert_int_eq(pipe(ready) | pipe(go), 0);
	pid = fork();
	if (!pid) {
		close(go[1]);
		c = !unshare(CLONE_NEWPID);
		if (write(ready[1], &c, 1) != 1 || read(go[0], &c, 1) < 0)
			_exit(1);
		_exit(0);
	}
	close(go[0]);
	ck_assert_int_eq(read(ready[0], &c, 1), 1);
	me.tid = pid;
	err = c ? hold_own(&me, CLONE_NEWPID, &hold) : -EOPNOTSUPP;
	close(go[1]);
	waitpid(pid, NULL, 0);
	if (err == -EOPNOTSUPP)
		return;		/* no privilege here, or a kernel before 6.11 */
	ck_assert_int_eq(err, 0);
	ck_assert_uint_ne(hold.inode, inode("/proc/self/ns/pid"));
	ck_assert_uint_eq(inode_by_link(&hold), hold.inode);
	hold_put(&hold);
}
END_TEST

START_TEST(by_number)
{
	int net = open("/proc/self/ns/net", O_RDONLY), dir = open("/tmp", O_RDONLY | O_DIRECTORY);
	int path = open("/tmp", O_PATH), file = open("/proc/self/status", O_RDONLY), p[2];
	char name[] = "/tmp/net:[4026531833]XXXXXX";
	struct container_hold hold;
	int liar = mkstemp(name);

	ck_assert_int_eq(pipe(p), 0);
	unlink(name);
	ck_assert_int_eq(hold_fd(&me, net, &hold), 0);
	ck_assert_uint_eq(hold.type, CLONE_NEWNET);
	ck_assert_uint_eq(hold.inode, inode("/proc/self/ns/net"));
	hold_put(&hold);
	ck_assert_int_eq(hold_fd(&me, dir, &hold), 0);
	ck_assert_uint_eq(hold.type, CONTAINERFS_HOLD_ROOT);
	ck_assert_uint_eq(inode_by_link(&hold), inode("/tmp"));
	/* not the writer's open directory, which may be a lease of something */
	ck_assert(fcntl((int)hold.handle, F_GETFL) & O_PATH);
	hold_put(&hold);
	ck_assert_int_eq(hold_fd(&me, path, &hold), 0);
	hold_put(&hold);
	ck_assert_int_eq(hold_fd(&me, file, &hold), -EINVAL);
	ck_assert_int_eq(hold_fd(&me, liar, &hold), -EINVAL);
	ck_assert_int_eq(hold_fd(&me, p[0], &hold), -EINVAL);
	ck_assert_int_eq(hold_fd(&me, 999, &hold), -EBADF);
}
END_TEST

/* Nothing stays open of what was not held. */
START_TEST(leaves_nothing_open)
{
	int file = open("/proc/self/status", O_RDONLY), before = dup(0), after;
	struct container_hold hold;

	close(before);
	ck_assert_int_eq(hold_fd(&me, file, &hold), -EINVAL);
	ck_assert_int_eq(hold_own(&me, 0x1234, &hold), -EINVAL);
	ck_assert_int_eq(hold_fd(&me, file, &hold), -EINVAL);
	after = dup(0);
	ck_assert_int_eq(after, before);
}
END_TEST

/* Some descriptors are left to the daemon, whatever is held. */
START_TEST(descriptors_run_out)
{
	const struct rlimit few = { 64, 64 };
	struct container_hold hold[64];
	int nr = 0, err, fd;

	hold_exit();
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	ck_assert_int_eq(hold_init(), 0);
	while (!(err = hold_own(&me, nr & 1 ? CLONE_NEWNET : CONTAINERFS_HOLD_ROOT, &hold[nr])))
		ck_assert_int_lt(++nr, 64);
	ck_assert_int_eq(err, -EMFILE);
	ck_assert_int_gt(nr, 10);
	fd = open("/tmp", O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(hold_fd(&me, fd, &hold[nr]), -EMFILE);
	hold_put(&hold[--nr]);
	ck_assert_int_eq(hold_own(&me, CLONE_NEWNET, &hold[nr++]), 0);
	while (nr)
		hold_put(&hold[--nr]);
}
END_TEST

START_TEST(credentials)
{
	static const gid_t groups[] = { 7, 100000, 8 };
	unsigned int uid, gid, list[2];
	int ready[2], go[2];
	pid_t pid;
	char c;

	if (getuid())
		return;
	ck_assert_int_eq(pipe(ready) | pipe(go), 0);
	pid = fork();
	if (!pid) {
		close(go[1]);
		if (setgroups(3, groups) || setresgid(5, 6, 6) || setresuid(0, 1234, 1234))
			_exit(1);
		if (write(ready[1], "", 1) != 1 || read(go[0], &c, 1) < 0)
			_exit(1);
		_exit(0);
	}
	ck_assert_int_eq(read(ready[0], &c, 1), 1);
	me.tid = pid;
	/* how many there are, whatever room there is */
	ck_assert_int_eq(hold_cred(&me, &uid, &gid, list, 2), 3);
	ck_assert_uint_eq(uid, 1234);
	ck_assert_uint_eq(gid, 6);
	ck_assert_uint_eq(list[0], 7);
	close(go[1]);
	waitpid(pid, NULL, 0);
	ck_assert_int_lt(hold_cred(&me, &uid, &gid, list, 2), 0);
}
END_TEST

START_TEST(keyrings)
{
	int one = hold_keyring_new("containerfs:1"), other;
	char text[64];
	long len;

	if (one == -EOPNOTSUPP)
		return;
	ck_assert_int_gt(one, 0);
	len = syscall(SYS_keyctl, KEYCTL_DESCRIBE, one, text, sizeof(text));
	ck_assert_int_gt(len, 0);
	ck_assert_ptr_nonnull(strstr(text, ";3f1b0000;containerfs:1"));
	other = hold_keyring_new("containerfs:2");
	ck_assert_int_gt(other, 0);
	ck_assert_int_ne(one, other);
	hold_keyring_put(one);
	ck_assert_int_eq(syscall(SYS_keyctl, KEYCTL_DESCRIBE, one, text, sizeof(text)), -1);
	ck_assert(errno == EKEYREVOKED || errno == ENOKEY);
	ck_assert_int_gt(syscall(SYS_keyctl, KEYCTL_DESCRIBE, other, text, sizeof(text)), 0);
	/* a container's next keyring has the name of the one before */
	one = hold_keyring_new("containerfs:2");
	ck_assert_int_gt(one, 0);
	ck_assert_int_ne(one, other);
	hold_keyring_put(other);
	ck_assert_int_eq(syscall(SYS_keyctl, KEYCTL_DESCRIBE, other, text, sizeof(text)), -1);
	ck_assert_int_gt(syscall(SYS_keyctl, KEYCTL_DESCRIBE, one, text, sizeof(text)), 0);
	/* possessed, so that the daemon may revoke it */
	ck_assert_int_eq(syscall(SYS_keyctl, KEYCTL_CLEAR, one), 0);
	hold_keyring_put(one);
	ck_assert_int_eq(syscall(SYS_keyctl, KEYCTL_DESCRIBE, one, text, sizeof(text)), -1);
}
END_TEST

TCase *hold_tests(void)
{
	TCase *tc = tcase_create("hold");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, own);
	tcase_add_test(tc, empty_pid);
	tcase_add_test(tc, by_number);
	tcase_add_test(tc, leaves_nothing_open);
	tcase_add_test(tc, descriptors_run_out);
	tcase_add_test(tc, credentials);
	tcase_add_test(tc, keyrings);
	return tc;
}
