// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control files, read and written whole, and memory.
 *
 * A control file's size is 0 and its text is made at the first read, so files
 * are read from the start until the end. Each value is written by one write(2),
 * because the host takes one write for one value.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "containerctl.h"

static void *check_memory(void *p)
{
	if (!p) {
		complain("out of memory");
		exit(EXIT_FAILURE);
	}
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	return check_memory(calloc(n, size));
}

void *xrealloc(void *p, size_t n, size_t size)
{
	return check_memory(reallocarray(p, n, size));
}

char *xstrdup(const char *s)
{
	return check_memory(strdup(s));
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&s, fmt, ap);
	va_end(ap);
	return check_memory(len < 0 ? NULL : s);
}

bool is_gone(int err)
{
	return err == -ENOENT || err == -ENODEV || err == -ESTALE;
}

int read_fd(int fd, char **text)
{
	size_t size = 4096, len = 0;
	char *buf = xrealloc(NULL, size, 1);
	ssize_t n;

	while ((n = pread(fd, buf + len, size - len - 1, (off_t)len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			n = -errno;
			free(buf);
			return (int)n;
		}
		len += (size_t)n;
		if (size - len < 2048) {
			size *= 2;
			buf = xrealloc(buf, size, 1);
		}
	}
	buf[len] = '\0';
	*text = buf;
	return 0;
}

int read_file(int dirfd, const char *name, char **text)
{
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = read_fd(fd, text);
	close(fd);
	return err;
}

/* One read(2) is enough: a text of less than a page comes at once. */
int read_short(int dirfd, const char *name, char **text)
{
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);
	char buf[4096];
	ssize_t n;

	if (fd < 0)
		return -errno;
	do {
		n = read(fd, buf, sizeof(buf) - 1);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return (int)n;
	buf[n] = '\0';
	*text = xstrdup(buf);
	return 0;
}

int write_file(int dirfd, const char *name, const char *text)
{
	int fd = openat(dirfd, name, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}
