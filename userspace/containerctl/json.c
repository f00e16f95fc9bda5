// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON that is no table: objects in objects, and values of each type. libsmartcols
 * writes the JSON of tables.
 *
 * Strings are printed as UTF-8, as in tables: a byte that is not UTF-8 becomes \xNN.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

#include "containerctl.h"

static void put_string(FILE *out, const char *text)
{
	char *utf8 = to_utf8(xstrdup(text));

	putc('"', out);
	for (const unsigned char *s = (const unsigned char *)utf8; *s; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			fprintf(out, "\\u%04x", *s);
		else
			putc(*s, out);
	}
	putc('"', out);
	free(utf8);
}

static void new_line(struct json *json)
{
	if (!json->lines)
		fprintf(json->out, "\n%*s", json->depth * 3, "");
}

static void begin_value(struct json *json, const char *key)
{
	if (json->any)
		putc(',', json->out);
	if (json->depth)
		new_line(json);
	json->any = true;
	if (key) {
		put_string(json->out, key);
		fputs(json->lines ? ":" : ": ", json->out);
	}
}

void json_open(struct json *json, const char *key, char open)
{
	begin_value(json, key);
	putc(open, json->out);
	json->depth++;
	json->any = false;
}

void json_close(struct json *json, char close)
{
	json->depth--;
	if (json->any)
		new_line(json);
	putc(close, json->out);
	json->any = json->depth > 0;
	if (!json->depth)
		putc('\n', json->out);
}

void json_string(struct json *json, const char *key, const char *text)
{
	begin_value(json, key);
	put_string(json->out, text);
}

void json_plain(struct json *json, const char *key, const char *text)
{
	begin_value(json, key);
	fputs(text, json->out);
}

void json_number(struct json *json, const char *key, unsigned long long number)
{
	begin_value(json, key);
	fprintf(json->out, "%llu", number);
}
