// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that must fail: with a cfd that is none, with arguments that are wrong, with no
 * descriptors left.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake.h"
#include "tests.h"

extern char **environ;

static int nothing(void *arg)
{
	return 0;
}

static char *const argv_true[] = { "true", NULL };

/* Every call that takes a cfd. */
static long call(unsigned int which, int cfd)
{
	switch (which) {
	case 0: return fork_into_container(cfd);
	case 1: return container_fork(cfd, CONTAINER_INIT, NULL);
	case 2: return container_spawn(cfd, 0, NULL, "true", argv_true, environ);
	case 3: return container_wait(cfd, NULL, 0, NULL);
	case 4: return container_poll_fd(cfd);
	case 5: return container_kill(cfd, 0, SIGKILL);
	case 6: return container_kill(cfd, 1, SIGTERM);
	case 7: return container_kill(cfd, 0, SIGTERM);
	case 8: return container_ns(cfd, CLONE_NEWUTS);
	case 9: return container_ns(cfd, 0);
	case 10: return container_root(cfd);
	case 11: return container_openat(cfd, "/", O_RDONLY, 0);
	case 12: return container_socket(cfd, AF_INET, SOCK_DGRAM, 0);
	case 13: return container_call(cfd, 0, nothing, NULL);
	case 14: return container_fsopen(cfd, "tmpfs", 0);
	case 15: return container_move_mount(0, cfd, "/");
	case 16: return container_keyring(cfd);
	}
	return -2;
}

static void all_fail(int cfd, int error)
{
	unsigned int i;
	long ret;

	for (i = 0; ; i++) {
		errno = 0;
		ret = call(i, cfd);
		if (ret == -2)
			break;
		ck_assert_msg(ret == -1 && errno == error, "call %u: %ld, errno %d, not %d", i, ret,
			      errno, error);
	}
	ck_assert(!has_children());
}

