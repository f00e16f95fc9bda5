// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tests of task_events: fixtures, and the program
 *
 * Exit 0, 1, or 77 where this kernel or user may not load BPF programs.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "storm.h"
#include "tests.h"

static void show(void *ctx, const char *line)
{
	fprintf(stderr, "%s\n", line);
}

static void open_with(struct fixture *f, enum way way, struct task_events_opts opts)
{
	opts.force_iter = way == WAY_ITER;
	opts.fail_hash_every = way == WAY_SPILL ? 2 : 0;
	opts.log = show;
	memset(f, 0, sizeof(*f));
	ck_assert_int_eq(task_events_new(&replica_ops, &f->replica, &opts, &f->te), 0);
	f->group = fixture_group(f, 0, 0);
}

void fixture_open(struct fixture *f, enum way way, size_t ring_bytes)
{
	open_with(f, way, (struct task_events_opts){ .ring_bytes = ring_bytes });
}

void fixture_open_skipping(struct fixture *f, enum way way, uint32_t every, uint32_t kinds)
{
	open_with(f, way, (struct task_events_opts){
		.skip_every = every, .skip_kinds = kinds, .force_tracepoint = 1,
	});
}

void fixture_open_sharing(struct fixture *f)
{
	open_with(f, WAY_BEST, (struct task_events_opts){
		.births_share = 1, .force_tracepoint = 1,
	});
}

void fixture_close(struct fixture *f)
{
	struct task_events_stats stats;

	task_events_stats(f->te, &stats);
	ck_assert_uint_eq(f->replica.wrong, 0);
	ck_assert_uint_eq(stats.lost_words, 0);
	ck_assert(!f->replica.rebuilding);
	task_events_free(f->te);
	replica_clear(&f->replica);
}

uint64_t fixture_group(struct fixture *f, uint64_t parent, uint32_t watch)
{
	uint64_t id = task_events_new_id(f->te);

	ck_assert_int_eq(task_events_group_set(f->te, id, parent, watch,
					       TE_CLONE_ALL, TE_LEVELS_UNLIMITED, 0), 0);
	replica_add_group(&f->replica, id, parent);
	return id;
}

struct te_ref fixture_ref(struct fixture *f, uint32_t tid)
{
	struct te_facts facts;

	if (task_events_query(f->te, tid, &facts))
		return (struct te_ref){ .tid = tid };
	return (struct te_ref){ facts.task, facts.tid, facts.tgid };
}

int fixture_attach(struct fixture *f, uint32_t tid, uint32_t tgid, uint64_t id)
{
	struct te_ref ref = fixture_ref(f, tid);
	struct entry *e = replica_find(&f->replica, ref.task);
	uint64_t word;
	int err;

	ck_assert(!ref.task || ref.tgid == tgid);
	err = task_events_attach(f->te, &ref, e ? e->word : 0, id, &word);
	if (!err)
		replica_set(&f->replica, &ref, word);
	return err;
}

struct truth {
	struct replica *replica;
	size_t n, differ;
	bool tell;
};

static int look(void *arg, const struct te_task *task)
{
	struct truth *t = arg;
	struct entry *e;

	if (!task->word || task->word & TE_WORD_EXITED)
		return 0;
	t->n++;
	e = replica_find(t->replica, task->task);
	if (e && e->word == task->word && e->tid == task->tid && e->tgid == task->tgid)
		return 0;
	t->differ++;
	if (t->tell)
		fprintf(stderr, "%u/%u %s: kernel %llx, replica %llx/%u\n", task->tid,
			task->tgid, task->comm, (unsigned long long)task->word,
			e ? (unsigned long long)e->word : 0, e ? e->tgid : 0);
	return 0;
}

void fixture_compare(struct fixture *f)
{
	struct truth t = { .replica = &f->replica };
	time_t end = time(NULL) + 20;

	/* A task may still be exiting, so wait until no event follows. */
	for (;;) {
		t.n = t.differ = 0;
		ck_assert_int_ge(task_events_drain(f->te), 0);
		ck_assert_int_eq(task_events_for_each(f->te, 0, 0, 0, look, &t), 0);
		if (!t.differ && t.n == f->replica.n && !task_events_drain(f->te))
			return;
		if (t.tell)
			ck_abort_msg("kernel has %zu tasks, replica %zu, %zu differ",
				     t.n, f->replica.n, t.differ);
		t.tell = time(NULL) > end;
		sched_yield();
	}
}

pid_t child(void)
{
	pid_t parent = getpid(), pid = fork();

	ck_assert_int_ge(pid, 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
	}
	return pid;
}

void reap(pid_t pid)
{
	int status;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && !WEXITSTATUS(status),
		      "child: status %x", status);
}

int main(int argc, char **argv)
{
	struct task_events *te;
	struct replica none = {};
	const char *why;
	int err, status;

	storm_main(argc, argv);
	if (task_events_check_pidns(&why)) {
		printf("skipped: %s\n", why);
		return 77;
	}
	err = task_events_new(&replica_ops, &none, NULL, &te);
	if (err == -EPERM || err == -ENOSYS || err == -EOPNOTSUPP || err == -EACCES ||
	    err == -ENOENT) {
		printf("skipped: BPF is not to be had: %s\n", strerror(-err));
		return 77;
	}
	if (!err)
		task_events_free(te);
	status = cases_run(argc, argv, "task_events", CASES_TABLE(CASES));
	return status ? status : !!err;
}
