// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that the daemon runs: on one task, or on all
 *
 * Arguments and results are in the global `call`, because there is one caller. A walk is an
 * iterator that writes an array of struct te_task into a sequence file. The link over all
 * tasks lives as long as the struct task_events; a link that is limited to a task or a
 * process lives as long as the walk.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define ATTACH_TRIES	100	/* if this CPU is busy with task storage each time: -ENOMEM */

static int open_iter(struct bpf_program *prog, uint32_t tid, uint32_t tgid)
{
	union bpf_iter_link_info info = {
		.task = { .tid = tid, .pid = tgid },
	};
	LIBBPF_OPTS(bpf_link_create_opts, opts,
		.iter_info = &info, .iter_info_len = sizeof(info));
	int link, fd;

	link = bpf_link_create(bpf_program__fd(prog), 0, BPF_TRACE_ITER, &opts);
	if (link < 0)
		return link;
	fd = bpf_iter_create(link);
	close(link);
	return fd;
}

/* Run call.op on the task with the number call.tid: 0 if it ran; its result is in call.ret. */
static int run_on_number(struct task_events *te)
{
	struct hooks_bpf *skel = te->skel;
	ssize_t n;
	char c;
	int fd;

	if (te->have_task_from_pid)
		return bpf_prog_test_run_opts(
			bpf_program__fd(skel->progs.te_call_sys), NULL);
	fd = open_iter(skel->progs.te_call_iter, skel->bss->call.tid, 0);
	if (fd < 0)
		return fd;
	do {
		n = read(fd, &c, 1);
	} while (n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)));
	if (n < 0)
		n = -errno;
	close(fd);
	return n;
}

/*
 * Run call.op on the task @ref or, if @ref->task is 0, on the task that has the number. An
 * exec gives a task its tgid for its tid, and never the reverse, so two looks are enough:
 * the task cannot be missed at both numbers.
 */
int te_run_on_task(struct task_events *te, const struct te_ref *ref)
{
	const uint32_t numbers[] = { ref->tid, ref->tgid };
	struct te_call *call = &te->skel->bss->call;
	int err;

	call->task = ref->task;
	for (int i = 0; i < 2; i++) {
		if (!numbers[i] || numbers[i] > INT32_MAX || (i && numbers[i] == numbers[0]))
			continue;
		call->tid = numbers[i];
		call->ret = -ESRCH;
		err = run_on_number(te);
		if (err || call->ret != -ESRCH)
			return err ? err : (int)call->ret;
	}
	return -ESRCH;
}

int task_events_attach(struct task_events *te, const struct te_ref *ref,
		       uint64_t expect_word, uint64_t id, uint64_t *cur_word)
{
	struct te_call *call = &te->skel->bss->call;
	int tries = ATTACH_TRIES, err;

	*cur_word = expect_word;
	if (te->in_callback)
		return -EBUSY;
	if (!ref->task)
		return -ESRCH;
	if (id > TE_ID_MAX)
		return -EINVAL;
	do {
		call->op = TE_OP_ATTACH;
		call->word = expect_word;
		call->id = id;
		err = te_run_on_task(te, ref);
		/* Perhaps only because this CPU was inside another storage operation. */
	} while (err == -ENOMEM && tries-- && !sched_yield());
	if (!err || err == -EAGAIN || err == -ENOENT)
		*cur_word = call->word;
	return err;
}

static int query_task(struct task_events *te, const struct te_ref *ref, struct te_facts *facts)
{
	struct te_call *call = &te->skel->bss->call;
	int err;

	call->op = TE_OP_QUERY;
	err = te_run_on_task(te, ref);
	if (!err)
		*facts = call->facts;
	return err;
}

int task_events_query(struct task_events *te, uint32_t tid, struct te_facts *facts)
{
	const struct te_ref ref = { .tid = tid };

	return query_task(te, &ref, facts);
}

int task_events_find(struct task_events *te, const struct te_ref *ref, struct te_facts *facts)
{
	return ref->task ? query_task(te, ref, facts) : -ESRCH;
}