START_TEST(no_container)
{
	int fd, fds;

	fake_open(CLONE_NEWUTS);
	fd = open(fake.path, O_PATH);
	fds = count_fds();
	all_fail(-1, EBADF);
	all_fail(fd, EBADF);
	all_fail(fake.outer, ENOTTY);
	all_fail(STDIN_FILENO, ENOTTY);
	fake.stat_error = ENODEV;
	all_fail(fake.cfd, ENODEV);
	fake.stat_error = 0;
	ck_assert_int_eq(container_open("/nowhere"), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(container_open("/etc/passwd"), -1);
	ck_assert_int_eq(errno, ENOTDIR);
	ck_assert_int_eq(container_open("/etc"), -1);
	ck_assert_int_eq(errno, ENOTTY);
	ck_assert_int_eq(count_fds(), fds);
	close(fd);
	fd = container_open(fake.path);
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
}
END_TEST

START_TEST(dead)
{
	int fds;

	fake_open(CLONE_NEWUTS);
	fds = count_fds();
	fake.stat.flags |= CONTAINERFS_STAT_DEAD;
	ck_assert_int_eq(container_fork(fake.cfd, 0, NULL), -1);
	ck_assert_int_eq(errno, ECANCELED);
	ck_assert_int_eq(container_spawn(fake.cfd, 0, NULL, "true", argv_true, environ), -1);
	ck_assert_int_eq(errno, ECANCELED);
	ck_assert_int_eq(count_fds(), fds);
}
END_TEST

START_TEST(flags)
{
	fake_open(0);
	ck_assert_int_eq(container_fork(fake.cfd, 2, NULL), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(container_spawn(fake.cfd, 2, NULL, "true", argv_true, environ), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(container_keyring(fake.cfd), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

/* Somebody lets go of what the kernel says is held: nobody enters without it. */
START_TEST(let_go)
{
	fake_open(CLONE_NEWUTS | CLONE_NEWIPC);
	close(fake.ns[NS_ipc]);
	fake.ns[NS_ipc] = -1;
	ck_assert_int_eq(container_fork(fake.cfd, 0, NULL), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert(!has_children());
}
END_TEST

/* With one more each time until it works: each step fails once, and leaves nothing behind. */
START_TEST(no_descriptors)
{
	struct rlimit before, limit;
	unsigned int which, more;
	int fds, lowest;
	long ret;

	fake_open(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWPID);
	fake_write("container.events", "populated 1\n");
	getrlimit(RLIMIT_NOFILE, &before);
	fds = count_fds();
	for (which = 0; which < 15; which++) {
		for (more = 0; ; more++) {
			lowest = dup(STDIN_FILENO);
			close(lowest);
			limit = before;
			limit.rlim_cur = (rlim_t)lowest + more;
			setrlimit(RLIMIT_NOFILE, &limit);
			ret = call(which, fake.cfd);
			if (!ret && which <= 1)
				_exit(0);
			limit.rlim_cur = errno == EMFILE ? 0 : 1;
			setrlimit(RLIMIT_NOFILE, &before);
			if (ret >= 0 || limit.rlim_cur)
				break;
			ck_assert(!has_children());
			ck_assert_int_eq(count_fds(), fds);
			ck_assert_uint_lt(more, 30);
		}
		if (ret > 2 && which <= 2)
			end_of((pid_t)ret);
		else if (ret > 2)
			close((int)ret);
		if (which == 2)
			fake.stat.held &= ~CLONE_NEWPID;	/* it had a process 1 */
		ck_assert_int_eq(count_fds(), fds);
	}
}
END_TEST

/* --- container_create --- */

static void create_fails(const struct container_create_args *args, size_t size, int error)
{
	int fds = count_fds();

	ck_assert_int_eq(container_create_at(fake.cfd, "new", args, size), -1);
	ck_assert_int_eq(errno, error);
	ck_assert_int_eq(faccessat(fake.cfd, "new", F_OK, 0), -1);
	ck_assert_int_eq(count_fds(), fds);
	ck_assert(!has_children());
}

START_TEST(create_arguments)
{
	const int fds[] = { 0, 99, 0 };
	char long_name[66];
	struct {
		struct container_create_args	args;
		uint64_t			more;
	} grown = { .more = 0 };
	unsigned int i;

	memset(long_name, 'x', 65);
	long_name[65] = '\0';
	fake_open(CLONE_NEWUSER);
	const struct container_create_args wrong[] = {
		{ .flags = 0x2000 },
		{ .flags = 1ull << 32 },
		{ .flags = CONTAINER_NEW_FS_NS | CONTAINER_NEW_EMPTY_FS_NS },
		{ .uid_map = (uintptr_t)"0 0 1" },
		{ .gid_map = (uintptr_t)"0 0 1" },
		{ .hostname = (uintptr_t)"x" },
		{ .hostname = (uintptr_t)long_name, .flags = CONTAINER_NEW_UTS_NS },
		{ .time_offsets = (uintptr_t)"boottime 1 0" },
		{ .nr_hold_fds = 1 },
		{ .nr_hold_fds = CONTAINER_HOLD_FDS_MAX + 1, .hold_fds = (uintptr_t)fds },
		{ .nr_hold_fds = 1, .hold_fds = (uintptr_t)&fake.ns[NS_user],
		  .flags = CONTAINER_NEW_USER_NS },
	};

	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		create_fails(&wrong[i], sizeof(wrong[i]), EINVAL);
	create_fails(&wrong[0], CONTAINER_CREATE_ARGS_SIZE_VER0 - 1, EINVAL);
	create_fails(&(struct container_create_args){ .nr_hold_fds = 1, .hold_fds = (uintptr_t)&fds[1] },
		     sizeof(wrong[0]), EBADF);
	grown.more = 1;
	create_fails(&grown.args, sizeof(grown), E2BIG);
	grown.more = 0;
	i = (unsigned int)container_create_at(fake.cfd, "new", &grown.args, sizeof(grown));
	ck_assert_int_ge((int)i, 0);
	ck_assert_int_eq(fcntl((int)i, F_GETFD), FD_CLOEXEC);
	close((int)i);
	ck_assert_int_eq(container_create_at(fake.cfd, "new", &grown.args, sizeof(grown)), -1);
	ck_assert_int_eq(errno, EEXIST);
}
END_TEST

START_TEST(create_where)
{
	char name[300];

	fake_open(0);
	ck_assert_int_eq(container_create("/tmp/x", 0), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ck_assert_int_eq(container_create("/nowhere/x", 0), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(container_create("", 0), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(container_create("/etc/passwd/x", 0), -1);
	ck_assert_int_eq(errno, ENOTDIR);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	const struct container_create_args args = { 0 };
	ck_assert_int_eq(container_create_at(fake.cfd, name, &args, sizeof(args)), -1);
	ck_assert_int_eq(errno, ENAMETOOLONG);
	/* a hierarchy without ns holds nothing */
	fake.stat.flags = 0;
	const struct container_create_args holds[] = {
		{ .flags = CONTAINER_NEW_UTS_NS }, { .flags = CONTAINER_KEYRING },
		{ .nr_hold_fds = 1, .hold_fds = (uintptr_t)&fake.outer },
	};
	for (unsigned int i = 0; i < ARRAY_SIZE(holds); i++)
		create_fails(&holds[i], sizeof(holds[i]), EOPNOTSUPP);
	/* what was made for a lease that is refused is gone */
	create_fails(&(struct container_create_args){ .flags = CONTAINER_KILL_ON_CLOSE },
		     sizeof(args), ENOTTY);
}
END_TEST

TCase *wrong_tests(void)
{
	TCase *tc = tcase_create("wrong");

	tcase_add_checked_fixture(tc, NULL, fake_close);
	tcase_set_timeout(tc, 20);
	tcase_add_test(tc, no_container);
	tcase_add_test(tc, dead);
	tcase_add_test(tc, flags);
	tcase_add_test(tc, let_go);
	tcase_add_test(tc, no_descriptors);
	tcase_add_test(tc, create_arguments);
	tcase_add_test(tc, create_where);
	return tc;
}
