// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl top: which containers use the machine, shown again and again.
 *
 * This file has the options, and the output for pipes: plain text, or JSON with one
 * object a line. CPU time is the difference of two samples, so one sample is taken
 * before the first that is shown.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "top.h"

void top_complain(int err)
{
	if (err != -ESRCH)
		complain("top: %s", strerror(-err));
	else if (!explain_dead("top"))
		complain("top: the container has been removed, or unmounted");
}

int top_refresh(struct top *top)
{
	struct sample next;
	int err = sample_take(&next, top->directories, top->nr,
			      top->sampled ? &top->sample : NULL);

	if (err) {
		sample_free(&next);
		return err;
	}
	if (top->sampled)
		sample_free(&top->sample);
	top->sample = next;
	top->sampled = true;
	return 0;
}

bool delay_parse(const char *word, double *delay)
{
	char *end;
	double d = strtod(word, &end);

	if (end == word || *end || !(d >= DELAY_LEAST && d <= DELAY_MOST))
		return false;
	*delay = d;
	return true;
}

/* --- for pipes --- */

static void print_text(const struct top *top, const struct lines *l)
{
	char *summary = sample_summary(&top->sample), *sources = sample_sources(&top->sample);
	int width = lines_name_width(l);
	time_t t = time(NULL);
	struct tm tm;
	char clock[16];

	strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&t, &tm));
	printf("%s  %s\nCPU%%: %s; RSS: sum over processes\n", clock, summary, sources);
	for (ssize_t i = -1; i < (ssize_t)l->nr; i++) {
		char *text = lines_text(l, i, width);

		puts(text);
		free(text);
	}
	free(summary);
	free(sources);
}

static void json_limit(struct json *json, const char *key, long long n)
{
	if (n == PIDS_UNLIMITED)
		json_string(json, key, "max");
	else if (n != PIDS_UNKNOWN)
		json_number(json, key, (unsigned long long)n);
}

static void json_line(struct json *json, const struct line *line)
{
	const struct row *row = row_of(line->cont);
	char *directory = container_directory(&line->tree->place, line->cont), *cpu;

	json_open(json, NULL, '{');
	json_string(json, "path", line->cont->path);
	json_string(json, "directory", directory);
	json_number(json, "tasks", row->tasks);
	cpu = row->cpu == CPU_UNKNOWN ? xstrdup("null") :
	      xasprintf("%lld.%lld", row->cpu / 10, row->cpu % 10);
	json_plain(json, "cpu_percent", cpu);
	json_string(json, "state", state_name(row));
	json_number(json, "rss", row->memory);
	json_limit(json, "pids_current", row->pids_current);
	json_limit(json, "pids_max", row->pids_max);
	if (*row->command)
		json_string(json, "command", row->command);
	else
		json_plain(json, "command", "null");
	json_close(json, '}');
	free(directory);
	free(cpu);
}

static void print_json(const struct top *top, const struct lines *l)
{
	struct json json = { .out = stdout, .lines = true };
	const struct sample *s = &top->sample;
	char *interval = xasprintf("%.3f", s->interval);

	json_open(&json, NULL, '{');
	json_number(&json, "time", (unsigned long long)time(NULL));
	json_plain(&json, "interval", interval);
	json_open(&json, "cpu_sources", '{');
	for (size_t i = 0; i < s->nr; i++)
		if (s->tree[i].top)
			json_string(&json, s->tree[i].place.directory,
				    row_of(s->tree[i].top)->has_usage ? "cpuacct.usage"
								      : "/proc/PID/stat");
	json_close(&json, '}');
	json_open(&json, "containers", '[');
	for (size_t i = 0; i < l->nr; i++)
		json_line(&json, &l->line[i]);
	json_close(&json, ']');
	json_close(&json, '}');
	free(interval);
}

