// SPDX-License-Identifier: GPL-2.0-only
/*
 * The replay rules of fs/fuse/bpf/task_events.h, in the simplest form
 *
 * A hash of tasks and an array of groups. Nothing here looks at the kernel.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replica.h"

static struct entry **slot(struct replica *r, uint64_t task)
{
	struct entry **at = &r->buckets[(task >> 6) % REPLICA_BUCKETS];

	while (*at && (*at)->task != task)
		at = &(*at)->next;
	return at;
}

struct entry *replica_find(struct replica *r, uint64_t task)
{
	return *slot(r, task);
}

struct entry *replica_find_tid(struct replica *r, uint32_t tid)
{
	struct entry *e;
	size_t i;

	for (i = 0; i < REPLICA_BUCKETS; i++)
		for (e = r->buckets[i]; e; e = e->next)
			if (e->tid == tid)
				return e;
	return NULL;
}

void replica_set(struct replica *r, const struct te_ref *ref, uint64_t word)
{
	struct entry **at = slot(r, ref->task);

	if (!*at) {
		*at = calloc(1, sizeof(**at));
		if (!*at)
			abort();
		(*at)->task = ref->task;
		r->n++;
	}
	(*at)->tid = ref->tid;
	(*at)->tgid = ref->tgid;
	(*at)->word = word;
	(*at)->seen = true;
}

static void drop(struct replica *r, uint64_t task)
{
	struct entry **at = slot(r, task), *old = *at;

	if (old) {
		*at = old->next;
		free(old);
		r->n--;
	}
}

static void wrong(struct replica *r, const char *what, uint64_t id)
{
	fprintf(stderr, "replica: %s %llu\n", what, (unsigned long long)id);
	r->wrong++;
}

static bool known(const struct replica *r, uint64_t id)
{
	return !id || (id < r->ngroups && r->groups[id].known);
}

void replica_add_group(struct replica *r, uint64_t id, uint64_t parent)
{
	uint64_t n;

	if (!known(r, parent) || parent >= id)
		wrong(r, "a group before its parent:", id);
	if (id >= r->ngroups) {
		n = 2 * id + 16;
		r->groups = realloc(r->groups, n * sizeof(*r->groups));
		if (!r->groups)
			abort();
		memset(r->groups + r->ngroups, 0,
		       (n - r->ngroups) * sizeof(*r->groups));
		r->ngroups = n;
	}
	if (r->groups[id].known && r->groups[id].parent != parent)
		wrong(r, "a group with two parents:", id);
	r->groups[id].known = true;
	r->groups[id].parent = parent;
}

static void apply(struct replica *r, const struct te_ref *ref, uint64_t word)
{
	struct entry *e = replica_find(r, ref->task);

	if (!known(r, te_word_id(word)))
		wrong(r, "an event of an unknown group:", te_word_id(word));
	if (e && (e->tgid != ref->tgid || !te_word_near(e->word, word))) {
		drop(r, ref->task);
		e = NULL;
	}
	if (!e || te_word_newer(word, e->word))
		replica_set(r, ref, word);
}

static void on_fork(void *ctx, const struct te_fork *ev)
{
	const struct te_ref ref = { ev->task, ev->tid, ev->tgid };
	struct replica *r = ctx;

	if (!r->watched || ev->creator == r->watched) {
		r->forks++;
		r->last_fork = *ev;
	}
	if (ev->creator == r->watched &&
	    te_word_id(ev->word) != te_word_id(replica_find_tid(r, ev->creator)->word))
		r->strays++;
	apply(r, &ref, ev->word);
}

static void on_clone(void *ctx, const struct te_clone *ev)
{
	const struct te_ref ref = { ev->task, ev->tid, ev->tgid };
	struct replica *r = ctx;

	r->clones++;
	r->last_clone = *ev;
	replica_add_group(r, te_word_id(ev->word), ev->parent);
	apply(r, &ref, ev->word);
}

static void on_exit_event(void *ctx, const struct te_exit *ev)
{
	struct replica *r = ctx;

	r->exits++;
	r->last_exit = *ev;
	if (!known(r, te_word_id(ev->word)))
		wrong(r, "an exit from an unknown group:", te_word_id(ev->word));
	drop(r, ev->task);
}

static void on_exec(void *ctx, const struct te_exec *ev)
{
	const struct te_ref ref = { ev->task, ev->tid, ev->tid };
	struct replica *r = ctx;

	r->execs++;
	r->last_exec = *ev;
	apply(r, &ref, ev->word);
	replica_find(r, ev->task)->tid = ev->tid;
}

static void on_affinity(void *ctx, const struct te_affinity *ev)
{
	struct replica *r = ctx;

	r->affinities++;
	r->last_affinity = *ev;
}

static void on_refused(void *ctx, uint64_t id)
{
	struct replica *r = ctx;

	r->refusals++;
	r->last_refused = id;
}

static void on_rebuild_begin(void *ctx)
{
	struct replica *r = ctx;
	struct entry *e;
	size_t i;

	r->rebuilding = true;
	for (i = 0; i < REPLICA_BUCKETS; i++)
		for (e = r->buckets[i]; e; e = e->next)
			e->seen = false;
}

static int on_group_known(void *ctx, uint64_t id)
{
	return known(ctx, id);
}

static void on_group(void *ctx, uint64_t id, const struct te_group *group)
{
	replica_add_group(ctx, id, group->parent);
}

static void on_rebuild_task(void *ctx, const struct te_task *task)
{
	const struct te_ref ref = { task->task, task->tid, task->tgid };
	struct replica *r = ctx;

	if (!known(r, te_word_id(task->word)))
		wrong(r, "a task of an unknown group:", te_word_id(task->word));
	replica_set(r, &ref, task->word);
}

static void on_ended(void *ctx, uint32_t tgid, const struct te_end *end)
{
	struct replica *r = ctx;

	r->ends++;
	r->last_ended = tgid;
	r->last_end = *end;
}

static void on_rebuild_end(void *ctx)
{
	struct replica *r = ctx;
	struct entry **at, *old;
	size_t i;

	r->rebuilding = false;
	r->rebuilds++;
	for (i = 0; i < REPLICA_BUCKETS; i++)
		for (at = &r->buckets[i]; (old = *at); )
			if (old->seen) {
				at = &old->next;
			} else {
				*at = old->next;
				free(old);
				r->n--;
			}
}

void replica_clear(struct replica *r)
{
	struct entry *e;
	size_t i;

	for (i = 0; i < REPLICA_BUCKETS; i++)
		while ((e = r->buckets[i])) {
			r->buckets[i] = e->next;
			free(e);
		}
	free(r->groups);
	memset(r, 0, sizeof(*r));
}

const struct task_events_ops replica_ops = {
	.fork = on_fork,
	.clone = on_clone,
	.exit = on_exit_event,
	.exec = on_exec,
	.affinity = on_affinity,
	.refused = on_refused,
	.ended = on_ended,
	.rebuild_begin = on_rebuild_begin,
	.group_known = on_group_known,
	.group = on_group,
	.rebuild_task = on_rebuild_task,
	.rebuild_end = on_rebuild_end,
};
