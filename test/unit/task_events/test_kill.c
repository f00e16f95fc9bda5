// SPDX-License-Identifier: GPL-2.0-only
/*
 * The marks of container.kill, as the programs keep them
 *
 * The cases kill the tasks of a css_group as the daemon does: begin, bit, drain, mark,
 * signal, end. Kernels differ in how a child dies at its birth; the cases check that none
 * runs.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests.h"

static struct fixture f;
static volatile int *go, *ran;		/* shared with all children */

static void setup(int way)
{
	int *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert(page != MAP_FAILED);
	go = page;
	ran = page + 1;
	fixture_open(&f, way, 0);
	ck_assert_int_eq(task_events_set_clone(f.te, 1, TE_CLONE_ALL, TE_LEVELS_UNLIMITED), 0);
}

static void finish(void)
{
	ck_assert_int_eq(task_events_set_clone(f.te, 0, TE_CLONE_ALL, TE_LEVELS_UNLIMITED), 0);
	fixture_close(&f);
	munmap((void *)go, 4096);
}

/* A task that is born in @id is to die. */
static void kill_begin(uint64_t id)
{
	task_events_kill_begin(f.te);
	ck_assert_int_eq(task_events_group_watch(f.te, id, TE_WATCH_KILL, 0), 0);
}

static void kill_end(uint64_t id)
{
	ck_assert_int_eq(task_events_group_watch(f.te, id, 0, TE_WATCH_KILL), 0);
	task_events_kill_end(f.te);
}

static void until(volatile int *what, int value)
{
	time_t end = time(NULL) + 20;

	while (*what != value && time(NULL) < end)
		sched_yield();
	ck_assert_int_eq(*what, value);
}

/* A process in @id that does @fn once *go is 1. */
static pid_t start(uint64_t id, void (*fn)(void))
{
	pid_t pid = child();
	int err;

	if (!pid) {
		while (*go != 1)
			sched_yield();
		fn();
		_exit(0);
	}
	do {
		ck_assert_int_ge(task_events_drain(f.te), 0);
		err = fixture_attach(&f, pid, pid, id);
	} while (err == -EAGAIN);
	ck_assert_int_eq(err, 0);
	return pid;
}

static unsigned int nr_marked;
static uint64_t last_word;

static int marked(void *arg, const struct te_task *task)
{
	const struct te_ref ref = { .task = task->task, .tid = task->tid, .tgid = task->tgid };
	struct replica *r = arg;

	nr_marked++;
	last_word = task->word;
	ck_assert(task->word & TE_WORD_KILLED);
	replica_set(r, &ref, task->word);
	return 0;
}

static unsigned int mark(void)
{
	nr_marked = 0;
	ck_assert_int_ge(task_events_drain(f.te), 0);
	ck_assert_int_eq(task_events_kill_mark(f.te, marked, &f.replica), 0);
	return nr_marked;
}

static void forks_once(void)
{
	pid_t pid = fork();

	if (!pid) {
		__sync_fetch_and_add(ran, 1);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void forks(void)
{
	for (int i = 0; i < 3; i++)
		forks_once();
	*go = 2;
	for (;;)
		pause();
}

static int runs(void *arg)
{
	__sync_fetch_and_add(ran, 1);
	return 0;
}

static void clones(void)
{
	static char stack[16384] __attribute__((aligned(16)));
	pid_t pid = clone(runs, stack + sizeof(stack), CLONE_NEWUTS | SIGCHLD, NULL);

	waitpid(pid, NULL, 0);
	if (!unshare(CLONE_NEWUTS))
		forks();
}

static void pause_for_ever(void)
{
	for (;;)
		pause();
}

static void unshares_then_forks(void)
{
	for (int i = 0; i < 5; i++)
		if (unshare(CLONE_NEWUTS))
			_exit(1);
	*go = 2;
	while (*go != 3)
		sched_yield();
	forks_once();
	*go = 4;
	pause_for_ever();
}

static void killed(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
}

START_TEST(born_dead)
{
	uint64_t id;
	pid_t pid;

	setup(_i);
	id = fixture_group(&f, f.group, 0);
	pid = start(id, forks);
	/* tasks of other programs fork, too, and may have done so since the start */
	f.replica.watched = pid;
	f.replica.forks = 0;
	kill_begin(id);
	*go = 1;
	until(go, 2);
	ck_assert_int_eq(*ran, 0);
	ck_assert_uint_eq(mark(), 1);
	/* only the mark counts, after the kill and in any group */
	kill_end(id);
	ck_assert_uint_eq(f.replica.forks, 3);
	ck_assert(f.replica.last_fork.word & TE_WORD_KILLED);
	killed(pid);
	fixture_compare(&f);
	finish();
}
END_TEST

START_TEST(marked_for_good)
{
	uint64_t id;
	pid_t pid, other;

	setup(_i / 2);
	id = fixture_group(&f, f.group, 0);
	pid = start(id, _i % 2 ? clones : forks);
	other = start(f.group, pause_for_ever);
	kill_begin(id);
	ck_assert_uint_eq(mark(), 1);
	/* a second kill does not mark it anew */
	ck_assert_uint_eq(mark(), 1);
	ck_assert_uint_eq(replica_find_tid(&f.replica, pid)->word, last_word);
	kill_end(id);
	/* to a group where tasks are not followed */
	ck_assert_int_eq(fixture_attach(&f, pid, pid, 0), 0);
	*go = 1;
	until(go, 2);
	ck_assert_int_eq(*ran, 0);
	killed(pid);
	killed(other);
	fixture_compare(&f);
	finish();
}
END_TEST

/* Groups that no drain has shown yet are meant if the one that they come from is. */
START_TEST(unknown_groups)
{
	uint64_t id;
	pid_t pid;

	setup(_i);
	id = fixture_group(&f, f.group, 0);
	pid = start(id, unshares_then_forks);
	*go = 1;
	until(go, 2);
	kill_begin(id);
	*go = 3;
	until(go, 4);
	ck_assert_int_eq(*ran, 0);
	ck_assert_uint_eq(mark(), 1);
	task_events_kill_end(f.te);
	killed(pid);

	/* a known group that is not meant ends the way up */
	*go = 0;
	id = fixture_group(&f, id, 0);
	pid = start(id, forks);
	task_events_kill_begin(f.te);
	*go = 1;
	until(go, 2);
	task_events_kill_end(f.te);
	ck_assert_int_eq(*ran, 3);
	killed(pid);
	fixture_compare(&f);
	finish();
}
END_TEST

TCase *kill_tests(void)
{
	TCase *tc = tcase_create("kill");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, born_dead, 0, NWAYS);
	tcase_add_loop_test(tc, marked_for_good, 0, 2 * NWAYS);
	tcase_add_loop_test(tc, unknown_groups, 0, NWAYS);
	return tc;
}
