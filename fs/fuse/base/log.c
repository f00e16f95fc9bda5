// SPDX-License-Identifier: GPL-2.0-only
/*
 * The daemon's log: one line a message, to standard error or to syslog.
 *
 * While the daemon starts, its messages go to standard error, where the user who asked
 * for a mount sees them.  In the background it logs to syslog.  Messages of libfuse
 * and of the engine go the same way, so that none is lost to a closed standard error.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <fuse3/fuse_log.h>

#include "shim/shim_libc.h"
#include "base.h"

static struct {
	enum log_level	max;
	bool		to_syslog;
} state = { .max = LOG_LEVEL_INFO };

static void log_va(enum log_level level, const char *fmt, va_list ap)
{
	static const int priority[] = {
		[LOG_LEVEL_ERR] = LOG_ERR,
		[LOG_LEVEL_WARN] = LOG_WARNING,
		[LOG_LEVEL_INFO] = LOG_INFO,
		[LOG_LEVEL_DEBUG] = LOG_DEBUG,
	};
	char line[1024];

	if (level > state.max)
		return;
	vsnprintf(line, sizeof(line), fmt, ap);
	line[strcspn(line, "\n")] = '\0';
	if (state.to_syslog)
		syslog(priority[level], "%s", line);
	else
		fprintf(stderr, "containerfsd: %s\n", line);
}

static void log_fuse(enum fuse_log_level level, const char *fmt, va_list ap)
{
	if (level <= FUSE_LOG_ERR)
		log_va(LOG_LEVEL_ERR, fmt, ap);
	else if (level == FUSE_LOG_WARNING)
		log_va(LOG_LEVEL_WARN, fmt, ap);
	else
		log_va(LOG_LEVEL_DEBUG, fmt, ap);
}

/* @level is one of the kernel's. */
static void log_engine(int level, const char *line)
{
	if (level <= 3)
		log_msg(LOG_LEVEL_ERR, "%s", line);
	else if (level == 4)
		log_msg(LOG_LEVEL_WARN, "%s", line);
	else
		log_msg(level == 7 ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO, "%s", line);
}

void log_set(enum log_level max, bool to_syslog)
{
	if (to_syslog && !state.to_syslog)
		openlog("containerfsd", LOG_PID, LOG_DAEMON);
	state.max = max;
	state.to_syslog = to_syslog;
	fuse_set_log_func(log_fuse);
	/* the default sink writes to standard error, and what belongs to a bug as well */
	shim_log_set_sink(to_syslog ? log_engine : NULL);
}

const char *log_place(void)
{
	return state.to_syslog ? "syslog: journalctl -t containerfsd, or /var/log" : "standard error";
}

void log_msg(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_va(level, fmt, ap);
	va_end(ap);
}
