// SPDX-License-Identifier: GPL-2.0-only
/*
 * The functions of the daemon that the task link and the engine call, besides task_events
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/base.h"
#include "tasks/tasks.h"
#include "fake_kernel.h"

unsigned int fk_log_errors;

bool priority_allowed(void)
{
	return true;
}

void priority_look(void)
{
}

void priority_urgent(bool on)
{
}

int loop_add(int fd, uint32_t events, loop_fn fn, void *arg)
{
	return 0;
}

void loop_del(int fd)
{
}

void log_msg(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	if (level == LOG_LEVEL_ERR)
		fk_log_errors++;
	if (level > LOG_LEVEL_WARN)
		return;
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

void host_run_agent(const char *agent, const char *path)
{
}

void host_clone_added(struct container *dir, struct container *child)
{
}

void host_clone_removed(struct container *dir, struct container *child)
{
}

void host_links_changed(struct container *cont)
{
}

void host_file_event(struct container *cont, unsigned int node)
{
}
