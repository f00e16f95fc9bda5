// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPU affinity: sched_setaffinity(2) from outside
 *
 * A task keeps what it is given, hands it on to its children, and can ask for
 * more; of that a BPF program tells (bpf/hooks.bpf.c), and the engine has it
 * taken back at once, which is after the fact: for a moment such a task may run
 * on CPUs that its container does not have, its call returns success even where
 * cgroup v1 says EINVAL, and what it had narrowed itself to before is forgotten.
 *
 * A tid may change hands between a look at it and the system call. So there is a
 * look before and one after; who came by an affinity wrongly gets its own back, and
 * a task that has got another tid has it set under that.
 *
 * The kernel's own cpuset of a task stays in force: the kernel takes from every
 * mask what that does not allow, and refuses one of which nothing is left.
 *
 * CPUs that come or go are announced by the kernel's uevents.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/base.h"
#include "bpf/task_events.h"
#include "../../../kernel/cpuset_host.h"
#include "cpuset.h"
#include "link.h"
#include "lookup.h"

/* A task's tid changes once in an exec. */
#define SET_TRIES	8

#define LONG_BITS	(8 * sizeof(unsigned long))
#define LONGS(bits)	(((bits) + LONG_BITS - 1) / LONG_BITS)
#define CPU_LONGS	LONGS(CONTAINER_CPUS_MAX)

_Static_assert(TE_CPU_WORDS_MAX * 64 == CONTAINER_CPUS_MAX, "BPF compares all CPUs of the engine");

static int uevents = -1;
static void (*cpus_changed)(void);

/* --- sets --- */

/* Read a list like "0-3,5" into @map of @bits; the highest number, or -1. */
static int read_list(const char *path, unsigned long *map, unsigned int bits)
{
	unsigned int first, last;
	FILE *f = fopen(path, "re");
	int highest = -1;
	char sep;

	memset(map, 0, LONGS(bits) * sizeof(*map));
	while (f && fscanf(f, "%u", &first) == 1) {
		last = first;
		sep = '\n';
		if (fscanf(f, "%c", &sep) == 1 && sep == '-' &&
		    (fscanf(f, "%u", &last) != 1 || fscanf(f, "%c", &sep) != 1))
			sep = '\n';
		for (unsigned int bit = first; bit <= last && bit < bits; bit++) {
			map[bit / LONG_BITS] |= 1UL << bit % LONG_BITS;
			highest = (int)bit;
		}
		if (sep != ',')
			break;
	}
	if (f)
		fclose(f);
	return highest;
}

unsigned int host_nr_cpus(void)
{
	static unsigned int nr;
	unsigned long possible[CPU_LONGS];

	if (!nr)
		nr = (unsigned int)(read_list("/sys/devices/system/cpu/possible", possible,
					      CONTAINER_CPUS_MAX) + 1);
	/* without sysfs, as glibc sees it */
	if (!nr)
		nr = (unsigned int)sysconf(_SC_NPROCESSORS_CONF);
	return nr;
}

static void first_ones(unsigned long *map, unsigned int nr)
{
	for (unsigned int bit = 0; bit < nr; bit++)
		map[bit / LONG_BITS] |= 1UL << bit % LONG_BITS;
}

static void get_online(unsigned long *cpus, unsigned long *mems)
{
	unsigned long all[CPU_LONGS];

	if (read_list("/sys/devices/system/cpu/online", all, CONTAINER_CPUS_MAX) < 0)
		first_ones(all, host_nr_cpus());
	memcpy(cpus, all, LONGS(host_nr_cpus()) * sizeof(*cpus));
	if (read_list("/sys/devices/system/node/has_memory", mems, CONTAINER_MEMS_MAX) < 0)
		mems[0] = 1;
}

/* --- affinities --- */

/* Of bits beyond host_nr_cpus() there are none. 0 or -errno. */
static int get_cpus(int tid, unsigned long *cpus)
{
	memset(cpus, 0, CPU_LONGS * sizeof(*cpus));
	return syscall(SYS_sched_getaffinity, tid, CPU_LONGS * sizeof(*cpus), cpus) < 0 ?
		-errno : 0;
}

static int set_cpus(int tid, const unsigned long *cpus)
{
	return syscall(SYS_sched_setaffinity, tid, LONGS(host_nr_cpus()) * sizeof(*cpus), cpus) ?
		-errno : 0;
}

