// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes in containers on containerfs: where they are, leases, the end of an init for those
 * who are not its parent, signals, and users without any capability.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake.h"
#include "live.h"
#include "tests.h"

extern char **environ;

static int *shared;		/* with children */

/* A test that failed has left something. */
static void setup(void)
{
	live_remove("c");
	shared = shared_alloc(4096);
}

static void teardown(void)
{
	live_remove("c");
	shared_free(shared, 4096);
}

static void is_error(long ret, int error)
{
	int err = errno;

	ck_assert_int_eq(ret, -1);
	ck_assert_int_eq(err, error);
}

static int create(unsigned int flags)
{
	int cfd = container_create(live_path("c"), flags);

	ck_assert_msg(cfd >= 0, "container_create(%#x): %s", flags, strerror(errno));
	return cfd;
}

/* A process that waits to be killed. */
static pid_t member(int cfd, unsigned int flags)
{
	pid_t pid = container_fork(cfd, flags, NULL);

	ck_assert_int_ge(pid, 0);
	if (!pid) {
		signal(SIGTERM, SIG_DFL);	/* libcheck's handler would end the test */
		for (;;)
			pause();
	}
	return pid;
}

static bool is_member(pid_t pid)
{
	char text[32];
	const char *procs = live_read("c/cgroup.procs");

	snprintf(text, sizeof(text), "%d\n", (int)pid);
	for (; procs; procs = strchr(procs, '\n'), procs = procs ? procs + 1 : NULL)
		if (!strncmp(procs, text, strlen(text)))
			return true;
	return false;
}

START_TEST(is_there)
{
	char *const argv[] = { "sleep", "1000", NULL };
	int cfd = create(CONTAINER_NEW_UTS_NS), i;
	pid_t pid;

	for (i = 0; i < 20; i++) {
		pid = i % 2 ? member(cfd, 0) : container_spawn(cfd, 0, NULL, "sleep", argv, environ);
		ck_assert_int_gt(pid, 0);
		ck_assert(is_member(pid));
		kill(pid, SIGKILL);
		ck_assert_int_eq(end_of(pid), 1000 + SIGKILL);
	}
	close(cfd);
}
END_TEST

static bool state_is(const char *state)
{
	int i;

	for (i = 0; i < 500 && strncmp(live_read("c/freezer.state"), state, strlen(state)); i++)
		usleep(10000);
	return i < 500;
}

/* It returns at once, with a child that stands still. */
START_TEST(frozen)
{
	int cfd = create(CONTAINER_NEW_UTS_NS | CONTAINER_NEW_PID_NS);
	pid_t pid;

	ck_assert_int_eq(live_write("c/freezer.state", "FROZEN"), 0);
	pid = container_fork(cfd, 0, NULL);
	ck_assert_int_ge(pid, 0);
	if (!pid) {
		shared[0] = 1;
		_exit(5);
	}
	ck_assert(is_member(pid));
	ck_assert(state_is("FROZEN"));
	usleep(100000);
	ck_assert_int_eq(*(volatile int *)shared, 0);
	ck_assert_int_eq(live_write("c/freezer.state", "THAWED"), 0);
	ck_assert_int_eq(end_of(pid), 5);
	ck_assert_int_eq(shared[0], 1);
	close(cfd);
}
END_TEST

/* The lease is the creator's, not that of whoever is inside. */
START_TEST(last_close_kills)
{
	int cfd = create(CONTAINER_NEW_UTS_NS | CONTAINER_KILL_ON_CLOSE), other;
	pid_t pid = member(cfd, 0);

	other = container_open(live_path("c"));
	close(cfd);
	ck_assert_int_eq(end_of(pid), 1000 + SIGKILL);
	is_error(container_fork(other, 0, NULL), ECANCELED);
	is_error(container_spawn(other, 0, NULL, "true", (char *[]){ "true", NULL }, environ),
		 ECANCELED);
	ck_assert_int_eq(access(live_path("c"), F_OK), 0);
	close(other);
}
END_TEST

