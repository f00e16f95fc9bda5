/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which hierarchies live, mounted or not: lines that containerfsd answers
 * CONTROL_STATS with, and that the kernel's containerfs has in its parameter.
 * Shared with containerctl; root alone is told.
 */
#ifndef _CONTAINERFS_LIVE_H
#define _CONTAINERFS_LIVE_H

#include <stdbool.h>
#include <sys/types.h>

struct live {
	int		 id;
	dev_t		 dev;		/* st_dev of its mounts; 0: it has none */
	long		 containers;	/* with the top one */
	char		*options;	/* as in the mount table, borrowed from the text */
};

/* What the kernel's own containerfs says, for free(); NULL: it is not there, or does not say it to us. */
char *live_in_kernel(void);
/* The next of *@text, which is taken apart; false at the end. */
bool live_next(char **text, struct live *live);

#endif /* _CONTAINERFS_LIVE_H */
