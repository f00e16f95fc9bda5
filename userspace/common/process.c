// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process inherits and a kernel thread does not have: limits, signals,
 * scheduling, the user's keyring, and standard descriptors that may be closed.
 *
 * The limits are those of kthreadd, because call_usermodehelper() gives them to a
 * release agent; they are read from it, because they depend on the machine's memory.
 * A step that is refused, because a container manager took a capability away, does
 * not stop the steps after it.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/ioprio.h>
#include <linux/keyctl.h>
#include <linux/mempolicy.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "initial.h"
#include "process.h"

/* the kernel's own, in nanoseconds */
#define TIMER_SLACK	50000

void process_stdio(void)
{
	int fd;

	/* if there is no /dev/null, a descriptor that cannot be read or written will do */
	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0)
			fd = open("/", O_PATH);
	} while (fd >= 0 && fd < 3);
	if (fd >= 0)
		close(fd);
}

void process_signals(void)
{
	sigset_t none;

	/* signal() refuses the two signals of glibc and the two that cannot be caught: no harm */
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The kernel's INIT_RLIMITS; limits that depend on the machine stay as they are. */
static void default_limit(int which, struct rlimit *limit)
{
	switch (which) {
	case RLIMIT_STACK:
		*limit = (struct rlimit){ 8 << 20, RLIM_INFINITY };
		break;
	case RLIMIT_CORE:
		*limit = (struct rlimit){ 0, RLIM_INFINITY };
		break;
	case RLIMIT_NOFILE:
		*limit = (struct rlimit){ 1024, 4096 };
		break;
	case RLIMIT_CPU: case RLIMIT_FSIZE: case RLIMIT_DATA: case RLIMIT_RSS:
	case RLIMIT_AS: case RLIMIT_LOCKS: case RLIMIT_RTTIME:
		*limit = (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
		break;
	default:
		getrlimit(which, limit);
	}
}

void process_kernel_limits(struct rlimit *limits)
{
	for (int i = 0; i < RLIM_NLIMITS; i++)
		if (prlimit(INITIAL_KTHREADD, i, NULL, &limits[i]))
			default_limit(i, &limits[i]);
}

/* RLIM_INFINITY is the greatest of all. */
static rlim_t at_least(rlim_t a, rlim_t b)
{
	return a > b ? a : b;
}

static int raise_limit(int which, const struct rlimit *to)
{
	struct rlimit now, raised;

	if (getrlimit(which, &now) || (now.rlim_cur >= to->rlim_cur && now.rlim_max >= to->rlim_max))
		return 0;
	raised.rlim_cur = at_least(now.rlim_cur, to->rlim_cur);
	raised.rlim_max = at_least(now.rlim_max, to->rlim_max);
	if (!setrlimit(which, &raised))
		return 0;
	/* then as far as the hard limit allows */
	now.rlim_cur = now.rlim_max;
	return setrlimit(which, &now) || now.rlim_max < to->rlim_cur ? -EPERM : 0;
}

/* As many as possible: above fs.nr_open, which an administrator may have set, all are refused. */
static void raise_files(unsigned int files)
{
	struct rlimit many;

	do {
		many.rlim_cur = many.rlim_max = files;
	} while (raise_limit(RLIMIT_NOFILE, &many) && (files /= 2));
}

unsigned int process_limits(unsigned int files)
{
	struct rlimit limits[RLIM_NLIMITS];
	unsigned int narrow = 0;

	process_kernel_limits(limits);
	/* the loop then checks that they are as many as kernel threads have */
	raise_files(files);
	for (int i = 0; i < RLIM_NLIMITS; i++)
		if (raise_limit(i, &limits[i]))
			narrow |= 1u << i;
	return narrow;
}

const char *process_limit_name(int which)
{
#define NAME(x) [RLIMIT_##x] = "RLIMIT_" #x
	static const char *const names[RLIM_NLIMITS] = {
		NAME(CPU), NAME(FSIZE), NAME(DATA), NAME(STACK), NAME(CORE), NAME(RSS),
		NAME(NPROC), NAME(NOFILE), NAME(MEMLOCK), NAME(AS), NAME(LOCKS),
		NAME(SIGPENDING), NAME(MSGQUEUE), NAME(NICE), NAME(RTPRIO), NAME(RTTIME),
	};
#undef NAME
	return which < RLIM_NLIMITS && names[which] ? names[which] : "a limit";
}

static int set_policy(void)
{
	struct sched_attr attr = {
		.size = sizeof(attr),
		.sched_policy = SCHED_NORMAL,
		/* -1: no clamp */
		.sched_flags = SCHED_FLAG_UTIL_CLAMP,
		.sched_util_min = UINT32_MAX,
		.sched_util_max = UINT32_MAX,
	};

	if (!syscall(SYS_sched_setattr, 0, &attr, 0))
		return 0;
	/* a kernel without clamps */
	attr.sched_flags = 0;
	attr.sched_util_min = attr.sched_util_max = 0;
	return syscall(SYS_sched_setattr, 0, &attr, 0) ? -errno : 0;
}

static int set_cpus(void)
{
	unsigned char all[1024];

	memset(all, 0xff, sizeof(all));
	return syscall(SYS_sched_setaffinity, 0, sizeof(all), all) ? -errno : 0;
}

/* Become root wholly, as kernel threads are: a set-user-ID program has its caller's real user. */
static int set_user(void)
{
	if (setgroups(0, NULL) || setresgid(0, 0, 0) || setresuid(0, 0, 0))
		return -errno;
	return 0;
}

int process_schedule(void)
{
	int err = set_policy(), next;

	next = set_cpus();
	err = err ? err : next;
	next = set_user();
	err = err ? err : next;
	/* these are not on every kernel, and little is lost if one is refused */
	syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0);
	syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_NONE, 0));
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	prctl(PR_SET_TIMERSLACK, TIMER_SLACK);
	prctl(PR_SET_SECUREBITS, SECUREBITS_DEFAULT);
	personality(PER_LINUX);
	umask(022);
	return err;
}

bool process_no_new_privs(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

bool process_securebits(void)
{
	int bits = prctl(PR_GET_SECUREBITS);

	return bits > 0 && bits & SECBIT_NOROOT;
}
