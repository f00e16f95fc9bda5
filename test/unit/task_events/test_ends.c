// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ends of watched processes: told at once, and as wait4(2) tells the parent
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "puppet.h"
#include "tests.h"

#define NSEC	1000000000ull
#define SLACK	(50 * NSEC / 1000)	/* of CPU time: an exit uses some after its hook */

static struct fixture f;

static void setup(int way)
{
	fixture_open(&f, way, 0);
}

static void finish(void)
{
	fixture_compare(&f);
	fixture_close(&f);
}

static uint64_t cpu_time(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NSEC + now.tv_nsec;
}

static void burn(unsigned int ms)
{
	uint64_t end = cpu_time(CLOCK_THREAD_CPUTIME_ID) + ms * NSEC / 1000;

	while (cpu_time(CLOCK_THREAD_CPUTIME_ID) < end)
		;
}

static void touch(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		_exit(99);
	memset(p, 1, bytes);
}

/* A process that does @fn when it is let go. */
struct watched {
	pid_t	pid;
	int	go;
};

static void start(struct watched *w, void (*fn)(void))
{
	int to[2];
	char c;

	ck_assert_int_eq(pipe(to), 0);
	w->pid = child();
	if (!w->pid) {
		close(to[1]);
		if (read(to[0], &c, 1) < 0)
			_exit(98);
		fn();
		_exit(97);
	}
	close(to[0]);
	w->go = to[1];
}

/* Let it go, and wait until it can be waited for; it stays a zombie. */
static void let_end(struct watched *w)
{
	siginfo_t info;

	ck_assert_int_eq(write(w->go, "", 1), 1);
	close(w->go);
	ck_assert_int_eq(waitid(P_PID, w->pid, &info, WEXITED | WNOWAIT), 0);
}

static uint64_t of_timeval(const struct timeval *tv)
{
	return tv->tv_sec * NSEC + tv->tv_usec * 1000ull;
}

static void near(uint64_t a, uint64_t b, uint64_t slack, const char *what)
{
	ck_assert_msg(a <= b + slack && b <= a + slack, "%s: %llu, wait4 has %llu", what,
		      (unsigned long long)a, (unsigned long long)b);
}

/* The end that the replica was told of is what wait4() has, and came once. */
static void same_as_wait4(pid_t pid)
{
	const struct te_end *end = &f.replica.last_end;
	struct rusage ru;
	int status;

	ck_assert_int_ge(task_events_drain(f.te), 0);
	ck_assert_uint_eq(f.replica.ends, 1);
	f.replica.ends = 0;
	ck_assert_uint_eq(f.replica.last_ended, pid);
	ck_assert_int_eq(wait4(pid, &status, 0, &ru), pid);
	ck_assert_int_eq(end->status, status);
	near(end->runtime + end->waited_utime + end->waited_stime,
	     of_timeval(&ru.ru_utime) + of_timeval(&ru.ru_stime), SLACK, "CPU time");
	ck_assert_uint_eq(end->maxrss * (sysconf(_SC_PAGESIZE) / 1024), ru.ru_maxrss);
	near(end->minflt, ru.ru_minflt, 2, "minflt");
	near(end->majflt, ru.ru_majflt, 2, "majflt");
	near(end->nvcsw, ru.ru_nvcsw, 3, "nvcsw");
	/* on a busy machine the rest of an exit is interrupted often */
	ck_assert_uint_le(end->nivcsw, ru.ru_nivcsw);
}

static void exits(void)
{
	touch(8 << 20);
	burn(60);
	_exit(7);
}

static void is_killed(void)
{
	touch(1 << 20);
	for (int i = 0; i < 50; i++)
		usleep(100);
	raise(SIGKILL);
}

static void *burns(void *arg)
{
	burn(20);
	return NULL;
}

static void threads_end_before(void)
{
	pthread_t t[8];

	for (int i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, burns, NULL);
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
	_exit(3);
}

static void *exits_later(void *arg)
{
	usleep(20000);
	burn(20);
	_exit(9);
}

static void leader_ends_before(void)
{
	pthread_t t;

	pthread_create(&t, NULL, exits_later, NULL);
	burn(20);
	pthread_exit(NULL);
}

static void *loops(void *arg)
{
	burn(20000);
	return NULL;
}

static void group_exit_of_many(void)
{
	pthread_t t;

	for (int i = 0; i < 16; i++)
		pthread_create(&t, NULL, loops, NULL);
	burn(10);
	_exit(11);
}

/* The end of each thread on its own: no exit_group(2), and the leader's code counts. */
static void *ends_alone(void *arg)
{
	usleep(1000);
	syscall(SYS_exit, 5);
	return NULL;
}

static void threads_end_alone(void)
{
	pthread_t t;

	for (int i = 0; i < 8; i++)
		pthread_create(&t, NULL, ends_alone, NULL);
	usleep(1000);
	syscall(SYS_exit, 6);
}

static void waits_for_children(void)
{
	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		if (!pid) {
			touch(16 << 20);
			burn(30);
			_exit(1);
		}
		waitpid(pid, NULL, 0);
	}
	_exit(0);
}

static void execs(void)
{
	execl("/bin/sh", "sh", "-c", "exit 42", NULL);
}

