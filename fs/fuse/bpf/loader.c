// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load and attach the programs that follow tasks
 *
 * The Makefile compiles hooks.bpf.c and makes hooks.skel.h of it. -mcpu=v3 gives
 * compare-and-swap (Linux 5.12). The loader finds out what the kernel can do by looking
 * into its BTF and by trying, never by its version:
 *
 *	bpf_task_from_pid() in syscall programs, else an iterator for each call
 *	bpf_preempt_disable(), else a first attach must sometimes be tried again
 *	lsm/task_alloc to limit tasks, else bpf_send_signal_task()
 *	fentry on cgroup_task_release (cgroup_release before 6.19), else tasks count
 *	until they exit
 *	a kprobe on perf_event_namespaces and fexit on ksys_unshare, or one of them,
 *	else the exit tracepoint of all system calls
 *	fexit on sched_setaffinity, else that tracepoint, too
 *
 * libbpf raises RLIMIT_MEMLOCK where the kernel still counts maps against it. Only
 * descriptors of this process hold the objects.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "common/initial.h"
#include "internal.h"

/* A BPF_JMP|BPF_EXIT program: "r0 = 0; exit". */
static const struct bpf_insn nothing[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

#define KPROBE_PMU		"/sys/bus/event_source/devices/kprobe/type"

int task_events_check_pidns(const char **why)
{
	const char *text = NULL;
	struct stat st;

	if (stat("/proc/self/ns/pid", &st))
		text = "/proc is not mounted: cannot tell the pid namespace";
	else if (st.st_ino != INITIAL_PID_INO)
		text = "not in the initial pid namespace: tasks outside of this one could not be "
		       "followed";
	if (why)
		*why = text;
	return text ? -EINVAL : 0;
}

static void log_line(struct task_events *te, const struct task_events_opts *opts,
		const char *fmt, ...)
{
	char line[512];
	va_list ap;

	if (!opts->log)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	opts->log(te->ctx, line);
}

static bool has_func(const struct btf *btf, const char *name)
{
	return btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;
}

/* The kernel may allow to load such a program, and refuse to attach it: try both. */
static bool probe_attach(const struct btf *btf, enum bpf_prog_type type,
			 enum bpf_attach_type attach, const char *func)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = attach);
	int id = btf__find_by_name_kind(btf, func, BTF_KIND_FUNC);
	int prog, link;

	if (id < 0)
		return false;
	opts.attach_btf_id = id;
	prog = bpf_prog_load(type, "te_probe", "GPL", nothing,
			     sizeof(nothing) / sizeof(nothing[0]), &opts);
	if (prog < 0)
		return false;
	link = bpf_raw_tracepoint_open(NULL, prog);
	close(prog);
	if (link < 0)
		return false;
	close(link);
	return true;
}

/* The function that the kernel calls for each task that it reaps; NULL: no fentry on it. */
static const char *probe_release(const struct btf *btf)
{
	static const char *const names[] = { "cgroup_task_release", "cgroup_release" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (probe_attach(btf, BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, names[i]))
			return names[i];
	return NULL;
}

static int open_and_load(struct task_events *te, const struct btf *btf,
			 const struct task_events_opts *opts)
{
	struct hooks_bpf *skel = hooks_bpf__open();
	int err;

	if (!skel)
		return -errno;
	te->skel = skel;
	te_misses_prepare(te, btf);
	skel->rodata->ring_half = te->ring.size / 2;
	skel->rodata->have_preempt_disable =
		te->have_task_from_pid && has_func(btf, "bpf_preempt_disable") &&
		has_func(btf, "bpf_preempt_enable");
	skel->rodata->nr_cpu_words = (libbpf_num_possible_cpus() + 63) / 64;
	skel->rodata->daemon_tgid = getpid();
	skel->rodata->fail_hash_every = opts->fail_hash_every;
	skel->rodata->skip_every = opts->skip_every;
	skel->rodata->skip_kinds = opts->skip_kinds;
	if (opts->births_share) {
		skel->rodata->tp_preempted = 1;
		skel->rodata->births_mask = 0;
	}
	bpf_program__set_autoload(skel->progs.te_newtask_late, skel->rodata->tp_preempted);
	bpf_program__set_autoload(skel->progs.te_call_sys, te->have_task_from_pid);
	bpf_program__set_autoload(skel->progs.te_call_iter, !te->have_task_from_pid);
	bpf_program__set_autoload(skel->progs.te_unshare_fexit, te->have_fexit);
	bpf_program__set_autoload(skel->progs.te_unshare_kprobe, te->have_kprobe);
	bpf_program__set_autoload(skel->progs.te_unshare_sys_exit, !te->have_fexit);
	skel->rodata->have_signal_task = te->have_signal_task;
	bpf_program__set_autoload(skel->progs.te_born, !te->have_signal_task);
	err = te_pids_prepare(te);
	bpf_program__set_autoload(skel->progs.te_affinity_fexit, te->have_fexit);
	bpf_program__set_autoload(skel->progs.te_affinity_sys_exit, !te->have_fexit);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.ring, te->ring.size);
	if (!err)
		err = hooks_bpf__load(skel);
	if (err) {
		hooks_bpf__destroy(skel);
		te->skel = NULL;
		log_line(te, opts, "task_events: loading the BPF programs: %s",
		    strerror(-err));
	}
	return err;
}

