// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables by libsmartcols, with the options, columns and formats of lsns, lsblk and
 * findmnt, because users know these.
 *
 * In tables and raw output, the library prints bytes that could steer a terminal as
 * \xNN. JSON must be UTF-8, but names of containers need not be. So in JSON, bytes
 * that are not UTF-8 become \xNN as well.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "containerctl.h"

#define COLUMNS_MAX	32
/* text is not wrapped to fewer columns than this */
#define WRAP_LEAST	20

struct table {
	struct libscols_table	*tb;
	const struct column	*columns;
	size_t			 chosen[COLUMNS_MAX];	/* columns, in order */
	size_t			 nr_chosen;
	bool			 json, raw, null;
};

/* False: it is none of these. */
static bool take_option(int key, struct table_opts *opts)
{
	switch (key) {
	case 'o':
		opts->output = optarg;
		return true;
	case 'J':
		opts->json = true;
		return true;
	case 'r':
		opts->raw = true;
		return true;
	case '0':
		opts->null = true;
		return true;
	case 'n':
		opts->no_headings = true;
		return true;
	default:
		return false;
	}
}

bool table_options(int argc, char **argv, struct table_opts *opts,
		   bool (*own)(int key, void *arg), void *arg, int *status)
{
	int key;

	*opts = (struct table_opts){ 0 };
	while ((key = option_next(argc, argv, status)) != OPTION_END) {
		if (key == OPTION_STOP)
			return false;
		if (!take_option(key, opts) && !own(key, arg)) {
			*status = usage_error(argv[0]);
			return false;
		}
	}
	if (opts->json + opts->raw + opts->null > 1) {
		complain("%s: --json, --raw and --null exclude each other", argv[0]);
		*status = usage_error(argv[0]);
		return false;
	}
	return true;
}

static bool choose_column(struct table *t, const char *name, size_t len)
{
	for (size_t i = 0; t->columns[i].name; i++) {
		if (strlen(t->columns[i].name) != len ||
		    strncasecmp(t->columns[i].name, name, len))
			continue;
		/* a column that is named twice is shown once */
		if (!table_wants(t, i))
			t->chosen[t->nr_chosen++] = i;
		return true;
	}
	complain("there is no column '%.*s'; the columns are:", (int)len, name);
	columns_print(stderr, t->columns);
	return false;
}

static bool choose_columns(struct table *t, const char *list)
{
	while (*list) {
		size_t len = strcspn(list, ",");

		if (!choose_column(t, list, len))
			return false;
		list += len + (list[len] == ',');
	}
	return true;
}

static void add_columns(struct table *t, const char *name, const struct table_opts *opts)
{
	scols_table_set_name(t->tb, name);
	scols_table_enable_json(t->tb, opts->json);
	scols_table_enable_raw(t->tb, opts->raw);
	scols_table_enable_noheadings(t->tb, opts->no_headings);
	scols_table_enable_ascii(t->tb, is_ascii_locale());
	for (size_t i = 0; i < t->nr_chosen; i++) {
		const struct column *c = &t->columns[t->chosen[i]];
		int flags = opts->raw ? c->flags & ~SCOLS_FL_TREE : c->flags;
		struct libscols_column *cl = scols_table_new_column(t->tb, c->name, 0, flags);

		if (cl)
			scols_column_set_json_type(cl, c->json);
		/* at the newlines that wrap_text() puts in */
		if (cl && flags & SCOLS_FL_WRAP) {
			scols_column_set_wrapfunc(cl, scols_wrapnl_chunksize,
						  scols_wrapnl_nextchunk, NULL);
			scols_column_set_safechars(cl, "\n");
		}
	}
}

struct table *table_new(const char *name, const struct column *columns, const char *defaults,
			const struct table_opts *opts)
{
	struct table *t = xcalloc(1, sizeof(*t));
	const char *output = opts->output;
	bool add = output && output[0] == '+';

	t->columns = columns;
	t->json = opts->json;
	t->raw = opts->raw;
	t->null = opts->null;
	if (output && !output[strspn(output, "+,")]) {
		complain("--output names no column");
		free(t);
		return NULL;
	}
	t->tb = scols_new_table();
	if (!t->tb || ((!output || add) && !choose_columns(t, defaults)) ||
	    (output && !choose_columns(t, output + add))) {
		scols_unref_table(t->tb);
		free(t);
		return NULL;
	}
	add_columns(t, name, opts);
	return t;
}

bool table_wants(const struct table *table, size_t column)
{
	for (size_t i = 0; i < table->nr_chosen; i++)
		if (table->chosen[i] == column)
			return true;
	return false;
}

