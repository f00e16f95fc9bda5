// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where threads are born while their process is moved: the daemon's side of births.bpf.h
 *
 * The daemon first writes a pair, then counts it, because programs read meanwhile.
 */
#include <errno.h>

#include "internal.h"

int task_events_births(struct task_events *te, uint32_t tgid, uint64_t from, uint64_t to)
{
	struct te_births *b = &te->skel->bss->births;

	if (from == to)
		return 0;
	for (uint32_t i = 0; i < b->nr; i++)
		if (b->group[i].from == from)
			return 0;	/* the programs know it */
	if (b->nr == TE_BIRTHS_MAX)
		return -ENOSPC;
	b->group[b->nr].from = from;
	b->group[b->nr].to = to;
	__atomic_store_n(&b->nr, b->nr + 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&b->tgid, tgid, __ATOMIC_SEQ_CST);
	return 1;
}

void task_events_births_end(struct task_events *te)
{
	struct te_births *b = &te->skel->bss->births;

	__atomic_store_n(&b->tgid, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&b->move, b->move + 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&b->nr, 0, __ATOMIC_SEQ_CST);
}
