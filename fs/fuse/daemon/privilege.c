// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the daemon may do, and where it may run.
 *
 * The daemon names tasks by their ids in the initial pid namespace and users by their
 * ids in the initial user namespace, so it must be in both.  It leaves the other
 * namespaces of the process that started it for those of kernel threads, because
 * cgroup v1 runs release agents there.  (home.c deals with the mount namespace.)
 *
 * Capabilities are trimmed to those used.  The bounding set stays full, because a
 * release agent, run by root, regains all of it at execve(2), as a kernel helper has
 * it.
 *
 * The OOM killer must not choose the daemon, because to kill it would free little and
 * break every mount (ENOTCONN).  Release agents have an OOM score of 0, as those of the
 * kernel.
 */
#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon.h"
#include "failure.h"
#include "common/initial.h"
#include "common/own_mount.h"
#include "common/process.h"

#define OOM_SCORE_ADJ	"/proc/self/oom_score_adj"

/* descriptors: for clients, each mounted hierarchy, and up to nine for what a container holds */
#define FILES		(1u << 20)
/*
 * The nice value while the daemon is not real-time (priority.c), because clients keep it
 * busy.  It is a little better than others', so that other clients need not wait long;
 * not much better, because they need a CPU as well.
 */
#define NICE		(-3)

static char held[1024];	/* lines: what could not be given up */

static bool is_initial(int proc, const char *path, ino_t ino)
{
	struct stat st;

	return !fstatat(proc, path, &st, 0) && st.st_ino == ino;
}

static int check_namespaces(int proc)
{
	if (faccessat(proc, "self/ns/pid", F_OK, 0))
		return failure_log(FAILURE_PROC, -errno, NULL);
	if (!is_initial(proc, "self/ns/user", INITIAL_USER_INO))
		return failure_log(FAILURE_USER_NS, 0, NULL);
	if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_ADMIN))
		return failure_log(FAILURE_SYS_ADMIN, 0, NULL);
	if (!is_initial(proc, "self/ns/pid", INITIAL_PID_INO))
		return failure_log(FAILURE_PID_NS, 0, NULL);
	return 0;
}

int privilege_check(void)
{
	int proc, err;

	if (geteuid())
		return failure_log(FAILURE_NOT_ROOT, 0, NULL);
	proc = own_proc();
	if (proc < 0)
		return failure_log(FAILURE_PROC, proc, NULL);
	err = check_namespaces(proc);
	close(proc);
	return err;
}

int privilege_join_host(void)
{
	static const struct {
		const char	*name;
		int		 flag;
	} ns[] = {
		{ "net", CLONE_NEWNET }, { "uts", CLONE_NEWUTS }, { "ipc", CLONE_NEWIPC },
		{ "cgroup", CLONE_NEWCGROUP },
	};
	int flags = 0, proc = own_proc(), fd, err = 0;

	for (size_t i = 0; i < sizeof(ns) / sizeof(ns[0]); i++) {
		char path[32];
		struct stat own, host;

		snprintf(path, sizeof(path), "self/ns/%s", ns[i].name);
		if (fstatat(proc, path, &own, 0))
			continue;
		snprintf(path, sizeof(path), "%d/ns/%s", INITIAL_KTHREADD, ns[i].name);
		if (!fstatat(proc, path, &host, 0) && own.st_ino != host.st_ino)
			flags |= ns[i].flag;
	}
	close(proc);
	if (!flags)
		return 0;
	fd = syscall(SYS_pidfd_open, INITIAL_KTHREADD, 0);
	if (fd < 0 || setns(fd, flags))
		err = failure_log(FAILURE_NAMESPACES, -errno, NULL);
	if (fd >= 0)
		close(fd);
	return err;
}

/* As of a kernel helper; LIBBPF_LOG_LEVEL is kept, to look for a fault by hand. */
static void set_environment(void)
{
	const char *level = getenv("LIBBPF_LOG_LEVEL");
	char *copy = level ? strdup(level) : NULL;

	clearenv();
	setenv("HOME", "/", 1);
	setenv("PATH", "/sbin:/bin:/usr/sbin:/usr/bin", 1);
	if (copy)
		setenv("LIBBPF_LOG_LEVEL", copy, 1);
	free(copy);
}

static void __attribute__((format(printf, 1, 2))) note_held(const char *fmt, ...)
{
	size_t len = strlen(held);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(held + len, sizeof(held) - len, fmt, ap);
	va_end(ap);
	log_warn("%s", held + len);
	len = strlen(held);
	snprintf(held + len, sizeof(held) - len, "\n");
}

void privilege_reset(void)
{
	int err = process_schedule();
	unsigned int narrow = process_limits(FILES);
	struct rlimit limit;

	/* without it the daemon is only slower */
	if (setpriority(PRIO_PROCESS, 0, NICE))
		log_debug("nice value %d: %s", NICE, strerror(errno));
	set_environment();
	for (int i = 0; i < RLIM_NLIMITS; i++)
		if (narrow & 1u << i && !getrlimit(i, &limit))
			note_held("keeps a %s of %llu: without CAP_SYS_RESOURCE it cannot be raised",
				  process_limit_name(i), (unsigned long long)limit.rlim_max);
	if (err)
		note_held("keeps the scheduling or the groups of the process that started it: %s",
			  strerror(-err));
	if (process_no_new_privs())
		note_held("no_new_privs is set: release agents have no more capabilities than the daemon");
	if (process_securebits())
		note_held("securebits are locked: release agents have no more capabilities than the daemon");
}

const char *privilege_held(void)
{
	return held;
}

static void oom_protect(void)
{
	int fd = open(OOM_SCORE_ADJ, O_WRONLY | O_CLOEXEC);

	/* without CAP_SYS_RESOURCE, which a container manager may take away, no less than 0 */
	if (fd < 0 || (write(fd, "-1000", 5) < 0 && write(fd, "0", 1) < 0))
		log_debug(OOM_SCORE_ADJ ": %s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

int privilege_trim(void)
{
	static const unsigned int used[] = {
		CAP_SYS_ADMIN,		/* mount, umount; BPF before Linux 5.8 */
		CAP_BPF, CAP_PERFMON,	/* follow tasks */
		CAP_SYS_PTRACE,		/* other tasks' namespaces in /proc, and ns.hold */
		CAP_DAC_READ_SEARCH,	/* and other files there */
		CAP_KILL,		/* container.kill */
		CAP_DAC_OVERRIDE,	/* groups of others in the kernel's freezer */
		CAP_SYS_NICE,		/* tasks' CPU affinity */
		CAP_SYS_RESOURCE,	/* memory of BPF maps, OOM score */
		CAP_SYS_CHROOT,		/* for its children to enter mount namespaces */
	};
	bool have[sizeof(used) / sizeof(used[0])];

	oom_protect();
	if (capng_get_caps_process())
		goto fail;
	priority_allow(capng_have_capability(CAPNG_PERMITTED, CAP_SYS_NICE));
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
	return -EPERM;
}
