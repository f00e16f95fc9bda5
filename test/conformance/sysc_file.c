// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysc commands about open files: open, read, write and their like.
 *
 * Where a word may be PATH or @SLOT, a path is opened for this one call. A
 * failing open is then told apart from a failing read or write: it prints
 * "open:EACCES". What is read is printed with newlines and unprintable bytes
 * escaped (\n, \xHH), and as "eof" when the call returned 0 bytes, so that an
 * answer is always one word without spaces unless the file had some. STRING
 * understands \n, \t, \0, \\ and \xHH.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sysc.h"

static const struct flag open_flags[] = {
	{ "rdonly", O_RDONLY }, { "wronly", O_WRONLY }, { "rdwr", O_RDWR },
	{ "creat", O_CREAT }, { "excl", O_EXCL }, { "trunc", O_TRUNC },
	{ "append", O_APPEND }, { "directory", O_DIRECTORY },
	{ "path", O_PATH }, { "nonblock", O_NONBLOCK }, { NULL, 0 },
};

static size_t unescape(const char *in, char *out)
{
	size_t len = 0;

	while (*in) {
		if (*in != '\\' || !in[1]) {
			out[len++] = *in++;
			continue;
		}
		in++;
		switch (*in) {
		case 'n': out[len++] = '\n'; break;
		case 't': out[len++] = '\t'; break;
		case '0': out[len++] = '\0'; break;
		case 'x': {
			char hex[3] = { in[1], in[1] ? in[2] : '\0', '\0' };

			out[len++] = strtoul(hex, NULL, 16);
			in += strlen(hex);
			break;
		}
		default: out[len++] = *in; break;
		}
		in++;
	}
	return len;
}

static void say_data(const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (data[i] == '\n')
			say("\\n");
		else if (isprint((unsigned char)data[i]) || data[i] == '\t')
			say("%c", data[i]);
		else
			say("\\x%02x", (unsigned char)data[i]);
	}
}

/* The descriptor of PATH|@SLOT, or -1 after the reason was printed. */
static int get_fd(char *word, int flags, int *opened)
{
	const char *path;
	int dirfd, fd;

	*opened = -1;
	if (word[0] == '@' && !strchr(word, '/'))
		return slot_fd(word);
	dirfd = at_path(word, &path);
	fd = openat(dirfd, path, flags | O_CLOEXEC);
	if (fd < 0)
		say("open:%s", errno_name(errno));
	*opened = fd;
	return fd;
}

static void put_fd(int opened)
{
	if (opened >= 0)
		close(opened);
}

static void cmd_open(int argc, char **argv)
{
	int slot = atoi(argv[1]), dirfd, flags;
	const char *path;

	if (slot < 0 || slot >= MAX_SLOTS)
		die("no such slot: %s", argv[1]);
	flags = parse_flags(argv[3], open_flags);
	dirfd = at_path(argv[2], &path);
	slots[slot] = openat(dirfd, path, flags,
			     argc > 4 ? strtoul(argv[4], NULL, 8) : 0644);
	say_result(slots[slot]);
}

static void cmd_close(int argc, char **argv)
{
	say_result(close(slot_fd(argv[1])));
}

static void write_out(char *where, const char *data, size_t len)
{
	int opened, fd = get_fd(where, O_WRONLY, &opened);
	ssize_t n;

	if (fd < 0)
		return;
	n = write(fd, data, len);
	if (n >= 0 && (size_t)n != len)
		say("short:%zd", n);
	else
		say_result(n);
	put_fd(opened);
}

static void cmd_write(int argc, char **argv)
{
	char *data = malloc(strlen(argv[2]) + 1);

	write_out(argv[1], data, unescape(argv[2], data));
	free(data);
}

/* A limit on file sizes: outside of kernfs a write beyond it is refused or cut. */
static void cmd_fsize(int argc, char **argv)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = strtoul(argv[1], NULL, 0);
	signal(SIGXFSZ, SIG_IGN);
	say_result(setrlimit(RLIMIT_FSIZE, &limit));
}

static void cmd_pad(int argc, char **argv)
{
	size_t size = strtoul(argv[2], NULL, 0), len = strlen(argv[3]);
	char *data;

	if (len > size)
		die("pad: %s is longer than %zu", argv[3], size);
	data = malloc(size + 1);
	memset(data, ' ', size);
	memcpy(data + size - len, argv[3], len);
	write_out(argv[1], data, size);
	free(data);
}

static void cmd_fill(int argc, char **argv)
{
	size_t size = strtoul(argv[2], NULL, 0);
	char *data = malloc(size + 1);

	memset(data, argv[3][0], size);
	write_out(argv[1], data, size);
	free(data);
}