static int probe_and_load(struct task_events *te,
			  const struct task_events_opts *opts)
{
	struct btf *btf = btf__load_vmlinux_btf();
	libbpf_print_fn_t print;
	int err;

	if (!btf) {
		err = -errno;
		log_line(te, opts, "task_events: this kernel has no BTF: %s",
		    strerror(-err));
		return err;
	}
	print = te_quiet_libbpf();
	te->have_kprobe = !opts->force_tracepoint && !access(KPROBE_PMU, R_OK);
	te->have_fexit = !opts->force_tracepoint &&
			 probe_attach(btf, BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT,
				      "ksys_unshare") &&
			 probe_attach(btf, BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT,
				      "sched_setaffinity");
	te->release_func = opts->force_tracepoint ? NULL : probe_release(btf);
	te->have_task_alloc = !opts->force_tracepoint &&
		       probe_attach(btf, BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "bpf_lsm_task_alloc");
	te->have_signal_task = has_func(btf, "bpf_send_signal_task");
	te->have_task_from_pid = !opts->force_iter &&
				 has_func(btf, "bpf_task_from_pid");
	err = open_and_load(te, btf, opts);
	if (err && te->have_kprobe) {
		/* The kernel may have kprobes, but not for such programs. */
		te->have_kprobe = false;
		err = open_and_load(te, btf, opts);
	}
	if (err && te->have_task_from_pid) {
		/* Some kernels have this function, but not for syscall programs. */
		te->have_task_from_pid = false;
		err = open_and_load(te, btf, opts);
	}
	libbpf_set_print(print);
	btf__free(btf);
	return err;
}

static int attach_program(struct task_events *te, struct bpf_program *prog,
			  struct bpf_link **link,
			  const struct task_events_opts *opts)
{
	*link = bpf_program__attach(prog);
	if (*link)
		return 0;
	log_line(te, opts, "task_events: attaching %s: %s",
	    bpf_program__section_name(prog), strerror(errno));
	return -errno;
}

/* A kernel that loads the program may still have no such probe. */
static void probe_kprobe(struct task_events *te)
{
	struct bpf_link *link;

	if (!te->have_kprobe)
		return;
	link = bpf_program__attach(te->skel->progs.te_unshare_kprobe);
	te->have_kprobe = link != NULL;
	bpf_link__destroy(link);
}

static int attach_programs(struct task_events *te,
			   const struct task_events_opts *opts)
{
	struct hooks_bpf *skel = te->skel;
	int err;

	/* Exit first, so that each task that gets a word is seen to leave. */
	err = attach_program(te, skel->progs.te_free, &skel->links.te_free, opts);
	if (!err && skel->rodata->tp_preempted)
		err = attach_program(te, skel->progs.te_newtask_late,
				     &skel->links.te_newtask_late, opts);
	if (!err)
		err = attach_program(te, skel->progs.te_exit,
				     &skel->links.te_exit, opts);
	if (!err)
		err = attach_program(te, skel->progs.te_exec,
				     &skel->links.te_exec, opts);
	if (!err)
		err = attach_program(te, skel->progs.te_newtask,
				     &skel->links.te_newtask, opts);
	if (err)
		return err;
	te->walk_link = bpf_link_create(bpf_program__fd(skel->progs.te_walk), 0,
					BPF_TRACE_ITER, NULL);
	if (te->walk_link < 0)
		return te->walk_link;
	probe_kprobe(te);
	return 0;
}

