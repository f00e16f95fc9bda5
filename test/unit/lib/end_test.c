// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for the init, and signals.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake.h"
#include "tests.h"

static void is_error(long ret, int error)
{
	int err = errno;

	ck_assert_int_eq(ret, -1);
	ck_assert_int_eq(err, error);
}

#define EXITED	"pid 0\nstate exited\nstatus 768\nuser_usec 2500000\nsystem_usec 7\n" \
		"maxrss_kb 4567\nminflt 11\nmajflt 12\nnvcsw 13\nnivcsw 14\n"

START_TEST(wait_fills)
{
	struct rusage ru;
	int status = -1;

	fake_open(0);
	fake_write("container.init", EXITED);
	ck_assert_int_eq(container_wait(fake.cfd, &status, 0, &ru), 0);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	ck_assert_int_eq(ru.ru_utime.tv_sec, 2);
	ck_assert_int_eq(ru.ru_utime.tv_usec, 500000);
	ck_assert_int_eq(ru.ru_stime.tv_sec, 0);
	ck_assert_int_eq(ru.ru_stime.tv_usec, 7);
	ck_assert_int_eq(ru.ru_maxrss, 4567);
	ck_assert_int_eq(ru.ru_minflt, 11);
	ck_assert_int_eq(ru.ru_majflt, 12);
	ck_assert_int_eq(ru.ru_nvcsw, 13);
	ck_assert_int_eq(ru.ru_nivcsw, 14);
	ck_assert_int_eq(container_wait(fake.cfd, NULL, WNOHANG, NULL), 0);
}
END_TEST

START_TEST(wait_errors)
{
	int fds;

	fake_open(0);
	fds = count_fds();
	is_error(container_wait(fake.cfd, NULL, 0, NULL), ECHILD);
	is_error(container_wait(fake.cfd, NULL, WUNTRACED, NULL), EINVAL);
	fake_write("container.init", "pid 7\nstate running\n");
	is_error(container_wait(fake.cfd, NULL, WNOHANG, NULL), EAGAIN);
	ck_assert_int_eq(unlinkat(fake.cfd, "container.init", 0), 0);
	is_error(container_wait(fake.cfd, NULL, 0, NULL), ECHILD);	/* as the top container */
	ck_assert_int_eq(count_fds(), fds);
}
END_TEST

START_TEST(kill_init)
{
	pid_t pid;

	fake_open(0);
	is_error(container_kill(fake.cfd, 1, SIGTERM), ESRCH);
	pid = fork();
	if (!pid)
		pause();
	fake.stat.init = pid;
	is_error(container_kill(fake.cfd, 1, SIGTERM), ESRCH);
	fake.stat.state = CONTAINERFS_INIT_RUNNING;
	ck_assert_int_eq(container_kill(fake.cfd, 1, 0), 0);
	ck_assert_int_eq(container_kill(fake.cfd, 1, SIGUSR1), 0);
	ck_assert_int_eq(end_of(pid), 1000 + SIGUSR1);
	is_error(container_kill(fake.cfd, 1, SIGUSR1), ESRCH);
	is_error(container_kill(fake.cfd, 1, -1), EINVAL);
	is_error(container_kill(fake.cfd, 1, 65), EINVAL);
	is_error(container_kill(fake.cfd, 0, 65), EINVAL);
}
END_TEST

START_TEST(kill_all)
{
	fake_open(0);
	is_error(container_kill(fake.cfd, 0, SIGKILL), ESRCH);
	ck_assert_str_eq(fake_file("container.kill"), "");
	fake_write("container.events", "populated 1\ntasks 1\nchildren 0\n");
	ck_assert_int_eq(container_kill(fake.cfd, 0, SIGKILL), 0);
	ck_assert_str_eq(fake_file("container.kill"), "1");
}
END_TEST

/* Each process here and below, once. */
START_TEST(signal_all)
{
	char text[64];
	pid_t pid[2];
	int fd, i;

	fake_open(0);
	is_error(container_kill(fake.cfd, 0, SIGTERM), ESRCH);
	for (i = 0; i < 2; i++) {
		pid[i] = fork();
		if (!pid[i])
			pause();
	}
	ck_assert_int_eq(mkdirat(fake.cfd, "below", 0755), 0);
	snprintf(text, sizeof(text), "%d\n", pid[0]);
	fake_write("cgroup.procs", text);
	snprintf(text, sizeof(text), "0\n%d\n", pid[1]);
	fake_write("below/cgroup.procs", text);
	fd = count_fds();
	ck_assert_int_eq(container_kill(fake.cfd, 0, SIGUSR2), 0);
	ck_assert_int_eq(count_fds(), fd);
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(end_of(pid[i]), 1000 + SIGUSR2);
	is_error(container_kill(fake.cfd, 0, SIGUSR2), ESRCH);
}
END_TEST

START_TEST(signal_not_allowed)
{
	char text[16];

	fake_open(0);
	snprintf(text, sizeof(text), "%d\n", getppid());
	fake_write("cgroup.procs", text);
	ck_assert(!setresuid(1000, 1000, 0));
	is_error(container_kill(fake.cfd, 0, SIGWINCH), EPERM);
	ck_assert(!setresuid(0, 0, 0));
}
END_TEST

TCase *end_tests(void)
{
	TCase *tc = tcase_create("end");

	tcase_add_checked_fixture(tc, NULL, fake_close);
	tcase_set_timeout(tc, 20);
	tcase_add_test(tc, wait_fills);
	tcase_add_test(tc, wait_errors);
	tcase_add_test(tc, kill_init);
	tcase_add_test(tc, kill_all);
	tcase_add_test(tc, signal_all);
	tcase_add_test(tc, signal_not_allowed);
	return tc;
}
