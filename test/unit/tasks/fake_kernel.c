// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tasks, their words and a ring: see fake_kernel.h
 *
 * Each operation is atomic, so the tests are about the order of events, not about the races
 * inside of the BPF programs; test/unit/task_events has those.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "tasks/tasks.h"
#include "fake_kernel.h"

union record {
	uint32_t	type;
	struct te_fork	fork;
	struct te_clone	clone;
	struct te_exit	exit;
	struct te_exec	exec;
	struct te_refused refused;
	struct te_ended	ended;
};

#define RING_MAX 65536

struct task_events {
	struct task_events_ops	ops;
	bool			in_callback;
};

struct fk_task fk_task[FK_TASKS];
unsigned int fk_ring_size;
int fk_drain_error;
void (*fk_before_attach)(void);
void (*fk_before_each_attach)(void);
void (*fk_amid_walk)(void);

static union record ring[RING_MAX];
static unsigned int ring_nr, loss_at, lost, lost_seen;
static unsigned long rebuilds, events;
static uint64_t next_id;
static struct te_births births;
static uint64_t start_seq;

/* Free addresses, to be given again: the last one first, as the slab does. */
static uint64_t free_tasks[FK_TASKS];
static unsigned int nr_free, nr_addresses;

static uint64_t take_address(void)
{
	return nr_free ? free_tasks[--nr_free] : 0xffff888000000000ULL + 4096ULL * ++nr_addresses;
}

/* Give back the address for good; that of a fake zombie at once. */
static void give_address(uint32_t tid)
{
	if (fk_task[tid].task)
		free_tasks[nr_free++] = fk_task[tid].task;
	fk_task[tid].task = 0;
}

uint32_t fk_tid_of(uint64_t task)
{
	uint32_t tid;

	for (tid = FK_TASKS - 1; tid && fk_task[tid].task != task; tid--)
		;
	return tid;
}

/* Find a task as the kernel does: by its tid, or its tgid. */
static uint32_t find(const struct te_ref *ref)
{
	const uint32_t numbers[] = { ref->tid, ref->tgid };

	for (int i = 0; i < 2; i++)
		if (numbers[i] < FK_TASKS && fk_task[numbers[i]].live &&
		    fk_task[numbers[i]].task == ref->task)
			return numbers[i];
	return 0;
}

void fk_reset(void)
{
	nr_free = nr_addresses = 0;
	births = (struct te_births){ };
	memset(fk_task, 0, sizeof(fk_task));
	fk_groups_reset();
	fk_limits_reset();
	fk_pids_reset();
	fk_inits_reset();
	fk_ring_size = RING_MAX;
	fk_drain_error = 0;
	fk_log_errors = 0;
	fk_before_attach = fk_before_each_attach = NULL;
	fk_amid_walk = NULL;
	ring_nr = loss_at = lost = lost_seen = 0;
	rebuilds = events = 0;
	next_id = 1;
}

/* A full ring loses a few records; then it has room. */
static void tell(const union record *rec)
{
	if (ring_nr - loss_at < fk_ring_size && ring_nr < RING_MAX) {
		ring[ring_nr++] = *rec;
		return;
	}
	if (++lost % 3 == 0)
		loss_at = ring_nr;
}

bool fk_ring_names(uint64_t id)
{
	for (unsigned int i = 0; i < ring_nr; i++)
		if ((ring[i].type == TE_FORK && te_word_id(ring[i].fork.word) == id) ||
		    (ring[i].type == TE_CLONE && ring[i].clone.parent == id))
			return true;
	return false;
}

void fk_tell_refused(uint64_t id)
{
	union record rec = { .refused = { .type = TE_REFUSED, .id = id } };

	tell(&rec);
}

void fk_tell_ended(uint32_t tgid)
{
	union record rec = { .ended = { .type = TE_ENDED, .tgid = tgid } };

	tell(&rec);
}

static uint64_t first_seq(void)
{
	return start_seq += 7919;
}

void fk_spawn(uint32_t tid, uint32_t tgid)
{
	give_address(tid);
	fk_task[tid] = (struct fk_task){ .live = true, .tgid = tgid, .task = take_address() };
}

void fk_run(uint32_t tid, uint64_t ns)
{
	fk_task[tid].used += ns;
}

void fk_free(uint32_t tid)
{
	struct fk_task *t = &fk_task[tid];

	if (t->dying && fk_group[t->dying].present) {
		fk_charge(t->dying, tid);
		fk_group[t->dying].group.dying--;
	}
	t->dying = 0;
}

static uint64_t births_group(uint32_t tgid, uint64_t id)
{
	for (uint32_t i = 0; births.tgid == tgid && i < births.nr; i++)
		if (births.group[i].from == id)
			return births.group[i].to;
	return id;
}

