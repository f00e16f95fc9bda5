// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysc commands for mount(2) and umount2(2).
 *
 * The data string is passed as it is, so that a script decides about every
 * comma in it; "-" stands for a NULL pointer, which is not the same as "".
 * mount(8) would parse, reorder and drop words of it, and hide the errno.
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mount.h>

#include "sysc.h"

static const struct flag mount_flags[] = {
	{ "ro", MS_RDONLY }, { "nosuid", MS_NOSUID }, { "nodev", MS_NODEV },
	{ "noexec", MS_NOEXEC }, { "remount", MS_REMOUNT },
	{ "bind", MS_BIND }, { "rec", MS_REC }, { "private", MS_PRIVATE },
	{ NULL, 0 },
};

static const struct flag umount_flags[] = {
	{ "detach", MNT_DETACH }, { "force", MNT_FORCE }, { NULL, 0 },
};

static void cmd_mount(int argc, char **argv)
{
	const char *data = strcmp(argv[5], "-") == 0 ? NULL : argv[5];

	say_result(mount(argv[2], argv[3], argv[1],
			 parse_flags(argv[4], mount_flags), data));
}

static void cmd_umount(int argc, char **argv)
{
	say_result(umount2(argv[1],
			   argc > 2 ? parse_flags(argv[2], umount_flags) : 0));
}

const struct command mount_commands[] = {
	{ "mount", 5, cmd_mount, "TYPE SOURCE DIR FLAG,...|- DATA|-" },
	{ "umount", 1, cmd_umount, "DIR [detach|force]" },
	{ NULL, 0, NULL, NULL },
};
