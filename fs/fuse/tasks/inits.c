// SPDX-License-Identifier: GPL-2.0-only
/*
 * The inits of containers: which processes BPF watches, and how they have ended.
 *
 * A parent may ask how its child has ended before the engine is asked, so both must say the
 * same. The kernel tells a parent the time that was measured, divided in the proportion of
 * user to system time as the ticks had it.
 */
#include <errno.h>
#include <unistd.h>

#include "bpf/task_events.h"
#include "../../../kernel/init_host.h"
#include "inits.h"
#include "link.h"

#define NSEC_PER_USEC	1000u

static uint64_t at_least(uint64_t value, uint64_t floor)
{
	return value > floor ? value : floor;
}

/* What the kernel's cputime_adjust() makes of the times. */
static void scale_times(const struct te_end *from, uint64_t *user, uint64_t *system)
{
	uint64_t total = from->runtime;

	if (from->told_utime + from->told_stime >= total) {
		*user = from->told_utime;
		*system = from->told_stime;
		return;
	}
	if (!from->stime)
		*system = 0;
	else if (!from->utime)
		*system = total;
	else
		*system = (uint64_t)((unsigned __int128)from->stime * total /
				     (from->stime + from->utime));
	*system = at_least(*system, from->told_stime);
	*user = total - *system;
	if (*user < from->told_utime) {
		*user = from->told_utime;
		*system = total - *user;
	}
}

void inits_ended(void *ctx, uint32_t tgid, const struct te_end *from)
{
	struct container_end end = {
		.status		= (int)from->status,
		.maxrss_kb	= from->maxrss * ((uint64_t)sysconf(_SC_PAGESIZE) / 1024),
		.minflt		= from->minflt,
		.majflt		= from->majflt,
		.nvcsw		= from->nvcsw,
		.nivcsw		= from->nivcsw,
	};
	uint64_t user, system;

	scale_times(from, &user, &system);
	end.user_usec = (user + from->waited_utime) / NSEC_PER_USEC;
	end.system_usec = (system + from->waited_stime) / NSEC_PER_USEC;
	container_init_exited((int)tgid, &end);
}

/* A process that is not there has no thread either: the engine finds that when it looks. */
static int watch(int tgid)
{
	int err = task_events_init_watch(te, (uint32_t)tgid);

	return err == -ESRCH ? 0 : err;
}

/* A container with an init may be removed after the last part of this folder has gone down. */
static void unwatch(int tgid)
{
	if (te)
		task_events_init_unwatch(te, (uint32_t)tgid);
}

const struct init_host_ops init_host = {
	.watch		= watch,
	.unwatch	= unwatch,
};
