/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * internal.h - what the files of this folder share among themselves
 *
 *  loader.c		loading, probing, attaching, groups, numbers
 *  ring.c		the ring's consumer, drain, rebuild
 *  walk.c		programs run on one task, walks over tasks
 *  births.c	where threads are born while their process is moved
 *  cpuacct.c	CPU time
 *  devices.c	the programs that check devices
 *  pids.c		numbers and limits of tasks
 *  misses.c	programs that were skipped
 *  mend.c		and what they have left undone
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
	unsigned long pos;		/* consumed, as *consumer_pos will be */
};

struct task_events {
	struct hooks_bpf *skel;
	struct task_events_ops ops;
	void *ctx;
	struct te_ring ring;
	int epfd;			/* holds the ring map, edge-triggered */
	int walk_link;			/* an iterator link over all tasks */
	struct bpf_link *unshare_probe;	/* while cloning is enabled */
	struct bpf_link *unshare_link;	/* likewise; one of them, or both */
	struct bpf_link *affinity_link;	/* while affinities are watched */
	bool have_kprobe;		/* on perf_event_namespaces */
	bool have_fexit;
	bool can_preempt;		/* so programs may be skipped */
	bool have_task_from_pid;
	const char *release_func;	/* that fentry sees a task being reaped by, or NULL */
	bool have_task_alloc;		/* lsm/task_alloc, and it is called */
	bool have_signal_task;
	bool born_tried;		/* attaching te_born */
	bool in_callback;
	uint64_t lost_seen;		/* `lost` at the last rebuild */
	uint64_t events;
	uint64_t rebuilds;
	uint64_t missed_seen;		/* te_missed() at the last rebuild */
	uint64_t missed_rebuilds;	/* those that it was a reason for */
	uint64_t skip_seen;		/* skip_ended when programs were last asked */
	uint64_t programs_missed;	/* what they said then */
	uint64_t mended;		/* tasks that te_mend() has put somewhere */
	uint64_t *known;		/* what te_mend.c knows of namespaces: sorted */
	size_t nr_known;
	struct te_devices *devices;	/* while devices are checked */
	const char *devices_hook;	/* once it was tried */
	bool devices_tried;
	char *walk_buf;			/* TE_WALK_BUF bytes */
};

/* A sequence file hands out whole objects if asked for at least its buffer. */
#define TE_WALK_BUF	(64 << 10)

int te_ring_map(struct te_ring *ring, int map_fd, size_t size);
void te_ring_unmap(struct te_ring *ring);

/* Change an entry of `groups` or `pids` where it is, by te_call_group; -ENOENT if it is not. */
int te_change_entry(struct task_events *te, uint32_t op, uint64_t id);

/* The sums of @id, if it has any, are of no more use. */
void te_cpuacct_del(struct task_events *te, uint64_t id);

/*
 * Programs that were skipped. Before loading; how many events may have been lost so far,
 * which takes a few reads while nothing happens; and how often any was skipped, harmless
 * ones, too, to be shown.
 */
void te_misses_prepare(struct task_events *te, const struct btf *btf);
uint64_t te_missed(struct task_events *te);
uint64_t te_skipped(const struct task_events *te);

/*
 * Put right what skipped programs have left undone, from the kernel's own lists: during
 * a rebuild, before its snapshot. It looks at each task once or twice. And: cloning has
 * just been enabled, what namespaces there are is no news. -ENOMEM, or what an iterator
 * returns.
 */
int te_mend(struct task_events *te);
int te_mend_begin(struct task_events *te);

/* Before loading: which programs, and what they may use. After it: what really works. */
int te_pids_prepare(struct task_events *te);
int te_pids_probe(struct task_events *te);

/*
 * Open an iterator over all tasks (@tgid 0) or a process's threads, with `walk` as
 * it stands, and read it to its end. Returns what @cb returns if that is not 0.
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

/* Run call.op, with call.* filled in, on the task @ref: -ESRCH, or what it came to. */
int te_run_on_task(struct task_events *te, const struct te_ref *ref);

#endif /* _CONTAINERFSD_BPF_INTERNAL_H */
