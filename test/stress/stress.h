/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the stress tests share: a daemon, a mount, and the end of both
 *
 * Each test is one C file and one process tree. stress_init() gives it a mount
 * namespace and a directory of its own, and makes it the reaper of all its
 * descendants; stress_start() starts a containerfsd with a socket of its own,
 * stress_mount() mounts through mount.containerfs. Programs come from
 * BUILD_DIR (default: build, below the current directory).
 *
 * However a test ends, stress_clean() runs: it kills and reaps every
 * descendant (the daemon last), unmounts, and removes the directory. A test
 * ends by exit(0), by fail(), which says why, or by skip().
 *
 * The machine may be busy with other tests. Their tasks are in the top container of the
 * hierarchy mounted here and stay there, because a test that mounts ns sets ns.clone_flags
 * of the top to "none", and works in a container below it.
 *
 * All functions are static: a program is linked from its one file.
 */
#ifndef TEST_STRESS_STRESS_H
#define TEST_STRESS_STRESS_H

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))

static char stress_dir[64], stress_mnt[80], stress_log[80], stress_socket[80];
static char stress_build[PATH_MAX];
static pid_t stress_main, stress_daemon;

static UNUSED double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static UNUSED void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static UNUSED void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

/* Ends the test in the main process; another one ends with 1, which the main one must notice. */
static UNUSED void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
static UNUSED void fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("FAIL: ");
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	if (getpid() == stress_main)
		exit(1);
	_exit(1);
}

static UNUSED void skip(const char *why)
{
	say("skip: %s", why);
	exit(77);
}

/* The pid of a child, of the daemon only if there is no other child; 0: there is none. */
static pid_t a_child(void)
{
	char path[64], text[4096], *at = text;
	ssize_t n;
	pid_t pid;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	while ((pid = (pid_t)strtol(at, &at, 10)))
		if (pid != stress_daemon)
			return pid;
	return 0;
}

static UNUSED void stress_kill_children(void)
{
	pid_t pid;

	while ((pid = a_child()) > 0) {
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
}

static UNUSED void stress_clean(void)
{
	if (getpid() != stress_main || !stress_dir[0])
		return;
	signal(SIGCHLD, SIG_DFL);
	stress_kill_children();
	umount2(stress_mnt, MNT_DETACH);
	if (stress_daemon > 0) {
		kill(stress_daemon, SIGKILL);
		waitpid(stress_daemon, NULL, 0);
	}
	stress_daemon = 0;
	rmdir(stress_mnt);
	unlink(stress_log);
	unlink(stress_socket);
	strcat(stress_socket, ".lock");
	unlink(stress_socket);
	rmdir(stress_dir);
	stress_dir[0] = '\0';
}

static void stress_signal(int sig)
{
	if (getpid() != stress_main)
		_exit(1);
	say("FAIL: ended from outside");
	exit(1);
}

static UNUSED void stress_init(const char *name)
{
	const char *build = getenv("BUILD_DIR");
	char program[PATH_MAX + 32];

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (geteuid())
		skip("needs root");
	if (!realpath(build ? build : "build", stress_build))
		skip("no build directory");
	snprintf(program, sizeof(program), "%s/containerfsd", stress_build);
	if (access(program, X_OK))
		skip("no containerfsd");
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		skip("no mount namespace to be had");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	stress_main = getpid();
	snprintf(stress_dir, sizeof(stress_dir), "/tmp/stress.%s.XXXXXX", name);
	if (!mkdtemp(stress_dir))
		fail("mkdtemp: %s", strerror(errno));
	snprintf(stress_mnt, sizeof(stress_mnt), "%s/m", stress_dir);
	snprintf(stress_log, sizeof(stress_log), "%s/log", stress_dir);
	snprintf(stress_socket, sizeof(stress_socket), "%s/s", stress_dir);
	setenv("CONTAINERFS_SOCKET", stress_socket, 1);
	setenv("CONTAINERFSD", program, 1);
	mkdir(stress_mnt, 0755);
	atexit(stress_clean);
	signal(SIGTERM, stress_signal);
	signal(SIGINT, stress_signal);
	signal(SIGPIPE, SIG_IGN);
}

/* Wait until @cond is true; fail with its text if it does not become true. */
#define await(cond, what) do {							\
	double await_end = now() + 20;						\
	while (!(cond)) {							\
		if (now() > await_end)						\
			fail("waited too long for %s", what);			\
		usleep(1000);							\
	}									\
} while (0)

