// SPDX-License-Identifier: GPL-2.0-only
/*
 * The replica equals the kernel's words, whatever happened before
 *
 * Trees of storm.h run on all CPUs, while tasks are attached at random. Tasks of trees with
 * an even number are not moved: each must be in the css_group of its line of descent. Tasks
 * of the other trees are moved about: the replica must be right, after each attach for the
 * moved task, and at rest for all.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storm.h"
#include "tests.h"

#define TREES		4
#define DEST		8
#define BURST		16
#define WORK		40	/* steps of each root; a tree does about 50 times that */

struct storms {
	struct fixture f;
	struct storm_shared *shared;
	struct storm trees[TREES];
	uint64_t dest[DEST];	/* where tasks of odd trees are moved to */
	uint64_t top[TREES];	/* where the roots began */
	uint64_t last;		/* programs have made the greater ids */
	unsigned int attached, again, gone;
	uint32_t random;
};

/* The group of each line, as found. */
struct lines {
	uint64_t group[STORM_LINES];
	struct storms *s;
	unsigned int tasks;
};

static int check_line(void *arg, const struct te_task *task)
{
	struct lines *l = arg;
	uint32_t line, tree;
	uint64_t id = te_word_id(task->word);

	if (!storm_name(task->comm, &line, &tree) || task->flags & TE_TASK_EXITING)
		return 0;
	l->tasks++;
	ck_assert_msg(task->word != 0, "%s (%u) is not followed", task->comm, task->tid);
	if (tree & 1)
		return 0;
	if (!l->group[line])
		l->group[line] = id;
	ck_assert_msg(l->group[line] == id, "line %s is in %llu and %llu", task->comm,
		      (unsigned long long)l->group[line], (unsigned long long)id);
	return 0;
}

/* A line without tasks has no group: go up to a line that has one. */
static bool descends(struct lines *l, uint64_t id, uint32_t line)
{
	const struct replica *r = &l->s->f.replica;

	for (; line; line = l->s->shared->from[line]) {
		ck_assert_uint_ne(id, 0);
		if (l->group[line])
			return l->group[line] == id;
		id = r->groups[id].parent;
	}
	return false;
}

static void check_lines(struct storms *s)
{
	struct lines *l = calloc(1, sizeof(*l));
	uint32_t a, b, i;

	l->s = s;
	for (i = 0; i < TREES; i += 2)
		l->group[s->trees[i].line] = s->top[i];
	ck_assert_int_eq(task_events_for_each(s->f.te, 0, 0, 0, check_line, l), 0);
	for (a = 1; a < STORM_LINES; a++) {
		if (!l->group[a])
			continue;
		if (s->shared->from[a])
			ck_assert(descends(l, s->f.replica.groups[l->group[a]].parent,
					   s->shared->from[a]));
		for (b = 1; b < a; b++)
			ck_assert(l->group[b] != l->group[a]);
	}
	ck_assert_uint_gt(l->tasks, TREES);
	fprintf(stderr, "%u tasks at rest, %u lines, %u forks, %u clones, %u exits, %u execs, %u rebuilds; attached %u, again %u, gone %u; did",
		l->tasks, s->shared->lines, s->f.replica.forks, s->f.replica.clones,
		s->f.replica.exits, s->f.replica.execs, s->f.replica.rebuilds,
		s->attached, s->again, s->gone);
	for (i = 0; i < 10; i++)
		fprintf(stderr, " %u", s->shared->did[i]);
	fputc('\n', stderr);
	free(l);
}

/* The group of ours that a task's group comes from; 0: it is of another program. */
static uint64_t top_group(struct storms *s, const struct entry *e)
{
	struct known_group *groups = s->f.replica.groups;
	uint64_t id = te_word_id(e->word);

	while (id && groups[id].parent)
		id = groups[id].parent;
	return id && id <= s->last ? id : 0;
}

static unsigned int count_ours(struct storms *s)
{
	unsigned int n = 0, i;
	struct entry *e;

	for (i = 0; i < REPLICA_BUCKETS; i++)
		for (e = s->f.replica.buckets[i]; e; e = e->next)
			n += top_group(s, e) != 0;
	return n;
}

