// SPDX-License-Identifier: GPL-2.0-only
/*
 * The output: a row for each operation, as soon as it is measured, and progress on the
 * terminal meanwhile. The record is the same table; at the end it is appended to a file,
 * with the facts about the machine that a comparison needs.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define PROGRESS_AFTER	2.0		/* seconds */
#define PROGRESS_EVERY	0.2

static char text[16 << 10];		/* the table so far */
static size_t used;
static unsigned int others;		/* the most daemons besides ours at a time */

static void __attribute__((format(printf, 1, 2))) put(const char *fmt, ...)
{
	size_t room = sizeof(text) - used;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text + used, room, fmt, ap);
	va_end(ap);
	fputs(text + used, stdout);
	fflush(stdout);
	used += (size_t)len < room ? (size_t)len : room - 1;
}

static const char *amount(char *buf, size_t size, enum unit unit, double v)
{
	if (v < 0)
		snprintf(buf, size, "-");
	else if (unit == BYTES)
		snprintf(buf, size, "%.0f B", v);
	else if (v < 1e-6)
		snprintf(buf, size, "%.0f ns", v * 1e9);
	else if (v < 1e-3)
		snprintf(buf, size, "%.4g us", v * 1e6);
	else
		snprintf(buf, size, "%.4g ms", v * 1e3);
	return buf;
}

void table_begin(void)
{
	if (options.csv)
		put("operation,base,unit,base_median,ours_median,ratio,quartile1,quartile3,pairs,aim\n");
	else
		put("%-22s %-10s %10s %11s  %7s  %-15s %5s  %s\n", "operation", "base",
		    "base", "containerfs", "ratio", "quartiles", "pairs", "aim");
}

static void row_csv(const char *name, const char *base, enum unit unit, double aim,
		    const struct summary *s)
{
	put("%s,%s,%s,%.9g,%.9g,%.4f,%.4f,%.4f,%u,%g\n", name, base,
	    unit == BYTES ? "bytes" : "seconds", s->base, s->ours, s->ratio, s->low, s->high,
	    s->pairs, aim);
}

void table_row(const char *name, const char *base, enum unit unit, struct aim aims,
	       const struct summary *s)
{
	double aim = host_is_module() ? aims.module : aims.fuse;
	char b[24], o[24], ratio[16] = "-", spread[40] = "-", goal[24] = "";
	unsigned int now_others = host_others();

	if (now_others > others)
		others = now_others;
	if (options.csv)
		return row_csv(name, base, unit, aim, s);
	if (s->ratio >= 0) {
		snprintf(ratio, sizeof(ratio), "%.3f", s->ratio);
		snprintf(spread, sizeof(spread), "%.3f..%.3f", s->low, s->high);
	}
	if (aim > 0)
		snprintf(goal, sizeof(goal), unit == BYTES ? "%g B" : "%g", aim);
	put("%-22s %-10s %10s %11s  %7s  %-15s %5u  %s\n", name, base,
	    amount(b, sizeof(b), unit, s->base), amount(o, sizeof(o), unit, s->ours), ratio, spread,
	    s->pairs, goal);
}

void table_skip(const char *name, const char *why)
{
	if (options.csv)
		put("# %s skipped: %s\n", name, why);
	else
		put("%-22s skipped: %s\n", name, why);
}

int table_end(void)
{
	double load[3] = { -1, -1, -1 };
	struct utsname u;
	char date[40];
	time_t t = time(NULL);
	FILE *f;

	uname(&u);
	if (getloadavg(load, 3) < 0)
		load[0] = load[1] = load[2] = -1;
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M", gmtime(&t));
	if (others && !options.csv)
		put("\nUp to %u more containerfsd ran meanwhile: their programs cost both sides.\n",
		    others);
	if (!options.record)
		return 0;
	f = fopen(options.record, "ae");
	if (!f)
		return -errno;
	fprintf(f, "\n%s UTC, Linux %s %s, %ld CPUs, load %.2f %.2f %.2f at the end, %s host, %g s each\n\n%s",
		date, u.release, u.machine, sysconf(_SC_NPROCESSORS_ONLN), load[0], load[1], load[2],
		host_is_module() ? "module" : "FUSE", options.seconds, text);
	return fclose(f) ? -errno : 0;
}

/* --- progress --- */

static struct {
	char	name[32];
	double	began, shown;
	bool	visible;
} state;

void progress(const char *name, double part)
{
	double t = now();

	if (options.quiet || !isatty(STDERR_FILENO))
		return;
	if (strcmp(name, state.name)) {
		progress_end();
		snprintf(state.name, sizeof(state.name), "%s", name);
		state.began = t;
		state.shown = 0;
	}
	if (t - state.began < PROGRESS_AFTER || t - state.shown < PROGRESS_EVERY)
		return;
	state.shown = t;
	state.visible = true;
	fprintf(stderr, "\r\033[K%s: %.0f %%, %.0f s", name, 100 * (part < 1 ? part : 1),
		t - state.began);
}

void progress_end(void)
{
	if (state.visible)
		fputs("\r\033[K", stderr);
	state.visible = false;
	state.name[0] = '\0';
}
