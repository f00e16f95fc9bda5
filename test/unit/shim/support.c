// SPDX-License-Identifier: GPL-2.0-only
/*
 * For test bodies, what is not possible in the engine's world: to fail, to have threads, and
 * to read the log.
 */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shim_libc.h"
#include "tests.h"

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
/* Protected by log_lock: */
static int lines[8];
static char last[1024];
static const char *expected_bug;

struct test_thread {
	pthread_t id;
	void (*fn)(void *arg);
	void *arg;
};

void expect_failed(const char *file, int line, const char *text)
{
	ck_abort_msg("%s:%d: expected %s", file, line, text);
	abort();
}

static void keep_line(int level, const char *line)
{
	pthread_mutex_lock(&log_lock);
	if (level >= 0 && level < 8)
		lines[level]++;
	strncpy(last, line, sizeof(last) - 1);
	pthread_mutex_unlock(&log_lock);

	if (expected_bug && (level == 0 || !strncmp(line, "WARNING", 7))) {
		if (!strstr(line, expected_bug))
			ck_abort_msg("\"%s\" is not the expected bug, \"%s\"",
				     line, expected_bug);
	} else if (level == 0) {
		ck_abort_msg("unexpected: %s", line);
	}
}

void log_install(void)
{
	shim_log_set_sink(keep_line);
}

void log_expect_bug(const char *text)
{
	expected_bug = text;
}

int log_lines(int level)
{
	int n;

	pthread_mutex_lock(&log_lock);
	n = lines[level];
	pthread_mutex_unlock(&log_lock);
	return n;
}

const char *log_last(void)
{
	return last;
}

static void *thread_main(void *arg)
{
	struct test_thread *thread = arg;

	thread->fn(thread->arg);
	return NULL;
}

struct test_thread *thread_start(void (*fn)(void *arg), void *arg)
{
	struct test_thread *thread = malloc(sizeof(*thread));

	ck_assert_ptr_nonnull(thread);
	thread->fn = fn;
	thread->arg = arg;
	ck_assert_int_eq(pthread_create(&thread->id, NULL, thread_main, thread), 0);
	return thread;
}

void thread_join(struct test_thread *thread)
{
	ck_assert_int_eq(pthread_join(thread->id, NULL), 0);
	free(thread);
}

void thread_pause(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

unsigned int random_next(void)
{
	static unsigned long long state = 0x9e3779b97f4a7c15ull;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned int)(state >> 16);
}