int task_events_births(struct task_events *te, uint32_t tgid, uint64_t from, uint64_t to)
{
	if (births_group(tgid, from) != from)
		return 0;
	if (births.nr == TE_BIRTHS_MAX)
		return -ENOSPC;
	births.tgid = tgid;
	births.group[births.nr].from = from;
	births.group[births.nr++].to = to;
	return 1;
}

void task_events_births_end(struct task_events *te)
{
	births = (struct te_births){ };
}

static uint64_t make_group(uint64_t parent, uint32_t creator, uint32_t flags)
{
	uint32_t mask = fk_group[parent].present && parent ? fk_group[parent].group.clone_mask :
							     fk_default_mask;
	uint64_t id;

	if (!fk_cloning || !(flags & mask) || !fk_may_clone(creator, parent, fk_task[creator].uid))
		return 0;
	id = next_id++;
	fk_group[id].present = true;
	fk_group[id].group = (struct te_group){
		.parent = parent, .tasks = 1, .creator = fk_task[creator].task, .flags = flags,
		.watch = fk_group[parent].group.watch | TE_WATCH_EMPTIES, .clone_mask = mask,
		.levels = fk_group[parent].group.levels == TE_LEVELS_UNLIMITED ? TE_LEVELS_UNLIMITED :
			  fk_group[parent].group.levels - !!fk_group[parent].group.levels,
		.user = fk_task[creator].uid, .emptied = 1,
		.rules = fk_group[parent].group.rules, .comm = "fake",
	};
	fk_pids_clone(id, parent);
	fk_account_clone(id, parent);
	return id;
}

static void tell_clone(uint32_t creator, uint32_t tid, uint64_t parent, uint32_t flags)
{
	union record rec = { .clone = {
		.type = TE_CLONE, .tid = tid, .tgid = fk_task[tid].tgid, .creator = creator,
		.word = fk_task[tid].word, .parent = parent, .task = fk_task[tid].task,
		.creator_task = fk_task[creator].task, .creator_tgid = fk_task[creator].tgid,
		.flags = flags, .user = fk_task[creator].uid, .comm = "fake",
	} };

	fk_touch(parent);
	tell(&rec);
}

void fk_fork(uint32_t creator, uint32_t tid, uint32_t tgid, uint32_t flags)
{
	uint64_t parent = births_group(tgid, te_word_id(fk_task[creator].word));
	uint64_t id = make_group(parent, creator, flags);
	union record rec = { .fork = { .type = TE_FORK, .tid = tid, .tgid = tgid,
				       .creator = creator } };

	fk_spawn(tid, tgid);
	if (!id && !parent)
		return;
	rec.fork.task = fk_task[tid].task;
	fk_task[tid].word = rec.fork.word = TE_WORD(id ? id : parent, first_seq());
	fk_pids_follow(tid);
	if (id) {
		tell_clone(creator, tid, parent, flags);
	} else {
		fk_group[parent].group.tasks++;
		fk_touch(parent);
		tell(&rec);
	}
}

void fk_unshare(uint32_t tid, uint32_t flags)
{
	uint64_t word = fk_task[tid].word;
	uint64_t id = make_group(te_word_id(word), tid, flags);

	if (!id)
		return;
	fk_left(te_word_id(word));
	fk_task[tid].word = word ? te_word_next(word, id) : TE_WORD(id, first_seq());
	fk_pids_follow(tid);
	fk_charge(te_word_id(word), tid);
	tell_clone(tid, tid, te_word_id(word), flags);
}

void fk_exit(uint32_t tid)
{
	union record rec = { .exit = { .type = TE_EXIT, .tid = tid, .tgid = fk_task[tid].tgid,
				       .word = fk_task[tid].word | TE_WORD_EXITED,
				       .task = fk_task[tid].task } };
	struct fk_task *t = &fk_task[tid];
	uint64_t id = te_word_id(t->word);

	fk_charge(id, tid);
	if (id) {
		fk_group[id].group.dying++;
		t->dying = id;
	}
	fk_left(id);
	fk_touch(id);
	if (fk_task[tid].word)
		tell(&rec);
	fk_task[tid].live = false;
	fk_task[tid].word = 0;
	fk_pids_follow(tid);
	give_address(tid);
}

void fk_exec_take(uint32_t tid)
{
	uint32_t tgid = fk_task[tid].tgid;

	if (fk_task[tgid].live)
		fk_exit(tgid);
	give_address(tgid);
	fk_task[tgid] = fk_task[tid];
	fk_task[tid].live = false;
	fk_task[tid].task = 0;
	fk_task[tid].word = 0;
	fk_task[tid].charged = 0;
}

