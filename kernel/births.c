// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where threads are born while their process is being moved.
 *
 * attach.c moves a process thread by thread.  If every thread ends as soon as it has
 * made the next one, attach.c may find none of them in time, and the process stays
 * behind.  So once all subsystems agree to the move, the children of its threads are
 * born in the destination.  This needs to know the css_groups in which the process has
 * threads outside of the destination.  They are the groups of the threads that attach.c
 * has found, and those in which the host has seen a thread of the process be born or
 * exit meanwhile.
 *
 * When is the move complete?  When a pass over the threads finds only exiting threads
 * outside, and no group was added since the pass began.  Proof: suppose that a thread T
 * is outside nevertheless.  The pass did not find T, so T was born after the pass began,
 * in a group that is not followed.  T's creator was in that group.  Either the pass found
 * the creator, or the creator was born or has exited during the pass; in each case the
 * group was added.
 *
 * One process moves at a time (attach_mutex).  Its threads are followed out of BIRTHS_MAX
 * groups at most; more than one is rare.
 */
#include "container.h"

#define BIRTHS_MAX	16

static struct {
	int			tgid;		/* of the process that moves, 0: none */
	struct container	*cont;		/* to where; borrowed from the mover */
	bool			follow;		/* all subsystems agree to the move */
	bool			news;		/* a group was added, or could not be */
	unsigned int		nr;
	struct {
		struct css_group *from, *to;	/* a reference each */
	} group[BIRTHS_MAX];
} births;			/* under container_lock; tgid is also read without */

_Bool container_births_follow(int tgid)
{
	return tgid && READ_ONCE(births.tgid) == tgid;
}

/* Are children of threads in @group to be born in the destination? */
static bool births_outside(const struct css_group *group)
{
	return births.follow && !container_removed(births.cont) && !container_dead(births.cont) &&
		css_group_container(group, births.cont->root) != births.cont;
}

/* The group in which children of threads in @from are born; NULL: @from is not followed. */
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
	/* The host is told in any case, because it may have several numbers for one group. */
	if (to && (css_group_meet(to) ||
		   (host_replica && host_replica->births_follow(tgid, cookie, to))))
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
	if (births.nr && host_replica)
		host_replica->births_end();
	WRITE_ONCE(births.tgid, 0);
	for (i = 0; i < births.nr; i++) {
		css_group_put_locked(births.group[i].from);
		css_group_put_locked(births.group[i].to);
	}
	births.nr = 0;
	spin_unlock(&container_lock);
}