/* Attach some task of an odd tree. */
static void attach_one(struct storms *s)
{
	struct replica *r = &s->f.replica;
	struct entry *e = NULL;
	struct te_ref ref;
	uint64_t id, word;
	unsigned int i;
	int err;

	s->random = s->random * 1664525 + 1013904223;
	for (i = 0; i < REPLICA_BUCKETS && !e; i++) {
		e = r->buckets[((s->random >> 8) + i) % REPLICA_BUCKETS];
		while (e && !(top_group(s, e) & 1))
			e = e->next;
	}
	if (!e)
		return;
	id = s->dest[(s->random >> 24) % DEST];
	ref = (struct te_ref){ e->task, e->tid, e->tgid };
	err = task_events_attach(s->f.te, &ref, e->word, id, &word);
	switch (err) {
	case 0:
		replica_set(r, &ref, word);
		s->attached++;
		break;
	case -11:	/* EAGAIN */
		s->again++;
		break;
	default:
		ck_assert_msg(err == -3 || err == -2, "attach: %d", err);
		s->gone++;
	}
}

/* Tasks may lose events as fast as the replica is rebuilt: then a drain fails with -EAGAIN. */
static void drain(struct fixture *f)
{
	int n = task_events_drain(f->te);

	ck_assert_msg(n >= 0 || n == -EAGAIN, "drain: %d", n);
}

/* Wait a moment for it, so that the storms have the CPU to themselves. */
static bool at_rest(struct storms *s)
{
	struct pollfd fds[TREES];
	int i;

	for (i = 0; i < TREES; i++)
		fds[i] = (struct pollfd){ .fd = s->trees[i].rest, .events = POLLIN };
	s->random = s->random * 1664525 + 1013904223;
	ck_assert_int_ge(poll(fds, TREES, s->random >> 30), 0);
	for (i = 0; i < TREES; i++)
		if (!(fds[i].revents & POLLHUP))
			return false;
	return true;
}

static void run_storms(enum way way, size_t ring_bytes, unsigned int work,
		       struct task_events_stats *stats)
{
	struct storms *s = calloc(1, sizeof(*s));
	struct fixture *f = &s->f;
	uint64_t group, lost = 0;
	unsigned int i, rounds = 1;

	fixture_open(f, way, ring_bytes);
	s->shared = storm_share();
	/* Groups of even trees get even ids; those of odd trees, and DEST, odd. */
	for (i = 0; i < TREES; i++) {
		do
			group = fixture_group(f, 0, 0);
		while ((group ^ i) & 1);
		storm_prepare(&s->trees[i], s->shared, i, work);
		ck_assert_int_eq(fixture_attach(f, s->trees[i].root, s->trees[i].root,
						group), 0);
		s->top[i] = group;
	}
	for (i = 0; i < DEST; )
		if ((group = fixture_group(f, 0, 0)) & 1)
			s->dest[i++] = s->last = group;
	/* Other programs must not make groups, because they would fill the map. */
	ck_assert_int_eq(task_events_set_clone(f->te, 1, TE_CLONE_ALL, 0), 0);
	for (i = 0; i < TREES; i++)
		storm_begin(&s->trees[i]);
	while (!at_rest(s)) {
		/* A one-page ring is left to overflow half of the time. */
		task_events_stats(f->te, stats);
		if (ring_bytes && rounds & 1 && stats->lost == lost) {
			sched_yield();
			continue;
		}
		lost = stats->lost;
		rounds++;
		for (i = 0; i < BURST; i++) {
			attach_one(s);
			if (i & 1)
				drain(f);
		}
	}
	fixture_compare(f);
	task_events_stats(f->te, stats);
	ck_assert_uint_eq(stats->lost_words, 0);
	ck_assert_uint_eq(stats->clone_refused, 0);
	check_lines(s);
	for (i = 0; i < TREES; i++)
		storm_end(&s->trees[i]);
	fixture_compare(f);
	ck_assert_uint_eq(count_ours(s), 0);
	storm_unshare(s->shared);
	fixture_close(f);
	free(s);
}

START_TEST(storm)
{
	struct task_events_stats stats;

	run_storms(_i, 0, WORK, &stats);
	ck_assert_uint_eq(stats.rebuilds, 0);
	ck_assert_uint_eq(stats.lost, 0);
}
END_TEST

START_TEST(storm_one_page)
{
	struct task_events_stats stats;

	run_storms(_i, sysconf(_SC_PAGESIZE), WORK, &stats);
	ck_assert_uint_gt(stats.lost, 0);
	ck_assert_uint_gt(stats.rebuilds, 0);
}
END_TEST

TCase *storm_tests(void)
{
	TCase *tc = tcase_create("storm");

	tcase_set_timeout(tc, 100);
	tcase_add_loop_test(tc, storm, 0, NWAYS);
	tcase_add_loop_test(tc, storm_one_page, 0, NWAYS);
	return tc;
}