void fk_exec_tell(uint32_t old_tid, uint32_t tid)
{
	union record rec = { .exec = { .type = TE_EXEC, .old_tid = old_tid, .tid = tid,
				       .word = fk_task[tid].word, .task = fk_task[tid].task } };

	if (rec.exec.word)
		tell(&rec);
}

unsigned long fk_rebuilds(void)
{
	return rebuilds;
}

/* --- fs/fuse/bpf/task_events.h --- */

int task_events_check_pidns(const char **why)
{
	*why = NULL;
	return 0;
}

int task_events_new(const struct task_events_ops *ops, void *ctx,
		    const struct task_events_opts *opts, struct task_events **tep)
{
	*tep = calloc(1, sizeof(**tep));
	(*tep)->ops = *ops;
	return 0;
}

void task_events_free(struct task_events *te)
{
	free(te);
}

int task_events_fd(const struct task_events *te)
{
	return 0;
}

static void deliver(struct task_events *te, const union record *rec)
{
	events++;
	switch (rec->type) {
	case TE_FORK:
		te->ops.fork(NULL, &rec->fork);
		break;
	case TE_CLONE:
		te->ops.clone(NULL, &rec->clone);
		break;
	case TE_EXIT:
		te->ops.exit(NULL, &rec->exit);
		break;
	case TE_EXEC:
		te->ops.exec(NULL, &rec->exec);
		break;
	case TE_REFUSED:
		te->ops.refused(NULL, rec->refused.id);
		break;
	case TE_ENDED:
		fk_init_tell(&te->ops, rec->ended.tgid);
		break;
	}
}

static void fill(struct te_task *t, uint32_t tid, uint32_t ns, uint32_t level)
{
	*t = (struct te_task){ .task = fk_task[tid].task, .word = fk_task[tid].word,
			       .tid = tid, .tgid = fk_task[tid].tgid, .flags = fk_task[tid].flags, .comm = "fake" };
	if (fk_task[tid].exiting)
		t->flags |= TE_TASK_EXITING;
	t->vtid = !level ? tid : fk_task[tid].ns == ns ? fk_task[tid].vtid : 0;
	t->vtgid = t->vtid;
}

/*
 * As if the records behind the last loss had been reserved after the rebuild sampled its
 * position: they are delivered after the snapshot, which has seen their changes.
 */
static unsigned int rebuild(struct task_events *te)
{
	unsigned int end = lost % 3 ? ring_nr : loss_at;
	struct te_task t;

	te->ops.rebuild_begin(NULL);
	for (unsigned int i = 0; i < end; i++)
		if (ring[i].type == TE_EXIT || ring[i].type == TE_ENDED)
			deliver(te, &ring[i]);
	for (uint64_t id = 1; id < next_id; id++)
		if (fk_group[id].present && fk_group[id].group.creator &&
		    !te->ops.group_known(NULL, id))
			te->ops.group(NULL, id, &fk_group[id].group);
	for (uint32_t tid = 1; tid < FK_TASKS; tid++) {
		if (!fk_task[tid].live || !fk_task[tid].word)
			continue;
		fill(&t, tid, 0, 0);
		te->ops.rebuild_task(NULL, &t);
	}
	te->ops.rebuild_end(NULL);
	for (uint32_t tgid = 1; tgid < FK_TASKS; tgid++)
		fk_init_tell(&te->ops, tgid);
	for (uint64_t id = 0; id < next_id; id++)
		if (fk_group[id].present && fk_group[id].group.refused_told)
			te->ops.refused(NULL, id);
	lost_seen = lost;
	rebuilds++;
	return end;
}

int task_events_drain(struct task_events *te)
{
	unsigned long before = events;
	unsigned int i = 0;

	if (fk_drain_error)
		return fk_drain_error;
	te->in_callback = true;
	if (lost != lost_seen)
		i = rebuild(te);
	for (; i < ring_nr; i++)
		deliver(te, &ring[i]);
	ring_nr = loss_at = 0;
	te->in_callback = false;
	return (int)(events - before);
}

int task_events_wakeup(struct task_events *te)
{
	return task_events_drain(te);
}

int task_events_attach(struct task_events *te, const struct te_ref *ref, uint64_t expect_word,
		       uint64_t id, uint64_t *cur_word)
{
	void (*before)(void) = fk_before_attach;
	uint32_t tid;

	if (te->in_callback)
		return -EBUSY;
	fk_before_attach = NULL;
	if (before)
		before();
	if (fk_before_each_attach)
		fk_before_each_attach();
	*cur_word = expect_word;
	tid = find(ref);
	if (!tid)
		return -ESRCH;
	*cur_word = fk_task[tid].word;
	if (fk_task[tid].exiting)
		return -ENOENT;
	if (fk_task[tid].word != expect_word)
		return -EAGAIN;
	if (id && !fk_group[id].present)
		abort();	/* an id must be told before it is used */
	fk_left(te_word_id(expect_word));
	if (id)
		fk_group[id].group.tasks++;
	fk_task[tid].word = expect_word ? te_word_next(expect_word, id) : TE_WORD(id, first_seq());
	fk_pids_follow(tid);
	fk_charge(te_word_id(expect_word), tid);
	*cur_word = fk_task[tid].word;
	return 0;
}

