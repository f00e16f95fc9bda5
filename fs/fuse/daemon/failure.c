// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why the daemon does not start (failure.h), found out after it failed.
 *
 * An errno of bpf(2) says little: EPERM is a filter, a capability, a lockdown or a
 * limit.  So each reason is tested by itself, the most certain first.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon.h"
#include "failure.h"
#include "common/own_mount.h"

/* fewer descriptors are not enough for the programs and maps */
#define FILES_MIN	128
/* with less locked memory, a kernel that counts maps gives no ring */
#define MEMLOCK_MIN	(64ULL << 20)

static const struct {
	const char *what, *cure;
} text[FAILURE_NR] = {
#define FAILURE_TEXT(name, what, cure) [FAILURE_##name] = { what, cure },
	FAILURES(FAILURE_TEXT)
#undef FAILURE_TEXT
};

const char *failure_what(enum failure failure)
{
	return text[failure].what;
}

const char *failure_cure(enum failure failure)
{
	return text[failure].cure;
}

int failure_log(enum failure failure, int err, const char *detail)
{
	char words[128] = "", more[192] = "";

	if (err)
		snprintf(words, sizeof(words), " (%s)", strerror(-err));
	if (detail)
		snprintf(more, sizeof(more), ", %s", detail);
	log_err("%s%s%s: %s", failure_what(failure), more, words, failure_cure(failure));
	return err ? err : -EPERM;
}

static bool is_filtered(void)
{
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2;
}

/* Can bpf(2) be called at all?  A small array needs only a descriptor. */
static int try_bpf(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1,
	};
	int fd = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static bool is_locked_down(void)
{
	int mnt = own_mount("securityfs", NULL), fd;
	char state[128] = "";

	if (mnt < 0)
		return false;
	fd = openat(mnt, "lockdown", O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, state, sizeof(state) - 1) < 0)
		state[0] = '\0';
	if (fd >= 0)
		close(fd);
	close(mnt);
	return strstr(state, "[confidentiality]");
}

static bool below(int which, rlim_t limit)
{
	struct rlimit now;

	return !getrlimit(which, &now) && now.rlim_cur < limit;
}

enum failure failure_of_tasks(int err)
{
	int bpf = try_bpf();

	if (err == -EMFILE || below(RLIMIT_NOFILE, FILES_MIN))
		return FAILURE_FILES;
	if (bpf == -ENOSYS || bpf == -EPERM || bpf == -EACCES) {
		if (is_filtered())
			return FAILURE_SECCOMP;
		if (bpf == -ENOSYS)
			return FAILURE_NO_BPF;
		if (below(RLIMIT_MEMLOCK, MEMLOCK_MIN))
			return FAILURE_MEMLOCK;
	}
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return FAILURE_NO_BTF;
	if (is_locked_down())
		return FAILURE_LOCKDOWN;
	if (err == -ENOMEM)
		return FAILURE_MEMORY;
	return FAILURE_OLD_KERNEL;
}

int failure_check_fuse(void)
{
	int fd;

	/* the kernel loads the module for one of these */
	fd = own_mount("fuse", NULL);
	if (fd >= 0)
		close(fd);
	fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}
