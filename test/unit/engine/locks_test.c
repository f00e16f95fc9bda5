// SPDX-License-Identifier: GPL-2.0-only
/*
 * A look at the state of a subsystem without the lock is found out
 *
 * A handler of a control file is given the state. All other code finds it in the container,
 * from where a remount may take it; so the accessor of each subsystem asserts the lock.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools.h"

static struct container *top, *a;

static void locks_setup(void)
{
	host_reset();
	top = mount_top("ns,cpuset,pids,freezer,devices,cpuacct");
	a = make_dir(top, "a");
}

static void locks_teardown(void)
{
	sane();
	umount_top(top);
	host_finish();
}

/* In a process of its own, whose last words are in @text. */
static int die_without_lock(const char *subsys, char *text, size_t size)
{
	int ends[2], status;
	ssize_t n, len = 0;
	pid_t pid;

	ck_assert_int_eq(pipe(ends), 0);
	pid = fork();
	if (!pid) {
		dup2(ends[1], 2);
		close(ends[0]);
		close(ends[1]);
		shim_log_set_sink(NULL);
		inspect_without_lock(subsys, a);
		_exit(0);
	}
	close(ends[1]);
	while ((n = read(ends[0], text + len, size - 1 - len)) > 0)
		len += n;
	text[len] = '\0';
	close(ends[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static const char *const accessor[][2] = {
	{ "ns", "ns_of" },
	{ "cpuset", "cpuset_of" },
	{ "pids", "pids_of" },
	{ "freezer", "freezer_of" },
	{ "devices", "devices_of" },
	{ "cpuacct", "cpuacct_of" },
};

START_TEST(state_needs_the_lock)
{
	char text[8192], wanted[64];
	int status = die_without_lock(accessor[_i][0], text, sizeof(text));

	snprintf(wanted, sizeof(wanted), "%s needs the lock &container_lock held", accessor[_i][1]);
	ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "%s: status %#x",
		      accessor[_i][0], status);
	ck_assert_msg(strstr(text, wanted), "%s: %s", accessor[_i][0], text);
}
END_TEST

TCase *locks_tests(void)
{
	TCase *tc = tcase_create("locks");

	tcase_add_checked_fixture(tc, locks_setup, locks_teardown);
	tcase_add_loop_test(tc, state_needs_the_lock, 0, ARRAY_LEN(accessor));
	return tc;
}
