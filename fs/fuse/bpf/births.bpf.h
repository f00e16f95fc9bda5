/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where threads are born while the daemon moves their process
 *
 * The daemon moves a process thread by thread. First it writes into `births` which
 * css_groups the process leaves, and for which ones. From then on a new thread whose
 * creator is in a group that is left is born in the group to go to. So threads that end
 * as soon as they have made the next thread do not outrun the daemon.
 *
 * Why no thread is born outside unseen: a program reads `births` after the child can be
 * found by its number. If the program does not see what the daemon has written, the
 * child could be found before the daemon began the walk that follows. If the program
 * sees it, it had reserved its record before, so the daemon's next drain knows of the
 * child; that drain comes before the daemon frees the id to go to.
 *
 * The daemon only adds pairs while a process moves, and changes `move` when the move
 * ends: what a program reads while `move` stays the same belongs together.
 */
#ifndef _CONTAINERFSD_BPF_BIRTHS_BPF_H
#define _CONTAINERFSD_BPF_BIRTHS_BPF_H

#include "base.bpf.h"

struct te_births births;

static __always_inline bool births_follow(struct task_struct *child)
{
	return *(volatile u32 *)&births.tgid == child->tgid;
}

/* The css_group that @child is born in; its creator is in @id. */
static __always_inline u64 births_group(struct task_struct *child, u64 id)
{
	u32 i, nr;
	u64 move, to = id;

	if (!births_follow(child))
		return id;
	move = word_read(&births.move);
	nr = *(volatile u32 *)&births.nr;
	full_barrier();
	for (i = 0; i < TE_BIRTHS_MAX && i < nr; i++)
		if (births.group[i].from == id)
			to = births.group[i].to;
	full_barrier();
	return births_follow(child) && word_read(&births.move) == move ? to : id;
}

#endif /* _CONTAINERFSD_BPF_BIRTHS_BPF_H */