static uint32_t nr_threads(uint32_t tgid)
{
	uint32_t nr = 0;

	for (uint32_t tid = 1; tid < FK_TASKS; tid++)
		nr += fk_task[tid].live && fk_task[tid].tgid == tgid;
	return nr;
}

int task_events_query(struct task_events *te, uint32_t tid, struct te_facts *facts)
{
	if (tid >= FK_TASKS || !fk_task[tid].live)
		return -ESRCH;
	*facts = (struct te_facts){
		.task = fk_task[tid].task, .word = fk_task[tid].word, .tid = tid, .tgid = fk_task[tid].tgid,
		.nr_threads = nr_threads(fk_task[tid].tgid), .flags = fk_task[tid].flags, .comm = "fake",
		.uid = fk_task[tid].uid, .euid = fk_task[tid].uid, .suid = fk_task[tid].uid,
		.pidns_inum = fk_task[tid].ns, .pidns_level = !!fk_task[tid].ns,
	};
	if (fk_task[tid].exiting)
		facts->flags |= TE_TASK_EXITING;
	return 0;
}

int task_events_find(struct task_events *te, const struct te_ref *ref, struct te_facts *facts)
{
	uint32_t tid = find(ref);

	return tid ? task_events_query(te, tid, facts) : -ESRCH;
}

int task_events_for_each(struct task_events *te, uint32_t tgid, uint32_t ns_inum,
			 uint32_t ns_level, int (*cb)(void *arg, const struct te_task *task),
			 void *arg)
{
	struct te_task t;
	int ret = -ESRCH;

	for (uint32_t tid = 1; tid < FK_TASKS; tid++) {
		if (!fk_task[tid].live || (tgid && fk_task[tid].tgid != tgid))
			continue;
		fill(&t, tid, ns_inum, ns_level);
		ret = cb(arg, &t);
		if (ret)
			return ret;
	}
	return ret;
}

int task_events_for_each_word(struct task_events *te,
			      int (*cb)(void *arg, const struct te_task *task), void *arg)
{
	struct te_task t;
	uint64_t used;
	int ret = 0;

	for (uint32_t tid = 1; !ret && tid < FK_TASKS; tid++) {
		if (fk_amid_walk && tid == FK_TASKS / 2) {
			void (*amid)(void) = fk_amid_walk;

			fk_amid_walk = NULL;
			amid();
		}
		if (fk_task[tid].dying) {
			t = (struct te_task){
				.word = TE_WORD(fk_task[tid].dying, 1) | TE_WORD_EXITED, .tid = tid };
		} else if (fk_task[tid].live && fk_task[tid].word) {
			fill(&t, tid, 0, 0);
		} else {
			continue;
		}
		used = fk_task[tid].used - fk_task[tid].accounted;
		t.on_cpu = fk_task[tid].on_cpu;
		t.cpu.stime = used;
		t.cpu.runtime = used + used / 2;
		ret = cb(arg, &t);
	}
	return ret;
}

static bool killing;

static bool killed(uint64_t word)
{
	return word & TE_WORD_KILLED ||
		(killing && fk_group[te_word_id(word)].group.watch & TE_WATCH_KILL);
}

void task_events_kill_begin(struct task_events *te)
{
	killing = true;
}

int task_events_kill_mark(struct task_events *te,
			  int (*cb)(void *arg, const struct te_task *task), void *arg)
{
	struct te_task t;
	int ret = 0;

	for (uint32_t tid = 1; !ret && tid < FK_TASKS; tid++) {
		uint64_t *word = &fk_task[tid].word;

		if (!fk_task[tid].live || !killed(*word))
			continue;
		*word = te_word_next(*word, te_word_id(*word)) | TE_WORD_KILLED;
		fill(&t, tid, 0, 0);
		ret = cb(arg, &t);
	}
	return ret;
}

void task_events_kill_end(struct task_events *te)
{
	killing = false;
}

uint64_t task_events_new_id(struct task_events *te)
{
	return next_id++;
}

const char *task_events_unshare_hook(const struct task_events *te)
{
	return "fake";
}

int task_events_set_affinity(struct task_events *te, int enabled)
{
	return 0;
}

const char *task_events_affinity_hook(const struct task_events *te)
{
	return "fake";
}

void task_events_stats(const struct task_events *te, struct task_events_stats *stats)
{
	*stats = (struct task_events_stats){ .events = events, .lost = lost, .rebuilds = rebuilds };
}
