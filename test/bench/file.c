// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control files and directories, as a shell script uses them.
 *
 * A file is opened, written once and closed, or read to its end with the buffer of cat(1),
 * so that the costs are those of a script.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define READ_SIZE	(128 << 10)
#define LEAVING_TRIES	2000		/* of 1 ms, until the last task has left */

int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int write_number(const char *path, long number)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", number);
	return write_file(path, text);
}

ssize_t read_through(const char *path)
{
	static char buf[READ_SIZE];
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;
	ssize_t len, sum = 0;

	if (fd < 0)
		return -errno;
	while ((len = read(fd, buf, sizeof(buf))) > 0)
		sum += len;
	err = -errno;
	close(fd);
	return len < 0 ? err : sum;
}

long long read_field(const char *path, const char *key)
{
	FILE *f = fopen(path, "re");
	long long sum = -1;
	char line[256];

	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, key, strlen(key)))
			continue;
		sum = (sum < 0 ? 0 : sum) + strtoll(line + strlen(key), NULL, 10);
	}
	if (f)
		fclose(f);
	return sum;
}

int remove_container(const char *path)
{
	for (int i = 0; rmdir(path); i++) {
		if (errno != EBUSY || i == LEAVING_TRIES)
			return -errno;
		usleep(1000);
	}
	return 0;
}

void remove_below(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char path[PATH_MAX];

	while (d && (e = readdir(d))) {
		if (e->d_type != DT_DIR || !strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (rmdir(path)) {
			remove_below(path);
			remove_container(path);
		}
	}
	if (d)
		closedir(d);
}
