// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl top: the containers of a sample, in order and as text, for the
 * terminal and for pipes alike.
 *
 * In a tree, the key orders the children of each container; in a flat list, it orders
 * all containers. Names decide between equal keys, so that lines do not jump about.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "top.h"

static const char *const key_names[] = {
#define SORT_KEY(key, name) [key] = name,
	SORT_KEYS(SORT_KEY)
#undef SORT_KEY
};

/* what most commands need; longer ones are cut by a narrow terminal */
#define COMMAND_WIDTH	16
/* columns that a name has at least, however far it is indented */
#define NAME_LEAST	16

bool sort_key_parse(const char *word, enum sort_key *key)
{
	for (size_t i = 0; i < NR_SORT_KEYS; i++)
		if (!strcmp(key_names[i], word)) {
			*key = i;
			return true;
		}
	complain("top: '%s' is no key; these are accepted:" SORT_KEY_LIST, word);
	return false;
}

const char *sort_key_name(enum sort_key key)
{
	return key_names[key];
}

/* --- order --- */

static int compare_lines(const void *a, const void *b, void *arg)
{
	const struct line *x = a, *y = b;
	const struct row *r = row_of(x->cont), *s = row_of(y->cont);
	int order = 0;

	switch (*(const enum sort_key *)arg) {
	case SORT_CPU:
		order = (r->cpu < s->cpu) - (r->cpu > s->cpu);
		break;
	case SORT_MEMORY:
		order = (r->memory < s->memory) - (r->memory > s->memory);
		break;
	case SORT_TASKS:
		order = (r->tasks < s->tasks) - (r->tasks > s->tasks);
		break;
	case SORT_NAME:
	case NR_SORT_KEYS:
		break;
	}
	if (!order)
		order = strverscmp(x->cont->path, y->cont->path);
	return order ? order : strcmp(x->tree->place.target, y->tree->place.target);
}

static int larger(int a, int b)
{
	return a > b ? a : b;
}

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

static char *pids_text(const struct row *row)
{
	char *max = row->pids_max == PIDS_UNKNOWN ? xstrdup("-") :
		    row->pids_max == PIDS_UNLIMITED ? xstrdup("max") :
		    xasprintf("%lld", row->pids_max);
	char *text = row->pids_current == PIDS_UNKNOWN ? xstrdup("-") :
		     xasprintf("%lld/%s", row->pids_current, max);

	free(max);
	return text;
}

static void add_line(struct lines *l, size_t *room, const struct tree *tree,
		     const struct container *cont, int depth)
{
	const struct row *row = row_of(cont);
	char *text;
	int width;

	if (l->nr == *room) {
		*room = *room ? *room * 2 : 64;
		l->line = xrealloc(l->line, *room, sizeof(*l->line));
	}
	l->line[l->nr++] = (struct line){ tree, cont, depth };
	l->pids |= row->pids_current != PIDS_UNKNOWN || row->pids_max != PIDS_UNKNOWN;
	text = pids_text(row);
	l->pids_width = larger(l->pids_width, text_width(text));
	free(text);
	text = printable(row->command);
	width = text_width(text);
	l->command_width = larger(l->command_width, width < COMMAND_WIDTH ? width : COMMAND_WIDTH);
	free(text);
}

static void add_tree(struct lines *l, size_t *room, const struct tree *tree,
		     const struct container *cont, int depth, enum sort_key key)
{
	struct line *child = xcalloc(cont->nr_child + 1, sizeof(*child));

	add_line(l, room, tree, cont, depth);
	for (size_t i = 0; i < cont->nr_child; i++)
		child[i] = (struct line){ tree, cont->child[i] };
	qsort_r(child, cont->nr_child, sizeof(*child), compare_lines, &key);
	for (size_t i = 0; i < cont->nr_child; i++)
		add_tree(l, room, tree, child[i].cont, depth + 1, key);
	free(child);
}

void lines_make(struct lines *l, const struct sample *sample, enum sort_key key, bool flat)
{
	size_t room = 0;

	*l = (struct lines){
		.sample = sample,
		.flat = flat,
		.pids_width = (int)strlen("PIDS/MAX"),
		.command_width = (int)strlen("COMMAND"),
	};
	for (size_t i = 0; i < sample->nr; i++)
		if (sample->tree[i].top)
			add_tree(l, &room, &sample->tree[i], sample->tree[i].top, 0, key);
	if (flat && l->nr)
		qsort_r(l->line, l->nr, sizeof(*l->line), compare_lines, &key);
}

