// SPDX-License-Identifier: GPL-2.0-only
/*
 * json_keys: is standard input JSON, one value a line or one in all, in which no object has a
 * key twice? Many readers silently take the last of two.
 *
 * Prints where it is not. Exit status 0, 1, or 2 if it cannot read.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text, *at;

static void fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf(", at byte %td: %.40s\n", at - text, at);
	exit(1);
}

static void skip_space(void)
{
	at += strspn(at, " \t\r\n");
}

static void take(char c)
{
	skip_space();
	if (*at != c)
		fail("no '%c'", c);
	at++;
}

/* A key by its bytes: a key that is written twice has the same escapes. */
static char *string(void)
{
	const char *start;
	char *copy;

	take('"');
	for (start = at; *at != '"'; at++) {
		if ((unsigned char)*at < 0x20)
			fail("a string does not end");
		if (*at == '\\' && !strchr("\"\\/bfnrtu", *++at))
			fail("no such escape");
	}
	copy = strndup(start, (size_t)(at - start));
	at++;
	if (!copy)
		exit(2);
	return copy;
}

static void value(void);

static void members(void)
{
	char *key[256];
	size_t nr = 0;

	do {
		key[nr] = string();
		for (size_t i = 0; i < nr; i++)
			if (!strcmp(key[i], key[nr]))
				fail("the key \"%s\" twice in one object", key[nr]);
		if (++nr == sizeof(key) / sizeof(key[0]))
			exit(2);
		take(':');
		value();
		skip_space();
	} while (*at == ',' && at++);
	while (nr)
		free(key[--nr]);
}

static void value(void)
{
	char *end;

	skip_space();
	switch (*at) {
	case '{':
	case '[': {
		char close = *at == '{' ? '}' : ']';

		at++;
		skip_space();
		if (*at != close && close == '}') {
			members();
		} else if (*at != close) {
			do
				value();
			while (skip_space(), *at == ',' && at++);
		}
		take(close);
		return;
	}
	case '"':
		free(string());
		return;
	}
	for (const char *const *word = (const char *const[]){ "true", "false", "null", NULL }; *word;
	     word++)
		if (!strncmp(at, *word, strlen(*word))) {
			at += strlen(*word);
			return;
		}
	strtod(at, &end);
	if (end == at || !strchr("-0123456789", *at))
		fail("no value");
	at = end;
}

int main(void)
{
	size_t size = 0;
	char *buf = NULL;

	if (getdelim(&buf, &size, '\0', stdin) <= 0) {
		puts("nothing to read");
		return 2;
	}
	text = at = buf;
	do {
		value();
		skip_space();
	} while (*at);
	free(buf);
	return 0;
}
