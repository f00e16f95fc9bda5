// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where threads are born while their process is being moved.
 *
 * A process is moved thread by thread (attach.c).  If every thread ends as soon
 * as it has made the next, none may live long enough to be found and moved, and
 * the process stays behind.  So from the moment on when all agree to the move, what
 * its threads create outside is born in the container to go to, as far as it is
 * known in which groups outside there are threads: those of the threads that are
 * to be moved, and those in which the host has seen one born or exit meanwhile.
 *
 * When is the move complete?  When a pass over the threads finds nobody outside but
 * who exits, and no group had to be added since that pass began.  For who is outside
 * then was not there when the pass began, else it would have been found; so it was
 * born later, in a group that is not followed; but its creator was in that group, and
 * was found, or was born or has exited meanwhile.
 *
 * One process moves at a time (attach_mutex), out of BIRTHS_MAX groups at most; more
 * than one is rare.
 */
#include "container.h"

#define BIRTHS_MAX	16

static struct {
	int			tgid;		/* of the process that moves, 0: none */
	struct container	*cont;		/* to where; borrowed from the mover */
	bool			follow;		/* all agree */
	bool			news;		/* something was added or could not be */
	unsigned int		nr;
	struct {
		struct css_group *from, *to;	/* a reference each */
	} group[BIRTHS_MAX];
} births;			/* under container_lock; tgid is also read without */

_Bool container_births_follow(int tgid)
{
	return tgid && READ_ONCE(births.tgid) == tgid;
}

/* Is one in @group to follow? */
static bool births_outside(const struct css_group *group)
{
	return births.follow && !container_dead(births.cont) &&
		css_group_container(group, births.cont->root) != births.cont;
}

/* Where those go whose creator is in @from; NULL: nowhere. */
static struct css_group *births_to(struct css_group *from)
{
	unsigned int i;

	for (i = 0; i < births.nr; i++)
		if (births.group[i].from == from)
			return births.group[i].to;
	births.news = true;
	if (i == BIRTHS_MAX)
		return NULL;
	births.group[i].to = css_group_find(from, births.cont);
	if (!births.group[i].to)
		return NULL;
	births.group[i].from = from;
	from->refs++;
	births.nr++;
	return births.group[i].to;
}

void container_births_add(int tgid, struct css_group *group, unsigned long long cookie)
{
	struct css_group *to;

	lockdep_assert_held(&container_lock);
	if (!container_births_follow(tgid) || !births_outside(group))
		return;
	to = births_to(group);
	/* A host may have several numbers for one group, so it is told in any case. */
	if (to && host_births_follow(tgid, cookie, to))
		births.news = true;
}

struct css_group *container_births_group(int tgid, struct css_group *creators)
{
	struct css_group *to;

	lockdep_assert_held(&container_lock);
	if (!container_births_follow(tgid) || !births_outside(creators))
		return creators;
	to = births_to(creators);
	return to ? to : creators;
}

void container_births_begin(int tgid, struct container *cont)
{
	spin_lock(&container_lock);
	births.cont = cont;
	births.news = births.follow = false;
	WRITE_ONCE(births.tgid, tgid);
	spin_unlock(&container_lock);
}

void container_births_agreed(void)
{
	lockdep_assert_held(&container_lock);
	births.follow = true;
}

bool container_births_news(void)
{
	bool news;

	spin_lock(&container_lock);
	news = births.news;
	births.news = false;
	spin_unlock(&container_lock);
	return news;
}

void container_births_end(void)
{
	unsigned int i;

	spin_lock(&container_lock);
	if (births.nr)
		host_births_end();
	WRITE_ONCE(births.tgid, 0);
	for (i = 0; i < births.nr; i++) {
		css_group_put_locked(births.group[i].from);
		css_group_put_locked(births.group[i].to);
	}
	births.nr = 0;
	spin_unlock(&container_lock);
}
