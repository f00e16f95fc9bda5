/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options of a program in one table, which getopt_long(3) and the help are made from.
 * Includes only libc.
 */
#ifndef _CONTAINERFS_CMDLINE_H
#define _CONTAINERFS_CMDLINE_H

#include <getopt.h>
#include <stdio.h>

struct cmdline_option {
	int		value;	/* what getopt_long() returns: its letter, or from 256 on; 0: the end */
	const char	*name;	/* with two dashes; NULL: only the letter */
	const char	*arg;	/* what its value is called; NULL: it has none */
	const char	*help;	/* NULL: it is not shown */
};

#define CMDLINE_OPTIONS_MAX	16

struct cmdline {
	char		letters[2 * CMDLINE_OPTIONS_MAX + 2];
	struct option	names[CMDLINE_OPTIONS_MAX + 1];
};

/*
 * Fill @cmd from @table, which has CMDLINE_OPTIONS_MAX entries at most.  @first: what the
 * letters begin with, such as "-" (see getopt(3)).
 */
void cmdline_make(const struct cmdline_option *table, const char *first, struct cmdline *cmd);
/* Print a line each; what an option does begins at @column, also after a line break in it. */
void cmdline_help(const struct cmdline_option *table, int column, FILE *out);

#endif /* _CONTAINERFS_CMDLINE_H */
