// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysc commands about names: making, removing, renaming them, and their
 * attributes.
 *
 * A PATH may start with @SLOT: the call is then the *at() one, below the directory that is
 * open in that slot. Modes are octal. A script names the fields that stat prints, so that it
 * compares exactly what it means to.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "sysc.h"

static void cmd_mkdir(int argc, char **argv)
{
	const char *path;
	int fd = at_path(argv[1], &path);

	say_result(mkdirat(fd, path, argc > 2 ? strtoul(argv[2], NULL, 8) : 0777));
}

static void cmd_rmdir(int argc, char **argv)
{
	const char *path;
	int fd = at_path(argv[1], &path);

	say_result(unlinkat(fd, path, AT_REMOVEDIR));
}

static void cmd_unlink(int argc, char **argv)
{
	const char *path;
	int fd = at_path(argv[1], &path);

	say_result(unlinkat(fd, path, 0));
}

static const struct flag rename_flags[] = {
	{ "noreplace", RENAME_NOREPLACE }, { "exchange", RENAME_EXCHANGE },
	{ "whiteout", RENAME_WHITEOUT }, { NULL, 0 },
};

static void cmd_rename(int argc, char **argv)
{
	const char *from, *to;
	int from_fd = at_path(argv[1], &from), to_fd = at_path(argv[2], &to);

	if (argc > 3)
		say_result(syscall(SYS_renameat2, from_fd, from, to_fd, to,
				   parse_flags(argv[3], rename_flags)));
	else
		say_result(renameat(from_fd, from, to_fd, to));
}

static const struct flag node_types[] = {
	{ "reg", S_IFREG }, { "fifo", S_IFIFO }, { "chr", S_IFCHR },
	{ "blk", S_IFBLK }, { "sock", S_IFSOCK }, { NULL, 0 },
};

static void cmd_mknod(int argc, char **argv)
{
	dev_t dev = argc > 4 ? makedev(atoi(argv[3]), atoi(argv[4])) : makedev(1, 3);

	say_result(mknod(argv[1], parse_flags(argv[2], node_types) | 0644, dev));
}

static void cmd_symlink(int argc, char **argv)
{
	say_result(symlink(argv[1], argv[2]));
}

static void cmd_link(int argc, char **argv)
{
	say_result(link(argv[1], argv[2]));
}

static void cmd_chmod(int argc, char **argv)
{
	say_result(chmod(argv[1], strtoul(argv[2], NULL, 8)));
}

static void cmd_chown(int argc, char **argv)
{
	say_result(chown(argv[1], atoi(argv[2]), atoi(argv[3])));
}

static void cmd_utimens(int argc, char **argv)
{
	struct timespec times[2] = {
		{ .tv_sec = atol(argv[2]) }, { .tv_sec = atol(argv[2]) },
	};

	say_result(utimensat(AT_FDCWD, argv[1], times, 0));
}

static void cmd_truncate(int argc, char **argv)
{
	say_result(truncate(argv[1], atol(argv[2])));
}

static void cmd_access(int argc, char **argv)
{
	say_result(faccessat(AT_FDCWD, argv[1], atoi(argv[2]), AT_EACCESS));
}

static const char *type_name(mode_t mode)
{
	return S_ISDIR(mode) ? "dir" : S_ISREG(mode) ? "reg" : S_ISLNK(mode) ? "link" : "other";
}

