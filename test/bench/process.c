// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tracking costs tasks: fork, vfork with exec, thread creation and unshare, in phases
 * with nothing mounted (no daemon runs), and with containerfs mounted.
 *
 * A round is one phase of each; the order changes from round to round. In a phase each case
 * runs for a short while in a worker of its own: in a container ("member"), or in no
 * container while the daemon runs ("other"). "-ns" is in a hierarchy that clones, so that
 * the hook on unshare is in place; the worker does not unshare there. The value of a phase
 * is the first decile of its batches: tracking costs each fork the same, and a slower batch
 * was disturbed by other tasks.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define BATCH		10u		/* operations; fewer if they take longer than */
#define BATCH_SECONDS	0.002
#define PHASE_BATCHES	4000u
#define MIN_BATCHES	40u		/* where an operation takes milliseconds, too */
#define UNSHARES	8		/* in a process, each in the container of the one before */
#define WARM_UP		20		/* until an emulator has translated all code */
#define UNDISTURBED	0.1		/* this part of the batches is */
#define PHASE_SECONDS	0.08
#define MIN_ROUNDS	3

enum what { FORK, VFORK, THREAD, UNSHARE, NR_WHATS };
enum where { NOWHERE, MEMBER, MEMBER_NS };

static const struct process_op {
	const char	*name, *help;
	enum what	 what;
	enum where	 where;
	struct aim	 aim;
} ops[] = {
	{ "fork-member", "fork, exit, wait of a member", FORK, MEMBER, { 1.03, 1.03 } },
	{ "vfork-member", "vfork, exec, wait of a member", VFORK, MEMBER, { 1.06, 1.03 } },
	{ "thread-member", "thread creation and join of a member", THREAD, MEMBER, { 1.06, 1.03 } },
	{ "fork-other", "the same of one in no container", FORK, NOWHERE, { 1.01, 1.01 } },
	{ "vfork-other", "", VFORK, NOWHERE, { 1.01, 1.01 } },
	{ "thread-other", "", THREAD, NOWHERE, { 1.01, 1.01 } },
	{ "fork-ns", "of a member where unshare makes containers", FORK, MEMBER_NS, { 0, 1.03 } },
	{ "vfork-ns", "", VFORK, MEMBER_NS, { 0, 1.03 } },
	{ "thread-ns", "", THREAD, MEMBER_NS, { 0, 1.03 } },
	{ "unshare-ns", "unshare(CLONE_NEWUTS) that makes a container", UNSHARE, MEMBER_NS, { 0, 1.5 } },
};
#define NR_OPS	(sizeof(ops) / sizeof(ops[0]))

/* shared with the worker and, for UNSHARE, with its children */
static struct shared {
	unsigned int	nr;
	int		err;
	double		took;		/* by a child */
	double		batch[PHASE_BATCHES];
} *shared;

/* --- what a worker does --- */

static int reap(pid_t pid)
{
	int status;

	if (pid < 0)
		return -errno;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return status ? -EIO : 0;
}

static int fork_once(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	return reap(pid);
}

static int vfork_once(void)
{
	pid_t pid = vfork();

	if (!pid) {
		execl("/proc/self/exe", "bench", "--nothing", (char *)NULL);
		_exit(127);
	}
	return reap(pid);
}

static void *nothing(void *arg)
{
	return arg;
}

static int thread_once(void)
{
	pthread_t thread;
	int err = pthread_create(&thread, NULL, nothing, NULL);

	return err ? -err : -pthread_join(thread, NULL);
}

/* The first one does not count, because caches and TLBs are as the fork has left them. */
static int unshare_once(void)
{
	pid_t pid = fork();

	if (!pid) {
		int err = unshare(CLONE_NEWUTS);
		double t = now();

		for (int i = 0; i < UNSHARES && !err; i++)
			err = unshare(CLONE_NEWUTS);
		shared->took += (now() - t) / UNSHARES;
		_exit(err ? 1 : 0);
	}
	return reap(pid);
}

static int (*const once[NR_WHATS])(void) = { fork_once, vfork_once, thread_once, unshare_once };

static void __attribute__((noreturn)) worker(enum what what, int go)
{
	double end, t, spent;
	unsigned int n;
	char c;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(go, &c, 1) != 1)
		_exit(1);
	for (int i = 0; i < WARM_UP; i++)
		once[what]();
	end = now() + PHASE_SECONDS;
	while (shared->nr < PHASE_BATCHES && !shared->err &&
	       ((t = now()) < end || shared->nr < MIN_BATCHES)) {
		shared->took = 0;
		spent = 0;
		for (n = 0; n < BATCH && spent < BATCH_SECONDS && !shared->err; n++) {
			shared->err = once[what]();
			spent = now() - t;
		}
		shared->batch[shared->nr++] = (what == UNSHARE ? shared->took : spent) / n;
	}
	_exit(0);
}

/* --- phases --- */

static const char *container_of(enum where where)
{
	static char path[96];

	snprintf(path, sizeof(path), "%s/member", where == MEMBER_NS ? other_dir() : side_dir(OURS));
	return path;
}

