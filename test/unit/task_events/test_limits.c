// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which clones are made, and what becomes of the empty ones
 *
 * Each case runs in the three ways of test_basic.c.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "puppet.h"
#include "tests.h"

/* The css_group that the puppet comes to from @id. */
static uint64_t unshares(struct fixture *f, struct puppet *p, uint64_t id)
{
	ck_assert_int_eq(tell(p, 'u'), 0);
	ck_assert_uint_ne(id_of(f, p->pid), id);
	return id_of(f, p->pid);
}

static uint64_t levels_of(struct fixture *f, uint64_t id)
{
	struct te_group group;

	ck_assert_int_eq(task_events_group_get(f->te, id, &group), 0);
	return group.levels;
}

/*
 * The limits hold where the clone is made. A task that goes on asking makes no work: the ring
 * has one report until the daemon has looked.
 */
START_TEST(too_deep)
{
	struct task_events_stats before, after;
	struct fixture f;
	struct te_ref ref;
	struct puppet p;
	uint64_t id;

	fixture_open(&f, _i, 0);
	puppet_start(&p);
	ck_assert_int_eq(fixture_attach(&f, p.pid, p.pid, f.group), 0);
	ck_assert_int_eq(task_events_set_clone(f.te, 1, TE_CLONE_ALL, TE_LEVELS_UNLIMITED), 0);
	ck_assert_int_eq(task_events_group_set(f.te, f.group, 0, 0, TE_CLONE_NEWUTS, 2, 0), 0);
	ck_assert_int_eq(tell(&p, 'u'), 0);
	ck_assert_uint_eq(levels_of(&f, id_of(&f, p.pid)), 1);
	ck_assert_int_eq(tell(&p, 'u'), 0);
	id = id_of(&f, p.pid);
	ck_assert_uint_eq(levels_of(&f, id), 0);
	ck_assert_int_eq(tell(&p, 'u'), 0);
	ck_assert_uint_eq(id_of(&f, p.pid), id);
	ck_assert_uint_eq(f.replica.refusals, 1);
	ck_assert_uint_eq(f.replica.last_refused, id);
	task_events_stats(f.te, &before);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(tell(&p, 'u'), 0);
	/* The child of a refused clone(2) is a plain child. */
	kill_one(tell(&p, 'c'));
	ck_assert_uint_eq(id_of(&f, p.pid), id);
	task_events_stats(f.te, &after);
	ck_assert_uint_eq(f.replica.refusals, 1);
	ck_assert_uint_le(after.events - before.events, 500);	/* of others; its birth and end */
	ck_assert_uint_eq(task_events_group_refused(f.te, id), 1002);
	ck_assert_uint_eq(task_events_group_refused(f.te, id), 0);
	ck_assert_int_eq(tell(&p, 'u'), 0);
	ck_assert_uint_eq(id_of(&f, p.pid), id);
	ck_assert_uint_eq(f.replica.refusals, 2);
	/* Who is to stay is let through, once, for the daemon to make no clone of it. */
	ck_assert_uint_eq(task_events_group_refused(f.te, id), 1);
	ref = fixture_ref(&f, p.pid);
	ck_assert_int_eq(task_events_stays(f.te, &ref, 1), 0);
	ck_assert_int_eq(task_events_stays(f.te, &ref, 0), 0);
	ck_assert_int_eq(tell(&p, 'u'), 0);
	ck_assert_uint_eq(id_of(&f, p.pid), id);
	ck_assert_uint_eq(task_events_group_refused(f.te, id), 1);
	ck_assert_int_eq(task_events_stays(f.te, &ref, 1), 0);
	ck_assert_int_eq(tell(&p, 'u'), 0);
	ck_assert_uint_ne(id_of(&f, p.pid), id);
	id = id_of(&f, p.pid);
	ck_assert_uint_eq(levels_of(&f, id), 0);
	ck_assert_uint_eq(f.replica.last_clone.unlimited, 1);
	ck_assert_int_eq(tell(&p, 'u'), 0);
	ck_assert_uint_eq(id_of(&f, p.pid), id);
	ref.tid = ref.tgid = 1;
	ck_assert_int_eq(task_events_stays(f.te, &ref, 1), -ESRCH);
	puppet_end(&p);
	fixture_close(&f);
}
END_TEST

/* max_clones: no clone until one more of the group's clones has become empty. */
START_TEST(full)
{
	struct te_group group;
	struct fixture f;
	struct puppet p;
	uint64_t id;
	pid_t kid;

	fixture_open(&f, _i, 0);
	puppet_start(&p);
	ck_assert_int_eq(fixture_attach(&f, p.pid, p.pid, f.group), 0);
	ck_assert_int_eq(task_events_set_clone(f.te, 1, TE_CLONE_ALL, TE_LEVELS_UNLIMITED), 0);
	kid = tell(&p, 'c');
	id = id_of(&f, kid);
	ck_assert_uint_ne(id, f.group);
	ck_assert_int_eq(task_events_group_get(f.te, f.group, &group), 0);
	ck_assert_int_eq(task_events_group_full(f.te, f.group, group.emptied), 0);
	ck_assert_int_eq(tell(&p, 'u'), 0);
	ck_assert_uint_eq(id_of(&f, p.pid), f.group);
	kill_one(kid);
	while (id_of(&f, kid))
		sched_yield();
	ck_assert_int_eq(tell(&p, 'u'), 0);
	ck_assert_uint_gt(id_of(&f, p.pid), id);
	ck_assert_int_eq(task_events_group_full(f.te, 1 << 30, 1), -ENOENT);
	puppet_end(&p);
	fixture_close(&f);
}
END_TEST

