// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control files that create and run write before anything runs in the container.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "creation.h"

void creation_write(struct creation *c, const char *file, const char *value)
{
	c->write = xrealloc(c->write, c->nr_writes + 1, sizeof(*c->write));
	c->write[c->nr_writes].file = xstrdup(file);
	c->write[c->nr_writes++].value = xstrdup(value);
}

bool creation_set(struct creation *c, const char *value)
{
	const char *equal = strchr(value, '=');
	char *file;

	if (!equal || equal == value || memchr(value, '/', (size_t)(equal - value))) {
		complain("%s: --set takes FILE=VALUE, such as pids.max=100", c->command);
		return false;
	}
	file = xasprintf("%.*s", (int)(equal - value), value);
	creation_write(c, file, equal + 1);
	free(file);
	return true;
}

/* "/dev/null" or "/dev/null:rw" as "c 1:3 rw"; for free(), or NULL, which is reported. */
static char *device_rule(const char *command, const char *value)
{
	const char *colon = strrchr(value, ':');
	char *path = colon ? xasprintf("%.*s", (int)(colon - value), value) : xstrdup(value);
	char *rule = NULL;
	struct stat st;

	if (stat(path, &st))
		complain("%s: %s: %s", command, path, strerror(errno));
	else if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		complain("%s: %s is no device", command, path);
	else
		rule = xasprintf("%c %u:%u %s", S_ISCHR(st.st_mode) ? 'c' : 'b',
				 major(st.st_rdev), minor(st.st_rdev), colon ? colon + 1 : "rwm");
	free(path);
	return rule;
}

bool creation_device(struct creation *c, const char *value)
{
	char *rule;

	/* the first rule takes all others away */
	if (!c->devices)
		creation_write(c, "devices.deny", "a");
	c->devices = true;
	if (!strcmp(value, "none"))
		return true;
	rule = value[0] == '/' ? device_rule(c->command, value) : xstrdup(value);
	if (rule)
		creation_write(c, "devices.allow", rule);
	free(rule);
	return rule != NULL;
}

/* Why @file could not be written, for free(); NULL: complain_file() knows. */
static char *write_error(const char *file, int err)
{
	char *subsystem, *why;

	if (err == -EOPNOTSUPP)
		return xstrdup("this host cannot do that: containerctl subsystems tells");
	if (err != -ENOENT)
		return NULL;
	subsystem = xasprintf("%.*s", (int)strcspn(file, "."), file);
	if (subsystem_is_known(subsystem) && strcmp(subsystem, "ns"))
		why = xasprintf("its hierarchy has no such file: those of %s need a mount with it, "
				"as by -o ns,%s", subsystem, subsystem);
	else
		why = xstrdup("its hierarchy has no such file");
	free(subsystem);
	return why;
}

/* The memory nodes go with the CPUs: where the list is empty, those of the container above. */
static int give_mems(int cfd)
{
	char *text;
	int err = read_short(cfd, "cpuset.mems", &text);

	if (err || text[strspn(text, "\n")]) {
		if (!err)
			free(text);
		return 0;
	}
	free(text);
	err = read_short(cfd, "cpuset.effective_mems", &text);
	if (err)
		return err;
	err = write_file(cfd, "cpuset.mems", text);
	free(text);
	return err;
}

bool creation_apply(const struct creation *c, int cfd, const char *path)
{
	struct place place = { .fd = cfd, .directory = (char *)path, .path = (char *)path,
			       .target = (char *)"" };

	for (size_t i = 0; i < c->nr_writes; i++) {
		const char *file = c->write[i].file;
		char *why;
		int err = write_file(cfd, file, c->write[i].value);

		if (!err && !strcmp(file, "cpuset.cpus"))
			err = give_mems(cfd);
		if (!err)
			continue;
		why = write_error(file, err);
		if (why)
			complain("%s: %s/%s: %s", c->command, path, file, why);
		else if (err == -EINVAL || err == -ERANGE)
			complain("%s: %s/%s does not take '%s': %s", c->command, path, file,
				 c->write[i].value, strerror(-err));
		else
			complain_file(c->command, &place, file, err);
		free(why);
		return false;
	}
	return true;
}
