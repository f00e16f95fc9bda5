// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel separates words of the mount table by spaces and options by commas,
 * and writes the bytes that would end a word as \ooo.
 */
#include "unescape.h"

static int is_octal(char c)
{
	return c >= '0' && c <= '7';
}

void unescape(char *text)
{
	char *to = text;

	while (*text) {
		if (text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && is_octal(text[2]) &&
		    is_octal(text[3])) {
			*to++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}
