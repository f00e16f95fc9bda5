// SPDX-License-Identifier: GPL-2.0-only
/*
 * mount.containerfs: what mount(8) runs for the type containerfs.
 *
 * If the kernel has the type, the kernel makes the mount, else containerfsd does.  The
 * mount is detached in either case, and this helper moves it into place, so that it is
 * in the mount namespace of the caller, whichever the daemon is in.
 *
 * mount(8) looks for mount.fuse.containerfs, by the type in the mount table, when it
 * remounts, and umount(8) for umount.fuse.containerfs (umount.c).  Both are links to
 * this program.
 *
 * The command line is that of all mount helpers (mount(8), EXTERNAL HELPERS);
 * libmount parses it, and keeps the user space options in its table.
 */
#include <errno.h>
#include <fcntl.h>
#include <libmount/libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "uapi/containerfs.h"
#include "common/answers.h"
#include "common/cmdline.h"
#include "common/initial.h"
#include "common/kernel_mount.h"
#include "common/process.h"
#include "common/unescape.h"
#include "mount.h"

bool verbose;

static struct control_request request;
static struct control_reply reply;

/* ", " after each, because more follows */
#define SUBSYS(x) #x ", "
static const char options_help[] =
#include "../../kernel/subsystems.h"
	"all,\nnone, name=NAME, ... see mount.containerfs(8)";
#undef SUBSYS

static const struct cmdline_option table[] = {
	{ 'f', NULL, NULL, "check only, do not mount" },
	{ 'n', NULL, NULL, "do not write to libmount's table" },
	{ 'N', NULL, "NAMESPACE", "mount in another mount namespace" },
	{ 'o', NULL, "OPTION", options_help },
	{ 'r', NULL, NULL, NULL },
	{ 's', NULL, NULL, "for other helpers; ignored" },
	{ 't', NULL, "TYPE", "the type, with its subtype" },
	{ 'v', NULL, NULL, "say what is done" },
	{ 'w', NULL, NULL, NULL },
	{ 'h', "help", NULL, "show this" },
	{ 'V', "version", NULL, "show the version" },
	{ 0 }
};

static void usage(FILE *out)
{
	fputs("Usage: mount.containerfs SOURCE DIR [-fnsv] [-N NAMESPACE] [-o OPTION,...]\n"
	      "Mount a hierarchy of containers; mount(8) runs this for -t containerfs.\n\n", out);
	cmdline_help(table, 16, out);
}

/* Say why @dir could not be mounted; @err is -errno.  Exit status. */
static int complain(const char *dir, int err, const char *text)
{
	const char *name = strerrorname_np(-err);
	char *place = err == -EBUSY && text ? busy_place(text) : NULL;

	fprintf(stderr, "mount.containerfs: %s: %s%s (%s)\n", dir,
		text && *text ? text : strerror(-err), place ? place : "",
		name ? name : "unknown error");
	free(place);
	return MNT_EX_FAIL;
}

static bool kernel_has_it(void)
{
	FILE *f = fopen("/proc/filesystems", "re");
	char line[128];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		char *name = strrchr(line, '\t');

		found = name && !strcmp(name + 1, CONTAINERFS_FSTYPE "\n");
	}
	if (f)
		fclose(f);
	return found;
}

static bool in_user_namespace(void)
{
	struct stat st;

	return !stat("/proc/self/ns/user", &st) && st.st_ino != INITIAL_USER_INO;
}

/* Is @dir the root of a mount of the same hierarchy already?  mount(2) refuses that. */
static bool is_mounted_there(const char *dir, int mnt)
{
	struct statx there, here;

	return !statx(AT_FDCWD, dir, AT_STATX_DONT_SYNC, 0, &there) &&
	       !statx(mnt, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, 0, &here) &&
	       there.stx_attributes & STATX_ATTR_MOUNT_ROOT &&
	       there.stx_dev_major == here.stx_dev_major &&
	       there.stx_dev_minor == here.stx_dev_minor;
}

/*
 * Can @dir be mounted on?  It is checked first, as by mount(2).  If a killed daemon left a
 * mount there, that is unmounted.
 */
