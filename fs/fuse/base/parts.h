/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * parts.h - parts that come up in order and go down in reverse
 *
 * A table of parts states the order once, so that an error in the middle takes down
 * just what is up, in the order in which the end does.
 */
#ifndef _CONTAINERFSD_PARTS_H
#define _CONTAINERFSD_PARTS_H

struct part {
	const char	*name;
	int		(*init)(void);		/* 0 or -errno; NULL: nothing to do */
	void		(*exit)(void);		/* NULL: nothing to undo */
	int		why;			/* for the table's owner: what its failure means */
};

/*
 * Bring up @parts, which end with a NULL name. On an error those that are up go down
 * again, and *@failed, if @failed is not NULL, is the part that did not come up.
 */
int parts_init(const struct part *parts, const struct part **failed);
/* All of them go down. */
void parts_exit(const struct part *parts);

#endif /* _CONTAINERFSD_PARTS_H */
