// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl stat: all that is known of a container, on one screen.
 *
 * Three forms: for people, a group of lines a subsystem; --raw, a line
 * "SUBSYSTEM.NAME VALUE" each, numbers as the files have them; --json.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "stat.h"

/* lines of a list that people are shown */
#define LINES_SHOWN	12

/* --- in three forms --- */

static int count_lines(const char *text)
{
	int n = *text != '\0';

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static char *next_line(const char **text)
{
	size_t len = strcspn(*text, "\n");
	char *line = xasprintf("%.*s", (int)len, *text);

	*text += len + ((*text)[len] == '\n');
	return line;
}

static void print_escaped(const char *text)
{
	char *safe = printable(text);

	puts(safe);
	free(safe);
}

static void show_list(const struct value *v, int width)
{
	const char *rest = v->plain;
	int nr = count_lines(rest);

	printf("%d%s\n", nr, nr == 1 ? " line" : " lines");
	for (int i = 0; i < nr && i < LINES_SHOWN; i++) {
		char *line = next_line(&rest);

		printf("%*s", width, "");
		print_escaped(line);
		free(line);
	}
	if (nr > LINES_SHOWN)
		printf("%*s... and %d more; --raw prints all\n", width, "", nr - LINES_SHOWN);
}

static char *label_of(const struct value *v)
{
	char *label = xstrdup(v->name);

	for (char *c = label; *c; c++)
		if (*c == '_')
			*c = ' ';
	return label;
}

static void show_text(const struct values *values)
{
	const char *group = "";
	int width = 0;

	for (size_t i = 0; i < values->nr; i++)
		if ((int)strlen(values->value[i].name) > width)
			width = (int)strlen(values->value[i].name);
	for (size_t i = 0; i < values->nr; i++) {
		const struct value *v = &values->value[i];
		char *label = label_of(v);

		if (strcmp(group, v->group))
			printf("%s\n", group = v->group);
		printf("  %-*s  ", width, label);
		free(label);
		if (v->type == VALUE_ERROR)
			printf("cannot be read: %s\n", strerror(-v->err));
		else if (v->type == VALUE_FLAG)
			puts(strcmp(v->plain, "0") ? "yes" : "no");
		else if (v->type == VALUE_LINES)
			show_list(v, width + 4);
		else if (v->human)
			puts(v->human);
		else
			print_escaped(*v->plain ? v->plain : "(empty)");
	}
}

static void show_raw(const struct values *values)
{
	for (size_t i = 0; i < values->nr; i++) {
		const struct value *v = &values->value[i];
		const char *rest = v->plain;

		/* once for each line of a list, else just once */
		do {
			char *line = v->type == VALUE_ERROR ? xasprintf("! %s", strerror(-v->err))
							    : next_line(&rest);

			printf("%s.%s ", v->group, v->name);
			print_escaped(line);
			free(line);
		} while (v->type == VALUE_LINES && *rest);
	}
}

static void json_value(struct json *json, const struct value *v)
{
	const char *rest = v->plain;

	switch (v->type) {
	case VALUE_STRING:
		json_string(json, v->name, v->plain);
		break;
	case VALUE_NUMBER:
		json_plain(json, v->name, v->plain);
		break;
	case VALUE_FLAG:
		json_plain(json, v->name, strcmp(v->plain, "0") ? "true" : "false");
		break;
	case VALUE_LINES:
		json_open(json, v->name, '[');
		while (*rest) {
			char *line = next_line(&rest);

			json_string(json, NULL, line);
			free(line);
		}
		json_close(json, ']');
		break;
	case VALUE_ERROR:
		json_open(json, v->name, '{');
		json_string(json, "error", strerrorname_np(-v->err));
		json_close(json, '}');
		break;
	}
}

static void show_json(const struct values *values, struct json *json)
{
	const char *group = NULL;

	json_open(json, NULL, '{');
	for (size_t i = 0; i < values->nr; i++) {
		const struct value *v = &values->value[i];

		if (!group || strcmp(group, v->group)) {
			if (group)
				json_close(json, '}');
			json_open(json, group = v->group, '{');
		}
		json_value(json, v);
	}
	if (group)
		json_close(json, '}');
	json_close(json, '}');
}

/* --- the command --- */

/* Put the values of each group together; the groups stay in the order of their first values. */
static void group_values(struct values *values)
{
	struct values sorted = { 0 };

	sorted.value = xcalloc(values->nr + 1, sizeof(*sorted.value));
	while (sorted.nr < values->nr) {
		const char *group = NULL;

		for (size_t i = 0; i < values->nr; i++) {
			struct value *v = &values->value[i];

			if (!v->group || (group && strcmp(group, v->group)))
				continue;
			group = v->group;
			sorted.value[sorted.nr++] = *v;
			/* the strings belong to @sorted now */
			v->group = NULL;
		}
	}
	free(values->value);
	*values = sorted;
}

static bool load_values(const char *arg, struct values *values)
{
	struct place place;
	int err;

	if (!place_open("stat", arg, &place))
		return false;
	err = stat_core(&place, values);
	if (!err)
		err = stat_files(&place, values);
	if (err)
		complain("stat: %s: %s", arg, container_error(err));
	place_close(&place);
	group_values(values);
	return !err;
}

const struct option_row stat_options[] = {
	{ 'J', "json", NULL, "JSON" },
	{ 'r', "raw", NULL, "a line SUBSYSTEM.NAME VALUE each, numbers as the files have them" },
	{ 0 }
};

int cmd_stat(int argc, char **argv)
{
	struct json json = { .out = stdout };
	int status = EXIT_SUCCESS;
	bool raw = false, is_json = false, any = false;
	int key;

	while ((key = option_next(argc, argv, &status)) != OPTION_END) {
		if (key == OPTION_STOP)
			return status;
		is_json |= key == 'J';
		raw |= key == 'r';
	}
	if (raw && is_json) {
		complain("stat: --json and --raw exclude each other");
		return usage_error("stat");
	}
	if (!words_given(argc, argv, "PATH", &status))
		return status;
	setlocale(LC_NUMERIC, "C");
	if (is_json) {
		json_open(&json, NULL, '{');
		json_open(&json, "containers", '[');
	}
	for (int i = optind; i < argc; i++) {
		struct values values = { 0 };

		if (!load_values(argv[i], &values)) {
			status = EXIT_FAILURE;
		} else if (is_json) {
			show_json(&values, &json);
		} else {
			if (any)
				putchar('\n');
			any = true;
			if (raw)
				show_raw(&values);
			else
				show_text(&values);
		}
		values_free(&values);
	}
	if (is_json) {
		json_close(&json, ']');
		json_close(&json, '}');
	}
	return status;
}
