/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which hierarchies live, mounted or not: the lines with which containerfsd answers
 * CONTROL_STATS, and which the kernel's containerfs has in its parameter.  Only root
 * is told.
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

/* The lines of the kernel's own containerfs, for free(); NULL: not there, or not for this user. */
char *live_in_kernel(void);
/* Take the next line off *@text, which is changed; false at the end. */
bool live_next(char **text, struct live *live);

#endif /* _CONTAINERFS_LIVE_H */