static int check_target(const char *dir)
{
	struct statx st;
	int err = path_answers(dir, 10000);

	if (err == -ETIMEDOUT)
		return err;
	if (err == -ENOTCONN) {
		stale_unmount();
		/* whosever it was, it is to be another mount's place */
		while (path_answers(dir, 10000) == -ENOTCONN && stale_unmount_at(dir))
			;
	}
	if (statx(AT_FDCWD, dir, AT_STATX_DONT_SYNC, STATX_TYPE, &st))
		return -errno;
	return S_ISDIR(st.stx_mode) ? 0 : -ENOTDIR;
}

/* Send @request; a failure is reported. */
static int ask_daemon(const char *dir, uint32_t op, int fd, int *mnt)
{
	int err;

	request.version = CONTROL_VERSION;
	request.op = op;
	err = client_ask(&request, fd, op == CONTROL_MOUNT, &reply, mnt);
	if (!err)
		err = -reply.error;
	if (err)
		complain(dir, err, reply.text);
	return err;
}

static int set_string(char *to, size_t size, const char *from, const char *dir, const char *what)
{
	if (strlen(from) < size) {
		strcpy(to, from);
		return 0;
	}
	complain(dir, -EINVAL, what);
	return -EINVAL;
}

/* Report @err of the kernel's containerfs, with its words in @reply, unless it is -ENOSYS. */
static int kernel_said(const char *dir, int err)
{
	if (err < 0 && err != -ENOSYS)
		complain(dir, err, reply.text);
	return err;
}

/* Make the mount, detached.  A failure is reported, but for -ENOSYS of the kernel. */
static int make_mount(const char *dir, unsigned long flags, bool by_kernel, int *mnt)
{
	request.attr = options_attr(flags);
	if (!by_kernel)
		return ask_daemon(dir, CONTROL_MOUNT, -1, mnt);
	*mnt = kernel_said(dir, kernel_mount(request.source, request.options, request.attr,
					     reply.text, sizeof(reply.text)));
	return *mnt < 0 ? *mnt : 0;
}

static void print_warning(const char *dir)
{
	if (*reply.text)
		fprintf(stderr, "mount.containerfs: %s: warning: %s\n", dir, reply.text);
}

/* A new mount: make it detached, and put it into place in the target namespace. */
static int do_mount(struct libmnt_context *cxt, const char *dir, unsigned long flags,
		    bool by_kernel)
{
	struct mount_attr propagation = { .propagation = options_propagation(cxt) };
	struct libmnt_ns *ns;
	int mnt = -1, err;

	ns = mnt_context_switch_target_ns(cxt);
	err = check_target(dir);
	mnt_context_switch_ns(cxt, ns);
	if (err) {
		complain(dir, err, NULL);
		return err;
	}
	err = make_mount(dir, flags, by_kernel, &mnt);
	if (err)
		return err;
	print_warning(dir);
	if (mnt < 0) {
		complain(dir, -EPROTO, "containerfsd sent no mount");
		return -EPROTO;
	}
	ns = mnt_context_switch_target_ns(cxt);
	if (is_mounted_there(dir, mnt))
		err = -EBUSY;
	else if (move_mount(mnt, "", AT_FDCWD, dir,
			    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS) ||
		 (propagation.propagation &&
		  mount_setattr(mnt, "", AT_EMPTY_PATH, &propagation, sizeof(propagation))))
		err = -errno;
	if (!mnt_context_switch_ns(cxt, ns))
		err = err ? err : -errno;
	close(mnt);
	if (err == -EBUSY)
		complain(dir, err, "this hierarchy is already mounted here");
	else if (err)
		complain(dir, err, NULL);
	return err;
}

/*
 * Complete the options of a remount in @request.  "mount -o remount,X DIR" means the
 * options of the mount, with X.  mount(8) takes them from the mount table; but that has
 * only the options of FUSE for such a mount, so the daemon is asked for the others.
 */