static void wait_for(double seconds)
{
	struct timespec t = { .tv_sec = (time_t)seconds };

	t.tv_nsec = (long)((seconds - (double)t.tv_sec) * 1e9);
	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

static int run_batch(struct top *top, bool json)
{
	int err = top_refresh(top);

	wait_for(err ? 0 : top->delay < DELAY_FIRST ? top->delay : DELAY_FIRST);
	for (unsigned long i = 0; !err && (!top->count || i < top->count); i++) {
		struct lines lines;

		if (i)
			wait_for(top->delay);
		err = top_refresh(top);
		if (err)
			break;
		lines_make(&lines, &top->sample, top->sort, top->flat);
		if (json)
			print_json(top, &lines);
		else if (i)
			putchar('\n');
		if (!json)
			print_text(top, &lines);
		lines_free(&lines);
		/* main() reports the error of stdout */
		if (fflush(stdout))
			return EXIT_FAILURE;
	}
	if (err)
		top_complain(err);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* --- the command --- */

static bool parse_count(const char *word, unsigned long *count)
{
	char *end;

	errno = 0;
	*count = strtoul(word, &end, 10);
	return word[0] >= '0' && word[0] <= '9' && !*end && !errno && *count;
}

/* Find the directory of each PATH once, which later samples open. */
static bool resolve_paths(struct top *top, char *const *paths, int nr)
{
	top->directories = xcalloc((size_t)nr + 1, sizeof(char *));
	for (int i = 0; i < nr; i++) {
		struct place place;

		if (!place_open("top", paths[i], &place))
			return false;
		top->directories[top->nr++] = xstrdup(place.directory);
		place_close(&place);
	}
	return true;
}

static bool any_mount(void)
{
	struct mounts mounts;
	bool any;

	if (mounts_load(&mounts, true))
		return false;
	any = mounts.count != 0;
	mounts_free(&mounts);
	if (!any)
		explain_no_hierarchy("top");
	return any;
}

const struct option_row top_options[] = {
	{ 'd', "delay", "SECONDS", "time between two samples; default: 3" },
	{ 'n', "count", "COUNT", "end after so many samples" },
	{ 'b', "batch", NULL, "print plain text; the default without a terminal" },
	{ 'J', "json", NULL, "print JSON, for each sample one object on one line" },
	{ 's', "sort", "KEY", "what to order by:" SORT_KEY_LIST },
	{ 'f', "flat", NULL, "no tree: all containers in one order" },
	{ 0 }
};

struct output {
	bool	batch, json;
};

/* False: @word is no value of the option @key, which was reported. */
static bool take_option(int key, const char *word, struct top *top, struct output *out)
{
	switch (key) {
	case 'd':
		if (delay_parse(word, &top->delay))
			return true;
		complain("top: '%s' is no delay: seconds from %g to %g are accepted", word,
			 DELAY_LEAST, DELAY_MOST);
		return false;
	case 'n':
		if (parse_count(word, &top->count))
			return true;
		complain("top: '%s' is no count: a number from 1 on is accepted", word);
		return false;
	case 's':
		return sort_key_parse(word, &top->sort);
	case 'J':
		out->json = true;
		/* fall through */
	case 'b':
		out->batch = true;
		return true;
	case 'f':
		top->flat = true;
		return true;
	}
	return true;
}

int cmd_top(int argc, char **argv)
{
	struct top top = { .delay = DELAY_DEFAULT };
	struct output out = { .batch = !isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO) };
	int status, key;

	/* numbers have a decimal point, in options and in the output */
	setlocale(LC_NUMERIC, "C");
	while ((key = option_next(argc, argv, &status)) != OPTION_END) {
		if (key == OPTION_STOP)
			return status;
		if (!take_option(key, optarg, &top, &out))
			return usage_error("top");
	}
	status = EXIT_FAILURE;
	if (resolve_paths(&top, argv + optind, argc - optind) && (top.nr || any_mount()))
		status = out.batch ? run_batch(&top, out.json) : top_screen(&top);
	if (top.sampled)
		sample_free(&top.sample);
	for (size_t i = 0; i < top.nr; i++)
		free(top.directories[i]);
	free(top.directories);
	return status;
}