START_TEST(last_close_removes)
{
	int cfd = create(CONTAINER_NEW_UTS_NS | CONTAINER_REMOVE_ON_CLOSE), other, copy;
	pid_t pid = member(cfd, 0);

	other = container_open(live_path("c"));
	ck_assert_int_eq(mkdir(live_path("c/below"), 0755), 0);
	copy = fcntl(cfd, F_DUPFD_CLOEXEC, 0);
	close(cfd);
	usleep(50000);
	ck_assert_int_eq(waitpid(pid, NULL, WNOHANG), 0);
	close(copy);
	ck_assert_int_eq(end_of(pid), 1000 + SIGKILL);
	ck_assert(live_gone("c"));
	is_error(container_fork(other, 0, NULL), ENODEV);
	close(other);
}
END_TEST

START_TEST(removed)
{
	int cfd = create(0);

	ck_assert_int_eq(rmdir(live_path("c")), 0);
	is_error(container_fork(cfd, 0, NULL), ENODEV);
	is_error(container_wait(cfd, NULL, 0, NULL), ENODEV);
	is_error(container_kill(cfd, 0, SIGKILL), ENODEV);
	is_error(container_ns(cfd, CLONE_NEWUTS), ENODEV);
	is_error(container_keyring(cfd), ENODEV);
	close(cfd);
}
END_TEST

/* Also a process of the top container may be asked for. */
START_TEST(top)
{
	int cfd = container_open(live_top);
	pid_t pid;

	ck_assert_int_ge(cfd, 0);
	is_error(container_wait(cfd, NULL, 0, NULL), ECHILD);
	is_error(container_kill(cfd, 1, SIGTERM), ESRCH);
	is_error(container_root(cfd), ENOENT);
	pid = container_fork(cfd, 0, NULL);
	if (!pid)
		_exit(4);
	ck_assert_int_eq(end_of(pid), 4);
	close(cfd);
}
END_TEST

/* --- the end of an init --- */

static void burn(void)
{
	volatile char *memory = malloc(8 << 20);
	unsigned int i;

	for (i = 0; i < 8 << 20; i++)
		memory[i] = 1;
	free((void *)memory);
}

static long usec_of(const struct rusage *ru)
{
	return (ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) * 1000000 + ru->ru_utime.tv_usec +
	       ru->ru_stime.tv_usec;
}

/* Whoever is not the parent learns what the parent will: before it has reaped. */
START_TEST(wait_by_another)
{
	int cfd = create(CONTAINER_NEW_UTS_NS), fd, status, real;
	struct rusage ru, real_ru;
	struct pollfd p;
	pid_t pid, other;

	is_error(container_wait(cfd, NULL, 0, NULL), ECHILD);
	pid = container_fork(cfd, CONTAINER_INIT, NULL);
	if (!pid) {
		usleep(100000);
		burn();
		_exit(44);
	}
	is_error(container_wait(cfd, NULL, WNOHANG, NULL), EAGAIN);
	is_error(container_fork(cfd, CONTAINER_INIT, NULL), EBUSY);
	other = fork();
	if (!other) {
		fd = container_open(live_path("c"));
		_exit(container_wait(fd, &status, 0, &ru) || status != 44 << 8 ||
		      ru.ru_maxrss < 8 << 10);
	}
	fd = container_poll_fd(cfd);
	p = (struct pollfd){ .fd = fd, .events = POLLIN };
	ck_assert_int_eq(poll(&p, 1, 10000), 1);
	while (!(p.revents & POLLHUP))
		ck_assert_int_eq(poll(&p, 1, 10000), 1);
	ck_assert_int_eq(end_of(other), 0);
	ck_assert_int_eq(container_wait(cfd, &status, 0, &ru), 0);
	/* its zombie is still there */
	ck_assert_int_eq(wait4(pid, &real, 0, &real_ru), pid);
	ck_assert_int_eq(status, real);
	/* how it is divided is estimated by ticks; and the exit itself goes on for the parent */
	ck_assert_int_gt(usec_of(&ru), 0);
	ck_assert_int_le(usec_of(&ru), usec_of(&real_ru));
	ck_assert_int_lt(usec_of(&real_ru) - usec_of(&ru), 50000);
	ck_assert_int_eq(ru.ru_maxrss, real_ru.ru_maxrss);
	ck_assert_int_eq(ru.ru_minflt, real_ru.ru_minflt);
	ck_assert_int_eq(ru.ru_majflt, real_ru.ru_majflt);
	ck_assert_int_le(labs(ru.ru_nvcsw - real_ru.ru_nvcsw), 1);
	close(fd);
	close(cfd);
}
END_TEST

