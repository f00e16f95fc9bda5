// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a command shows while it takes long: one line on standard error, which is
 * written over each time. Only terminals get it, because a log has no use for it.
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "containerctl.h"

#define SHOW_AFTER	(2 * NS_PER_SEC)
#define SHOW_EVERY	NS_PER_SEC
#define LINE_WIDTH	78

unsigned long long now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (unsigned long long)t.tv_sec * NS_PER_SEC + (unsigned long long)t.tv_nsec;
}

bool parse_seconds(const char *text, unsigned long long *ns)
{
	char *end;
	double s = strtod(text, &end);

	if (end == text || *end || !isfinite(s) || s <= 0 || s > 3e9)
		return false;
	*ns = (unsigned long long)(s * (double)NS_PER_SEC);
	return *ns > 0;
}

struct progress progress_begin(void)
{
	return (struct progress){
		.begun = now_ns(CLOCK_MONOTONIC),
		.terminal = isatty(STDERR_FILENO),
	};
}

unsigned long long progress_next(const struct progress *p)
{
	return p->shown ? p->shown + SHOW_EVERY : p->begun + SHOW_AFTER;
}

bool progress_due(const struct progress *p)
{
	return now_ns(CLOCK_MONOTONIC) >= progress_next(p);
}

void progress_show(struct progress *p, const char *text)
{
	char *line;

	p->shown = now_ns(CLOCK_MONOTONIC);
	if (!p->terminal || !text)
		return;
	line = text_fit(text, LINE_WIDTH);
	fprintf(stderr, "\r%s", line);
	free(line);
	p->visible = true;
}

void progress_clear(struct progress *p)
{
	if (p->visible)
		fprintf(stderr, "\r%*s\r", LINE_WIDTH, "");
	p->visible = false;
}
