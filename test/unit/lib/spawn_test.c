// SPDX-License-Identifier: GPL-2.0-only
/*
 * container_spawn(): where the program runs, what fails, and what of the caller is left alone.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake.h"
#include "tests.h"

extern char **environ;

static pid_t spawn_sh(const char *script)
{
	char *const argv[] = { "sh", "-c", (char *)script, NULL };

	return container_spawn(fake.cfd, 0, NULL, "sh", argv, environ);
}

/* A script that fails if a held namespace is not the one of the shell. */
static const char *check_script(void)
{
	static char script[1024];
	char *to = script;
	int i;

	for (i = 0; i < NS_NR; i++)
		if (fake.stat.held & ns_types[i].type && i != NS_pid)
			to += sprintf(to, "[ $(stat -Lc %%i /proc/self/ns/%s) = %lu ] || exit %d; ",
				      ns_types[i].name, fd_ns(fake.ns[i]), i + 1);
	sprintf(to, "exit %d", fake.stat.held & CLONE_NEWPID ? 60 : 50);
	return script;
}

static int handlers;

static void count_handler(void)
{
	handlers++;
}

START_TEST(without_copy)
{
	const size_t size = 32 << 20, page = 4096;
	struct rusage before, after;
	char *memory = malloc(size);
	size_t i;
	pid_t pid;
	int fds;

	fake_open(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID);
	pthread_atfork(count_handler, count_handler, count_handler);
	memset(memory, 1, size);
	fds = count_fds();
	pid = spawn_sh(check_script());
	/* pages that were copied on write, or made writable again, are faults */
	getrusage(RUSAGE_SELF, &before);
	for (i = 0; i < size; i += page)
		memory[i]++;
	getrusage(RUSAGE_SELF, &after);
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(end_of(pid), 60);
	ck_assert_int_lt(after.ru_minflt - before.ru_minflt, size / page / 4);
	ck_assert_int_eq(handlers, 0);
	ck_assert_int_eq(count_fds(), fds);
	ck_assert_int_eq(prctl(PR_GET_DUMPABLE), 1);
	ck_assert_int_eq(my_ns("pid"), my_ns("pid_for_children"));
	ck_assert_str_eq(fake_file("cgroup.procs"), "0");
	ck_assert_int_eq(strncmp(fake_file("container.init"), "0", 1), 0);
	free(memory);
}
END_TEST

START_TEST(with_user_namespace)
{
	pid_t pid;

	fake_open(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWNET);
	pid = spawn_sh(check_script());
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(end_of(pid), 50);
	ck_assert_int_eq(prctl(PR_GET_DUMPABLE), 1);
}
END_TEST

/* The kernel does not let in who shares its memory. */
START_TEST(with_time_namespace)
{
	pid_t pid;

	fake_open(CLONE_NEWTIME | CLONE_NEWUTS);
	pid = spawn_sh(check_script());
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(end_of(pid), 50);
}
END_TEST

START_TEST(with_other_user)
{
	pid_t pid;

	fake_open(CLONE_NEWUTS);
	fake_hold_cred(1234, 2345);
	pid = spawn_sh("[ $(id -u) = 1234 ] && [ $(id -g) = 2345 ] && [ \"$(id -G)\" = 2345 ] && exit 9");
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(end_of(pid), 9);
	ck_assert_int_eq(prctl(PR_GET_DUMPABLE), 1);
	ck_assert_int_eq((int)getuid(), 0);
}
END_TEST

static void fails(const char *file, int error)
{
	char *const argv[] = { "x", NULL };
	int fds = count_fds();

	ck_assert_int_eq(container_spawn(fake.cfd, 0, NULL, file, argv, environ), -1);
	ck_assert_int_eq(errno, error);
	ck_assert(!has_children());
	ck_assert_int_eq(count_fds(), fds);
}

