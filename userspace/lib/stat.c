// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A container by a descriptor of its directory: what it is, and its files.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib.h"

int cont_stat(int cfd, struct containerfs_stat *stat)
{
	memset(stat, 0, sizeof(*stat));
	stat->size = sizeof(*stat);
	return ioctl(cfd, CONTAINERFS_IOC_STAT, stat) < 0 ? -1 : 0;
}

int cont_file(int cfd, const char *name, int flags)
{
	return openat(cfd, name, flags | O_CLOEXEC);
}

ssize_t read_text(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	do {
		n = pread(fd, buf + len, size - 1 - len, (off_t)len);
		if (n > 0)
			len += (size_t)n;
	} while ((n > 0 && len < size - 1) || (n < 0 && errno == EINTR));
	buf[len] = '\0';
	return n < 0 ? -1 : (ssize_t)len;
}

char *read_whole(int fd)
{
	size_t size = 4096;
	char *text = NULL, *more;
	ssize_t n;

	for (;;) {
		more = realloc(text, size);
		if (!more)
			break;
		text = more;
		n = read_text(fd, text, size);
		if (n >= 0 && (size_t)n < size - 1)
			return text;
		if (n < 0)
			break;
		size *= 2;
	}
	free(text);
	return NULL;
}

int write_text(int fd, const char *text)
{
	ssize_t n, len = (ssize_t)strlen(text);

	do {
		n = write(fd, text, (size_t)len);
	} while (n < 0 && errno == EINTR);
	if (n == len)
		return 0;
	if (n >= 0)
		errno = EIO;
	return -1;
}

void close_fd(int fd)
{
	int err = errno;

	if (fd >= 0)
		close(fd);
	errno = err;
}

API int container_open(const char *path)
{
	struct containerfs_stat stat;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && cont_stat(fd, &stat)) {
		close_fd(fd);
		return -1;
	}
	return fd;
}

API int32_t container_keyring(int cfd)
{
	struct containerfs_stat stat;

	if (cont_stat(cfd, &stat))
		return -1;
	if (!stat.keyring) {
		errno = ENOENT;
		return -1;
	}
	return stat.keyring;
}
