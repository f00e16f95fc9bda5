// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leave the cgroups of the process that started the daemon, for the root of each
 * hierarchy of the kernel's own, where kernel threads are.  There, no limit, freezer or
 * kill of another group reaches the daemon.
 *
 * Each hierarchy is reached by a detached mount (own_mount.h).  It is made with the
 * options of the host's mount table, because each mount of v2 sets the options anew.
 * A v2 that is not mounted on the host is therefore left alone.
 *
 * This is done before the fork into the background, so that a limit on the number of
 * processes does not count the daemon, and before there is memory worth charging.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"
#include "common/own_mount.h"

static char stays[1024];	/* lines: which cgroups the daemon could not leave, and why */

static FILE *open_proc(int proc, const char *name)
{
	int fd = openat(proc, name, O_RDONLY | O_CLOEXEC);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd >= 0 && !f)
		close(fd);
	return f;
}

static bool has_word(const char *list, const char *word, size_t len)
{
	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (strcspn(list, ",") == len && !strncmp(list, word, len))
			return true;
	return false;
}

static bool has_words(const char *list, const char *words)
{
	for (; *words; words += strcspn(words, ","), words += *words == ',')
		if (!has_word(list, words, strcspn(words, ",")))
			return false;
	return true;
}

/* Remove words that are no options of the hierarchy, or do not change it. */
static void strip_options(char *options)
{
	char *to = options, *word, *save = NULL;

	for (word = strtok_r(options, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		size_t len = strlen(word);

		if (!strcmp(word, "rw") || !strcmp(word, "ro") || !strcmp(word, "seclabel") ||
		    !strncmp(word, "release_agent=", strlen("release_agent=")))
			continue;
		if (to != options)
			*to++ = ',';
		memmove(to, word, len);
		to += len;
	}
	*to = '\0';
}

/*
 * The options that the host's mount table has for the hierarchy of @subsystems (with
 * name=; "" is v2), for free(); NULL if it is not mounted there.
 */
static char *options_of(int proc, const char *subsystems)
{
	FILE *f = open_proc(proc, "2/mountinfo");
	char *line = NULL, *found = NULL;
	size_t size = 0;

	while (f && !found && getline(&line, &size, f) > 0) {
		char *tail = strstr(line, " - "), *type = NULL, *options = NULL;

		if (tail && sscanf(tail, " - %ms %*s %ms", &type, &options) == 2 &&
		    !strcmp(type, *subsystems ? "cgroup" : "cgroup2") &&
		    has_words(options, subsystems)) {
			strip_options(options);
			found = options;
			options = NULL;
		}
		free(type);
		free(options);
	}
	free(line);
	if (f)
		fclose(f);
	return found;
}

/* A mount of the hierarchy, or -errno. */
static int open_hierarchy(int proc, const char *subsystems)
{
	char *known = options_of(proc, subsystems), *options = NULL;
	int fd;

	if (!*subsystems) {
		fd = known ? own_mount("cgroup2", known) : -ENODEV;
	} else if (asprintf(&options, "%s%s", known ? known : subsystems,
			    /* a hierarchy without subsystems needs the option none */
			    strncmp(subsystems, "name=", strlen("name=")) ? "" : ",none") < 0) {
		options = NULL;
		fd = -ENOMEM;
	} else {
		fd = own_mount("cgroup", options);
	}
	free(known);
	free(options);
	return fd;
}

static int enter_root(int proc, const char *subsystems)
{
	int mnt = open_hierarchy(proc, subsystems), fd, err = 0;

	if (mnt < 0)
		return mnt;
	fd = openat(mnt, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		err = -errno;
	if (fd >= 0)
		close(fd);
	close(mnt);
	return err;
}

static void note_stays(const char *subsystems, const char *path, int err)
{
	size_t len = strlen(stays);

	log_warn("stays in the cgroup %s of %s, with its limits: %s", path,
		 *subsystems ? subsystems : "cgroup v2", strerror(-err));
	snprintf(stays + len, sizeof(stays) - len, "stays in cgroup %s:%s: %s\n", subsystems, path,
		 strerror(-err));
}

void cgroups_leave(void)
{
	int proc = own_proc(), err;
	FILE *f = proc < 0 ? NULL : open_proc(proc, "self/cgroup");
	char *line = NULL, *subsystems, *path;
	size_t size = 0;

	while (f && getline(&line, &size, f) > 0) {
		subsystems = strchr(line, ':');
		path = subsystems ? strchr(++subsystems, ':') : NULL;
		if (!path)
			continue;
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		if (!strcmp(path, "/"))
			continue;
		err = enter_root(proc, subsystems);
		if (err)
			note_stays(subsystems, path, err);
	}
	free(line);
	if (f)
		fclose(f);
	if (proc >= 0)
		close(proc);
}

const char *cgroups_stays(void)
{
	return stays;
}