/* Edge-triggered, because then only wake-ups that BPF asks for make it readable. */
static int open_epoll(struct task_events *te)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET };

	te->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (te->epfd < 0)
		return -errno;
	if (epoll_ctl(te->epfd, EPOLL_CTL_ADD, bpf_map__fd(te->skel->maps.ring),
		      &ev))
		return -errno;
	return 0;
}

int task_events_new(const struct task_events_ops *ops, void *ctx,
		    const struct task_events_opts *opts,
		    struct task_events **tep)
{
	static const struct task_events_opts defaults;
	struct task_events *te = calloc(1, sizeof(*te));
	int err;

	if (!te)
		return -ENOMEM;
	if (!opts)
		opts = &defaults;
	te->ops = *ops;
	te->ctx = ctx;
	te->epfd = -1;
	te->walk_link = -1;
	te->ring.size = opts->ring_bytes ? opts->ring_bytes : TE_RING_BYTES;
	te->walk_buf = malloc(TE_WALK_BUF);
	err = te->walk_buf ? probe_and_load(te, opts) : -ENOMEM;
	if (!err)
		err = te_ring_map(&te->ring, bpf_map__fd(te->skel->maps.ring),
				  te->ring.size);
	if (!err)
		err = task_events_group_set(te, 0, 0, 0, TE_CLONE_ALL, TE_LEVELS_UNLIMITED, 0);
	if (!err)
		err = open_epoll(te);
	if (!err)
		err = attach_programs(te, opts);
	if (!err)
		err = te_pids_probe(te);
	if (err) {
		task_events_free(te);
		return err;
	}
	log_line(te, opts, "task_events: unshare by %s, attach by %s, limits by %s, count until %s",
	    task_events_unshare_hook(te), te->have_task_from_pid ?
	    "bpf_task_from_pid" : "task iterator", task_events_pids_hook(te),
	    te->release_func ? "reaped" : "exit");
	*tep = te;
	return 0;
}

void task_events_free(struct task_events *te)
{
	if (!te)
		return;
	task_events_devices_stop(te);
	bpf_link__destroy(te->unshare_probe);
	bpf_link__destroy(te->unshare_link);
	bpf_link__destroy(te->affinity_link);
	if (te->walk_link >= 0)
		close(te->walk_link);
	if (te->epfd >= 0)
		close(te->epfd);
	te_ring_unmap(&te->ring);
	free(te->known);
	if (te->skel)
		hooks_bpf__destroy(te->skel);
	free(te->walk_buf);
	free(te);
}

int task_events_fd(const struct task_events *te)
{
	return te->epfd;
}

uint64_t task_events_new_id(struct task_events *te)
{
	return __atomic_fetch_add(&te->skel->data->next_id, 1, __ATOMIC_SEQ_CST);
}

const char *task_events_unshare_hook(const struct task_events *te)
{
	if (!te->have_kprobe)
		return te->have_fexit ? "fexit/ksys_unshare" : "tp_btf/sys_exit";
	return te->have_fexit ? "kprobe/perf_event_namespaces and fexit/ksys_unshare" :
				"kprobe/perf_event_namespaces";
}

/*
 * If there are two hooks, fexit, which looks for the traces of the kprobe, is attached
 * first. It is told of the kprobe before that is attached, so that no unshare is seen by
 * both hooks, or by neither.
 */
static int attach_unshare(struct task_events *te)
{
	struct hooks_bpf *skel = te->skel;
	struct bpf_program *second = te->have_fexit ? skel->progs.te_unshare_fexit :
						      skel->progs.te_unshare_sys_exit;

	if (te->have_fexit || !te->have_kprobe) {
		te->unshare_link = bpf_program__attach(second);
		if (!te->unshare_link)
			return -errno;
	}
	if (!te->have_kprobe)
		return 0;
	__atomic_store_n(&skel->bss->unshare_twice, te->have_fexit, __ATOMIC_SEQ_CST);
	te->unshare_probe = bpf_program__attach(skel->progs.te_unshare_kprobe);
	return te->unshare_probe || te->unshare_link ? 0 : -errno;
}