/* Seconds for each operation, or -errno. */
static double phase(enum what what, enum where where)
{
	int go[2], err = 0;
	char path[128];
	pid_t pid;

	memset(shared, 0, offsetof(struct shared, batch));
	if (pipe2(go, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		close(go[1]);
		worker(what, go[0]);
	}
	if (where != NOWHERE) {
		snprintf(path, sizeof(path), "%s/cgroup.procs", container_of(where));
		err = write_number(path, pid);
	}
	if (!err && write(go[1], "", 1) != 1)
		err = -errno;
	close(go[0]);
	close(go[1]);
	if (reap(pid) && !err)
		err = -EIO;
	if (!err)
		err = shared->err;
	if (!err && !shared->nr)
		err = -EIO;
	return err ? err : quantile(shared->batch, shared->nr, UNDISTURBED);
}

static int bare_phases(double bare[NR_WHATS])
{
	for (size_t i = 0; i < NR_OPS; i++) {
		if (!wanted(ops[i].name) || bare[ops[i].what])
			continue;
		bare[ops[i].what] = phase(ops[i].what, NOWHERE);
		if (bare[ops[i].what] < 0)
			return bare[ops[i].what];
	}
	return 0;
}

static int measure_where(enum where first, enum where last, double ours[NR_OPS])
{
	for (size_t i = 0; i < NR_OPS && !stopped; i++) {
		if (!wanted(ops[i].name) || ops[i].where < first || ops[i].where > last)
			continue;
		ours[i] = phase(ops[i].what, ops[i].where);
		if (ours[i] < 0)
			return ours[i];
	}
	return 0;
}

static bool wanted_where(enum where first, enum where last)
{
	for (size_t i = 0; i < NR_OPS; i++)
		if (wanted(ops[i].name) && ops[i].where >= first && ops[i].where <= last)
			return true;
	return false;
}

static int mounted_phases(double ours[NR_OPS])
{
	char path[128];
	int err = host_mount(side_dir(OURS), "none,name=bench");

	if (err)
		return err;
	if (mkdir(container_of(MEMBER), 0755))
		err = -errno;
	if (!err)
		err = measure_where(NOWHERE, MEMBER, ours);
	if (!err && wanted_where(MEMBER_NS, MEMBER_NS)) {
		err = host_mount(other_dir(), "ns");
		if (!err) {
			/* the unshares of other programs must not make work for the daemon */
			snprintf(path, sizeof(path), "%s/ns.clone_flags", other_dir());
			write_file(path, "none");
			if (mkdir(container_of(MEMBER_NS), 0755))
				err = -errno;
			snprintf(path, sizeof(path), "%s/ns.clone_flags", container_of(MEMBER_NS));
			if (!err)
				err = write_file(path, "mnt uts ipc user pid net cgroup time");
			if (!err)
				err = measure_where(MEMBER_NS, MEMBER_NS, ours);
			remove_below(other_dir());
			host_umount(other_dir());
		}
	}
	host_umount_last(side_dir(OURS));
	return err;
}

static int one_round(unsigned int i, struct samples s[NR_OPS])
{
	double bare[NR_WHATS] = { 0 }, ours[NR_OPS] = { 0 };
	int err;

	err = i & 1 ? mounted_phases(ours) : bare_phases(bare);
	if (!err && !stopped)
		err = i & 1 ? bare_phases(bare) : mounted_phases(ours);
	for (size_t k = 0; k < NR_OPS && !err && !stopped; k++)
		if (wanted(ops[k].name))
			samples_add(&s[k], bare[ops[k].what], ours[k]);
	return err;
}

static void show(size_t i, struct samples *s, const char *why)
{
	struct summary sum;

	if (!wanted(ops[i].name))
		return;
	if (!s->nr)
		return table_skip(ops[i].name, why ? why : "interrupted");
	sum = samples_summary(s);
	table_row(ops[i].name, "no mount", SECONDS, ops[i].aim, &sum);
}

void process_run(void)
{
	struct samples s[NR_OPS];
	double began = now(), limit = options.seconds * NR_OPS, spent = 0;
	int err = 0;

	if (!wanted_where(NOWHERE, MEMBER_NS))
		return;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED) {
		perror("bench");
		return;
	}
	for (size_t i = 0; i < NR_OPS; i++)
		samples_init(&s[i]);
	for (unsigned int i = 0; !stopped && !err; i++) {
		if (options.batches ? i >= options.batches : spent >= 1 && i >= MIN_ROUNDS)
			break;
		err = one_round(i, s);
		spent = (now() - began) / limit;
		progress("processes", options.batches ? (i + 1.0) / options.batches : spent);
	}
	progress_end();
	for (size_t i = 0; i < NR_OPS; i++) {
		show(i, &s[i], err ? strerror(-err) : NULL);
		samples_free(&s[i]);
	}
	munmap(shared, sizeof(*shared));
}

void process_help(void)
{
	puts("\nOperations, against the same with nothing mounted:");
	for (size_t i = 0; i < NR_OPS; i++)
		printf("  %-22s %s\n", ops[i].name, ops[i].help);
}
