/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * containerctl stat: what is known of one container, as a list of values, made
 * by stat_core.c and stat_files.c and printed by stat.c.
 */
#ifndef _CONTAINERCTL_STAT_H
#define _CONTAINERCTL_STAT_H

#include "containerctl.h"

enum value_type { VALUE_STRING, VALUE_NUMBER, VALUE_FLAG, VALUE_LINES, VALUE_ERROR };

struct value {
	char		*group;		/* subsystem, or "core" */
	char		*name;
	enum value_type	 type;
	char		*plain;		/* as the file has it; VALUE_FLAG: "0" or "1" */
	char		*human;		/* the same for people, or NULL */
	int		 err;		/* VALUE_ERROR: why it could not be read */
};

struct values {
	struct value	*value;
	size_t		 nr;
};

/* Takes @plain and @human. */
void values_add(struct values *values, const char *group, const char *name,
		enum value_type type, char *plain, char *human);
void values_add_error(struct values *values, const char *group, const char *name, int err);
const struct value *values_find(const struct values *values, const char *group,
				const char *name);
void values_free(struct values *values);

/* What the container itself is; an error only if it has gone. */
int stat_core(const struct place *place, struct values *values);
/* What the files of the subsystems say. */
int stat_files(const struct place *place, struct values *values);

#endif /* _CONTAINERCTL_STAT_H */
