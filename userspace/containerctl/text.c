// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text for terminals and for people.
 *
 * Names of containers and commands are any bytes. A byte that is no character of the
 * locale, or could steer a terminal, is shown as \xNN, as libsmartcols does it in
 * tables. JSON is UTF-8, whatever the locale is.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "containerctl.h"

/* Length of the UTF-8 character at @s (RFC 3629), 0 if there is none. */
static size_t utf8_len(const unsigned char *s)
{
	static const unsigned int least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	unsigned int c = s[0];

	if (len == 1)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	c &= 0xffu >> (len + 1);
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return len;
}

char *to_utf8(char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	char *out = xcalloc(strlen(text) + 1, 4), *to = out;

	while (*s) {
		size_t len = utf8_len(s);

		if (len) {
			memcpy(to, s, len);
			to += len;
		} else {
			len = 1;
			to += sprintf(to, "\\x%02x", *s);
		}
		s += len;
	}
	free(text);
	return out;
}

/* Length in bytes of the first character of @s, and its *@width in columns; 0: not printable. */
static size_t next_shown(const char *s, int *width)
{
	mbstate_t state = { 0 };
	wchar_t c;
	size_t len = mbrtowc(&c, s, strlen(s), &state);

	if (!len || len == (size_t)-1 || len == (size_t)-2 || !iswprint(c))
		return 0;
	*width = wcwidth(c) < 0 ? 0 : wcwidth(c);
	return len;
}

char *printable(const char *text)
{
	char *out = xcalloc(strlen(text) + 1, 4), *to = out;

	while (*text) {
		int width;
		size_t len = next_shown(text, &width);

		if (len) {
			memcpy(to, text, len);
			to += len;
			text += len;
		} else {
			to += sprintf(to, "\\x%02x", (unsigned char)*text++);
		}
	}
	return out;
}

int text_width(const char *text)
{
	int sum = 0, width;

	for (size_t len; *text; text += len) {
		len = next_shown(text, &width);
		if (!len)
			break;
		sum += width;
	}
	return sum;
}

/* What stands for text that was cut off: "...", or less if @width is less. */
static const char *cut_mark(int width)
{
	static const char dots[] = "...";

	return dots + (width < 3 ? 3 - (width > 0 ? width : 0) : 0);
}

char *text_fit(const char *text, int width)
{
	const char *end = text, *dots = text_width(text) > width ? cut_mark(width) : "";
	int used = 0, columns, room = width - (int)strlen(dots);
	size_t len;

	while (*end && (len = next_shown(end, &columns)) && used + columns <= room) {
		used += columns;
		end += len;
	}
	return xasprintf("%.*s%s%*s", (int)(end - text), text, dots, room - used, "");
}

char *text_fit_left(const char *text, int width)
{
	int over = text_width(text) - width, columns;
	const char *dots = over > 0 ? cut_mark(width) : "";

	/* the mark takes room, too */
	over += (int)strlen(dots);
	for (size_t len; *dots && over > 0 && (len = next_shown(text, &columns)); text += len)
		over -= columns;
	return xasprintf("%s%s%*s", dots, text, over < 0 ? -over : 0, "");
}

char *human_bytes(unsigned long long bytes)
{
	static const char units[] = "BKMGTPE";
	unsigned long long tenths;
	int unit;

	if (bytes < 1024)
		return xasprintf("%lluB", bytes);
	/* divide first, because bytes * 10 could overflow */
	tenths = bytes / 1024 * 10 + bytes % 1024 * 10 / 1024;
	for (unit = 1; tenths >= 10240; unit++)
		tenths /= 1024;
	if (tenths >= 1000)
		return xasprintf("%llu%c", tenths / 10, units[unit]);
	return xasprintf("%llu.%llu%c", tenths / 10, tenths % 10, units[unit]);
}

char *human_time(unsigned long long ns)
{
	unsigned long long s = ns / 1000000000;

	if (s >= 86400)
		return xasprintf("%llud %lluh", s / 86400, s % 86400 / 3600);
	if (s >= 3600)
		return xasprintf("%lluh %02llumin", s / 3600, s % 3600 / 60);
	if (s >= 60)
		return xasprintf("%llumin %02llus", s / 60, s % 60);
	return xasprintf("%llu.%03llus", s, ns / 1000000 % 1000);
}
