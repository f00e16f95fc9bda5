// SPDX-License-Identifier: GPL-2.0-only
/*
 * The link between the kernel's tasks (BPF) and the engine
 *
 * task_events follows which css_group each task is in and reports changes;
 * replay.c plays them into the engine; ids.c knows which group an
 * id means; lookup.c answers questions about live tasks. This file holds
 * them together: start and end, the drain before each answer, and the rest of
 * what engine.h wants of a host in regard to tasks.
 *
 * When work is done. An id that no task has is freed, and the engine is let to
 * remove empty containers and run agents, only right after a complete drain.
 * At that moment nobody is on the way into a container that the engine sees
 * empty: a fork into it would need a creator that is in it, or was and left
 * after the fork; the first is a task that the engine sees, the second left
 * before the drain's end, and then the drain has seen the child (the argument
 * in full is in ids.c). An attach into it would be this thread's, and
 * this thread is here. What the work leaves is work for one more drain.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/base.h"
#include "base/parts.h"
#include "tasks.h"
#include "bpf/task_events.h"
#include "../../../kernel/cpuset_host.h"
#include "cpuacct.h"
#include "cpuset.h"
#include "freezer.h"
#include "hold.h"
#include "ids.h"
#include "limits.h"
#include "link.h"
#include "lookup.h"
#include "pids.h"
#include "replay.h"

/* Work makes work; so often in one go, then requests have their turn. */
#define SETTLE_ROUNDS 4

static int kick_fd = -1;	/* an eventfd: the loop is to settle */
static bool serving;		/* between tasks_begin() and tasks_end() */
static bool work_pending;

static void kick(void)
{
	if (kick_fd >= 0)
		eventfd_write(kick_fd, 1);
}

/* Drain, then do what may only be done after a complete drain. */
static void settle(void)
{
	int n, rounds = 0;

	while ((n = replay_drain()) >= 0) {
		if (ids_idle())
			ids_free_idle();
		pids_settle();
		if (!work_pending)
			break;
		if (rounds++ == SETTLE_ROUNDS) {
			kick();
			return;
		}
		work_pending = false;
		container_run_some_work();
		priority_look();
	}
	/* What came too fast, or came before it was watched, is read in the loop. */
	if (n == -EAGAIN || ids_take_rewatched())
		kick();
}

void tasks_begin(void)
{
	serving = true;
	settle();
}

void tasks_end(void)
{
	if (work_pending)
		settle();
	serving = false;
}

/* The kernel wants to be heard: a watched group, or a ring half full. */
static void on_events(int fd, uint32_t events, void *arg)
{
	task_events_wakeup(te);
	tasks_begin();
	tasks_end();
}

static void on_kick(int fd, uint32_t events, void *arg)
{
	eventfd_t count;

	eventfd_read(fd, &count);
	tasks_begin();
	tasks_end();
}

bool tasks_behind(void)
{
	return replay_behind();
}

static void sync_replica(void)
{
	replay_drain();
}

/*
 * That the task still is in @from is what its word says: the engine's record
 * has both from the same event.
 */
int host_task_set_group(const struct container_task_info *info, struct css_group *from,
			struct css_group *to, unsigned long long *cookie)
{
	const struct te_ref ref = {
		.task = info->key, .tid = (uint32_t)info->tid, .tgid = (uint32_t)info->tgid,
	};
	uint64_t word, old = replay_word(info->key);
	struct group_id *gid;
	int err;

	/* Nobody knows better, and asking again would not help. */
	if (replay_failed())
		return -EIO;
	gid = ids_of_group(to);
	err = task_events_attach(te, &ref, old, gid->node.key, &word);
	if (err)
		return err == -ENOENT ? -ESRCH : err;
	ids_count_word(old, word);
	*cookie = word;
	return 0;
}

static int births_follow(int tgid, unsigned long long cookie, struct css_group *to)
{
	return task_events_births(te, (uint32_t)tgid, te_word_id(cookie),
				  ids_of_group(to)->node.key);
}

static void births_end(void)
{
	task_events_births_end(te);
}

