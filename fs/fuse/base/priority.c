// SPDX-License-Identifier: GPL-2.0-only
/*
 * How soon the daemon gets a CPU.
 *
 * In a file system of the kernel, the task that makes a call does the work. Here the
 * daemon does it all. On a busy machine an ordinary process would wait for a CPU at
 * each turn: a kill would wait for the tasks that it is to kill, and one user for the
 * storm of another. (Nice values do not help, because with autogroups they count only
 * within a session.) So the daemon is a real-time process of the lowest priority, for
 * a tenth of one CPU's time. Beyond that it is an ordinary process, so that clients
 * that make it work take nothing from other processes.
 *
 * Urgent work goes into debt: the daemon is then real-time beyond the tenth, and less
 * later.
 *
 * A process that gets no CPU cannot make itself real-time. So a second thread, which is
 * always real-time and sleeps, makes the daemon real-time again when the time has come.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base.h"

/* the daemon saves one nanosecond of real-time in so many; its savings, in ns: */
#define SHARE	10
#define MOST	100000000LL	/* it saves no more */
#define AGAIN	10000000LL	/* enough to be real-time again */
#define DEBT	300000000LL	/* urgent work owes no more */

#define SECOND	1000000000LL

static int64_t left = MOST;		/* the savings */
static int64_t then, then_used;		/* the time, and the CPU time, at the last look */
static bool allowed, urgent, refused, has_waker;
static atomic_bool realtime;
static pid_t self;

static sem_t demoted;
static _Atomic int64_t again_at;	/* CLOCK_MONOTONIC */

static int64_t ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

/* Make the daemon real-time, or ordinary; its children are ordinary.  0 or -1. */
static int set_policy(bool on)
{
	const struct sched_param param = { .sched_priority = on ? 1 : 0 };

	atomic_store(&realtime, on);
	return sched_setscheduler(self, (on ? SCHED_FIFO : SCHED_OTHER) | SCHED_RESET_ON_FORK,
				  &param);
}

static void *waker(void *arg)
{
	struct timespec t;
	int64_t at;

	for (;;) {
		while (sem_wait(&demoted))
			;
		at = atomic_load(&again_at);
		t = (struct timespec){ .tv_sec = at / SECOND, .tv_nsec = at % SECOND };
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
			;
		if (!atomic_load(&realtime))
			set_policy(true);
	}
	return arg;
}

static bool start_waker(void)
{
	const struct sched_param param = { .sched_priority = 1 };
	pthread_attr_t attr;
	pthread_t thread;
	int err;

	if (sem_init(&demoted, 0, 0) || pthread_attr_init(&attr))
		return false;
	pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attr, SCHED_FIFO);
	pthread_attr_setschedparam(&attr, &param);
	err = pthread_create(&thread, &attr, waker, NULL);
	pthread_attr_destroy(&attr);
	if (err)
		log_debug("the daemon cannot be real-time: %s", strerror(err));
	return !err;
}

static void set_realtime(int64_t now, bool on)
{
	if (on == atomic_load(&realtime))
		return;
	if (set_policy(on)) {
		refused = true;
		log_debug("the daemon cannot be real-time: %s", strerror(errno));
	} else if (!on) {
		atomic_store(&again_at, now + (AGAIN - left) * SHARE);
		sem_post(&demoted);
	}
}

void priority_allow(bool nice)
{
	allowed = nice;
}

bool priority_allowed(void)
{
	return allowed;
}

void priority_look(void)
{
	int64_t now = ns(CLOCK_MONOTONIC), used = ns(CLOCK_THREAD_CPUTIME_ID);

	if (refused || !allowed)
		return;
	if (!has_waker) {
		self = (pid_t)syscall(SYS_gettid);
		has_waker = start_waker();
		refused = !has_waker;
		return;
	}
	/* CPU time that it used as an ordinary process is not charged */
	if (then)
		left += (now - then) / SHARE - (atomic_load(&realtime) ? used - then_used : 0);
	if (left > MOST)
		left = MOST;
	then = now;
	then_used = used;
	set_realtime(now, left > (atomic_load(&realtime) ? 0 : AGAIN - 1) ||
			  (urgent && left > -DEBT));
}

void priority_urgent(bool on)
{
	urgent = on;
	priority_look();
}