struct libscols_line *table_line(struct table *table, struct libscols_line *parent)
{
	struct libscols_line *line = scols_table_new_line(table->tb, parent);

	if (!line) {
		complain("out of memory");
		exit(EXIT_FAILURE);
	}
	return line;
}

void table_set(struct table *table, struct libscols_line *line, size_t column, char *text)
{
	for (size_t i = 0; text && i < table->nr_chosen; i++) {
		if (table->chosen[i] != column)
			continue;
		if (table->json)
			text = to_utf8(text);
		scols_line_refer_data(line, i, text);
		return;
	}
	free(text);
}

static const char *cell_data(struct libscols_line *line, size_t column)
{
	return scols_cell_get_data(scols_line_get_cell(line, column));
}

/* Put a dash into empty cells: programs that split lines at spaces would not see these. */
static void fill_empty(struct table *t)
{
	struct libscols_iter *iter = scols_new_iter(SCOLS_ITER_FORWARD);
	struct libscols_line *line;

	while (iter && !scols_table_next_line(t->tb, iter, &line))
		for (size_t i = 0; i < t->nr_chosen; i++) {
			const char *data = cell_data(line, i);

			if (!data || !*data)
				scols_line_set_data(line, i, "-");
		}
	scols_free_iter(iter);
}

/* Each value as it is, for xargs -0 and read -d. */
static int print_null(struct table *t)
{
	struct libscols_iter *iter = scols_new_iter(SCOLS_ITER_FORWARD);
	struct libscols_line *line;

	while (iter && !scols_table_next_line(t->tb, iter, &line))
		for (size_t i = 0; i < t->nr_chosen; i++) {
			const char *data = cell_data(line, i);

			fputs(data ? data : "", stdout);
			putchar('\0');
		}
	scols_free_iter(iter);
	return iter ? 0 : -ENOMEM;
}

static int widest(struct table *t, size_t column)
{
	int most = (int)strlen(t->columns[t->chosen[column]].name);

	for (size_t i = 0; i < scols_table_get_nlines(t->tb); i++) {
		const char *data = cell_data(scols_table_get_line(t->tb, i), column);
		int width = data ? text_width(data) : 0;

		most = width > most ? width : most;
	}
	return most;
}

/* Break lines of @text between words, so that they have no more than @width columns. */
static void wrap_text(char *text, int width)
{
	char *start = text, *space = NULL;

	for (char *c = text; *c; c++) {
		char next = c[1];

		if (*c == ' ')
			space = c;
		c[1] = '\0';
		if (text_width(start) > width && space) {
			*space = '\n';
			start = space + 1;
			space = NULL;
		}
		c[1] = next;
	}
}

/* Wrap the last column, if it may be wrapped and there is room for some words. */
static void wrap_last(struct table *t, int width)
{
	size_t last = t->nr_chosen - 1;

	if (!(t->columns[t->chosen[last]].flags & SCOLS_FL_WRAP))
		return;
	for (size_t i = 0; i < last; i++)
		width -= widest(t, i) + 1;
	if (width < WRAP_LEAST)
		return;
	for (size_t i = 0; i < scols_table_get_nlines(t->tb); i++) {
		struct libscols_line *line = scols_table_get_line(t->tb, i);
		const char *data = cell_data(line, last);
		char *copy = data ? xstrdup(data) : NULL;

		if (!copy)
			continue;
		wrap_text(copy, width);
		scols_line_refer_data(line, last, copy);
	}
}

/*
 * Print for a terminal of @width columns. The library cuts lines without a mark, and
 * not those of all tables. So it prints lines as long as they are, and they are cut
 * here.
 */
static int print_terminal(struct table *t, int width)
{
	char *text, *line, *rest;
	int err;

	wrap_last(t, width);
	err = scols_print_table_to_string(t->tb, &text);
	if (err)
		return err;
	for (rest = text; (line = strsep(&rest, "\n")) && (rest || *line);) {
		size_t len = strlen(line);
		char *cut;

		while (len && line[len - 1] == ' ')
			line[--len] = '\0';
		if (text_width(line) <= width) {
			puts(line);
			continue;
		}
		cut = text_fit(line, width);
		puts(cut);
		free(cut);
	}
	free(text);
	return 0;
}

int table_end(struct table *table)
{
	struct winsize size;
	int err;

	if (table->raw)
		fill_empty(table);
	if (table->null)
		err = print_null(table);
	else if (!table->raw && !table->json && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) &&
		 size.ws_col)
		err = print_terminal(table, size.ws_col);
	else
		err = scols_print_table(table->tb);
	scols_unref_table(table->tb);
	free(table);
	if (err)
		complain("cannot print the table: %s", strerror(-err));
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
