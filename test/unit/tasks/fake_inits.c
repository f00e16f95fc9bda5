// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches of processes, in place of fs/fuse/bpf/inits.c and its programs
 */
#include <errno.h>
#include <string.h>

#include "fake_kernel.h"

unsigned int fk_inits;

static struct {
	bool		watched, ended;
	struct te_end	end;
} init_of[FK_TASKS];

void fk_inits_reset(void)
{
	memset(init_of, 0, sizeof(init_of));
	fk_inits = 0;
}

int task_events_init_watch(struct task_events *te, uint32_t tgid)
{
	struct te_facts facts;

	if (task_events_query(te, tgid, &facts))
		return -ESRCH;
	fk_inits += !init_of[tgid].watched;
	init_of[tgid].watched = true;
	init_of[tgid].ended = false;
	return 0;
}

void task_events_init_unwatch(struct task_events *te, uint32_t tgid)
{
	fk_inits -= init_of[tgid].watched;
	init_of[tgid].watched = false;
}

void fk_end(uint32_t tgid, const struct te_end *end)
{
	if (!init_of[tgid].watched)
		return;
	init_of[tgid].ended = true;
	init_of[tgid].end = *end;
	fk_tell_ended(tgid);
}

void fk_init_tell(const struct task_events_ops *ops, uint32_t tgid)
{
	if (!init_of[tgid].watched || !init_of[tgid].ended)
		return;
	task_events_init_unwatch(NULL, tgid);
	ops->ended(NULL, tgid, &init_of[tgid].end);
}