static void cmd_read(int argc, char **argv)
{
	size_t size = argc > 2 ? strtoul(argv[2], NULL, 0) : 65536;
	int opened, fd = get_fd(argv[1], O_RDONLY, &opened);
	char *data;
	ssize_t n;

	if (fd < 0)
		return;
	data = malloc(size + 1);
	n = read(fd, data, size);
	if (n > 0)
		say_data(data, n);
	else
		say("%s", n == 0 ? "eof" : errno_name(errno));
	free(data);
	put_fd(opened);
}

/* Prints the whole file by reads of SIZE bytes, unescaped: for large listings. */
static void cmd_slurp(int argc, char **argv)
{
	size_t size = strtoul(argv[2], NULL, 0);
	int opened, fd = get_fd(argv[1], O_RDONLY, &opened);
	char *data;
	ssize_t n;

	if (fd < 0)
		return;
	data = malloc(size + 1);
	while ((n = read(fd, data, size)) > 0) {
		data[n] = '\0';
		say("%s", data);
	}
	if (n < 0)
		say("%s", errno_name(errno));
	free(data);
	put_fd(opened);
}

/*
 * Prints the rest of the file through a pipe, by as many calls as it takes. If they are
 * refused, it goes on with read(2), as programs do. The result is whether they were.
 */
static bool pipe_refused;

static void through_pipe(char *word, bool splices)
{
	int opened, pipe_fds[2], fd = get_fd(word, O_RDONLY, &opened);
	char data[4096];
	size_t total = 0;
	ssize_t n;

	if (fd < 0)
		return;
	pipe_refused = false;
	if (pipe(pipe_fds))
		die("pipe: %s", errno_name(errno));
	while ((n = splices ? splice(fd, NULL, pipe_fds[1], NULL, sizeof(data), 0) :
			      sendfile(pipe_fds[1], fd, NULL, sizeof(data))) > 0) {
		n = read(pipe_fds[0], data, sizeof(data));
		say_data(data, n);
		total += n;
	}
	pipe_refused = n < 0 && errno == EINVAL && !total;
	if (pipe_refused)
		while ((n = read(fd, data, sizeof(data))) > 0) {
			say_data(data, n);
			total += n;
		}
	if (n < 0)
		say("%s", errno_name(errno));
	else if (!total)
		say("eof");
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	put_fd(opened);
}

/* The call of programs that copy files: busybox's cat, for one. */
static void cmd_sendfile(int argc, char **argv)
{
	through_pipe(argv[1], false);
}

static void cmd_splice(int argc, char **argv)
{
	through_pipe(argv[1], true);
}

static void cmd_refused(int argc, char **argv)
{
	say("%s", pipe_refused ? "refused" : "taken");
}

static void cmd_lseek(int argc, char **argv)
{
	say_result(lseek(slot_fd(argv[1]), atol(argv[2]), SEEK_SET));
}

static void cmd_ftruncate(int argc, char **argv)
{
	say_result(ftruncate(slot_fd(argv[1]), atol(argv[2])));
}

static void cmd_fchmod(int argc, char **argv)
{
	say_result(fchmod(slot_fd(argv[1]), strtoul(argv[2], NULL, 8)));
}

const struct command file_commands[] = {
	{ "open", 3, cmd_open, "SLOT PATH FLAG,... [MODE]: open(2) into a slot" },
	{ "close", 1, cmd_close, "@SLOT" },
	{ "write", 2, cmd_write, "PATH|@SLOT STRING: one write(2)" },
	{ "fsize", 1, cmd_fsize, "BYTES: RLIMIT_FSIZE, without its signal" },
	{ "pad", 3, cmd_pad, "PATH|@SLOT SIZE STRING: one write(2) of SIZE bytes, STRING after spaces" },
	{ "fill", 3, cmd_fill, "PATH|@SLOT SIZE CHAR: one write(2) of SIZE times CHAR" },
	{ "read", 1, cmd_read, "PATH|@SLOT [SIZE]: one read(2)" },
	{ "slurp", 2, cmd_slurp, "PATH|@SLOT SIZE: read(2) of SIZE bytes until the end, printed raw" },
	{ "sendfile", 1, cmd_sendfile, "PATH|@SLOT: sendfile(2) until the end, else read(2), and what came" },
	{ "splice", 1, cmd_splice, "PATH|@SLOT: the same by splice(2)" },
	{ "refused", 0, cmd_refused, ": whether the last of these was, with EINVAL, and read(2) in its place" },
	{ "lseek", 2, cmd_lseek, "@SLOT OFFSET" },
	{ "fchmod", 2, cmd_fchmod, "@SLOT MODE" },
	{ "ftruncate", 2, cmd_ftruncate, "@SLOT LENGTH" },
	{ NULL, 0, NULL, NULL },
};