/*
 * The process 1 of a PID namespace stays there, for wait(2) and pidfds, until each member that
 * came from outside is reaped.
 */
START_TEST(wait_before_reaping)
{
	int cfd = create(CONTAINER_NEW_PID_NS), status, pidfd;
	struct pollfd p;
	pid_t init, child;

	init = container_fork(cfd, 0, &pidfd);
	if (!init) {
		usleep(100000);
		_exit(6);
	}
	child = member(cfd, 0);
	ck_assert_int_eq(container_wait(cfd, &status, 0, NULL), 0);
	ck_assert_int_eq(status, 6 << 8);
	usleep(50000);
	p = (struct pollfd){ .fd = pidfd, .events = POLLIN };
	ck_assert_int_eq(poll(&p, 1, 0), 0);
	ck_assert_int_eq(waitpid(init, NULL, WNOHANG), 0);
	ck_assert_int_eq(end_of(child), 1000 + SIGKILL);
	ck_assert_int_eq(end_of(init), 6);
	close(pidfd);
	close(cfd);
}
END_TEST

/* All die with the init, also those without a PID namespace in common. */
START_TEST(init_dies)
{
	int cfd = create(CONTAINER_NEW_UTS_NS), status;
	pid_t init = member(cfd, CONTAINER_INIT), child = member(cfd, 0);

	kill(init, SIGTERM);
	ck_assert_int_eq(end_of(child), 1000 + SIGKILL);
	ck_assert_int_eq(container_wait(cfd, &status, 0, NULL), 0);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	ck_assert_int_eq(end_of(init), 1000 + SIGTERM);
	is_error(fork_into_container(cfd), ECANCELED);
	close(cfd);
}
END_TEST

/* --- signals --- */

START_TEST(kills)
{
	int cfd = create(CONTAINER_NEW_UTS_NS), below;
	pid_t init, pid, deep;

	is_error(container_kill(cfd, 0, SIGKILL), ESRCH);
	is_error(container_kill(cfd, 0, SIGTERM), ESRCH);
	init = member(cfd, CONTAINER_INIT);
	pid = member(cfd, 0);
	ck_assert_int_eq(mkdir(live_path("c/below"), 0755), 0);
	below = container_open(live_path("c/below"));
	deep = member(below, 0);
	ck_assert_int_eq(container_kill(cfd, 0, 0), 0);
	ck_assert_int_eq(container_kill(cfd, 0, SIGWINCH), 0);
	ck_assert_int_eq(container_kill(below, 0, SIGUSR1), 0);
	ck_assert_int_eq(end_of(deep), 1000 + SIGUSR1);
	deep = member(below, 0);
	ck_assert_int_eq(container_kill(cfd, 1, 0), 0);
	ck_assert_int_eq(container_kill(cfd, 0, SIGKILL), 0);
	ck_assert_int_eq(end_of(pid), 1000 + SIGKILL);
	ck_assert_int_eq(end_of(deep), 1000 + SIGKILL);
	ck_assert_int_eq(end_of(init), 1000 + SIGKILL);
	is_error(container_kill(cfd, 1, SIGTERM), ESRCH);
	close(below);
	close(cfd);
}
END_TEST

START_TEST(kills_init_only)
{
	int cfd = create(0);
	pid_t init = member(cfd, CONTAINER_INIT);

	ck_assert_int_eq(container_kill(cfd, 1, SIGUSR1), 0);
	ck_assert_int_eq(end_of(init), 1000 + SIGUSR1);
	close(cfd);
}
END_TEST

/* --- users --- */

static void be_user(void)
{
	ck_assert(!syscall(SYS_setgroups, 0, NULL));
	ck_assert(!setresgid(1000, 1000, 1000) && !setresuid(1000, 1000, 1000));
	prctl(PR_SET_DUMPABLE, 1);
}