static void (*const lives[])(void) = {
	exits, is_killed, threads_end_before, leader_ends_before, group_exit_of_many,
	threads_end_alone, waits_for_children, execs,
};

START_TEST(as_wait4)
{
	struct watched w;

	setup(_i);
	for (size_t i = 0; i < sizeof(lives) / sizeof(lives[0]); i++) {
		start(&w, lives[i]);
		ck_assert_int_eq(task_events_init_watch(f.te, w.pid), 0);
		let_end(&w);
		same_as_wait4(w.pid);
	}
	finish();
}
END_TEST

/* The threads that ended before the watch began count as well. */
START_TEST(watched_late)
{
	struct watched w;

	setup(_i);
	start(&w, threads_end_before);
	close(w.go);
	usleep(50000);
	ck_assert_int_eq(task_events_init_watch(f.te, w.pid), 0);
	while (waitid(P_PID, w.pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT))
		;
	same_as_wait4(w.pid);
	finish();
}
END_TEST

START_TEST(wakes)
{
	struct watched w;

	setup(_i);
	start(&w, exits);
	ck_assert_int_eq(task_events_init_watch(f.te, w.pid), 0);
	woken(&f);
	let_end(&w);
	ck_assert(woken(&f));
	same_as_wait4(w.pid);
	finish();
}
END_TEST

START_TEST(not_watched)
{
	struct watched w, other;

	setup(_i);
	start(&w, exits);
	start(&other, exits);
	ck_assert_int_eq(task_events_init_watch(f.te, w.pid), 0);
	ck_assert_int_eq(task_events_init_watch(f.te, other.pid), 0);
	task_events_init_unwatch(f.te, w.pid);
	task_events_init_unwatch(f.te, w.pid);
	let_end(&w);
	ck_assert_int_ge(task_events_drain(f.te), 0);
	ck_assert_uint_eq(f.replica.ends, 0);
	let_end(&other);
	same_as_wait4(other.pid);
	waitpid(w.pid, NULL, 0);
	ck_assert_int_eq(task_events_init_watch(f.te, w.pid), -ESRCH);
	finish();
}
END_TEST

/* The ring is full when the process ends: the end is found by the rebuild. */
START_TEST(ring_full)
{
	struct task_events_stats stats;
	struct watched w;
	pid_t pid;

	fixture_open(&f, _i, 4096);
	start(&w, exits);
	ck_assert_int_eq(task_events_init_watch(f.te, w.pid), 0);
	pid = child();
	if (!pid) {
		usleep(20000);
		for (int i = 0; i < 200; i++) {
			pid = fork();
			if (!pid)
				_exit(0);
			waitpid(pid, NULL, 0);
		}
		_exit(0);
	}
	ck_assert_int_eq(fixture_attach(&f, pid, pid, f.group), 0);
	reap(pid);
	let_end(&w);
	task_events_stats(f.te, &stats);
	ck_assert_uint_gt(stats.lost, 0);
	same_as_wait4(w.pid);
	finish();
}
END_TEST

/* No program sees the exit of a task that has a word: what mends finds the end. */
START_TEST(exit_skipped)
{
	struct watched w;

	fixture_open_skipping(&f, _i, 1, TE_SKIP_EXIT);
	start(&w, exits);
	ck_assert_int_eq(fixture_attach(&f, w.pid, w.pid, f.group), 0);
	ck_assert_int_eq(task_events_init_watch(f.te, w.pid), 0);
	let_end(&w);
	same_as_wait4(w.pid);
	finish();
}
END_TEST

/* Many processes, of which each end is told once, with its own status. */
#define MANY	100

START_TEST(many)
{
	pid_t pid[MANY];
	int to[2], status;
	char c;

	setup(_i);
	ck_assert_int_eq(pipe(to), 0);
	for (int i = 0; i < MANY; i++) {
		pid[i] = child();
		if (!pid[i]) {
			close(to[1]);
			if (read(to[0], &c, 1) < 0)
				_exit(98);
			_exit(i);
		}
		ck_assert_int_eq(task_events_init_watch(f.te, pid[i]), 0);
	}
	close(to[0]);
	close(to[1]);
	for (unsigned int told = 0; told < MANY;) {
		ck_assert_int_ge(task_events_drain(f.te), 0);
		ck_assert_uint_le(f.replica.ends, MANY);
		if (f.replica.ends == told)
			sched_yield();
		told = f.replica.ends;
	}
	for (int i = 0; i < MANY; i++) {
		ck_assert_int_eq(waitpid(pid[i], &status, 0), pid[i]);
		ck_assert_int_eq(WEXITSTATUS(status), i);
	}
	finish();
}
END_TEST

TCase *ends_tests(void)
{
	TCase *tc = tcase_create("ends");

	tcase_set_timeout(tc, 60);
	/* WAY_BEST and WAY_ITER: where words are does not matter here */
	tcase_add_loop_test(tc, as_wait4, 0, 2);
	tcase_add_loop_test(tc, watched_late, 0, 2);
	tcase_add_loop_test(tc, wakes, 0, 2);
	tcase_add_loop_test(tc, not_watched, 0, 2);
	tcase_add_loop_test(tc, ring_full, 0, 2);
	tcase_add_loop_test(tc, exit_skipped, 0, 2);
	tcase_add_loop_test(tc, many, 0, 2);
	return tc;
}
