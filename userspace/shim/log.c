// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log, and what happens at a BUG or a WARN.
 *
 * The sink is one pointer, changed and read atomically, so a line may still
 * reach the old sink while the host installs a new one.
 *
 * Lock: ratelimit_lock protects the windows of all ratelimited places.
 */
#include <execinfo.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define LINE_MAX_BYTES	1024

typedef void (*sink_fn)(int level, const char *line);

static void default_sink(int level, const char *line)
{
	(void)level;
	dprintf(STDERR_FILENO, "%s\n", line);
}

static sink_fn the_sink = default_sink;
static unsigned long warn_count;
static int panic_on_warn = -1;		/* -1: the environment decides */
static pthread_mutex_t ratelimit_lock = PTHREAD_MUTEX_INITIALIZER;

void shim_log_set_sink(void (*sink)(int level, const char *line))
{
	__atomic_store_n(&the_sink, sink ? sink : default_sink, __ATOMIC_RELEASE);
}

static void emit(int level, const char *line)
{
	__atomic_load_n(&the_sink, __ATOMIC_ACQUIRE)(level, line);
}

void shim_vprintk(const char *fmt, __builtin_va_list args)
{
	char line[LINE_MAX_BYTES];
	int level = 4;
	size_t len;

	if (fmt[0] == '\001' && fmt[1] >= '0' && fmt[1] <= '7') {
		level = fmt[1] - '0';
		fmt += 2;
	}
	vsnprintf(line, sizeof(line), fmt, args);
	len = strlen(line);
	if (len && line[len - 1] == '\n')
		line[len - 1] = '\0';
	emit(level, line);
}

void shim_printk(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	shim_vprintk(fmt, args);
	va_end(args);
}

/* 1: print now. A new window logs how many lines the last one lost. */
int shim_ratelimit(long *window_start, int *printed, int *missed,
		   int interval_ms, int burst, const char *who)
{
	long now = shim_clock_ns(0) / 1000000;
	int lost = 0, print;

	pthread_mutex_lock(&ratelimit_lock);
	if (!*window_start || now - *window_start > interval_ms) {
		lost = *missed;
		*window_start = now;
		*printed = 0;
		*missed = 0;
	}
	print = *printed < burst;
	if (print)
		++*printed;
	else
		++*missed;
	pthread_mutex_unlock(&ratelimit_lock);
	if (lost)
		shim_printk("\0014%s: %d lines suppressed", who, lost);
	return print;
}

static void report(int level, const char *what, const char *file, int line,
		   const char *fmt, va_list args)
{
	char text[LINE_MAX_BYTES];
	int len;

	len = snprintf(text, sizeof(text), "%s at %s:%d: ", what, file, line);
	if (len > 0 && (size_t)len < sizeof(text))
		vsnprintf(text + len, sizeof(text) - (size_t)len, fmt, args);
	len = (int)strlen(text);
	if (len && text[len - 1] == '\n')
		text[len - 1] = '\0';
	emit(level, text);
}

/* A host with a sink of its own may want nothing on stderr. */
static void __attribute__((__noreturn__)) die(void)
{
	void *frames[32];

	if (__atomic_load_n(&the_sink, __ATOMIC_RELAXED) == default_sink)
		backtrace_symbols_fd(frames, backtrace(frames, 32), STDERR_FILENO);
	abort();
}

void shim_bug(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report(0, "kernel BUG", file, line, fmt, args);
	va_end(args);
	die();
}

static bool warning_is_fatal(void)
{
	int set = __atomic_load_n(&panic_on_warn, __ATOMIC_RELAXED);
	const char *env;

	if (set >= 0)
		return set;
	env = getenv("SHIM_PANIC_ON_WARN");
	return env && env[0] && strcmp(env, "0");
}

void shim_warn(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	__atomic_fetch_add(&warn_count, 1, __ATOMIC_RELAXED);
	va_start(args, fmt);
	report(4, "WARNING", file, line, fmt, args);
	va_end(args);
	if (warning_is_fatal())
		die();
}

void shim_panic_on_warn(int on)
{
	__atomic_store_n(&panic_on_warn, !!on, __ATOMIC_RELAXED);
}

unsigned long shim_warn_count(void)
{
	return __atomic_load_n(&warn_count, __ATOMIC_RELAXED);
}
