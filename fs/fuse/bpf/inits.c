// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches of processes: the daemon's side
 *
 * An entry of the map `inits` is there from the beginning of a watch until the user was told
 * of the end. The programs (inits.bpf.h) look into the map only while inits_watched is not 0.
 * So the daemon counts an entry before it makes it, and until it has deleted it.
 */
#include <errno.h>

#include "internal.h"

static int map_of(const struct task_events *te)
{
	return bpf_map__fd(te->skel->maps.inits);
}

static void count_inits(struct task_events *te, int delta)
{
	te->nr_inits += delta;
	__atomic_store_n(&te->skel->bss->inits_watched, te->nr_inits, __ATOMIC_SEQ_CST);
}

int task_events_init_watch(struct task_events *te, uint32_t tgid)
{
	struct te_init init = { .state = TE_INIT_RUNS };
	struct te_facts facts;
	int err = task_events_query(te, tgid, &facts);

	if (err)
		return err;
	init.start = facts.start_time;
	count_inits(te, 1);
	err = bpf_map_update_elem(map_of(te), &tgid, &init, BPF_NOEXIST);
	if (!err)
		return 0;
	count_inits(te, -1);
	/* the entry may be of an earlier process, of whose end the user did not want to know */
	if (err == -EEXIST)
		err = bpf_map_update_elem(map_of(te), &tgid, &init, BPF_EXIST);
	return err == -E2BIG ? -ENOMEM : err;
}

void task_events_init_unwatch(struct task_events *te, uint32_t tgid)
{
	if (!bpf_map_delete_elem(map_of(te), &tgid))
		count_inits(te, -1);
}

void te_init_tell(struct task_events *te, uint32_t tgid)
{
	struct te_init init;

	if (bpf_map_lookup_elem(map_of(te), &tgid, &init) || init.state != TE_INIT_ENDED)
		return;
	task_events_init_unwatch(te, tgid);
	if (te->ops.ended)
		te->ops.ended(te->ctx, tgid, &init.end);
}

/* The next key is looked up first, because to tell of a process deletes its entry. */
void te_inits_tell(struct task_events *te)
{
	uint32_t tgid, next;
	int last;

	if (!te->nr_inits)
		return;
	last = bpf_map_get_next_key(map_of(te), NULL, &next);
	while (!last) {
		tgid = next;
		last = bpf_map_get_next_key(map_of(te), &tgid, &next);
		te_init_tell(te, tgid);
	}
}
