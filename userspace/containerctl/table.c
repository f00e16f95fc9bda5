// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables by libsmartcols: the options, columns and formats that lsns, lsblk
 * and findmnt have, so that nobody has to learn them again.
 *
 * Bytes that a terminal should not get are escaped by the library, as \xNN, in
 * tables and raw output. JSON must be UTF-8, and container names need not be:
 * there, bytes that are not part of a UTF-8 character become \xNN as well.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "containerctl.h"

#define COLUMNS_MAX	16

struct table {
	struct libscols_table	*tb;
	const struct column	*columns;
	size_t			 nr;			/* of columns there are */
	size_t			 chosen[COLUMNS_MAX];	/* which, in order */
	size_t			 nr_chosen;
	bool			 json;
};

bool table_options(int argc, char **argv, struct table_opts *opts, int *first, int *status)
{
	static const struct option longopts[] = {
		{ "output",	 required_argument, NULL, 'o' },
		{ "json",	 no_argument,	    NULL, 'J' },
		{ "raw",	 no_argument,	    NULL, 'r' },
		{ "no-headings", no_argument,	    NULL, 'n' },
		{ "noheadings",	 no_argument,	    NULL, 'n' },
		{ "help",	 no_argument,	    NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int c;

	*opts = (struct table_opts){ 0 };
	while ((c = getopt_long(argc, argv, ":o:Jrnh", longopts, NULL)) != -1) {
		switch (c) {
		case 'o':
			opts->output = optarg;
			break;
		case 'J':
			opts->json = true;
			break;
		case 'r':
			opts->raw = true;
			break;
		case 'n':
			opts->no_headings = true;
			break;
		case 'h':
			print_help(argv[0]);
			*status = EXIT_SUCCESS;
			return false;
		default:
			complain(c == ':' ? "%s: option '%s' needs a value" :
				 "%s: there is no option '%s'", argv[0], argv[optind - 1]);
			*status = usage_error(argv[0]);
			return false;
		}
	}
	if (opts->json && opts->raw) {
		complain("%s: --json and --raw exclude each other", argv[0]);
		*status = usage_error(argv[0]);
		return false;
	}
	*first = optind;
	return true;
}

static bool choose(struct table *t, const char *name, size_t len)
{
	for (size_t i = 0; i < t->nr; i++) {
		if (strlen(t->columns[i].name) != len ||
		    strncasecmp(t->columns[i].name, name, len))
			continue;
		/* named twice: once is enough */
		if (!table_wants(t, i))
			t->chosen[t->nr_chosen++] = i;
		return true;
	}
	complain("there is no column '%.*s'; the columns are:", (int)len, name);
	for (size_t i = 0; i < t->nr; i++)
		fprintf(stderr, "  %-12s %s\n", t->columns[i].name, t->columns[i].help);
	return false;
}

static bool choose_list(struct table *t, const char *list)
{
	while (*list) {
		size_t len = strcspn(list, ",");

		if (!choose(t, list, len))
			return false;
		list += len + (list[len] == ',');
	}
	return true;
}

static void fill(struct table *t, const char *name, const struct table_opts *opts)
{
	scols_table_set_name(t->tb, name);
	scols_table_enable_json(t->tb, opts->json);
	scols_table_enable_raw(t->tb, opts->raw);
	scols_table_enable_noheadings(t->tb, opts->no_headings);
	for (size_t i = 0; i < t->nr_chosen; i++) {
		const struct column *c = &t->columns[t->chosen[i]];
		int flags = opts->raw ? c->flags & ~SCOLS_FL_TREE : c->flags;
		struct libscols_column *cl = scols_table_new_column(t->tb, c->name, 0, flags);

		if (cl)
			scols_column_set_json_type(cl, c->json);
	}
}

struct table *table_new(const char *name, const struct column *columns, size_t nr,
			const char *defaults, const struct table_opts *opts)
{
	struct table *t = xcalloc(1, sizeof(*t));
	const char *output = opts->output;
	bool add = output && output[0] == '+';

	t->columns = columns;
	t->nr = nr;
	t->json = opts->json;
	if (output && !output[strspn(output, "+,")]) {
		complain("--output names no column");
		free(t);
		return NULL;
	}
	t->tb = scols_new_table();
	if (!t->tb || ((!output || add) && !choose_list(t, defaults)) ||
	    (output && !choose_list(t, output + add))) {
		scols_unref_table(t->tb);
		free(t);
		return NULL;
	}
	fill(t, name, opts);
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

int table_end(struct table *table)
{
	int err = scols_print_table(table->tb);

	scols_unref_table(table->tb);
	free(table);
	if (err)
		complain("cannot print the table: %s", strerror(-err));
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