/* To @both what is in @a and @b; is that all of @a? nothing? */
static bool intersect(unsigned long *both, const unsigned long *a, const unsigned long *b,
		      bool *none)
{
	bool all = true;

	*none = true;
	for (unsigned int i = 0; i < LONGS(host_nr_cpus()); i++) {
		both[i] = a[i] & b[i];
		all = all && both[i] == a[i];
		*none = *none && !both[i];
	}
	return all;
}

static _Bool task_within(unsigned long key, const unsigned long *cpus)
{
	unsigned long now[CPU_LONGS], both[CPU_LONGS];
	int tid = lookup_tid_of(key);
	bool none;

	/* One that changes its tid meanwhile is in an exec, and will be looked at then. */
	return !tid || get_cpus(tid, now) || tid != lookup_tid_of(key) ||
	       intersect(both, now, cpus, &none);
}

static int set_of(const struct container_task_info *info, const unsigned long *cpus, bool keep)
{
	unsigned long before[CPU_LONGS], both[CPU_LONGS];
	bool none;
	int err, tid = lookup_tid(info);

	if (!tid)
		return -ESRCH;
	err = get_cpus(tid, before);
	if (err)
		return err;
	if (keep && intersect(both, before, cpus, &none))
		return 0;
	err = set_cpus(tid, keep && !none ? both : cpus);
	if (!err && lookup_tid(info) != tid) {
		/* The tid changed hands: who has it now is not meant. */
		set_cpus(tid, before);
		err = -EAGAIN;
	}
	return err;
}

static void task_set_cpus(const struct container_task_info *info, const unsigned long *cpus,
			  _Bool keep)
{
	int err = -EAGAIN;

	for (int i = 0; err == -EAGAIN && i < SET_TRIES; i++)
		err = set_of(info, cpus, keep);
	if (err && err != -ESRCH)
		log_err("task %d does not get its container's CPUs: %s", info->tid, strerror(-err));
}

static void watch_affinity(_Bool on)
{
	int err = te ? task_events_set_affinity(te, on) : 0;

	if (err)
		log_err("the %s hook cannot be %s: %s", task_events_affinity_hook(te),
			on ? "attached, so tasks can widen their affinity" : "detached",
			strerror(-err));
	else if (on)
		log_info("affinities are kept: hook %s", task_events_affinity_hook(te));
}

static _Bool can_set_cpus(void)
{
	return priority_allowed();
}

static const char *cpuset_describe(void)
{
	if (!priority_allowed())
		return "unsupported: CAP_SYS_NICE was kept from the daemon";
	return "enforced: CPUs, as the affinity of tasks, what they widen is taken back at once; "
		"memory nodes: all or none";
}

const struct cpuset_host_ops cpuset_host = {
	.describe	= cpuset_describe,
	.can_set	= can_set_cpus,
	.online		= get_online,
	.within		= task_within,
	.set		= task_set_cpus,
	.watch		= watch_affinity,
};

/* --- CPUs that come and go --- */

static void on_uevent(int fd, uint32_t events, void *arg)
{
	char text[8192];
	bool cpu = false;
	ssize_t n;

	while ((n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT)) != 0) {
		if (n < 0 && errno == ENOBUFS)
			cpu = true;	/* something was missed */
		else if (n < 0)
			break;
		else
			text[n] = '\0';
		cpu = cpu || strstr(text, "@/devices/system/cpu/cpu");
	}
	if (cpu)
		cpus_changed();
}

static void uevents_open(void)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK, .nl_groups = 1 };

	uevents = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
	if (uevents >= 0 && !bind(uevents, (const struct sockaddr *)&kernel, sizeof(kernel)) &&
	    !loop_add(uevents, EPOLLIN, on_uevent, NULL))
		return;
	log_warn("CPUs that come or go are seen only when a file of cpuset is used: %s",
		 strerror(errno));
	if (uevents >= 0)
		close(uevents);
	uevents = -1;
}

int cpuset_init(void (*changed)(void))
{
	cpus_changed = changed;
	uevents_open();
	return 0;
}

void cpuset_exit(void)
{
	if (uevents < 0)
		return;
	loop_del(uevents);
	close(uevents);
	uevents = -1;
}
