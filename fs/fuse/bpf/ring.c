// SPDX-License-Identifier: GPL-2.0-only
/*
 * Take events from the ring; rebuild the replica when some were lost
 *
 * This maps and consumes the ring itself, without libbpf, because a drain ends at a position
 * sampled at its start, and waits for records below it that are reserved and not yet
 * submitted. hooks.bpf.c has the proof that a drain shows every change made before it.
 *
 * A record that is no longer busy has made its change, so a snapshot of the words that is
 * begun afterwards contains the change. Hence a rebuild:
 *
 *  1. sample `lost`, then the position, and consume up to it. Pass on only the exits, for
 *     their CPU time, and the ends of processes; the snapshot has the rest.
 *  2. wait until lost_done equals lost: the changes without a record are made, too. If no
 *     program has seen an event (misses.c), mend what it left undone (mend.c).
 *  3. take the snapshot, then list the groups: the group of a word was made before it.
 *  4. go on with the events after 1. The snapshot has some of them; they do no harm. A word
 *     of a task is applied only if it is newer. If a tid was reused, the exit of its old
 *     task comes before the fork of the new one, which brings back the task that the exit
 *     has removed wrongly.
 *
 * If `lost` has changed since 1, begin again, but not for ever, because tasks may lose events
 * as fast. Then the replica has what there was at the beginning of the call, and the caller
 * is told. `lost` is sampled before the position, because an exit may be lost before the
 * snapshot whose fork is recorded behind the position, and 4 would replay only the fork.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "base/hash.h"

#define REBUILD_ROUNDS	8		/* then the caller gets -EAGAIN */
#define LOST_SPINS	20000		/* a second; likewise */
#define YIELDS		1000		/* before a wait begins to sleep */
#define GROUPS_BATCH	4096		/* groups read by one system call */
#define RELEASE_EVERY	(64 << 10)	/* bytes consumed before their room is given back */

