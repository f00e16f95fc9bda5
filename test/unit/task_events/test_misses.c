// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that were skipped, and what is mended afterwards
 *
 * No program sees every second event of a kind, of tasks with a word. After the next drain
 * every task must be where it would be if they had been seen.
 */
#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests.h"

#define KIDS	10
#define MAKERS	4
#define MANY	2000

static struct fixture f;

/* Shared with all children. */
static struct stage {
	volatile int go;
	volatile int nr;
	volatile pid_t tid[4 * KIDS];
	volatile pid_t maker[4 * KIDS];
} *stage;

static void setup(int way, uint32_t kinds)
{
	stage = mmap(NULL, sizeof(*stage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	ck_assert(stage != MAP_FAILED);
	fixture_open_skipping(&f, way, 2, kinds);
	/* Tasks of other programs are not cloned. */
	ck_assert_int_eq(task_events_set_clone(f.te, 1, TE_CLONE_ALL, 0), 0);
}

static void finish(void)
{
	struct task_events_stats stats;

	fixture_compare(&f);
	task_events_stats(f.te, &stats);
	ck_assert_uint_gt(stats.missed, 0);
	ck_assert_uint_gt(stats.missed_rebuilds, 0);
	ck_assert_uint_eq(f.replica.n, 0);
	fixture_close(&f);
	munmap(stage, sizeof(*stage));
}

static void wait_go(int go)
{
	while (stage->go < go)
		sched_yield();
}

static void is_there(pid_t maker)
{
	int at = __sync_fetch_and_add(&stage->nr, 1);

	stage->maker[at] = maker;
	stage->tid[at] = (pid_t)syscall(SYS_gettid);
}

static void wait_there(int nr)
{
	for (;;) {
		int there = 0;

		for (int i = 0; i < nr; i++)
			there += stage->tid[i] != 0;
		if (there == nr)
			return;
		sched_yield();
	}
}

static void stay(void)
{
	for (;;)
		pause();
}

static void *stay_thread(void *arg)
{
	is_there(getpid());
	stay();
	return arg;
}

/* The child is the init of a pid namespace: it dies with this process, and its children with it. */
static pid_t start(uint64_t id, void (*act)(void))
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);

	ck_assert_int_ge(pid, 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		wait_go(1);
		act();
		stay();
	}
	ck_assert_int_eq(fixture_attach(&f, (uint32_t)pid, (uint32_t)pid, id), 0);
	stage->go = 1;
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

static pid_t kid(unsigned long long flags)
{
	struct clone_args args = { .flags = flags, .exit_signal = SIGCHLD };

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* The descendants of @root, whose numbers are not known out here. */
struct crowd {
	uint64_t id[8 * KIDS], parent[8 * KIDS];
	size_t nr;
	const char *comm;
};

static int look(void *arg, const struct te_task *task)
{
	struct crowd *c = arg;

	if (strcmp(task->comm, c->comm) || task->flags & TE_TASK_EXITING)
		return 0;
	ck_assert_uint_lt(c->nr, 8 * KIDS);
	c->id[c->nr++] = te_word_id(task->word);
	return 0;
}

/* Where all tasks named @comm are, once no event follows. */
static void find(struct crowd *c, const char *comm)
{
	struct te_group group;

	*c = (struct crowd){ .comm = comm };
	ck_assert_int_ge(task_events_drain(f.te), 0);
	ck_assert_int_eq(task_events_for_each(f.te, 0, 0, 0, look, c), 0);
	for (size_t i = 0; i < c->nr; i++)
		c->parent[i] = c->id[i] && !task_events_group_get(f.te, c->id[i], &group) ?
			       group.parent : 0;
}

static void all_in(const char *comm, size_t nr, uint64_t id)
{
	struct crowd c;

	find(&c, comm);
	ck_assert_uint_eq(c.nr, nr);
	for (size_t i = 0; i < nr; i++)
		ck_assert_uint_eq(c.id[i], id);
}

/* Each task is in another clone of @parent, and no clone is empty. */
static void all_cloned(const char *comm, size_t nr, uint64_t parent)
{
	uint64_t last = task_events_new_id(f.te), groups = 0;
	struct te_group group;
	struct crowd c;

	find(&c, comm);
	ck_assert_uint_eq(c.nr, nr);
	for (size_t i = 0; i < nr; i++) {
		ck_assert_uint_eq(c.parent[i], parent);
		for (size_t j = 0; j < i; j++)
			ck_assert_uint_ne(c.id[i], c.id[j]);
	}
	last = task_events_new_id(f.te);
	for (uint64_t id = 1; id < last; id++)
		groups += !task_events_group_get(f.te, id, &group) && group.parent == parent;
	ck_assert_uint_eq(groups, nr);
}

static void make_kids(void)
{
	pthread_t thread;

	prctl(PR_SET_NAME, "family");
	for (int i = 0; i < KIDS; i++) {
		if (!kid(0)) {
			is_there(1);
			if (!kid(0))	/* its creator may have no word */
				is_there(1);
			stay();
		}
		pthread_create(&thread, NULL, stay_thread, NULL);
	}
}

/* Processes, children and threads whose birth no program has seen. */
START_TEST(births)
{
	pid_t root;

	setup(_i, TE_SKIP_BIRTH);
	root = start(f.group, make_kids);
	wait_there(3 * KIDS);
	all_in("family", 3 * KIDS + 1, f.group);
	fixture_compare(&f);
	end(root);
	finish();
}
END_TEST

static void make_kids_apart(void)
{
	prctl(PR_SET_NAME, "elder");
	for (int i = 0; i < KIDS; i++)
		if (!kid(0)) {
			prctl(PR_SET_NAME, "older");
			is_there(1);
			stay();
		}
	wait_go(2);
	for (int i = 0; i < KIDS; i++)
		if (!kid(0)) {
			prctl(PR_SET_NAME, "younger");
			is_there(1);
			stay();
		}
}

/* A task that was born before its parent was moved stays behind, seen or not. */
START_TEST(births_before_a_move)
{
	uint64_t to;
	pid_t root;

	setup(WAY_BEST, TE_SKIP_BIRTH);
	to = fixture_group(&f, 0, 0);
	root = start(f.group, make_kids_apart);
	wait_there(KIDS);
	/* No drain here, because it would mend. */
	ck_assert_int_eq(fixture_attach(&f, (uint32_t)root, (uint32_t)root, to), 0);
	stage->go = 2;
	wait_there(2 * KIDS);
	all_in("older", KIDS, f.group);
	all_in("younger", KIDS, to);
	end(root);
	finish();
}
END_TEST

static void clone_kids(void)
{
	prctl(PR_SET_NAME, "elder");
	for (int i = 0; i < KIDS; i++)
		if (!kid(CLONE_NEWUTS)) {
			prctl(PR_SET_NAME, "cloned");
			is_there(1);
			stay();
		}
}

START_TEST(clones)
{
	pid_t root;

	setup(_i, TE_SKIP_BIRTH);
	ck_assert_int_eq(task_events_group_set(f.te, f.group, 0, 0, TE_CLONE_NEWUTS, 2, 0), 0);
	root = start(f.group, clone_kids);
	wait_there(KIDS);
	all_cloned("cloned", KIDS, f.group);
	fixture_compare(&f);
	end(root);
	finish();
}
END_TEST

static void unshare_kids(void)
{
	prctl(PR_SET_NAME, "elder");
	for (int i = 0; i < KIDS; i++)
		if (!kid(0)) {
			if (unshare(CLONE_NEWUTS))
				_exit(1);
			prctl(PR_SET_NAME, "alone");
			is_there(1);
			/* Its child goes where the child should be. */
			if (!kid(0)) {
				prctl(PR_SET_NAME, "withit");
				is_there(1);
			}
			stay();
		}
	wait_go(2);
	for (int i = 0; i < 2; i++)
		if (unshare(CLONE_NEWUTS))
			_exit(1);
	is_there(1);
}

START_TEST(unshares)
{
	struct crowd c, with;
	pid_t root;

	setup(_i, TE_SKIP_UNSHARE);
	ck_assert_int_eq(task_events_group_set(f.te, f.group, 0, 0, TE_CLONE_NEWUTS, 2, 0), 0);
	root = start(f.group, unshare_kids);
	wait_there(2 * KIDS);
	all_cloned("alone", KIDS, f.group);
	find(&c, "alone");
	find(&with, "withit");
	ck_assert_uint_eq(with.nr, KIDS);
	for (size_t i = 0; i < KIDS; i++) {
		size_t same = 0;

		for (size_t j = 0; j < KIDS; j++)
			same += with.id[j] == c.id[i];
		ck_assert_uint_eq(same, 1);
	}
	fixture_compare(&f);
	end(root);
	finish();
}
END_TEST

/* Mended clones are refused like seen ones: by mask, and by number of levels. */
START_TEST(refused)
{
	struct te_group group;
	pid_t root;

	setup(WAY_BEST, TE_SKIP_UNSHARE);
	ck_assert_int_eq(task_events_group_set(f.te, f.group, 0, 0,
					       _i % 2 ? TE_CLONE_NEWNET : TE_CLONE_ALL,
					       _i % 2 ? 2 : 0, 0), 0);
	root = start(f.group, unshare_kids);
	wait_there(2 * KIDS);
	all_in("alone", KIDS, f.group);
	all_in("withit", KIDS, f.group);
	ck_assert_int_eq(task_events_group_get(f.te, f.group, &group), 0);
	ck_assert_uint_eq(group.refused, _i % 2 ? 0 : KIDS);
	/* Mending once is enough, although other events are missed. */
	fixture_compare(&f);
	stage->go = 2;
	wait_there(2 * KIDS + 1);
	all_in("alone", KIDS, f.group);
	ck_assert_int_eq(task_events_group_get(f.te, f.group, &group), 0);
	ck_assert_uint_eq(group.refused, _i % 2 ? 0 : KIDS + 2);
	end(root);
	finish();
}
END_TEST

/* Half of the tasks are zombies whose exit no program has seen. */
static void make_zombies(void)
{
	siginfo_t info;
	pid_t pid[KIDS];

	for (int i = 0; i < KIDS; i++) {
		pid[i] = kid(0);
		if (!pid[i])
			_exit(0);
		waitid(P_PID, (id_t)pid[i], &info, WEXITED | WNOWAIT);
	}
	is_there(1);
	wait_go(2);
	for (int i = 0; i < KIDS; i++)
		waitpid(pid[i], NULL, 0);
	is_there(1);
}

START_TEST(exits)
{
	struct te_group group;
	pid_t root;

	setup(_i, TE_SKIP_EXIT);
	root = start(f.group, make_zombies);
	wait_there(1);
	ck_assert_int_ge(task_events_drain(f.te), 0);
	ck_assert_uint_eq(f.replica.n, 1);
	ck_assert_int_eq(task_events_group_get(f.te, f.group, &group), 0);
	ck_assert_int_eq(group.tasks, 1);
	stage->go = 2;
	wait_there(2);
	fixture_compare(&f);
	ck_assert_uint_eq(f.replica.n, 1);
	end(root);
	finish();
}
END_TEST

static void die_unseen(void)
{
	for (int i = 0; i < KIDS; i++) {
		pid_t pid = kid(0);

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
	is_there(1);
}

/* An exit that was missed is reported when the task is freed, without a walk. */
START_TEST(freed)
{
	struct task_events_stats stats;
	struct te_group group = {};
	pid_t root;

	setup(WAY_BEST, TE_SKIP_EXIT);
	root = start(f.group, die_unseen);
	wait_there(1);
	do	/* frees come a grace period later */
		ck_assert_int_eq(task_events_group_get(f.te, f.group, &group), 0);
	while (group.tasks != 1 && !sched_yield());
	task_events_stats(f.te, &stats);
	ck_assert_uint_ge(stats.mended, KIDS / 2);
	end(root);
	finish();
}
END_TEST

/*
 * The parents of the tasks have ended, and another process has adopted them: the namespaces
 * that their clone was made with tell where they were.
 */
static void clone_orphans(pid_t reaper)
{
	if (unshare(CLONE_NEWUTS))
		_exit(1);
	prctl(PR_SET_NAME, "elder");
	for (int i = 0; i < KIDS; i++)
		if (!kid(0)) {
			for (int j = 0; j < 2; j++)
				if (!kid(0)) {
					prctl(PR_SET_NAME, "orphan");
					while (getppid() != reaper)
						sched_yield();
					is_there(1);
					stay();
				}
			_exit(0);
		}
	while (waitpid(-1, NULL, 0) > 0)
		;
	stay();
}

START_TEST(orphans)
{
	pid_t root, reaper = getpid();
	struct crowd c;

	setup(WAY_BEST, TE_SKIP_BIRTH);
	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	ck_assert_int_eq(task_events_group_set(f.te, f.group, 0, 0, TE_CLONE_NEWUTS, 2, 0), 0);
	root = child();
	if (!root) {
		wait_go(1);
		clone_orphans(reaper);
	}
	ck_assert_int_eq(fixture_attach(&f, (uint32_t)root, (uint32_t)root, f.group), 0);
	stage->go = 1;
	wait_there(2 * KIDS);
	find(&c, "elder");
	ck_assert_uint_eq(c.nr, 1);
	ck_assert_uint_eq(c.parent[0], f.group);
	all_in("orphan", 2 * KIDS, c.id[0]);
	for (int i = 0; i < 2 * KIDS; i++)
		end(stage->tid[i]);
	end(root);
	finish();
}
END_TEST

/* Creators that fork and clone at the same moments take each other's place in births_seen. */
static int nothing(void *arg)
{
	return 0;
}

static void make_many(void)
{
	static char stack[16384] __attribute__((aligned(16)));

	for (int i = 0; i < MAKERS; i++) {
		if (kid(0))
			continue;
		is_there(getppid());
		wait_go(2);
		for (int n = 0; n < MANY; n++)
			waitpid(clone(nothing, stack + sizeof(stack), CLONE_VM | CLONE_VFORK |
				      SIGCHLD | (n % 2 ? CLONE_NEWUTS : 0), NULL), NULL, 0);
		is_there(getppid());
		stay();
	}
}

START_TEST(births_at_one_moment)
{
	uint64_t id;
	struct task_events_stats stats;
	pid_t root;

	stage = mmap(NULL, sizeof(*stage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	ck_assert(stage != MAP_FAILED);
	fixture_open_sharing(&f);
	ck_assert_int_eq(task_events_set_clone(f.te, 1, TE_CLONE_ALL, 0), 0);
	root = start(f.group, make_many);
	wait_there(MAKERS);
	id = task_events_new_id(f.te);
	stage->go = 2;
	wait_there(2 * MAKERS);
	task_events_stats(f.te, &stats);
	ck_assert_uint_eq(stats.mended, 0);
	/* a clone, and so an id, for each second child, and none for any child besides */
	ck_assert_uint_eq(task_events_new_id(f.te) - id, MAKERS * MANY / 2 + 1);
	fixture_compare(&f);
	end(root);
	fixture_compare(&f);
	ck_assert_uint_eq(f.replica.n, 0);
	fixture_close(&f);
	munmap(stage, sizeof(*stage));
}
END_TEST

TCase *misses_tests(void)
{
	TCase *tc = tcase_create("misses");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, births, 0, NWAYS);
	tcase_add_test(tc, births_before_a_move);
	tcase_add_loop_test(tc, clones, 0, NWAYS);
	tcase_add_loop_test(tc, unshares, 0, NWAYS);
	tcase_add_loop_test(tc, refused, 0, 2);
	tcase_add_loop_test(tc, exits, 0, NWAYS);
	tcase_add_test(tc, freed);
	tcase_add_test(tc, orphans);
	tcase_add_test(tc, births_at_one_moment);
	return tc;
}