/* How many descriptors the daemon has open, and two. */
static UNUSED int stress_daemon_fds(void)
{
	char path[64];
	int n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", stress_daemon);
	d = opendir(path);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static bool can_connect(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	bool ok;

	strcpy(at.sun_path, stress_socket);
	ok = !connect(fd, (struct sockaddr *)&at, sizeof(at)) || errno == EPROTOTYPE;
	close(fd);
	return ok;
}

/* @ring: the size of the ring as text, or NULL for the default. */
static UNUSED void stress_start(const char *ring)
{
	int fd;

	stress_daemon = fork();
	if (!stress_daemon) {
		fd = open(stress_log, O_WRONLY | O_CREAT | O_APPEND, 0600);
		dup2(fd, 2);
		execl(getenv("CONTAINERFSD"), "containerfsd", "-f", "--socket", stress_socket,
		      ring ? "--ring-bytes" : NULL, ring, NULL);
		_exit(1);
	}
	await(can_connect() || waitpid(stress_daemon, NULL, WNOHANG) > 0, "the daemon's socket");
}

/* Run a program to its end; its exit status. */
static UNUSED int run(const char *program, ...)
{
	char *argv[16] = { (char *)program };
	int status, n = 1;
	va_list ap;
	pid_t pid;

	va_start(ap, program);
	while (n < 15 && (argv[n] = va_arg(ap, char *)))
		n++;
	va_end(ap);
	pid = fork();
	if (!pid) {
		execvp(program, argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static UNUSED void stress_mount(const char *options)
{
	char program[PATH_MAX + 32];

	snprintf(program, sizeof(program), "%s/mount.containerfs", stress_build);
	if (run(program, "none", stress_mnt, "-o", options, NULL))
		fail("mount.containerfs -o %s", options);
}

/* The path of @fmt below the mount, in one of a few buffers that are used in turn. */
static UNUSED const char *at(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static UNUSED const char *at(const char *fmt, ...)
{
	static char buffer[4][PATH_MAX];
	static unsigned int turn;
	char *path = buffer[turn++ % 4];
	int n = snprintf(path, PATH_MAX, "%s/", stress_mnt);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(path + n, PATH_MAX - n, fmt, ap);
	va_end(ap);
	return path;
}

/* 0 or -errno */
static UNUSED int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static UNUSED int put_nr(const char *path, long nr)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", nr);
	return put(path, text);
}

/* Read a whole file: -errno or its length. *text ends in a NUL, and belongs to this function. */
static UNUSED long get(const char *path, char **textp)
{
	static char *text;
	static size_t room;
	long len = 0, n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (;;) {
		if (room < (size_t)len + 65536)
			text = realloc(text, room = len + 131072);
		n = read(fd, text + len, room - len - 1);
		if (n <= 0)
			break;
		len += n;
	}
	if (n < 0)
		len = -errno;
	close(fd);
	if (len >= 0)
		text[len] = '\0';
	*textp = text;
	return len;
}

/* The number behind @key in a file of "key number" lines; -1: none. */
static UNUSED long get_key(const char *path, const char *key)
{
	size_t len = strlen(key);
	char *text, *line;

	if (get(path, &text) < 0)
		return -1;
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (!strncmp(line, key, len) && line[len] == ' ')
			return atol(line + len);
	return -1;
}

/* One of the daemon's counters, as it logs them on SIGHUP. */
static UNUSED long counter(const char *key)
{
	struct stat st;
	char *text, *found, *last = NULL;
	char wanted[64];
	off_t before;

	stat(stress_log, &st);
	before = st.st_size;
	snprintf(wanted, sizeof(wanted), "%s ", key);
	kill(stress_daemon, SIGHUP);
	for (double end = now() + 10; now() < end && !last; usleep(1000)) {
		if (get(stress_log, &text) <= before)
			continue;
		for (found = text + before; (found = strstr(found, wanted)); found++)
			if (found == text || found[-1] == ' ')
				last = found;
		/* When the line after the last counter is there, all are. */
		if (last && !strchr(last, '\n'))
			last = NULL;
	}
	return last ? atol(last + strlen(wanted)) : -1;
}

/* Fail if the log has any of these. */
static UNUSED void check_log(void)
{
	static const char *const bad[] = { "WARNING", "BUG", "Sanitizer", "runtime error",
					   "not known to anybody", "cannot be read" };
	char *text = NULL;

	if (get(stress_log, &text) < 0)
		return;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (strstr(text, bad[i]))
			fail("the daemon's log has \"%s\":\n%s", bad[i], text);
}

/* Remove all containers below @dir, again until it works; tasks in them must be ending. */
static UNUSED void remove_below(const char *dir)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *d = opendir(dir);

	if (!d)
		return;
	while ((entry = readdir(d))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		remove_below(path);
		await(!rmdir(path) || errno == ENOENT, path);
	}
	closedir(d);
}

/* Unmount. The hierarchy is empty, so the daemon must end by itself. */
static UNUSED void stress_stop(void)
{
	int status;

	remove_below(stress_mnt);
	check_log();
	if (umount(stress_mnt))
		fail("umount: %s", strerror(errno));
	await(waitpid(stress_daemon, &status, WNOHANG) > 0, "the daemon's end");
	stress_daemon = 0;
	if (status)
		fail("the daemon ended with status %#x", status);
	check_log();
	unlink(stress_log);
}

#endif /* TEST_STRESS_STRESS_H */