static int merge_options(const char *dir, int fd, bool from_table)
{
	char *merged;
	int err;

	if (!*request.options || !from_table)
		return 0;
	err = ask_daemon(dir, CONTROL_SHOW, fd, NULL);
	if (err)
		return err;
	unescape(reply.text);
	merged = options_merge(reply.text, request.options);
	if (!merged) {
		complain(dir, -ENOMEM, NULL);
		return -ENOMEM;
	}
	err = set_string(request.options, sizeof(request.options), merged, dir,
			 "the options are too long");
	free(merged);
	return err;
}

/*
 * A remount by the kernel alone, without this helper, makes the superblock read-only,
 * and so all its mounts.  The caller asked for a writable mount, and the mount is
 * writable now; if statfs(2) still says read-only, that is the superblock.
 */
static int make_writable(int fd)
{
	struct statfs st;
	int fs, err = 0;

	if (fstatfs(fd, &st) || !(st.f_flags & ST_RDONLY))
		return 0;
	fs = fspick(fd, "", FSPICK_EMPTY_PATH | FSPICK_CLOEXEC);
	if (fs < 0)
		return -errno;
	if (fsconfig(fs, FSCONFIG_SET_FLAG, "rw", NULL, 0) ||
	    fsconfig(fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0))
		err = -errno;
	close(fs);
	return err;
}

static int remount_hierarchy(const char *dir, int fd, bool by_kernel, bool from_table)
{
	int err;

	if (by_kernel) {
		err = kernel_said(dir, kernel_remount(fd, request.options, reply.text,
						      sizeof(reply.text)));
		if (!err)
			print_warning(dir);
		return err;
	}
	err = merge_options(dir, fd, from_table);
	if (err)
		return err;
	return ask_daemon(dir, *request.options ? CONTROL_REMOUNT : CONTROL_SHOW, fd, NULL);
}

/*
 * The flags belong to the mount, the filesystem's options to the hierarchy.
 * Without any of the latter the hierarchy is left alone, so that a mount can
 * become read-only whatever lives in it.
 */
static int do_remount(struct libmnt_context *cxt, const char *dir, unsigned long flags,
		      bool by_kernel, bool from_table)
{
	struct mount_attr attr = {
		.attr_set = options_attr(flags),
		.attr_clr = options_attr(~0ul) & ~(uint64_t)MOUNT_ATTR__ATIME,
	};
	struct libmnt_ns *ns = mnt_context_switch_target_ns(cxt);
	int fd = open(dir, O_PATH | O_CLOEXEC), err = fd < 0 ? -errno : 0;

	if (options_have_atime(flags))
		attr.attr_clr |= MOUNT_ATTR__ATIME;
	mnt_context_switch_ns(cxt, ns);
	if (err) {
		complain(dir, err, NULL);
		return err;
	}
	err = remount_hierarchy(dir, fd, by_kernel, from_table);
	if (err)
		goto out;
	if (mount_setattr(fd, "", AT_EMPTY_PATH, &attr, sizeof(attr)))
		err = -errno;
	else if (!(flags & MS_RDONLY))
		err = make_writable(fd);
	if (err)
		complain(dir, err, NULL);
out:
	close(fd);
	return err;
}

/* Print what libmount says of its error @err; exit status. */
static int say_libmount(struct libmnt_context *cxt, int err)
{
	char text[512] = "";
	int status = mnt_context_get_excode(cxt, err, text, sizeof(text));

	if (*text)
		fprintf(stderr, "mount.containerfs: %s: %s\n", mnt_context_get_target(cxt), text);
	return status;
}

/* Fill in the request from what libmount made of the command line; the exit status. */
static int make_request(struct libmnt_context *cxt, unsigned long flags, bool *from_table)
{
	struct libmnt_fs *fs = mnt_context_get_fs(cxt);
	const char *dir = mnt_fs_get_target(fs), *source = mnt_fs_get_srcpath(fs);
	char *options = strdup(mnt_fs_get_fs_options(fs) ?: "");
	int err;

	if (options && flags & MS_REMOUNT)
		*from_table = options_strip_fuse(&options);
	if (!options)
		return complain(dir, -ENOMEM, NULL);
	err = set_string(request.source, sizeof(request.source), source ?: "none", dir,
			 "the source is too long");
	if (!err)
		err = set_string(request.options, sizeof(request.options), options, dir,
				 "the options are too long");
	free(options);
	return err ? MNT_EX_FAIL : MNT_EX_SUCCESS;
}