/* Read the iterator @fd to its end, and close it. */
static int read_iter(struct task_events *te, int fd, size_t size,
		     int (*cb)(void *arg, const void *record), void *arg)
{
	size_t have = 0, at;
	ssize_t n;
	int err = 0;

	if (fd < 0)
		return fd;
	while (!err) {
		n = read(fd, te->walk_buf + have, TE_WALK_BUF - have);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0) {
			err = n ? -errno : 0;
			break;
		}
		have += n;
		for (at = 0; !err && have - at >= size; at += size)
			err = cb ? cb(arg, te->walk_buf + at) : 0;
		have -= at;
		memmove(te->walk_buf, te->walk_buf + at, have);
	}
	close(fd);
	return err;
}

int te_iterate(struct task_events *te, struct bpf_program *prog, size_t size,
	       int (*cb)(void *arg, const void *record), void *arg)
{
	return read_iter(te, open_iter(prog, 0, 0), size, cb, arg);
}

struct task_cb {
	int (*cb)(void *arg, const struct te_task *task);
	void *arg;
};

static int each_task(void *arg, const void *record)
{
	const struct task_cb *c = arg;

	return c->cb(c->arg, record);
}

int te_walk(struct task_events *te, uint32_t tgid,
	    int (*cb)(void *arg, const struct te_task *task), void *arg)
{
	struct task_cb c = { cb, arg };
	int fd = tgid ? open_iter(te->skel->progs.te_walk, 0, tgid) :
			bpf_iter_create(te->walk_link);

	return read_iter(te, fd, sizeof(struct te_task), each_task, &c);
}

int task_events_for_each_word(struct task_events *te,
			      int (*cb)(void *arg, const struct te_task *task),
			      void *arg)
{
	te->skel->bss->walk = (struct te_walk) {
		.words_only = 1, .dying_too = 1,
	};
	return te_walk(te, 0, cb, arg);
}

int task_events_kill_mark(struct task_events *te,
			  int (*cb)(void *arg, const struct te_task *task), void *arg)
{
	te->skel->bss->walk = (struct te_walk) { .words_only = 1, .kill = 1 };
	return te_walk(te, 0, cb, arg);
}

struct process_walk {
	int (*cb)(void *arg, const struct te_task *task);
	void *arg;
	size_t seen;
	struct te_ref last;
};

static int show_task(void *arg, const struct te_task *task)
{
	struct process_walk *w = arg;

	w->seen++;
	w->last = (struct te_ref){ task->task, task->tid, task->tgid };
	return w->cb(w->arg, task);
}

/* How many threads there are in process @tgid; 0: none. */
static uint32_t nr_threads(struct task_events *te, uint32_t tgid)
{
	struct te_facts facts;

	return task_events_query(te, tgid, &facts) ? 0 : facts.nr_threads;
}

/*
 * The kernel's iterator over a process finds the thread that it stands on by its number,
 * and then asks for the number of the next one. If either thread has ended meanwhile, the
 * iterator ends, as it does behind the last thread.
 *
 * So a walk has seen all threads if the thread that it ended at still exists, and if it saw
 * as many as there were before and are after: threads are listed in the order of their
 * births, so some of those at the beginning would be missing otherwise. If the walk has not
 * seen all, a walk over all tasks meets them for certain, except for a thread that gets the
 * number of its process meanwhile; the next walk over the process begins with that thread.
 */
static int each_thread(struct task_events *te, uint32_t tgid, struct process_walk *w)
{
	struct te_walk *walk = &te->skel->bss->walk;
	uint32_t before = nr_threads(te, tgid);
	struct te_facts facts;
	int err;

	err = te_walk(te, tgid, show_task, w);
	if (err || !w->seen)
		return err;
	if (w->seen == before && before == nr_threads(te, tgid) &&
	    !task_events_find(te, &w->last, &facts) && facts.tid == w->last.tid)
		return 0;
	walk->tgid = tgid;
	err = te_walk(te, 0, show_task, w);
	walk->tgid = 0;
	return err ? err : te_walk(te, tgid, show_task, w);
}

int task_events_for_each(struct task_events *te, uint32_t tgid,
			 uint32_t ns_inum, uint32_t ns_level,
			 int (*cb)(void *arg, const struct te_task *task),
			 void *arg)
{
	struct process_walk w = { .cb = cb, .arg = arg };
	int err;

	if (tgid > INT32_MAX)
		return -ESRCH;
	te->skel->bss->walk = (struct te_walk) {
		.ns_inum = ns_inum, .ns_level = ns_level,
	};
	err = tgid ? each_thread(te, tgid, &w) : te_walk(te, 0, show_task, &w);
	return !err && !w.seen ? -ESRCH : err;
}