void lines_free(struct lines *l)
{
	free(l->line);
	*l = (struct lines){ 0 };
}

/* --- text --- */

const char *state_name(const struct row *row)
{
	switch (row->state) {
	case STATE_FROZEN:
		return "frozen";
	case STATE_FREEZING:
		return "freezing";
	default:
		return row->tasks ? "running" : "empty";
	}
}

/*
 * The top of a tree, and each container of a flat list, is shown by its directory,
 * which is cut at the left because its end differs most. Where there is no room, the
 * indent shrinks first.
 */
static char *name_text(const struct lines *l, const struct line *line, int width)
{
	char *raw = l->flat || !line->depth ? container_directory(&line->tree->place, line->cont) : xstrdup(line->cont->name);
	char *safe = printable(raw), *fitted, *text;
	int indent = l->flat ? 0 : 2 * line->depth;
	int over = indent + text_width(safe) - width;

	if (over > 0)
		indent = larger(indent - over, larger(smaller(indent, width - NAME_LEAST), 0));
	fitted = text_fit_left(safe, width - indent);
	text = xasprintf("%*s%s", indent, "", fitted);
	free(raw);
	free(safe);
	free(fitted);
	return text;
}

int lines_name_width(const struct lines *l)
{
	int most = (int)strlen("CONTAINER");

	for (size_t i = 0; i < l->nr; i++) {
		const struct line *line = &l->line[i];
		char *raw = l->flat || !line->depth ? container_directory(&line->tree->place, line->cont) : xstrdup(line->cont->name);
		char *safe = printable(raw);

		most = larger(most, text_width(safe) + (l->flat ? 0 : 2 * line->depth));
		free(raw);
		free(safe);
	}
	return most;
}

int lines_rest_width(const struct lines *l)
{
	char *rest = lines_text(l, -1, 0);
	int width = text_width(rest) - (int)strlen("COMMAND") + l->command_width;

	free(rest);
	return width;
}

static char *cpu_text(const struct row *row)
{
	if (row->cpu == CPU_UNKNOWN)
		return xstrdup("-");
	return xasprintf("%lld.%lld", row->cpu / 10, row->cpu % 10);
}

char *lines_text(const struct lines *l, ssize_t i, int width)
{
	const struct row *row = i < 0 ? NULL : row_of(l->line[i].cont);
	char *name = row ? name_text(l, &l->line[i], width) : text_fit("CONTAINER", width);
	char *tasks = row ? xasprintf("%lu", row->tasks) : xstrdup("TASKS");
	char *cpu = row ? cpu_text(row) : xstrdup("CPU%");
	char *memory = row ? human_bytes(row->memory) : xstrdup("RSS");
	char *pids = !l->pids ? xstrdup("") : row ? pids_text(row) : xstrdup("PIDS/MAX");
	char *command = row ? printable(row->command) : xstrdup("COMMAND");
	char *text = xasprintf("%s %6s %6s %-8s %6s%s%*s %s", name, tasks, cpu,
			       row ? state_name(row) : "STATE", memory, l->pids ? " " : "",
			       l->pids ? l->pids_width : 0, pids, command);

	free(name);
	free(tasks);
	free(cpu);
	free(memory);
	free(pids);
	free(command);
	return text;
}

char *sample_summary(const struct sample *s)
{
	unsigned long containers = 0, unreadable = s->unreadable;
	char *interval = s->interval > 0 ? xasprintf(", over %.1f s", s->interval) : xstrdup("");
	char *hidden = unreadable ? xasprintf(", %lu not readable", unreadable) : xstrdup("");
	char *text;

	for (size_t i = 0; i < s->nr; i++)
		if (s->tree[i].top)
			containers += row_of(s->tree[i].top)->containers;
	text = xasprintf("%lu container%s%s, %zu process%s%s", containers,
			 containers == 1 ? "" : "s", hidden, s->procs.nr,
			 s->procs.nr == 1 ? "" : "es", interval);
	free(interval);
	free(hidden);
	return text;
}

char *sample_sources(const struct sample *s)
{
	char *text = xstrdup("");

	for (size_t i = 0; i < s->nr; i++) {
		char *old = text, *directory;

		if (!s->tree[i].top)
			continue;
		directory = printable(s->tree[i].place.directory);
		text = xasprintf("%s%s%s by %s", old, *old ? ", " : "", directory,
				 row_of(s->tree[i].top)->has_usage ? "cpuacct.usage"
								   : "/proc/PID/stat");
		free(directory);
		free(old);
	}
	return text;
}
