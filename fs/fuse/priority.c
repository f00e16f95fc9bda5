// SPDX-License-Identifier: GPL-2.0-only
/*
 * How soon the daemon has a CPU.
 *
 * What a file system of the kernel's does is done by whoever asks for it. Here it is
 * done by one process, which on a busy machine would wait for each turn as long as
 * any other: a kill for those who are to die of it, a user for another one's storm
 * (nice does not help, since with autogroups it counts within a session alone). So
 * the daemon is a real-time process, of the lowest priority, for a tenth of one CPU's
 * time. Who makes it work more than that makes it wait like everybody, and takes
 * nothing from others.
 *
 * What is urgent goes into debt: it is real-time beyond the tenth, and less later.
 */
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "daemon.h"

/* ns: one of so many, saved up to, from which on it is real-time again, owed at most */
#define SHARE	10
#define MOST	100000000LL
#define AGAIN	50000000LL
#define DEBT	1000000000LL

static int64_t left = MOST;
static int64_t then, then_used;
static bool realtime, urgent, refused;

static int64_t ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void set(bool on)
{
	const struct sched_param param = { .sched_priority = on ? 1 : 0 };

	if (on == realtime || refused)
		return;
	/* whom it starts is not */
	refused = sched_setscheduler(0, (on ? SCHED_FIFO : SCHED_OTHER) | SCHED_RESET_ON_FORK,
				     &param);
	if (refused)
		log_debug("the daemon cannot be real-time: %s", strerror(errno));
	else
		realtime = on;
}

void priority_look(void)
{
	int64_t now = ns(CLOCK_MONOTONIC), used = ns(CLOCK_THREAD_CPUTIME_ID);

	if (!privilege_nice())
		return;
	if (then)
		left += (now - then) / SHARE - (used - then_used);
	if (left > MOST)
		left = MOST;
	then = now;
	then_used = used;
	set(left > (realtime ? 0 : AGAIN) || (urgent && left > -DEBT));
}

void priority_urgent(bool on)
{
	urgent = on;
	priority_look();
}