/* A user who makes user namespaces is charged for all clones in them. */
START_TEST(users)
{
	struct fixture f;
	struct puppet p;
	uint64_t id;

	fixture_open(&f, _i, 0);
	task_events_set_user_limit(f.te, 2);
	ck_assert_int_eq(task_events_set_clone(f.te, 1, TE_CLONE_ALL, TE_LEVELS_UNLIMITED), 0);
	/* root */
	puppet_start(&p);
	ck_assert_int_eq(fixture_attach(&f, p.pid, p.pid, f.group), 0);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(tell(&p, 'u'), 0);
	ck_assert_uint_eq(f.replica.refusals, 0);
	puppet_end(&p);
	/* a user, in two processes */
	for (int i = 0; i < 2; i++) {
		puppet_start(&p);
		ck_assert_int_eq(fixture_attach(&f, p.pid, p.pid, f.group), 0);
		ck_assert_int_eq(tell(&p, 'U'), 0);
		id = id_of(&f, p.pid);
		ck_assert_uint_ne(id, f.group);
		if (!i) {
			id = unshares(&f, &p, id);
			ck_assert_int_eq(tell(&p, 'u'), 0);
			ck_assert_uint_eq(id_of(&f, p.pid), id);
			ck_assert_uint_eq(f.replica.refusals, 1);
			/* one clone is removed */
			task_events_user_count(f.te, NOBODY, -1);
			puppet_end(&p);
		}
	}
	ck_assert_int_eq(tell(&p, 'u'), 0);
	ck_assert_uint_eq(id_of(&f, p.pid), id);
	puppet_end(&p);
	fixture_close(&f);
}
END_TEST

/*
 * A filter that makes up a result of 0 makes no namespaces. Each real unshare of the task
 * counts, and a setns in between does not move it.
 */
START_TEST(faked)
{
	struct fixture f;
	struct puppet p;
	uint64_t id;

	fixture_open(&f, _i, 0);
	puppet_start(&p);
	ck_assert_int_eq(fixture_attach(&f, p.pid, p.pid, f.group), 0);
	ck_assert_int_eq(task_events_set_clone(f.te, 1, TE_CLONE_ALL, TE_LEVELS_UNLIMITED), 0);
	ck_assert_int_eq(tell(&p, 'F'), 0);
	for (int round = 0; round < 3; round++) {
		id = id_of(&f, p.pid);
		ck_assert_int_eq(tell(&p, 'i'), 0);
		ck_assert_int_eq(tell(&p, 'i'), 0);
		ck_assert_uint_eq(id_of(&f, p.pid), id);
		for (int twice = 0; twice < 2; twice++)
			id = unshares(&f, &p, id);
		ck_assert_int_eq(tell(&p, 'i'), 0);
		ck_assert_int_eq(tell(&p, 'S'), 0);
		ck_assert_int_eq(tell(&p, 'i'), 0);
		ck_assert_uint_eq(id_of(&f, p.pid), id);
	}
	puppet_end(&p);
	fixture_close(&f);
}
END_TEST

/* Clones that become empty wake the daemon now and then, not each time. */
START_TEST(empties)
{
	unsigned int i, wakes = 0;
	struct fixture f;
	struct puppet p;

	fixture_open(&f, _i, sysconf(_SC_PAGESIZE));
	puppet_start(&p);
	ck_assert_int_eq(fixture_attach(&f, p.pid, p.pid, f.group), 0);
	ck_assert_int_eq(task_events_set_clone(f.te, 1, TE_CLONE_ALL, TE_LEVELS_UNLIMITED), 0);
	for (i = 0; i < 3 * TE_EMPTIES; i++) {
		ck_assert_int_eq(tell(&p, 'u'), 0);
		if (!readable(&f))
			continue;
		wakes++;
		ck_assert_int_ge(task_events_wakeup(f.te), 1);
	}
	/* (other programs may add to both) */
	ck_assert_uint_ge(wakes, 2);
	ck_assert_uint_le(wakes, 3 * TE_EMPTIES / 4);
	puppet_end(&p);
	fixture_close(&f);
}
END_TEST

TCase *limits_tests(void)
{
	TCase *tc = tcase_create("limits");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, too_deep, 0, NWAYS);
	tcase_add_loop_test(tc, full, 0, NWAYS);
	tcase_add_loop_test(tc, users, 0, NWAYS);
	tcase_add_loop_test(tc, faked, 0, NWAYS);
	tcase_add_loop_test(tc, empties, 0, NWAYS);
	return tc;
}