int te_ring_map(struct te_ring *ring, int map_fd, size_t size)
{
	void *p;

	ring->size = size;
	ring->page = sysconf(_SC_PAGESIZE);
	p = mmap(NULL, ring->page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	ring->consumer_pos = p;
	p = mmap(NULL, ring->page + 2 * size, PROT_READ, MAP_SHARED, map_fd,
		 ring->page);
	if (p == MAP_FAILED)
		return -errno;
	ring->producer_pos = p;
	ring->data = (const char *)p + ring->page;
	ring->pos = __atomic_load_n(ring->consumer_pos, __ATOMIC_RELAXED);
	return 0;
}

void te_ring_unmap(struct te_ring *ring)
{
	if (ring->consumer_pos)
		munmap(ring->consumer_pos, ring->page);
	if (ring->producer_pos)
		munmap((void *)ring->producer_pos, ring->page + 2 * ring->size);
}

static unsigned long ring_end(const struct te_ring *ring)
{
	return __atomic_load_n(ring->producer_pos, __ATOMIC_SEQ_CST);
}

static void ring_release(struct te_ring *ring)
{
	__atomic_store_n(ring->consumer_pos, ring->pos, __ATOMIC_RELEASE);
}

/* Wait a little: first yield the CPU, later sleep. */
static void wait_a_moment(unsigned int *spins)
{
	const struct timespec moment = { .tv_nsec = 50000 };

	if (++*spins < YIELDS)
		sched_yield();
	else
		nanosleep(&moment, NULL);
}

/* Take the next record: its payload, or NULL if it was discarded. */
static const void *next_record(struct te_ring *ring)
{
	const char *at = ring->data + (ring->pos & (ring->size - 1));
	unsigned int spins = 0;
	uint32_t len;

	while ((len = __atomic_load_n((const uint32_t *)at, __ATOMIC_ACQUIRE)) &
	       BPF_RINGBUF_BUSY_BIT)
		wait_a_moment(&spins);
	ring->pos += ((len & ~BPF_RINGBUF_DISCARD_BIT) + BPF_RINGBUF_HDR_SZ + 7) & ~7UL;
	return len & BPF_RINGBUF_DISCARD_BIT ? NULL : at + BPF_RINGBUF_HDR_SZ;
}

static void deliver_record(struct task_events *te, const void *rec, bool exits_only)
{
	uint32_t type = *(const uint32_t *)rec;

	te->events++;
	if (exits_only && type != TE_EXIT && type != TE_ENDED)
		return;
	switch (type) {
	case TE_FORK:
		te->ops.fork(te->ctx, rec);
		break;
	case TE_CLONE:
		te->ops.clone(te->ctx, rec);
		break;
	case TE_EXIT:
		te->ops.exit(te->ctx, rec);
		break;
	case TE_EXEC:
		te->ops.exec(te->ctx, rec);
		break;
	case TE_AFFINITY:
		te->ops.affinity(te->ctx, rec);
		break;
	case TE_REFUSED:
		te->ops.refused(te->ctx, ((const struct te_refused *)rec)->id);
		break;
	case TE_ENDED:
		te_init_tell(te, ((const struct te_ended *)rec)->tgid);
		break;
	}
}

static void consume_records(struct task_events *te, unsigned long end, bool exits_only)
{
	struct te_ring *ring = &te->ring;
	unsigned long released = ring->pos;
	uint32_t *half_woken = &te->skel->bss->half_woken;
	const void *rec;

	while (ring->pos != end) {
		rec = next_record(ring);
		if (rec)
			deliver_record(te, rec, exits_only);
		if (ring->pos - released >= RELEASE_EVERY) {
			ring_release(ring);
			released = ring->pos;
		}
	}
	ring_release(ring);
	if (__atomic_load_n(half_woken, __ATOMIC_RELAXED))
		__atomic_store_n(half_woken, 0, __ATOMIC_SEQ_CST);
}

static uint64_t lost_so_far(const struct task_events *te)
{
	return __atomic_load_n(&te->skel->bss->lost, __ATOMIC_SEQ_CST);
}

/* Wait until no change without a record is under way; not for ever, as others may begin. */
static int wait_lost_done(struct task_events *te)
{
	unsigned int spins = 0;

	while (__atomic_load_n(&te->skel->bss->lost_done, __ATOMIC_SEQ_CST) != lost_so_far(te)) {
		if (spins == LOST_SPINS)
			return -EAGAIN;
		wait_a_moment(&spins);
	}
	return 0;
}

/* A group that the user of this interface is to be told of. */
struct found {
	struct tasks_node node;		/* key: its id */
	struct te_group group;
};

struct finds {
	struct tasks_hash by_id;
	struct found **found;
	size_t n, room;
	struct te_refusals *refusals;
};

/* Groups of which clones were refused; the reports may be among the lost records. */
struct te_refusals {
	uint64_t *id;
	size_t n, room;
};

static int add_find(struct finds *f, uint64_t id, const struct te_group *group)
{
	struct found *found = NULL;
	int err = te_grow(&f->found, f->n, &f->room, sizeof(*f->found));

	if (!err && !(found = malloc(sizeof(*found))))
		err = -ENOMEM;
	if (err)
		return err;
	found->node.key = id;
	found->group = *group;
	tasks_hash_add(&f->by_id, &found->node);
	f->found[f->n++] = found;
	return 0;
}

static int add_group(struct task_events *te, struct finds *f, uint64_t id,
		     const struct te_group *group)
{
	struct te_refusals *r = f->refusals;
	int err;

	if (group->refused_told) {
		err = te_grow(&r->id, r->n, &r->room, sizeof(*r->id));
		if (err)
			return err;
		r->id[r->n++] = id;
	}
	/* A walk over a hash that changes may show an entry twice. */
	if (!group->creator || te->ops.group_known(te->ctx, id) || tasks_hash_find(&f->by_id, id))
		return 0;
	return add_find(f, id, group);
}

/* Collect the groups that programs have made and the user does not know. */
static int walk_groups(struct task_events *te, struct finds *f)
{
	int fd = bpf_map__fd(te->skel->maps.groups);
	uint32_t batch, room = GROUPS_BATCH, n, i;
	struct te_group *groups = calloc(room, sizeof(*groups));
	uint64_t *keys = calloc(room, sizeof(*keys));
	void *in = NULL;
	int last = 0, err = keys && groups ? 0 : -ENOMEM;

	while (!err && !last) {
		n = room;
		last = bpf_map_lookup_batch(fd, in, &batch, keys, groups, &n, NULL);
		if (last && last != -ENOENT)
			err = last;
		for (i = 0; i < n && !err; i++)
			err = add_group(te, f, keys[i], &groups[i]);
		in = &batch;
	}
	free(groups);
	free(keys);
	return err;
}

static int by_number(const void *a, const void *b)
{
	const struct found *const *f = a, *const *g = b;
	uint64_t x = (*f)->node.key, y = (*g)->node.key;

	return x < y ? -1 : x > y;
}

/*
 * Tell the user of the groups that programs have made and the user does not know. The walk
 * may have missed a group that is the parent of one that it met: look it up. Each group is
 * looked at once.
 */
static int tell_groups(struct task_events *te, struct te_refusals *refusals)
{
	struct finds f = { .refusals = refusals };
	struct te_group group;
	uint64_t parent;
	size_t i;
	int err = tasks_hash_init(&f.by_id);

	if (err)
		return err;
	err = walk_groups(te, &f);
	for (i = 0; !err && i < f.n; i++) {
		parent = f.found[i]->group.parent;
		if (parent && !te->ops.group_known(te->ctx, parent) &&
		    !tasks_hash_find(&f.by_id, parent) &&
		    !task_events_group_get(te, parent, &group))
			err = add_find(&f, parent, &group);
	}
	if (!err && f.n)
		qsort(f.found, f.n, sizeof(*f.found), by_number);
	for (i = 0; i < f.n; i++) {
		if (!err)
			te->ops.group(te->ctx, f.found[i]->node.key, &f.found[i]->group);
		free(f.found[i]);
	}
	free(f.found);
	tasks_hash_exit(&f.by_id);
	return err;
}

struct snapshot {
	struct te_task *tasks;
	size_t n, room;
};

static int keep_task(void *arg, const struct te_task *task)
{
	struct snapshot *s = arg;
	int err = te_grow(&s->tasks, s->n, &s->room, sizeof(*s->tasks));

	if (!err)
		s->tasks[s->n++] = *task;
	return err;
}

static int rebuild_replica(struct task_events *te)
{
	struct te_refusals refusals = {};
	struct snapshot s = {};
	unsigned long end;
	uint64_t seen, missed;
	size_t i;
	int err;

	te->ops.rebuild_begin(te->ctx);
	missed = te_missed(te);
	seen = lost_so_far(te);
	end = ring_end(&te->ring);
	err = tell_groups(te, &refusals);
	if (err)
		goto out;
	consume_records(te, end, true);
	err = wait_lost_done(te);
	if (!err && missed != te->missed_seen)
		err = te_mend(te);
	te->skel->bss->walk = (struct te_walk) { .words_only = 1 };
	if (!err)
		err = te_walk(te, 0, keep_task, &s);
	if (!err)
		err = tell_groups(te, &refusals);
	if (err)
		goto out;
	for (i = 0; i < s.n; i++)
		te->ops.rebuild_task(te->ctx, &s.tasks[i]);
	te->ops.rebuild_end(te->ctx);
	te_inits_tell(te);
	for (i = 0; i < refusals.n; i++)
		te->ops.refused(te->ctx, refusals.id[i]);
	te->lost_seen = seen;
	te->missed_rebuilds += missed != te->missed_seen;
	te->missed_seen = missed;
	te->rebuilds++;
out:
	free(refusals.id);
	free(s.tasks);
	return err;
}

/* Has every event so far been consumed, is in the ring, or was rebuilt from? */
static bool all_seen(struct task_events *te)
{
	return lost_so_far(te) == te->lost_seen && te_missed(te) == te->missed_seen;
}

/*
 * The slow path of task_events_drain(). What happened before the call is in the ring below
 * its present end, or was lost by now, and one rebuild has all that was lost. What tasks do
 * meanwhile is not followed any further, because they may be faster than this.
 */
static int drain_ring(struct task_events *te)
{
	uint64_t before = te->events;
	unsigned long end = ring_end(&te->ring);
	int rounds, err;

	for (rounds = 0; !all_seen(te) && rounds < REBUILD_ROUNDS; rounds++) {
		err = rebuild_replica(te);
		if (err)
			return err;
		end = ring_end(&te->ring);
	}
	consume_records(te, end, false);
	return all_seen(te) ? (int)(te->events - before) : -EAGAIN;
}

int task_events_drain(struct task_events *te)
{
	int n;

	if (ring_end(&te->ring) == te->ring.pos && all_seen(te))
		return 0;
	if (te->in_callback)
		return -EBUSY;
	te->in_callback = true;
	n = drain_ring(te);
	te->in_callback = false;
	return n;
}

int task_events_wakeup(struct task_events *te)
{
	struct epoll_event ev;

	while (epoll_wait(te->epfd, &ev, 1, 0) < 0 && errno == EINTR)
		;
	return task_events_drain(te);
}
