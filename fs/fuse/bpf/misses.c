// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that were skipped: no event is lost unknown
 *
 * skipped.bpf.h says which programs the kernel may skip, and when. The kernel counts, for
 * each program, how often it was skipped. te_missed() adds up what may have been the only
 * sight of an event; when the sum grows, a rebuild is due, as when the ring was full:
 *
 *  births, exits, execs, system calls	where handlers of tracepoints can be preempted. A
 *		birth has two hooks: the smaller of their two counts.
 *  unshare	where it has two hooks, only what may have escaped both: what fexit was
 *		skipped for, less what the kprobe saw and fexit did not (unshares_alone).
 *		An unshare between the two hooks counts as seen alone, so that a loss may
 *		be noticed only when it is through.
 *  affinities	that fexit sees
 *  words	that could not be made
 *
 * Reaping does not count, because it is made good when the task is freed; nor do
 * migrations, because the scheduler's locks are held in their programs. What tests skip
 * counts, too. To ask for the count of a program is a system call of a microsecond, so
 * te_missed() asks only if a program is inside, or was since the last time.
 */
#include <string.h>

#include <bpf/btf.h>

#include "internal.h"

/* Are handlers of tracepoints under SRCU? Kernels before 6.13 had another SRCU there. */
static bool tracepoints_under_srcu(const struct btf *btf)
{
	return btf__find_by_name_kind(btf, "tracepoint_srcu_srcu_data", BTF_KIND_VAR) > 0 &&
	       btf__find_by_name_kind(btf, "tracepoint_ext", BTF_KIND_STRUCT) > 0;
}

void te_misses_prepare(struct task_events *te, const struct btf *btf)
{
	te->can_preempt = btf__find_by_name_kind(btf, "preempt_schedule", BTF_KIND_FUNC) > 0;
	te->skel->rodata->tp_preempted = te->can_preempt && tracepoints_under_srcu(btf);
}

/* How often the kernel has skipped @prog. */
static uint64_t times_skipped(const struct bpf_program *prog)
{
	struct bpf_prog_info info;
	__u32 len = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (bpf_program__fd(prog) < 0 ||
	    bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
		return 0;
	return info.recursion_misses;
}

static uint64_t counter_read(const te_u64 *number)
{
	return __atomic_load_n(number, __ATOMIC_SEQ_CST);
}

/* How many unshares no program saw, at most. */
static uint64_t unshares_missed(const struct task_events *te)
{
	struct hooks_bpf *skel = te->skel;
	uint64_t fexit, alone;

	if (!te->have_fexit && te->have_kprobe)
		return times_skipped(skel->progs.te_unshare_kprobe);
	if (!te->have_fexit)
		return skel->rodata->tp_preempted ?
		       times_skipped(skel->progs.te_unshare_sys_exit) : 0;
	fexit = times_skipped(skel->progs.te_unshare_fexit);
	alone = counter_read(&skel->bss->unshares_alone);
	return fexit > alone ? fexit - alone : 0;
}

static uint64_t births_missed(const struct hooks_bpf *skel)
{
	uint64_t one = times_skipped(skel->progs.te_newtask);
	uint64_t other = times_skipped(skel->progs.te_newtask_late);

	return one < other ? one : other;
}

/* A kprobe alone is always asked about, because programs of others make the kernel skip it. */
static bool must_ask(struct task_events *te)
{
	const struct hooks_bpf__bss *bss = te->skel->bss;
	uint64_t ended = counter_read(&bss->skip_ended), begun = counter_read(&bss->skip_begun);

	if (begun == ended && ended == te->skip_seen && !(te->have_kprobe && !te->have_fexit))
		return false;
	te->skip_seen = ended;
	return true;
}

uint64_t te_missed(struct task_events *te)
{
	struct hooks_bpf *skel = te->skel;
	uint64_t now = 0;

	if (te->can_preempt && must_ask(te)) {
		now = unshares_missed(te);
		if (te->have_fexit)
			now += times_skipped(skel->progs.te_affinity_fexit);
		if (skel->rodata->tp_preempted)
			now += births_missed(skel) + times_skipped(skel->progs.te_exit) +
			       times_skipped(skel->progs.te_exec);
		if (now > te->programs_missed)
			te->programs_missed = now;
	}
	return te->programs_missed + counter_read(&skel->bss->lost_words) +
	       counter_read(&skel->bss->faked);
}

uint64_t te_skipped(const struct task_events *te)
{
	struct bpf_program *prog;
	uint64_t sum = 0;

	bpf_object__for_each_program(prog, te->skel->obj)
		sum += times_skipped(prog);
	return sum;
}
