// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options of commands.
 *
 * Each command has one table of its options. getopt_long(3) and the help are made
 * of it, so that a command has no option that its help does not tell. Commands
 * that print a table have the options of all tables as well.
 */
#define _GNU_SOURCE
#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "containerctl.h"

/* more than any command has, with those of tables */
#define OPTIONS_MAX	32

const struct option_row table_option_rows[] = {
	{ 'o', "output", "COLUMNS", "what to print, separated by commas; +COLUMNS adds" },
	{ 'J', "json", NULL, "JSON" },
	{ 'r', "raw", NULL, "one space between columns, no alignment" },
	{ '0', "null", NULL, "each value as it is, with a zero byte after it" },
	{ 'n', "no-headings", NULL, "no heading line" },
	{ 'n', "noheadings" },	/* as lsns(8) calls it */
	{ 0 }
};

static const struct option_row common[] = {
	{ 'h', "help" },
	{ 0 }
};

/* The tables of rows that @command has; the last one is NULL. */
static void tables_of(const struct command *command, const struct option_row *tables[5])
{
	int nr = 0;

	if (command->columns)
		tables[nr++] = table_option_rows;
	if (command->options)
		tables[nr++] = command->options;
	if (command->also)
		tables[nr++] = command->also;
	tables[nr++] = common;
	tables[nr] = NULL;
}

static bool has_letter(const struct option_row *row)
{
	return row->key < OPTION_LONG;
}

/* --- reading --- */

/* Make what getopt_long() takes: @letters has ':' first, so that a missing value is told apart. */
static void make_getopt(const struct command *command, char *letters, struct option *longopts)
{
	const struct option_row *tables[5];
	size_t nr = 0;

	tables_of(command, tables);
	if (command->starts)
		*letters++ = '+';
	*letters++ = ':';
	for (int i = 0; tables[i]; i++)
		for (const struct option_row *row = tables[i]; row->name; row++) {
			assert(nr < OPTIONS_MAX);
			longopts[nr++] = (struct option){
				.name = row->name,
				.has_arg = row->value ? required_argument : no_argument,
				.val = row->key,
			};
			if (!has_letter(row))
				continue;
			*letters++ = (char)row->key;
			if (row->value)
				*letters++ = ':';
		}
	*letters = '\0';
	longopts[nr] = (struct option){ 0 };
}

static const char *value_of(const struct command *command, int key)
{
	const struct option_row *tables[5];

	tables_of(command, tables);
	for (int i = 0; tables[i]; i++)
		for (const struct option_row *row = tables[i]; row->name; row++)
			if (row->key == key)
				return row->value;
	return NULL;
}

/* Complain of the word that getopt_long() has just refused. */
static void complain_option(const struct command *command, int c, char **argv)
{
	const char *word = argv[optind - 1];
	char letter[] = "-x";

	if (c == ':') {
		complain("%s: option '%s' needs a value: %s", command->name, word,
			 value_of(command, optopt));
		return;
	}
	/* optopt is the key of an option which was given a value and takes none */
	if (optopt && !strncmp(word, "--", 2) && strchr(word, '=')) {
		complain("%s: option '%.*s' takes no value", command->name,
			 (int)strcspn(word, "="), word);
		return;
	}
	/* getopt_long() has not left a word of several letters yet */
	if (optopt) {
		letter[1] = (char)optopt;
		word = letter;
	}
	complain("%s: there is no option '%s'%s%s", command->name, word,
		 command->no_option ? ": " : "", command->no_option ? command->no_option : "");
}

int option_next(int argc, char **argv, int *status)
{
	const struct command *command = find_command(argv[0]);
	struct option longopts[OPTIONS_MAX + 1];
	char letters[2 * OPTIONS_MAX + 3];
	int c;

	make_getopt(command, letters, longopts);
	c = getopt_long(argc, argv, letters, longopts, NULL);
	switch (c) {
	case -1:
		return OPTION_END;
	case 'h':
		print_help(command->name);
		*status = EXIT_SUCCESS;
		return OPTION_STOP;
	case ':':
	case '?':
		complain_option(command, c, argv);
		*status = usage_error(command->name);
		return OPTION_STOP;
	default:
		return c;
	}
}

bool words_given(int argc, char **argv, const char *what, int *status)
{
	if (optind < argc)
		return true;
	complain("%s: at least one %s is needed", argv[0], what);
	*status = usage_error(argv[0]);
	return false;
}

int each_word(int argc, char **argv, bool (*fn)(const char *word, void *arg), void *arg)
{
	int status = EXIT_SUCCESS;

	for (int i = optind; i < argc; i++)
		if (!fn(argv[i], arg))
			status = EXIT_FAILURE;
	return status;
}

/* --- the help --- */

/* "-o, --output COLUMNS"; for free(). @letters: others of the list have one. */
static char *left_side(const struct option_row *row, bool letters)
{
	char *letter = has_letter(row) ? xasprintf("-%c, ", row->key) : xstrdup(letters ? "    " : "");
	char *text = xasprintf("%s--%s%s%s", letter, row->name, row->value ? " " : "",
			       row->value ? row->value : "");

	free(letter);
	return text;
}

static void print_row(const struct option_row *row, bool letters, int width)
{
	char *left = left_side(row, letters);
	const char *help = row->help;

	while (*help) {
		int len = (int)strcspn(help, "\n");

		printf("  %-*s  %.*s\n", width, help == row->help ? left : "", len, help);
		help += len + (help[len] == '\n');
	}
	free(left);
}

void columns_print(FILE *out, const struct column *columns)
{
	for (; columns->name; columns++)
		fprintf(out, "  %-12s %s\n", columns->name, columns->help);
}

void print_options(const struct command *command)
{
	const struct option_row *tables[5];
	bool letters = false;
	int width = 0;

	tables_of(command, tables);
	for (int i = 0; tables[i]; i++)
		for (const struct option_row *row = tables[i]; row->name; row++)
			letters |= row->help && has_letter(row);
	for (int i = 0; tables[i]; i++)
		for (const struct option_row *row = tables[i]; row->name; row++) {
			char *left = left_side(row, letters);

			if (row->help && (int)strlen(left) > width)
				width = (int)strlen(left);
			free(left);
		}
	if (width)
		puts("\nOptions:");
	for (int i = 0; tables[i]; i++)
		for (const struct option_row *row = tables[i]; row->name; row++)
			if (row->help)
				print_row(row, letters, width);
}