/* A user without capabilities, in and below a container that root gave away. */
static int user_works(void)
{
	struct containerfs_stat stat;
	int cfd, status;
	pid_t pid;

	if (container_create(live_path("c/n"), CONTAINER_NEW_UTS_NS) >= 0 || errno != EPERM)
		return 1;
	if (container_create(live_path("c/n"), CONTAINER_KEYRING) >= 0 || errno != EPERM)
		return 2;
	if (!access(live_path("c/n"), F_OK))
		return 3;
	cfd = container_create(live_path("c/n"), CONTAINER_REMOVE_ON_CLOSE);
	if (cfd < 0)
		return 4;
	pid = container_fork(cfd, CONTAINER_INIT, NULL);
	if (!pid) {
		usleep(50000);
		_exit(8);
	}
	if (pid < 0)
		return 5;
	if (cont_stat(cfd, &stat) || stat.init != pid || stat.leases != 1)
		return 6;
	if (container_wait(cfd, &status, 0, NULL) || status != 8 << 8 || end_of(pid) != 8)
		return 7;
	close(cfd);
	if (!live_gone("c/n"))
		return 8;
	cfd = container_create(live_path("c/n"), 0);
	pid = container_spawn(cfd, 0, NULL, "sleep", (char *[]){ "sleep", "1000", NULL }, environ);
	if (pid < 0)
		return 9;
	if (container_kill(cfd, 0, SIGTERM) || end_of(pid) != 1000 + SIGTERM)
		return 10;
	pid = container_fork(cfd, 0, NULL);
	if (!pid)
		pause();
	if (pid < 0 || container_kill(cfd, 0, SIGKILL) || end_of(pid) != 1000 + SIGKILL)
		return 11;
	return 0;
}

static int give_to_user(void)
{
	static const char *const files[] = { "tasks", "cgroup.procs", "container.kill" };
	char path[64];
	unsigned int i;
	int cfd = create(0);

	ck_assert_int_eq(chown(live_path("c"), 1000, 1000), 0);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "c/%s", files[i]);
		ck_assert_int_eq(chown(live_path(path), 1000, 1000), 0);
	}
	return cfd;
}

START_TEST(user_below)
{
	int cfd = give_to_user();
	pid_t user = fork();

	if (!user) {
		be_user();
		_exit(user_works());
	}
	ck_assert_int_eq(end_of(user), 0);
	close(cfd);
}
END_TEST

/* Where it has been given nothing. */
static int user_fails(void)
{
	int cfd = container_open(live_path("c"));

	if (cfd < 0)
		return 1;
	if (container_fork(cfd, 0, NULL) >= 0 || (errno != EPERM && errno != EACCES))
		return 2;
	if (container_spawn(cfd, 0, NULL, "true", (char *[]){ "true", NULL }, environ) >= 0 ||
	    (errno != EPERM && errno != EACCES))
		return 3;
	if (container_ns(cfd, CLONE_NEWUTS) >= 0 || errno != EPERM)
		return 4;
	if (container_root(cfd) >= 0 || errno != EPERM)
		return 5;
	if (container_kill(cfd, 0, SIGTERM) >= 0 || errno != EPERM)
		return 6;
	if (container_create(live_path("c/n"), 0) >= 0 || errno != EACCES)
		return 7;
	if (container_kill(cfd, 0, SIGKILL) >= 0 || errno != EACCES)
		return 8;
	return 0;
}

START_TEST(user_elsewhere)
{
	int cfd = create(CONTAINER_NEW_UTS_NS | CONTAINER_NEW_FS_NS);
	pid_t user, pid = member(cfd, 0);

	user = fork();
	if (!user) {
		be_user();
		_exit(user_fails());
	}
	ck_assert_int_eq(end_of(user), 0);
	kill(pid, SIGKILL);
	ck_assert_int_eq(end_of(pid), 1000 + SIGKILL);
	close(cfd);
}
END_TEST

TCase *enter_tests(void)
{
	TCase *tc = tcase_create("enter");

	tcase_set_timeout(tc, 20);
	if (!live_top)
		return tc;
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, is_there);
	tcase_add_test(tc, frozen);
	tcase_add_test(tc, last_close_kills);
	tcase_add_test(tc, last_close_removes);
	tcase_add_test(tc, removed);
	tcase_add_test(tc, top);
	tcase_add_test(tc, wait_by_another);
	tcase_add_test(tc, wait_before_reaping);
	tcase_add_test(tc, init_dies);
	tcase_add_test(tc, kills);
	tcase_add_test(tc, kills_init_only);
	tcase_add_test(tc, user_below);
	tcase_add_test(tc, user_elsewhere);
	return tc;
}