static void detach_unshare(struct task_events *te)
{
	bpf_link__destroy(te->unshare_probe);
	te->unshare_probe = NULL;
	bpf_link__destroy(te->unshare_link);
	te->unshare_link = NULL;
	__atomic_store_n(&te->skel->bss->unshare_twice, 0, __ATOMIC_SEQ_CST);
}

int task_events_set_clone(struct task_events *te, int enabled,
			  uint32_t default_mask, uint32_t levels)
{
	struct hooks_bpf *skel = te->skel;
	struct te_group group;
	bool begin;
	int err;

	err = task_events_group_get(te, 0, &group);
	if (!err)
		err = task_events_group_set(te, 0, 0, group.watch, default_mask, levels, 0);
	if (err)
		return err;
	if (enabled && !te->unshare_link && !te->unshare_probe) {
		err = attach_unshare(te);
		if (err)
			return err;
	}
	begin = enabled && !skel->bss->clone_enabled;
	__atomic_store_n(&skel->bss->clone_enabled, !!enabled, __ATOMIC_SEQ_CST);
	if (!enabled)
		detach_unshare(te);
	return begin ? te_mend_begin(te) : 0;
}

const char *task_events_affinity_hook(const struct task_events *te)
{
	return te->have_fexit ? "fexit/sched_setaffinity" : "tp_btf/sys_exit";
}

int task_events_set_affinity(struct task_events *te, int enabled)
{
	struct hooks_bpf *skel = te->skel;
	int err = 0;

	if (enabled) {
		err = te_link(&te->affinity_link, te->have_fexit ?
			skel->progs.te_affinity_fexit : skel->progs.te_affinity_sys_exit);
		if (!err)
			err = te_link(&skel->links.te_worker_wakes,
					  skel->progs.te_worker_wakes);
		if (!err)
			err = te_link(&skel->links.te_worker_migrates,
					  skel->progs.te_worker_migrates);
	}
	__atomic_store_n(&skel->bss->affinity_enabled, !!enabled, __ATOMIC_SEQ_CST);
	if (!enabled) {
		te_unlink(&te->affinity_link);
		te_unlink(&skel->links.te_worker_wakes);
		te_unlink(&skel->links.te_worker_migrates);
	}
	return err;
}

/*
 * Attach te_born at the first kill, where the kernel needs it, because attaching costs more
 * than it does. Without te_born the daemon kills, and a child may run for a moment.
 */
static void attach_born(struct task_events *te)
{
	struct hooks_bpf *skel = te->skel;

	if (te->have_signal_task || te->born_tried)
		return;
	te->born_tried = true;
	skel->links.te_born = bpf_program__attach(skel->progs.te_born);
	__atomic_store_n(&skel->bss->kill_born, skel->links.te_born != NULL, __ATOMIC_SEQ_CST);
}

void task_events_kill_begin(struct task_events *te)
{
	attach_born(te);
	__atomic_store_n(&te->skel->bss->kill_active, 1, __ATOMIC_SEQ_CST);
}

void task_events_kill_end(struct task_events *te)
{
	__atomic_store_n(&te->skel->bss->kill_active, 0, __ATOMIC_SEQ_CST);
}

void task_events_stats(const struct task_events *te,
		       struct task_events_stats *stats)
{
	const struct hooks_bpf__bss *bss = te->skel->bss;

	stats->events = te->events;
	stats->rebuilds = te->rebuilds;
	stats->missed = te->missed_seen;
	stats->missed_rebuilds = te->missed_rebuilds;
	stats->skipped = te_skipped(te);
	stats->mended = __atomic_load_n(&bss->unshares_mended, __ATOMIC_RELAXED) +
			__atomic_load_n(&bss->births_mended, __ATOMIC_RELAXED) +
			__atomic_load_n(&bss->mended_exits, __ATOMIC_RELAXED);
	stats->repaired = te->mended + __atomic_load_n(&bss->mended_walk, __ATOMIC_RELAXED);
	stats->lost = __atomic_load_n(&bss->lost, __ATOMIC_RELAXED);
	stats->clone_refused = __atomic_load_n(&bss->clone_refused,
					       __ATOMIC_RELAXED);
	stats->lost_words = __atomic_load_n(&bss->lost_words, __ATOMIC_RELAXED);
	stats->spilled = __atomic_load_n(&bss->spilled, __ATOMIC_RELAXED);
}
