// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own cgroup v1 freezer: its hierarchy, and which task is in which group.
 *
 * The daemon has a mount of the hierarchy of its own that nobody else sees, whether the
 * hierarchy is mounted elsewhere or not. There is none if the kernel was built or booted
 * without it, or if somebody has it in one hierarchy with other controllers: groups made
 * there would be limits and accounts of those as well. Only an attempt tells. So both
 * what container.subsystems says and what a write of FROZEN answers come from
 * kernel_freezer_open().
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/own_mount.h"
#include "base/base.h"
#include "tasks.h"
#include "freezer_kernel.h"

int kernel_freezer = -1;

/* --- the hierarchy --- */

bool kernel_freezer_known(int *id)
{
	FILE *f = fopen("/proc/cgroups", "re");
	int groups, enabled = 0;
	char line[256];

	*id = 0;
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "freezer %d %d %d", id, &groups, &enabled) == 3)
			break;
	if (f)
		fclose(f);
	return enabled;
}

int kernel_freezer_open(void)
{
	int mnt;

	if (kernel_freezer >= 0)
		return 0;
	mnt = own_mount("cgroup", "freezer");
	/* no cgroup v1; no freezer, or another hierarchy has it with other controllers */
	if (mnt == -ENODEV || mnt == -EINVAL)
		return -EOPNOTSUPP;
	if (mnt < 0)
		return mnt;
	kernel_freezer = mnt;
	return 0;
}

void kernel_freezer_close(void)
{
	if (kernel_freezer >= 0)
		close(kernel_freezer);
	kernel_freezer = -1;
}

/*
 * A look costs little while the hierarchy lives. Otherwise it is made for the look and
 * removed again. Everybody who reads container.subsystems causes a look, so a look that
 * succeeded once is not repeated.
 */
static int probe(void)
{
	static bool tried;
	int id, err;

	if (kernel_freezer >= 0)
		return 0;
	if (!kernel_freezer_known(&id))
		return -EOPNOTSUPP;
	if (!id && tried)
		return 0;
	err = kernel_freezer_open();
	kernel_freezer_close();
	tried |= !id && !err;
	return err;
}

const char *kernel_freezer_lacks(void)
{
	static char text[128];
	int err = probe();

	switch (err) {
	case 0:
		return NULL;
	case -EOPNOTSUPP:
		return "this kernel has no cgroup v1 freezer, or it is disabled";
	case -EBUSY:
		return "the kernel's cgroup v1 freezer is in one hierarchy with other controllers";
	default:
		snprintf(text, sizeof(text), "the kernel's cgroup v1 freezer cannot be had: %s",
			 strerror(-err));
		return text;
	}
}

/* --- groups --- */

int group_write(const char *group, const char *file, const char *text)
{
	char path[GROUP_MAX + 32];
	int fd, err = 0;

	snprintf(path, sizeof(path), "%s%s%s", group, *group ? "/" : "", file);
	fd = openat(kernel_freezer, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

FILE *group_open(const char *group, const char *file)
{
	char path[GROUP_MAX + 32];
	int fd;

	snprintf(path, sizeof(path), "%s%s%s", group, *group ? "/" : "", file);
	fd = openat(kernel_freezer, path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? NULL : fdopen(fd, "r");
}

int group_move(int tid, const char *group)
{
	char text[16];
	int err;

	snprintf(text, sizeof(text), "%d", tid);
	err = group_write(group, "tasks", text);
	return err == -EINVAL ? 0 : err;
}

/* Is @word one of the @list, which commas separate? */
static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (strcspn(list, ",") == len && !strncmp(list, word, len))
			return true;
	return false;
}

/*
 * The lines are "ID:CONTROLLERS:/PATH". Users choose the path, so it may hold anything
 * but a newline, also text that looks like the start of a freezer line. The path begins
 * with ".." as a whole part if it lies outside of our cgroup namespace.
 */
int group_parse(char *text, char *group)
{
	char *line, *controllers, *path;

	if (!*text)
		return -ESRCH;
	while ((line = strsep(&text, "\n"))) {
		controllers = strchr(line, ':');
		path = controllers ? strchr(++controllers, ':') : NULL;
		if (!path)
			continue;
		*path++ = '\0';
		if (*path != '/' || !has_word(controllers, "freezer"))
			continue;
		path++;
		if (!strncmp(path, "..", 2) && (path[2] == '/' || !path[2]))
			return -EOPNOTSUPP;
		if (strlen(path) >= GROUP_MAX - 64)
			return -ENAMETOOLONG;
		strcpy(group, path);
		return 0;
	}
	return -EOPNOTSUPP;
}

int group_of_task(int tid, char *group)
{
	char proc[32], *text = NULL;
	size_t size = 0;
	ssize_t len;
	int err;
	FILE *f;

	snprintf(proc, sizeof(proc), "/proc/%d/cgroup", tid);
	f = fopen(proc, "re");
	if (!f)
		return errno == ENOENT ? -ESRCH : -errno;
	/* there is no zero byte in it, so that is all of it */
	len = getdelim(&text, &size, '\0', f);
	err = len > 0 ? group_parse(text, group) : ferror(f) && errno != ESRCH ? -errno : -ESRCH;
	free(text);
	fclose(f);
	return err;
}
