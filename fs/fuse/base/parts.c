// SPDX-License-Identifier: GPL-2.0-only
/* parts.c - parts that come up in order and go down in reverse */
#include <stddef.h>

#include "base/parts.h"

/* From the one before @end back to @first. */
static void take_down(const struct part *first, const struct part *end)
{
	while (end-- != first)
		if (end->exit)
			end->exit();
}

int parts_init(const struct part *parts, const struct part **failed)
{
	const struct part *part;
	int err;

	for (part = parts; part->name; part++) {
		err = part->init ? part->init() : 0;
		if (!err)
			continue;
		take_down(parts, part);
		if (failed)
			*failed = part;
		return err;
	}
	return 0;
}

void parts_exit(const struct part *parts)
{
	const struct part *end = parts;

	while (end->name)
		end++;
	take_down(parts, end);
}
