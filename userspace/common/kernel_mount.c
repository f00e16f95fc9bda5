// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mounts by the kernel's own containerfs, with the new mount API.  The filesystem
 * writes the reason of a refusal to the log of the context.  libmount does not read
 * that log before 2.41, and mount(2) has no way to tell it.
 *
 * -ENOSYS: the kernel does not have these calls, or a seccomp filter older than them
 * forbids them.  Then the caller uses libmount's mount(2).
 */
#include <errno.h>
#include <libmount/libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "uapi/containerfs.h"
#include "kernel_mount.h"

/* Put the messages of the log of context @fs into @text, without the kernel's marks. */
static void read_log(int fs, char *text, size_t size)
{
	char line[1024], *start;
	size_t used = 0;
	ssize_t len;
	int n;

	*text = '\0';
	while ((len = read(fs, line, sizeof(line) - 1)) > 0) {
		line[len] = '\0';
		line[strcspn(line, "\n")] = '\0';
		/* "e containerfs: " */
		start = line + (len > 1 && line[1] == ' ' ? 2 : 0);
		if (!strncmp(start, CONTAINERFS_FSTYPE ": ", strlen(CONTAINERFS_FSTYPE ": ")))
			start += strlen(CONTAINERFS_FSTYPE ": ");
		n = snprintf(text + used, size - used, "%s%s", used ? "; " : "", start);
		if (n < 0 || (size_t)n >= size - used)
			return;
		used += (size_t)n;
	}
}

static int set_option(int fs, const char *name, size_t name_len, const char *value,
		      size_t value_len)
{
	char *key = strndup(name, name_len), *val = value ? strndup(value, value_len) : NULL;
	int err = 0;

	if (!key || (value && !val))
		err = -ENOMEM;
	else if (fsconfig(fs, val ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, key, val, 0))
		err = -errno;
	free(key);
	free(val);
	return err;
}

static int set_options(int fs, char *options)
{
	size_t name_len, value_len;
	char *name, *value;
	int err = 0;

	while (!err && !mnt_optstr_next_option(&options, &name, &name_len, &value, &value_len))
		err = set_option(fs, name, name_len, value, value_len);
	return err;
}

/*
 * EPERM does not tell whether the caller may not mount, or a filter forbids the call; in
 * the first case mount(2) will say EPERM, too.
 */
static int no_context(void)
{
	return errno == EPERM ? -ENOSYS : -errno;
}

int kernel_mount(const char *source, char *options, uint64_t attr, char *text, size_t size)
{
	int fs = fsopen(CONTAINERFS_FSTYPE, FSOPEN_CLOEXEC), mnt = -1, err;

	*text = '\0';
	if (fs < 0)
		return no_context();
	err = set_option(fs, "source", strlen("source"), source, strlen(source));
	if (!err)
		err = set_options(fs, options);
	if (!err && fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		err = -errno;
	/* before fsmount(), which begins a new log */
	read_log(fs, text, size);
	if (!err) {
		mnt = fsmount(fs, FSMOUNT_CLOEXEC, (unsigned int)attr);
		err = mnt < 0 ? -errno : 0;
	}
	close(fs);
	return err ? err : mnt;
}

int kernel_remount(int dir, char *options, char *text, size_t size)
{
	int fs = fspick(dir, "", FSPICK_EMPTY_PATH | FSPICK_CLOEXEC), err;

	*text = '\0';
	if (fs < 0)
		return no_context();
	err = set_options(fs, options);
	if (!err && fsconfig(fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0))
		err = -errno;
	read_log(fs, text, size);
	close(fs);
	return err;
}
