// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose user and group the child has, and in which order namespaces are entered by whom.
 */
#include <linux/keyctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fake.h"
#include "tests.h"

/* In the child: is it @uid, @gid, without other groups, and everywhere? */
static int check_child(uid_t uid, gid_t gid)
{
	uid_t u[3];
	gid_t g[3];
	int i;

	if (getresuid(&u[0], &u[1], &u[2]) || getresgid(&g[0], &g[1], &g[2]))
		return 1;
	for (i = 0; i < 3; i++)
		if (u[i] != uid || g[i] != gid)
			return 2;
	for (i = 0; i < NS_NR; i++)
		if (fake.stat.held & ns_types[i].type && my_ns(ns_types[i].name) != fd_ns(fake.ns[i]))
			return 3;
	return 0;
}

static void check_entry(uid_t uid, gid_t gid, int groups)
{
	pid_t pid = container_fork(fake.cfd, 0, NULL);

	if (!pid)
		_exit(getgroups(0, NULL) != groups ? 4 : check_child(uid, gid));
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(end_of(pid), 0);
}

START_TEST(without_user_namespace)
{
	const gid_t groups[] = { 4, 5 };

	ck_assert_int_eq((int)syscall(SYS_setgroups, 2, groups), 0);
	fake_open(CLONE_NEWUTS);
	check_entry(0, 0, 2);
	fake_hold_cred(1234, 2345);
	check_entry(1234, 2345, 0);
	fake_write("ns.hold", "cred 1234 2345 77 88 99\nkeyring 5\n");
	check_entry(1234, 2345, 3);
}
END_TEST

/* By the ids of the container's user namespace, where setgroups(2) is denied. */
START_TEST(translated)
{
	const gid_t groups[] = { 4, 5 };

	ck_assert_int_eq((int)syscall(SYS_setgroups, 2, groups), 0);
	fake_map(100000, 65536);
	fake_open(CLONE_NEWUSER | CLONE_NEWUTS);
	fake_hold_cred(100005, 100007);
	check_entry(5, 7, 0);
}
END_TEST

START_TEST(without_id)
{
	fake_map(100000, 65536);
	fake_open(CLONE_NEWUSER | CLONE_NEWUTS);
	fake_hold_cred(5, 100007);
	ck_assert_int_eq(container_fork(fake.cfd, 0, NULL), -1);
	ck_assert_int_eq(errno, EINVAL);
	fake_hold_cred(100005, 7);
	ck_assert_int_eq(container_fork(fake.cfd, 0, NULL), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert(!has_children());
}
END_TEST

/* Not those of the user namespace, which takes away the right to enter them. */
START_TEST(others_of_the_host)
{
	fake_open(CLONE_NEWUSER);
	fake_hold(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWCGROUP, false);
	check_entry(0, 0, getgroups(0, NULL));
}
END_TEST

static void be_user(void)
{
	ck_assert(!syscall(SYS_setgroups, 0, NULL));
	ck_assert(!setresgid(1000, 1000, 1000) && !setresuid(1000, 1000, 1000));
	prctl(PR_SET_DUMPABLE, 1);
}

static int getpid_(void *arg)
{
	return getpid();
}

/* Only the user namespace, which an ordinary user owns, gives it the right to the others. */
START_TEST(others_of_a_user)
{
	int sock;

	be_user();
	fake_map(1000, 1);
	fake_open(CLONE_NEWUSER);
	fake_hold(CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET, true);
	check_entry(0, 0, 0);
	/* who has no right to set groups keeps its own */
	fake_hold_cred(1000, 1000);
	check_entry(0, 0, 0);
	/* and so it is from outside */
	sock = container_socket(fake.cfd, AF_INET, SOCK_DGRAM, 0);
	ck_assert_int_ge(sock, 0);
	close(sock);
	ck_assert_int_eq(container_call(fake.cfd, CLONE_NEWUTS, getpid_, NULL), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_assert_int_gt(container_call(fake.cfd, CLONE_NEWUTS | CLONE_NEWUSER, getpid_, NULL), 0);
}
END_TEST

START_TEST(not_allowed)
{
	fake_open(CLONE_NEWUTS | CLONE_NEWNET);
	ck_assert(!setresgid(1000, 1000, 0) && !setresuid(1000, 1000, 0));
	ck_assert_int_eq(container_fork(fake.cfd, 0, NULL), -1);
	ck_assert_int_eq(errno, EACCES);
	ck_assert(!setresuid(0, 0, 0));
	ck_assert_int_eq(fchmodat(fake.cfd, "cgroup.procs", 0666, 0), 0);
	ck_assert(!setresuid(1000, 1000, 0));
	ck_assert_int_eq(container_fork(fake.cfd, 0, NULL), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_assert_int_eq(container_socket(fake.cfd, AF_INET, SOCK_DGRAM, 0), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_assert(!has_children());
	ck_assert(!setresuid(0, 0, 0));
}
END_TEST

#define keyctl(...)	syscall(SYS_keyctl, __VA_ARGS__)

/* The container's keyring is found through the child's session, whatever user it has then. */
START_TEST(keyring)
{
	long ring = syscall(SYS_add_key, "keyring", "container", NULL, 0, KEY_SPEC_PROCESS_KEYRING);
	pid_t pid;

	if (ring < 0)
		return;		/* a kernel without keys */
	/* all for who possesses it; its user may see, read, search, link it */
	ck_assert_int_eq((int)keyctl(KEYCTL_SETPERM, ring, 0x3f1b0000), 0);
	ck_assert_int_gt(syscall(SYS_add_key, "user", "lib-test", "x", 1, ring), 0);
	fake_open(CLONE_NEWUSER | CLONE_NEWUTS);
	fake_hold_cred(1234, 1234);
	fake.stat.held |= CONTAINERFS_HOLD_KEYRING;
	fake.stat.keyring = (int)ring;
	ck_assert_int_eq(container_keyring(fake.cfd), ring);
	pid = container_fork(fake.cfd, 0, NULL);
	if (!pid) {
		_exit(syscall(SYS_request_key, "user", "lib-test", NULL, 0) < 0 ? errno : 0);
	}
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(end_of(pid), 0);
	keyctl(KEYCTL_UNLINK, ring, KEY_SPEC_PROCESS_KEYRING);
}
END_TEST

TCase *ids_tests(void)
{
	TCase *tc = tcase_create("ids");

	tcase_add_checked_fixture(tc, NULL, fake_close);
	tcase_set_timeout(tc, 20);
	tcase_add_test(tc, without_user_namespace);
	tcase_add_test(tc, translated);
	tcase_add_test(tc, without_id);
	tcase_add_test(tc, others_of_the_host);
	tcase_add_test(tc, others_of_a_user);
	tcase_add_test(tc, not_allowed);
	tcase_add_test(tc, keyring);
	return tc;
}
