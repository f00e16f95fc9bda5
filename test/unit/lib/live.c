// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hierarchy of the tests' own: see live.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "live.h"

const char *live_top;
static char dir[64], top[80];

static const char *program(const char *variable, const char *otherwise)
{
	const char *path = getenv(variable);

	return path ? path : otherwise;
}

bool live_mount(const char *options)
{
	char command[512];

	strcpy(dir, "/tmp/containerfs-live.XXXXXX");
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) || !mkdtemp(dir))
		return false;
	chmod(dir, 0755);
	snprintf(top, sizeof(top), "%s/m", dir);
	mkdir(top, 0755);
	snprintf(command, sizeof(command), "CONTAINERFS_SOCKET=%s/s/sock CONTAINERFSD=%s %s none %s -o %s",
		 dir, program("CONTAINERFSD", "$PWD/build/containerfsd"),
		 program("CFS_MOUNT", "build/mount.containerfs"), top, options);
	if (system(command)) {
		fprintf(stderr, "no hierarchy can be mounted: what needs one is skipped\n");
		return false;
	}
	live_top = top;
	if (mkdir(live_path(""), 0755) || live_write("tasks", "0"))
		exit(1);
	return true;
}

static void remove_below(const char *path)
{
	char below[400];
	struct dirent *entry;
	DIR *d = opendir(path);
	int i;

	while (d && (entry = readdir(d))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		remove_below(below);
	}
	if (d)
		closedir(d);
	for (i = 0; i < 500 && rmdir(path) && errno == EBUSY; i++)
		usleep(10000);
}

/* The daemon ends with its last mount, and takes its socket with it. */
void live_umount(void)
{
	char command[512];

	if (!live_top)
		return;
	live_write("../tasks", "0");
	remove_below(live_path(""));
	live_top = NULL;
	snprintf(command, sizeof(command), "umount %s && /bin/rm -rf --one-file-system %s", top, dir);
	if (system(command))
		exit(1);
}

const char *live_path(const char *name)
{
	static char paths[8][300];
	static unsigned int next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/t/%s", top, name);
	return path;
}

const char *live_read(const char *name)
{
	static char text[8192];
	int fd = open(live_path(name), O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	text[n < 0 ? 0 : n] = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}

int live_write(const char *name, const char *text)
{
	int fd = open(live_path(name), O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

int live_count(const char *name)
{
	DIR *d = opendir(live_path(name));
	struct dirent *entry;
	int n = 0;

	while ((entry = readdir(d)))
		n += entry->d_type == DT_DIR && entry->d_name[0] != '.';
	closedir(d);
	return n;
}

bool live_gone(const char *name)
{
	int i;

	for (i = 0; i < 500 && !access(live_path(name), F_OK); i++)
		usleep(10000);
	return i < 500;
}

void live_remove(const char *name)
{
	char file[128];

	snprintf(file, sizeof(file), "%s/freezer.state", name);
	live_write(file, "THAWED");
	snprintf(file, sizeof(file), "%s/container.kill", name);
	live_write(file, "1");
	remove_below(live_path(name));
}
