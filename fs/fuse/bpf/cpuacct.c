// SPDX-License-Identifier: GPL-2.0-only
/*
 * cpuacct.c - CPU time of css_groups: the daemon's side
 *
 * The programs (cpuacct.bpf.h) add; here sums are made and read. The
 * program on migrations is attached while there is something to account: nobody
 * else's task is looked at before.
 */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

int task_events_cpuacct_set(struct task_events *te, enum te_cpuacct_state state)
{
	struct hooks_bpf *skel = te->skel;
	int err;

	if (state != TE_ACCOUNT_OFF) {
		err = te_link(&skel->links.te_switch, skel->progs.te_switch);
		if (!err)
			err = te_link(&skel->links.te_migrate, skel->progs.te_migrate);
		if (err)
			return err;
	}
	__atomic_store_n(&skel->bss->cpuacct_state, state, __ATOMIC_SEQ_CST);
	if (state == TE_ACCOUNT_OFF) {
		te_unlink(&skel->links.te_migrate);
		te_unlink(&skel->links.te_switch);
	}
	return 0;
}

int task_events_cpuacct_cpus(void)
{
	return libbpf_num_possible_cpus();
}

int task_events_cpuacct_add(struct task_events *te, uint64_t id)
{
	struct te_cpu *zero = calloc((size_t)libbpf_num_possible_cpus(), sizeof(*zero));
	int err;

	if (!zero)
		return -ENOMEM;
	err = bpf_map_update_elem(bpf_map__fd(te->skel->maps.used), &id, zero, BPF_NOEXIST);
	free(zero);
	return err == -EEXIST ? 0 : err;
}

int task_events_cpuacct_get(struct task_events *te, uint64_t id, struct te_cpu *cpus)
{
	return bpf_map_lookup_elem(bpf_map__fd(te->skel->maps.used), &id, cpus);
}

void te_cpuacct_del(struct task_events *te, uint64_t id)
{
	bpf_map_delete_elem(bpf_map__fd(te->skel->maps.used), &id);
}