/* By the kernel's own containerfs, or else through containerfsd; exit status. */
static int mount_it(struct libmnt_context *cxt, bool by_kernel)
{
	unsigned long flags = 0;
	bool from_table = false;
	const char *dir;
	int err;

	if (!by_kernel && in_user_namespace())
		return complain(mnt_context_get_target(cxt), -EPERM,
				"a user namespace cannot mount containerfs: mount it outside");
	if (!by_kernel && geteuid())
		return complain(mnt_context_get_target(cxt), -EPERM,
				"only root can mount containerfs");
	/* libmount 2.39 and later would ask the kernel for the type now, which may not have it */
	setenv("LIBMOUNT_FORCE_MOUNT2", "always", 1);
	err = mnt_context_prepare_mount(cxt);
	if (err)
		return say_libmount(cxt, err);
	dir = mnt_fs_get_target(mnt_context_get_fs(cxt));
	mnt_context_get_mflags(cxt, &flags);
	err = make_request(cxt, flags, &from_table);
	if (err || mnt_context_is_fake(cxt))
		return err;
	err = flags & MS_REMOUNT ? do_remount(cxt, dir, flags, by_kernel, from_table) :
				 do_mount(cxt, dir, flags, by_kernel);
	if (by_kernel && err == -ENOSYS) {
		err = mnt_context_do_mount(cxt);
		mnt_context_finalize_mount(cxt);
		return say_libmount(cxt, err);
	}
	mnt_context_set_syscall_status(cxt, err);
	if (mnt_context_finalize_mount(cxt) && !err && verbose)
		fprintf(stderr, "mount.containerfs: %s: not noted in libmount's table\n", dir);
	if (err)
		return MNT_EX_FAIL;
	if (verbose)
		printf("mount.containerfs: %s %s on %s\n", request.source,
		       flags & MS_REMOUNT ? "remounted" : "mounted", dir);
	return MNT_EX_SUCCESS;
}

int main(int argc, char **argv)
{
	struct libmnt_context *cxt;
	struct cmdline cmd;
	const char *args[2] = { NULL, NULL };
	int nr = 0, c, status = MNT_EX_SYSERR;

	process_stdio();
	if (!strncmp(basename(argv[0]), "umount.", strlen("umount.")))
		return umount_main(argc, argv);
	/* raise limits of the caller that could be too low to mount; go on if that is refused */
	if (!geteuid())
		process_limits(0);
	cxt = mnt_new_context();
	if (!cxt || mnt_context_init_helper(cxt, MNT_ACT_MOUNT, 0))
		goto out;
	/* "-": operands come as option 1, wherever they stand */
	cmdline_make(table, "-", &cmd);
	while ((c = getopt_long(argc, argv, cmd.letters, cmd.names, NULL)) != -1) {
		switch (c) {
		case 1:
			if (nr < 2)
				args[nr] = optarg;
			nr++;
			break;
		case 'h':
			usage(stdout);
			status = MNT_EX_SUCCESS;
			goto out;
		case 'V':
			puts("mount.containerfs " VERSION);
			status = MNT_EX_SUCCESS;
			goto out;
		case 't':
			break;
		case 'v':
			verbose = true;
			/* fallthrough */
		default:
			if (c == '?' || mnt_context_helper_setopt(cxt, c, optarg)) {
				status = MNT_EX_USAGE;
				goto out;
			}
		}
	}
	if (nr != 2) {
		usage(stderr);
		status = MNT_EX_USAGE;
		goto out;
	}
	/* mount(8) has merged fstab and the mount table into the options already */
	if (mnt_context_set_source(cxt, args[0]) || mnt_context_set_target(cxt, args[1]) ||
	    mnt_context_set_fstype(cxt, CONTAINERFS_FSTYPE) ||
	    mnt_context_set_optsmode(cxt, MNT_OMODE_NOTAB))
		goto out;
	if (!options_last_counts(cxt))
		goto out;
	status = mount_it(cxt, kernel_has_it());
out:
	mnt_free_context(cxt);
	return status;
}