static void cmd_stat(int argc, char **argv)
{
	const char *path;
	int i, fd = at_path(argv[1], &path);
	struct stat st;

	if (fstatat(fd, path, &st, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) {
		say_result(-1);
		return;
	}
	for (i = 2; i < argc; i++) {
		if (i > 2)
			say(" ");
		if (strcmp(argv[i], "dev") == 0)
			say("%u:%u", major(st.st_dev), minor(st.st_dev));
		else if (strcmp(argv[i], "ino") == 0)
			say("%llu", (unsigned long long)st.st_ino);
		else if (strcmp(argv[i], "nlink") == 0)
			say("%lu", (unsigned long)st.st_nlink);
		else if (strcmp(argv[i], "mode") == 0)
			say("%04o", st.st_mode & 07777);
		else if (strcmp(argv[i], "type") == 0)
			say("%s", type_name(st.st_mode));
		else if (strcmp(argv[i], "size") == 0)
			say("%lld", (long long)st.st_size);
		else if (strcmp(argv[i], "uid") == 0)
			say("%u", st.st_uid);
		else if (strcmp(argv[i], "gid") == 0)
			say("%u", st.st_gid);
		else if (strcmp(argv[i], "mtime") == 0)
			say("%lld", (long long)st.st_mtime);
		else
			die("stat: no field %s", argv[i]);
	}
}

static void cmd_statfs(int argc, char **argv)
{
	struct statfs st;

	if (statfs(argv[1], &st))
		say_result(-1);
	else
		say("%#lx %ld", (unsigned long)st.f_type, (long)st.f_bsize);
}

/* A path to the file open in @SLOT; any other word is a path itself. */
static const char *name_of(const char *word)
{
	static char name[32];

	if (word[0] != '@')
		return word;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", slot_fd(word));
	return name;
}

static void cmd_setxattr(int argc, char **argv)
{
	say_result(setxattr(name_of(argv[1]), argv[2], argv[3], strlen(argv[3]), 0));
}

static void cmd_getxattr(int argc, char **argv)
{
	char value[4096];
	ssize_t n = getxattr(name_of(argv[1]), argv[2], value, sizeof(value) - 1);

	if (n < 0) {
		say_result(n);
		return;
	}
	value[n] = '\0';
	say("%s", value);
}

/* Only the names of one name space, because security modules add names in others. */
static void cmd_listxattr(int argc, char **argv)
{
	char names[4096];
	ssize_t n = listxattr(argv[1], names, sizeof(names));
	const char *separator = "";

	if (n < 0) {
		say_result(n);
		return;
	}
	for (const char *name = names; name < names + n; name += strlen(name) + 1) {
		if (strncmp(name, argv[2], strlen(argv[2])))
			continue;
		say("%s%s", separator, name);
		separator = " ";
	}
	if (!*separator)
		say("none");
}

static void cmd_rmxattr(int argc, char **argv)
{
	say_result(removexattr(name_of(argv[1]), argv[2]));
}

static void cmd_chdir(int argc, char **argv)
{
	say_result(chdir(argv[1]));
}

/* The raw system call: libc falls back to walking up when it fails. */
static void cmd_getcwd(int argc, char **argv)
{
	char path[4096];

	say_result(syscall(SYS_getcwd, path, sizeof(path)));
}

static void cmd_umask(int argc, char **argv)
{
	umask(strtoul(argv[1], NULL, 8));
	say("OK");
}

static void cmd_execve(int argc, char **argv)
{
	int fds[2], err = 0;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		die("pipe: %s", errno_name(errno));
	pid = fork();
	if (pid == 0) {
		execl(argv[1], argv[1], (char *)NULL);
		err = errno;
		if (write(fds[1], &err, sizeof(err)) < 0)
			_exit(3);
		_exit(0);
	}
	close(fds[1]);
	if (read(fds[0], &err, sizeof(err)) < 0)
		err = errno;
	close(fds[0]);
	waitpid(pid, NULL, 0);
	say("%s", err ? errno_name(err) : "OK");
}

static void cmd_descend(int argc, char **argv)
{
	long depth = atol(argv[2]);

	for (; depth > 0; depth--) {
		if (mkdir(argv[1], 0755) || chdir(argv[1])) {
			say_result(-1);
			return;
		}
	}
	say("OK");
}

const struct command tree_commands[] = {
	{ "mkdir", 1, cmd_mkdir, "PATH [MODE]" },
	{ "rmdir", 1, cmd_rmdir, "PATH" },
	{ "unlink", 1, cmd_unlink, "PATH" },
	{ "rename", 2, cmd_rename, "FROM TO [noreplace|exchange|whiteout]" },
	{ "mknod", 2, cmd_mknod, "PATH reg|fifo|chr|blk|sock [MAJOR MINOR]: a device is 1:3 without" },
	{ "symlink", 2, cmd_symlink, "TARGET PATH" },
	{ "link", 2, cmd_link, "FROM TO" },
	{ "chmod", 2, cmd_chmod, "PATH MODE" },
	{ "chown", 3, cmd_chown, "PATH UID GID" },
	{ "utimens", 2, cmd_utimens, "PATH SECONDS" },
	{ "truncate", 2, cmd_truncate, "PATH LENGTH" },
	{ "access", 2, cmd_access, "PATH BITS: faccessat(2) by effective ids" },
	{ "stat", 2, cmd_stat, "PATH FIELD...: dev ino nlink mode type size uid gid mtime" },
	{ "statfs", 1, cmd_statfs, "PATH: type and block size" },
	{ "setxattr", 3, cmd_setxattr, "PATH|@SLOT NAME VALUE" },
	{ "getxattr", 2, cmd_getxattr, "PATH|@SLOT NAME" },
	{ "listxattr", 2, cmd_listxattr, "PATH SPACE: the names that begin so" },
	{ "rmxattr", 2, cmd_rmxattr, "PATH|@SLOT NAME" },
	{ "chdir", 1, cmd_chdir, "PATH" },
	{ "descend", 2, cmd_descend, "NAME DEPTH: make a chain of directories of that name, and go down" },
	{ "getcwd", 0, cmd_getcwd, ": the raw system call" },
	{ "umask", 1, cmd_umask, "MODE" },
	{ "execve", 1, cmd_execve, "PATH: in a child" },
	{ NULL, 0, NULL, NULL },
};
