// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the daemon may do, and where it may run.
 *
 * It speaks of tasks by their ids in the initial pid namespace and of users by
 * their ids in the initial user namespace, so it must be in both.  The other
 * namespaces are those of whoever mounted first; the daemon leaves them for
 * the kernel threads', because that is where cgroup v1 runs release agents.
 *
 * Capabilities are trimmed to those used; the bounding set stays full, since a
 * release agent, run by root, regains all of it at execve(2) as a kernel
 * helper would have it.
 *
 * The OOM killer must not choose the daemon: killing it frees little and
 * breaks every mount (ENOTCONN).  Its children get the former value back.
 */
#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon.h"

/* inode numbers of the initial namespaces, fixed since Linux 3.8 */
#define INIT_USER_INO	0xEFFFFFFDu
#define INIT_PID_INO	0xEFFFFFFCu

/* kthreadd, of which all kernel threads are */
#define KTHREADD	2
#define KTHREADD_NS	"/proc/2/ns/"

#define OOM_SCORE_ADJ	"/proc/self/oom_score_adj"

static int oom_score_adj;
static bool can_nice;

static bool is_initial(const char *path, ino_t ino)
{
	struct stat st;

	return !stat(path, &st) && st.st_ino == ino;
}

int privilege_check(void)
{
	if (geteuid()) {
		log_err("must be run by root");
		return -EPERM;
	}
	if (access("/proc/self/ns/pid", F_OK)) {
		log_err("/proc is not mounted");
		return -ENOENT;
	}
	if (!is_initial("/proc/self/ns/user", INIT_USER_INO)) {
		log_err("must run in the initial user namespace: start it on the host");
		return -EPERM;
	}
	if (!is_initial("/proc/self/ns/pid", INIT_PID_INO)) {
		log_err("must run in the initial pid namespace: start it on the host");
		return -EPERM;
	}
	return 0;
}

int privilege_join_host(void)
{
	static const struct {
		const char	*name;
		int		 flag;
	} ns[] = {
		{ "mnt", CLONE_NEWNS }, { "net", CLONE_NEWNET }, { "uts", CLONE_NEWUTS },
		{ "ipc", CLONE_NEWIPC }, { "cgroup", CLONE_NEWCGROUP },
	};
	int flags = 0, fd, err = 0;

	for (size_t i = 0; i < sizeof(ns) / sizeof(ns[0]); i++) {
		char path[32];
		struct stat own, host;

		snprintf(path, sizeof(path), "/proc/self/ns/%s", ns[i].name);
		if (stat(path, &own))
			continue;
		snprintf(path, sizeof(path), KTHREADD_NS "%s", ns[i].name);
		if (!stat(path, &host) && own.st_ino != host.st_ino)
			flags |= ns[i].flag;
	}
	if (!flags)
		return 0;
	fd = syscall(SYS_pidfd_open, KTHREADD, 0);
	if (fd < 0 || setns(fd, flags)) {
		err = -errno;
		log_err("cannot join the namespaces of the host: %s", strerror(-err));
	}
	if (fd >= 0)
		close(fd);
	return err;
}

static void oom_protect(void)
{
	FILE *f = fopen(OOM_SCORE_ADJ, "r+e");
	bool ok;

	if (!f)
		return;
	ok = fscanf(f, "%d", &oom_score_adj) == 1;
	rewind(f);
	ok = ok && fputs("-1000", f) >= 0;
	/* a container manager may have kept CAP_SYS_RESOURCE from us */
	if (fclose(f) || !ok)
		log_debug(OOM_SCORE_ADJ ": %s", strerror(errno));
}

int privilege_oom_score_adj(void)
{
	return oom_score_adj;
}

bool privilege_nice(void)
{
	return can_nice;
}

int privilege_trim(void)
{
	static const unsigned int used[] = {
		CAP_SYS_ADMIN,		/* mount, umount; BPF before Linux 5.8 */
		CAP_BPF, CAP_PERFMON,	/* follow tasks */
		CAP_SYS_PTRACE,		/* other tasks' namespaces in /proc */
		CAP_DAC_READ_SEARCH,	/* and what else hides there */
		CAP_KILL,		/* container.kill */
		CAP_DAC_OVERRIDE,	/* groups of others in the kernel's freezer */
		CAP_SYS_NICE,		/* tasks' CPU affinity */
		CAP_SYS_RESOURCE,	/* memory of BPF maps, OOM score */
	};
	bool have[sizeof(used) / sizeof(used[0])];

	oom_protect();
	if (capng_get_caps_process())
		goto fail;
	can_nice = capng_have_capability(CAPNG_PERMITTED, CAP_SYS_NICE);
	for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++)
		have[i] = capng_have_capability(CAPNG_PERMITTED, used[i]);
	capng_clear(CAPNG_SELECT_CAPS);
	for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++)
		if (have[i] &&
		    capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, used[i]))
			goto fail;
	if (!capng_apply(CAPNG_SELECT_CAPS))
		return 0;
fail:
	log_err("cannot give up capabilities: %s", strerror(errno));
	return -EPERM;
}
