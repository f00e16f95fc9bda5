// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl stat: the list of values, in the order in which they were added.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "stat.h"

static struct value *new_value(struct values *values, const char *group, const char *name)
{
	struct value *v;

	values->value = xrealloc(values->value, values->nr + 1, sizeof(*values->value));
	v = &values->value[values->nr++];
	*v = (struct value){ .group = xstrdup(group), .name = xstrdup(name) };
	return v;
}

void values_add(struct values *values, const char *group, const char *name,
		enum value_type type, char *plain, char *human)
{
	struct value *v = new_value(values, group, name);

	v->type = type;
	v->plain = plain;
	v->human = human;
}

void values_add_error(struct values *values, const char *group, const char *name, int err)
{
	struct value *v = new_value(values, group, name);

	v->type = VALUE_ERROR;
	v->err = err;
}

const struct value *values_find(const struct values *values, const char *group,
				const char *name)
{
	for (size_t i = 0; i < values->nr; i++)
		if (!strcmp(values->value[i].group, group) && !strcmp(values->value[i].name, name))
			return &values->value[i];
	return NULL;
}

void values_free(struct values *values)
{
	for (size_t i = 0; i < values->nr; i++) {
		free(values->value[i].group);
		free(values->value[i].name);
		free(values->value[i].plain);
		free(values->value[i].human);
	}
	free(values->value);
}
