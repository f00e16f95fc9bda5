/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * births.bpf.h - where threads are born while their process is moved
 *
 * The daemon moves a process thread by thread. From the moment on when it says so,
 * a thread of that process whose creator is in a css_group that is to be left is
 * born in the one to go to, so threads that end as soon as they have made the next
 * do not outrun it.
 *
 * Why none is born outside unseen: a program reads this after the child can be
 * found by its number. If it does not see what the daemon has said, the child was
 * to be found before a walk that the daemon begins afterwards. If it does, the
 * record was reserved before, so the daemon's next drain knows of the child; that
 * drain comes before the id to go to is freed.
 *
 * The daemon only adds while a process moves, and changes `move` when it ends: what
 * was read while that stayed the same belongs together.
 */
#ifndef _CONTAINERFSD_BPF_BIRTHS_BPF_H
#define _CONTAINERFSD_BPF_BIRTHS_BPF_H

#include "base.bpf.h"

struct te_births births;

static __always_inline bool births_follow(struct task_struct *child)
{
	return *(volatile u32 *)&births.tgid == child->tgid;
}

/* The css_group of @child, whose creator is in @id. */
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
