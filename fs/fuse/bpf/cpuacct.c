// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPU time of css_groups: the daemon's side
 *
 * The programs (cpuacct.bpf.h) add; the daemon makes sums and reads them. It attaches the
 * programs on migrations and switches only while there is time to account, so that they
 * cost nothing else.
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