START_TEST(errors_of_execve)
{
	char path[PATH_MAX + 10] = "/";

	fake_open(CLONE_NEWUTS);
	fails("/nowhere", ENOENT);
	fails("nowhere", ENOENT);
	fails("", ENOENT);
	fails("/etc/passwd", EACCES);
	fails("/etc", EACCES);
	fails("/etc/passwd/x", ENOTDIR);
	memset(path + 1, 'x', sizeof(path) - 2);
	fails(path, ENAMETOOLONG);
	setenv("PATH", "/etc:/nowhere", 1);
	fails("passwd", EACCES);
	/* what the mode does not show */
	fake_write("text", "no program\n");
	snprintf(path, sizeof(path), "%s/text", fake.path);
	ck_assert_int_eq(fchmodat(fake.cfd, "text", 0755, 0), 0);
	fails(path, ENOEXEC);
}
END_TEST

/* An init whose program is not there was none. */
START_TEST(init_is_named_late)
{
	char *const argv[] = { "x", NULL };

	fake_open(CLONE_NEWUTS);
	ck_assert_int_eq(container_spawn(fake.cfd, CONTAINER_INIT, NULL, "/nowhere", argv, environ), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_str_eq(fake_file("container.init"), "pid 0\nstate none\n");
}
END_TEST

/* Its root, and PATH in there. */
START_TEST(in_its_root)
{
	char *const argv[] = { "false", NULL };
	char command[256], path[128];
	pid_t pid;

	fake_open(CLONE_NEWNS);
	snprintf(command, sizeof(command), "mkdir -p %s/root/bin && cp /bin/busybox %s/root/bin/there",
		 fake.path, fake.path);
	if (system(command))
		return;		/* no program that needs no libraries */
	snprintf(path, sizeof(path), "%s/root", fake.path);
	fake_hold_root(path);
	setenv("PATH", "/sbin:/bin", 1);
	pid = container_spawn(fake.cfd, 0, NULL, "there", argv, environ);
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(end_of(pid), 1);
	fails("sh", ENOENT);
}
END_TEST

static volatile sig_atomic_t handled_by;

static void on_usr1(int sig)
{
	handled_by = getpid();
}

static void *do_spawn(void *arg)
{
	char *const argv[] = { "true", NULL };

	return (void *)(intptr_t)container_spawn(fake.cfd, CONTAINER_INIT, NULL, "true", argv, environ);
}

/* A signal to the child that shares our memory must not find our handler. */
START_TEST(handlers_are_not_the_childs)
{
	pthread_t thread;
	char text[16];
	void *ret;
	pid_t pid;
	int plug;

	fake_open(CLONE_NEWUTS);
	plug = fake_plug("container.init");
	signal(SIGUSR1, on_usr1);
	pthread_create(&thread, NULL, do_spawn, NULL);
	pid = wait_child_of(getpid());
	usleep(50000);
	kill(pid, SIGUSR1);
	fake_unplug(plug, text, sizeof(text));
	pthread_join(thread, &ret);
	ck_assert_int_eq((pid_t)(intptr_t)ret, pid);
	ck_assert_int_eq(end_of(pid), 1000 + SIGUSR1);
	ck_assert_int_eq(handled_by, 0);
	close(plug);
}
END_TEST

/* As posix_spawn(3): what is ignored stays so, and the mask is the caller's. */
START_TEST(signals_are_inherited)
{
	sigset_t mask;
	pid_t pid;

	fake_open(CLONE_NEWUTS);
	signal(SIGUSR2, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGWINCH);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	/* USR2 is 12, WINCH 28: bits 0x800 and 0x8000000 */
	pid = spawn_sh("while read name value; do case $name in "
		       "SigBlk:) b=$value ;; SigIgn:) i=$value ;; esac; done < /proc/self/status; "
		       "[ $((0x$b)) -eq $((0x8000000)) ] && [ $((0x$i & 0x800)) -ne 0 ] && exit 3");
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(end_of(pid), 3);
}
END_TEST

TCase *spawn_tests(void)
{
	TCase *tc = tcase_create("spawn");

	tcase_add_checked_fixture(tc, NULL, fake_close);
	tcase_set_timeout(tc, 20);
	tcase_add_test(tc, without_copy);
	tcase_add_test(tc, with_user_namespace);
	tcase_add_test(tc, with_time_namespace);
	tcase_add_test(tc, with_other_user);
	tcase_add_test(tc, errors_of_execve);
	tcase_add_test(tc, init_is_named_late);
	tcase_add_test(tc, in_its_root);
	tcase_add_test(tc, handlers_are_not_the_childs);
	tcase_add_test(tc, signals_are_inherited);
	return tc;
}
