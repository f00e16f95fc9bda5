// SPDX-License-Identifier: GPL-2.0-only
/*
 * The entries of css_groups and of users: the daemon's side
 *
 * The programs count in an entry at any time. So a program (calls.bpf.h) changes it for the
 * daemon, in place.
 */
#include <errno.h>

#include "internal.h"

int te_change_entry(struct task_events *te, uint32_t op, uint64_t id)
{
	struct te_call *call = &te->skel->bss->call;
	int err;

	call->op = op;
	call->id = id;
	call->ret = -ENOENT;
	err = bpf_prog_test_run_opts(bpf_program__fd(te->skel->progs.te_call_group),
				     NULL);
	return err ? err : (int)call->ret;
}

int task_events_group_set(struct task_events *te, uint64_t id, uint64_t parent,
			  uint32_t watch, uint32_t clone_mask, uint32_t levels, uint64_t pids)
{
	struct te_call *call = &te->skel->bss->call;
	struct te_group group = {
		.parent = parent, .watch = watch | TE_WATCH_KNOWN, .clone_mask = clone_mask,
		.levels = levels, .pids = pids, .emptied = 1,
	};
	int err;

	/*
	 * First change the entry in place: most exist, because a program has made them. Unlike
	 * the update of a map by bpf(2), a program that bpf(2) runs does not make the kernel
	 * skip kprobes on this CPU.
	 */
	call->parent = parent;
	call->set = watch;
	call->clone_mask = clone_mask;
	call->levels = levels;
	err = te_change_entry(te, TE_OP_GROUP_SET, id);
	if (err != -ENOENT)
		return err;
	return bpf_map_update_elem(bpf_map__fd(te->skel->maps.groups), &id, &group,
				   BPF_NOEXIST);
}

int task_events_group_full(struct task_events *te, uint64_t id, uint64_t emptied)
{
	te->skel->bss->call.full = emptied;
	return te_change_entry(te, TE_OP_GROUP_FULL, id);
}

uint64_t task_events_group_refused(struct task_events *te, uint64_t id)
{
	return te_change_entry(te, TE_OP_GROUP_REFUSED, id) ? 0 : te->skel->bss->call.refused;
}

void task_events_user_count(struct task_events *te, uint32_t user, int delta)
{
	te->skel->bss->call.max = delta;
	te_change_entry(te, TE_OP_USER, user);
}

void task_events_set_user_limit(struct task_events *te, uint64_t limit)
{
	__atomic_store_n(&te->skel->data->user_limit, limit, __ATOMIC_SEQ_CST);
}

int task_events_group_watch(struct task_events *te, uint64_t id,
			    uint32_t set, uint32_t clear)
{
	te->skel->bss->call.set = set;
	te->skel->bss->call.clear = clear;
	return te_change_entry(te, TE_OP_GROUP_WATCH, id);
}

uint64_t task_events_watches_spent(const struct task_events *te)
{
	return __atomic_load_n(&te->skel->bss->watches_spent, __ATOMIC_SEQ_CST);
}

int task_events_group_rules(struct task_events *te, uint64_t id, uint64_t rules)
{
	te->skel->bss->call.rules = rules;
	return te_change_entry(te, TE_OP_GROUP_RULES, id);
}

int task_events_group_get(struct task_events *te, uint64_t id,
			  struct te_group *group)
{
	int err = bpf_map_lookup_elem(bpf_map__fd(te->skel->maps.groups), &id, group);

	if (!err)
		group->watch &= ~TE_WATCH_KNOWN;
	return err;
}

int task_events_group_del(struct task_events *te, uint64_t id)
{
	int err = bpf_map_delete_elem(bpf_map__fd(te->skel->maps.groups), &id);

	te_cpuacct_del(te, id);
	return err == -ENOENT ? 0 : err;
}

int task_events_stays(struct task_events *te, const struct te_ref *ref, int on)
{
	te->skel->bss->call.op = TE_OP_STAYS;
	te->skel->bss->call.set = on != 0;
	return te_run_on_task(te, ref);
}
