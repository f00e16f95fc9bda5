// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts and limits of tasks: the daemon's side
 *
 * The programs (pids.bpf.h) decide at once. The daemon chooses and attaches them, and tells
 * them of entries and limits. Before there is a hierarchy with pids it attaches nothing
 * that costs a task time, and nothing in fork before the first limit.
 *
 * An LSM program can be attached where BPF is not among the active LSMs, and then is never
 * called. So the daemon forks once, and looks whether the program was called.
 */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"

int te_pids_prepare(struct task_events *te)
{
	struct hooks_bpf *skel = te->skel;

	skel->rodata->have_release = te->release_func != NULL;
	bpf_program__set_autoload(skel->progs.te_release, te->release_func != NULL);
	bpf_program__set_autoload(skel->progs.te_task_alloc, te->have_task_alloc);
	bpf_program__set_autoload(skel->progs.te_task_free, te->have_task_alloc);
	if (!te->release_func)
		return 0;
	return bpf_program__set_attach_target(skel->progs.te_release, 0, te->release_func);
}

/* First the program on the end of a fork, so that each fork that is charged is seen to fail. */
static int attach_lsm(struct task_events *te)
{
	struct hooks_bpf *skel = te->skel;
	int err = te_link(&skel->links.te_task_free, skel->progs.te_task_free);

	return err ? err : te_link(&skel->links.te_task_alloc, skel->progs.te_task_alloc);
}

static void detach_lsm(struct task_events *te)
{
	te_unlink(&te->skel->links.te_task_alloc);
	te_unlink(&te->skel->links.te_task_free);
}

int te_pids_probe(struct task_events *te)
{
	struct hooks_bpf__bss *bss = te->skel->bss;
	pid_t pid;

	if (!te->have_task_alloc ||
	    te_link(&te->skel->links.te_task_alloc, te->skel->progs.te_task_alloc)) {
		te->have_task_alloc = false;
		return 0;
	}
	__atomic_store_n(&bss->pids_probe, (uint32_t)getpid(), __ATOMIC_SEQ_CST);
	pid = fork();
	if (!pid)
		_exit(0);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	__atomic_store_n(&bss->pids_probe, 0, __ATOMIC_SEQ_CST);
	te->have_task_alloc = __atomic_load_n(&bss->pids_probed, __ATOMIC_SEQ_CST) != 0;
	detach_lsm(te);
	return pid < 0 ? -errno : 0;
}

enum te_pids_mode task_events_pids_mode(const struct task_events *te)
{
	if (te->have_task_alloc)
		return TE_PIDS_REFUSE;
	return te->have_signal_task ? TE_PIDS_KILL : TE_PIDS_ACCOUNT;
}

const char *task_events_pids_hook(const struct task_events *te)
{
	static const char *const names[] = {
		[TE_PIDS_ACCOUNT] = "nothing",
		[TE_PIDS_REFUSE] = "lsm/task_alloc",
		[TE_PIDS_KILL] = "bpf_send_signal_task",
	};

	return names[task_events_pids_mode(te)];
}

int task_events_pids_until_reaped(const struct task_events *te)
{
	return te->release_func != NULL;
}

int task_events_pids_enforce(struct task_events *te)
{
	enum te_pids_mode mode = task_events_pids_mode(te);
	int err = mode == TE_PIDS_ACCOUNT ? -EOPNOTSUPP : 0;

	if (mode == TE_PIDS_REFUSE)
		err = attach_lsm(te);
	if (!err)
		__atomic_store_n(&te->skel->bss->pids_mode, mode, __ATOMIC_SEQ_CST);
	return err;
}

int task_events_pids_set(struct task_events *te, enum te_pids_state state)
{
	struct hooks_bpf *skel = te->skel;
	int err = 0;

	if (state != TE_PIDS_OFF && te->release_func)
		err = te_link(&skel->links.te_release, skel->progs.te_release);
	if (err)
		return err;
	__atomic_store_n(&skel->bss->pids_state, state, __ATOMIC_SEQ_CST);
	if (state == TE_PIDS_OFF) {
		__atomic_store_n(&skel->bss->pids_mode, TE_PIDS_ACCOUNT, __ATOMIC_SEQ_CST);
		detach_lsm(te);
		te_unlink(&skel->links.te_release);
	}
	return 0;
}

int task_events_pids_get(struct task_events *te, uint64_t key, struct te_pids *pids)
{
	return bpf_map_lookup_elem(bpf_map__fd(te->skel->maps.pids), &key, pids);
}

int task_events_pids_add(struct task_events *te, uint64_t key, uint64_t parent)
{
	struct te_pids pids = { .parent = parent, .max = TE_PIDS_UNLIMITED, .level = 1 };
	struct te_pids above;

	if (parent && !task_events_pids_get(te, parent, &above))
		pids.level = above.level + 1;
	return bpf_map_update_elem(bpf_map__fd(te->skel->maps.pids), &key, &pids, BPF_NOEXIST);
}

int task_events_pids_max(struct task_events *te, uint64_t key, int64_t max)
{
	te->skel->bss->call.max = max;
	return te_change_entry(te, TE_OP_PIDS_MAX, key);
}

void task_events_pids_del(struct task_events *te, uint64_t key)
{
	bpf_map_delete_elem(bpf_map__fd(te->skel->maps.pids), &key);
}

uint64_t task_events_pids_refused(const struct task_events *te)
{
	return __atomic_load_n(&te->skel->bss->pids_refused, __ATOMIC_SEQ_CST);
}
