// SPDX-License-Identifier: GPL-2.0-only
/*
 * umount.fuse.containerfs: umount(8) runs it for mounts of containerfsd, if it was given
 * options that are more than umount(2).
 *
 * All mounts of a hierarchy share one connection to the daemon.  The kernel's -f would
 * end that connection, and its -r would make the whole hierarchy read-only.  Here, -f
 * forces only if the daemon does not answer, and -r makes only this mount read-only.
 */
#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "common/answers.h"
#include "common/cmdline.h"
#include "mount.h"

#define PATIENCE_MS	3000	/* until a daemon that does not answer is given up */

static const struct cmdline_option table[] = {
	{ 'f', NULL, NULL, "unmount even if the daemon does not answer; else no different" },
	{ 'l', NULL, NULL, "unmount as soon as it is not used any more" },
	{ 'r', NULL, NULL, "if it is in use, make this mount read-only" },
	{ 'n', NULL, NULL, "do not write to libmount's table" },
	{ 'N', NULL, "NAMESPACE", "in another mount namespace" },
	{ 't', NULL, "TYPE", "ignored" },
	{ 'v', NULL, NULL, "say what is done" },
	{ 'h', "help", NULL, "show this" },
	{ 'V', "version", NULL, "show the version" },
	{ 0 }
};

static void usage(FILE *out)
{
	fputs("Usage: umount.fuse.containerfs DIR [-flnrv] [-N NAMESPACE] [-t TYPE]\n"
	      "Unmount a hierarchy of containers; umount(8) runs this.\n\n", out);
	cmdline_help(table, 16, out);
}

/* Does the daemon of @dir answer? */
static bool answers(const char *dir)
{
	int err = path_answers(dir, PATIENCE_MS);

	/* if there was no memory to ask, do not force */
	return !err || err == -EAGAIN || err == -ENOMEM;
}

static int read_only(const char *dir)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };

	if (mount_setattr(AT_FDCWD, dir, AT_SYMLINK_NOFOLLOW, &attr, sizeof(attr)))
		return -errno;
	printf("umount.containerfs: %s: in use, so it was made read-only\n", dir);
	return 0;
}

/* *@note: what the message adds to EBUSY. */
static int unmount(const char *dir, int flags, bool force, bool ro, const char **note)
{
	*note = "";
	if (!umount2(dir, flags | UMOUNT_NOFOLLOW))
		return 0;
	if (errno != EBUSY)
		return -errno;
	if (force && !answers(dir)) {
		*note = "; its daemon does not answer: the connection to it was ended";
		return umount2(dir, flags | MNT_FORCE | UMOUNT_NOFOLLOW) ? -errno : 0;
	}
	if (force)
		*note = "; its daemon answers, so nothing is forced";
	if (ro)
		return read_only(dir);
	return -EBUSY;
}

static int unmount_in(struct libmnt_context *cxt, bool force, bool lazy, bool ro)
{
	const char *dir = mnt_context_get_target(cxt);
	struct libmnt_ns *ns;
	const char *note;
	int err = mnt_context_prepare_umount(cxt);

	if (err) {
		fprintf(stderr, "umount.containerfs: %s: not mounted\n", dir);
		return MNT_EX_USAGE;
	}
	ns = mnt_context_switch_target_ns(cxt);
	err = unmount(mnt_context_get_target(cxt), lazy ? MNT_DETACH : 0, force, ro, &note);
	mnt_context_switch_ns(cxt, ns);
	mnt_context_set_syscall_status(cxt, err);
	mnt_context_finalize_umount(cxt);
	if (!err)
		return MNT_EX_SUCCESS;
	fprintf(stderr, "umount.containerfs: %s: %s%s (%s)\n", dir,
		err == -EBUSY ? "it is in use" : strerror(-err), err == -EBUSY ? note : "",
		strerrorname_np(-err));
	return MNT_EX_FAIL;
}

int umount_main(int argc, char **argv)
{
	struct libmnt_context *cxt = mnt_new_context();
	bool force = false, lazy = false, ro = false;
	int c, status = MNT_EX_SYSERR;
	const char *dir = NULL;
	struct cmdline cmd;

	if (!cxt || mnt_context_init_helper(cxt, MNT_ACT_UMOUNT, 0))
		goto out;
	/* "-": operands come as option 1, wherever they stand */
	cmdline_make(table, "-", &cmd);
	while ((c = getopt_long(argc, argv, cmd.letters, cmd.names, NULL)) != -1) {
		switch (c) {
		case 1:
			status = MNT_EX_USAGE;
			if (dir)
				goto out;
			dir = optarg;
			break;
		case 'f':
			force = true;
			break;
		case 'l':
			lazy = true;
			break;
		case 'r':
			ro = true;
			break;
		case 'h':
			usage(stdout);
			status = MNT_EX_SUCCESS;
			goto out;
		case 'V':
			puts("umount.containerfs " VERSION);
			status = MNT_EX_SUCCESS;
			goto out;
		case 't':
			break;
		default:
			status = MNT_EX_USAGE;
			if (c == '?' || mnt_context_helper_setopt(cxt, c, optarg))
				goto out;
		}
	}
	if (!dir) {
		usage(stderr);
		status = MNT_EX_USAGE;
	} else if (mnt_context_set_target(cxt, dir)) {
		status = MNT_EX_SYSERR;
	} else {
		status = unmount_in(cxt, force, lazy, ro);
	}
out:
	mnt_free_context(cxt);
	return status;
}
