/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the daemon's files of this folder share
 *
 *  loader.c	loading, probing, attaching, statistics
 *  ring.c	the ring's consumer, drain, rebuild
 *  walk.c	programs that run on one task, walks over tasks
 *  groups.c	entries of css_groups and of users
 *  births.c	where threads are born while their process is moved
 *  cpuacct.c	CPU time
 *  inits.c	ends of processes
 *  devices.c	the programs that check devices
 *  pids.c	counts and limits of tasks
 *  misses.c	programs that were skipped
 *  mend.c	what skipped programs have left undone
 */
#ifndef _CONTAINERFSD_BPF_INTERNAL_H
#define _CONTAINERFSD_BPF_INTERNAL_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "task_events.h"
#include "hooks.skel.h"

struct btf;

struct te_ring {
	unsigned long *consumer_pos;		/* mapped for writing */
	const unsigned long *producer_pos;	/* mapped for reading */
	const char *data;
	size_t size;			/* of the data: a power of two */
	size_t page;
	unsigned long pos;		/* consumed so far; *consumer_pos follows */
};

struct task_events {
	struct hooks_bpf *skel;
	struct task_events_ops ops;
	void *ctx;
	struct te_ring ring;
	int epfd;			/* holds the ring map, edge-triggered */
	int walk_link;			/* an iterator link over all tasks */
	struct bpf_link *unshare_probe;	/* while cloning is enabled */
	struct bpf_link *unshare_link;	/* likewise; there may be either, or both */
	struct bpf_link *affinity_link;	/* while affinities are watched */
	bool have_kprobe;		/* on perf_event_namespaces */
	bool have_fexit;
	bool can_preempt;		/* the kernel preempts, so programs may be skipped */
	bool have_task_from_pid;
	const char *release_func;	/* fentry on it sees a task being reaped; NULL: none */
	bool have_task_alloc;		/* lsm/task_alloc can be attached, and is called */
	bool have_signal_task;
	bool born_tried;		/* to attach te_born */
	bool in_callback;
	uint64_t lost_seen;		/* `lost` at the last rebuild */
	uint64_t events;
	uint64_t rebuilds;
	uint64_t missed_seen;		/* te_missed() at the last rebuild */
	uint64_t missed_rebuilds;	/* rebuilds that began for that */
	uint64_t skip_seen;		/* skip_ended, when the kernel was last asked */
	uint64_t programs_missed;	/* the answer then */
	uint64_t mended;		/* tasks that te_mend() has moved */
	uint32_t nr_inits;		/* entries of the map `inits` */
	uint64_t *known;		/* namespaces that mend.c remembers, sorted */
	size_t nr_known;
	struct te_devices *devices;	/* while devices are checked */
	const char *devices_hook;	/* valid once devices_tried */
	bool devices_tried;
	char *walk_buf;			/* TE_WALK_BUF bytes */
};

/* At least the buffer of a sequence file, which then returns whole records. */
#define TE_WALK_BUF	(64 << 10)

int te_ring_map(struct te_ring *ring, int map_fd, size_t size);
void te_ring_unmap(struct te_ring *ring);

/* Change the entry @id of `groups`, `pids` or `users` in place, by te_call_group: -ENOENT. */
int te_change_entry(struct task_events *te, uint32_t op, uint64_t id);

/* Delete the sums of @id, if it has any. */
void te_cpuacct_del(struct task_events *te, uint64_t id);

/*
 * Tell the user of the end of process @tgid, if it is watched and has ended; of all such
 * processes. Whom the user was told of is not watched any more.
 */
void te_init_tell(struct task_events *te, uint32_t tgid);
void te_inits_tell(struct task_events *te);

/*
 * Programs that were skipped.
 *
 * prepare	before loading.
 * missed	how many events may have been lost so far. It costs a few reads while
 *		nothing happens.
 * skipped	how often any program was skipped, also without harm; to be shown.
 */
void te_misses_prepare(struct task_events *te, const struct btf *btf);
uint64_t te_missed(struct task_events *te);
uint64_t te_skipped(const struct task_events *te);

/*
 * te_mend() puts right what skipped programs have left undone, from the kernel's own lists.
 * A rebuild calls it before its snapshot. It looks at each task once or twice.
 * te_mend_begin() remembers the namespaces that exist when cloning is enabled, because they
 * are not new ones. Errors: -ENOMEM, or what an iterator returns.
 */
int te_mend(struct task_events *te);
int te_mend_begin(struct task_events *te);

/* Before loading: choose the programs. After loading: find out what really works. */
int te_pids_prepare(struct task_events *te);
int te_pids_probe(struct task_events *te);

/*
 * Walk over all tasks (@tgid 0) or over the threads of a process; the caller has filled
 * `walk`. Ends early, and returns what @cb returned, if that is not 0.
 */
int te_walk(struct task_events *te, uint32_t tgid,
	    int (*cb)(void *arg, const struct te_task *task), void *arg);

/* Attach @prog, unless *@link says that it is attached: 0 or a negative errno. */
static inline int te_link(struct bpf_link **link, struct bpf_program *prog)
{
	if (!*link)
		*link = bpf_program__attach(prog);
	return *link ? 0 : -errno;
}

static inline void te_unlink(struct bpf_link **link)
{
	bpf_link__destroy(*link);
	*link = NULL;
}

/*
 * Keep libbpf from printing, unless the environment has LIBBPF_LOG_LEVEL. The caller gives
 * what this returns to libbpf_set_print() when it is done.
 */
libbpf_print_fn_t te_quiet_libbpf(void);

/* Make room for one more than @n in *@array, which has @room of @size bytes: 0, -ENOMEM. */
static inline int te_grow(void *array, size_t n, size_t *room, size_t size)
{
	void **p = array, *more;

	if (n < *room)
		return 0;
	more = reallocarray(*p, 2 * *room + 64, size);
	if (!more)
		return -ENOMEM;
	*p = more;
	*room = 2 * *room + 64;
	return 0;
}

/* Run an iterator @prog over all tasks; @cb, if any, gets each record of @size bytes. */
int te_iterate(struct task_events *te, struct bpf_program *prog, size_t size,
	       int (*cb)(void *arg, const void *record), void *arg);

/* Run call.op, with call.* filled in, on the task @ref: its result, or -ESRCH. */
int te_run_on_task(struct task_events *te, const struct te_ref *ref);

#endif /* _CONTAINERFSD_BPF_INTERNAL_H */