static const struct replica_host_ops replica = {
	.sync		= sync_replica,
	.births_follow	= births_follow,
	.births_end	= births_end,
	.kill_begin	= lookup_kill_begin,
	.kill_sync	= lookup_kill_sync,
	.kill_end	= lookup_kill_end,
};
const struct replica_host_ops *const host_replica = &replica;

unsigned long long host_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000ULL + (unsigned long long)now.tv_nsec;
}

void host_work_pending(void)
{
	if (!work_pending && !serving)
		kick();
	work_pending = true;
}

void host_set_cloning(_Bool on)
{
	ids_set_cloning(on);
}

/* BPF decides on forks, and sees reaping, by itself: see kernel/README. */
const struct hooks_host_ops *const host_hooks;

int tasks_stats(char *buf, size_t size)
{
	struct task_events_stats s;

	task_events_stats(te, &s);
	return snprintf(buf, size,
			"events %llu\nlost %llu\nrebuilds %llu\nclone_refused %llu\n"
			"lost_words %llu\nspilled %llu\nskipped %llu\nmended %llu\n"
			"missed %llu\nmissed_rebuilds %llu\nrepaired %llu\ntracked %lu\nids %zu\nunknown_ids %lu\n",
			(unsigned long long)s.events, (unsigned long long)s.lost,
			(unsigned long long)s.rebuilds, (unsigned long long)s.clone_refused,
			(unsigned long long)s.lost_words, (unsigned long long)s.spilled,
			(unsigned long long)s.skipped, (unsigned long long)s.mended,
			(unsigned long long)s.missed, (unsigned long long)s.missed_rebuilds,
			(unsigned long long)s.repaired,
			replay_tracked(), ids_count(), replay_unknown_ids());
}

static void log_line(void *ctx, const char *line)
{
	log_info("%s", line);
}

static const struct tasks_opts *wanted;		/* while tasks_init() runs */

static int events_init(void)
{
	const struct task_events_opts opts = {
		.ring_bytes		= wanted->ring_bytes,
		.force_tracepoint	= wanted->force_tracepoint,
		.log			= log_line,
	};
	const char *why;
	int err = task_events_check_pidns(&why);

	if (err) {
		log_err("%s", why);
		return err;
	}
	return task_events_new(&replay_ops, NULL, &opts, &te);
}

static void events_exit(void)
{
	task_events_free(te);
	te = NULL;
}

static int kick_init(void)
{
	int err;

	kick_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (kick_fd < 0)
		return -errno;
	err = loop_add(kick_fd, EPOLLIN, on_kick, NULL);
	if (err) {
		close(kick_fd);
		kick_fd = -1;
	}
	return err;
}

static void kick_exit(void)
{
	loop_del(kick_fd);
	close(kick_fd);
	kick_fd = -1;
}

static int wakeups_init(void)
{
	return loop_add(task_events_fd(te), EPOLLIN, on_events, NULL);
}

static void wakeups_exit(void)
{
	loop_del(task_events_fd(te));
}

static void cpus_changed(void)
{
	tasks_begin();
	container_cpus_changed();
	tasks_end();
}

static int affinity_init(void)
{
	return cpuset_init(cpus_changed);
}

/* ids stands on pids, and replay on both: what the engine lets go of is theirs to forget. */
static const struct part parts[] = {
	{ "events", events_init, events_exit },
	{ "pids", pids_init, pids_exit },
	{ "ids", ids_init, ids_exit },
	{ "cpuacct", cpuacct_init, cpuacct_exit },
	{ "limits", limits_init },
	{ "replay", replay_init, replay_exit },
	{ "lookup", lookup_init },
	{ "hold", hold_init, hold_exit },
	{ "freezer", freezer_init, freezer_exit },
	{ "cpuset", affinity_init, cpuset_exit },
	{ "kick", kick_init, kick_exit },
	{ "wakeups", wakeups_init, wakeups_exit },
	{ }
};

int tasks_init(const struct tasks_opts *opts)
{
	wanted = opts;
	return parts_init(parts, NULL);
}

void tasks_exit(void)
{
	parts_exit(parts);
}
