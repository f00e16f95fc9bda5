// SPDX-License-Identifier: GPL-2.0-only
/*
 * Put right what skipped programs have left undone
 *
 * te_mend_walk reads all tasks, and ends those whose exit no program has seen. In the order
 * of their births, so that the creator of a task comes before it, this finds out where each
 * task belongs.
 *
 * A task without a word is of the top container, or no program has seen its birth. A thread
 * belongs where the oldest thread of its process is that has a word. A process belongs where
 * its parent was at its birth: where the parent is now or, if the parent was moved since
 * (te_slot.since), in te_slot.before. If the parent has ended, only the nsproxy can tell: if
 * a clone was made with it, all tasks that have it descend from the first task in the clone,
 * so the process belongs where they are.
 *
 * A task has new namespaces, by an unshare or a clone that no program has seen, if they are
 * not those of its note or, without a note, no other task's. If one of them is no other
 * task's, the task gets a clone of its own, below where it belongs; if not, it has come by
 * setns. Later tasks with the same namespaces are its children, and go with it. A task
 * inside unshare(2) is left to its hook.
 *
 * A task is put there only if it still has the word and namespaces that the walk saw, so
 * that a late hook and this do not both act (mend.bpf.h).
 */

/*
 * Some things cannot be known:
 *
 *  - where a task belongs whose parent has ended, if no clone was made for its namespaces;
 *  - which thread of a process made another one, if they are in several css_groups;
 *  - after two moves of a parent, whether a child is older than the first;
 *  - that namespaces are not new, if they were held before without a task in them.
 *
 * Such tasks stay where they are; those without a word in the top container.
 *
 * The namespaces of tasks without a word are remembered since cloning was enabled, or since
 * the last time, so that those made before are not taken for new ones.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "base/hash.h"

/* A task, and where it belongs. */
struct mend_task {
	struct tasks_node node;		/* by its address */
	struct te_stray s;
	uint64_t id;			/* the css_group where it is, or is to be */
	uint64_t killed;		/* TE_WORD_KILLED or 0: likewise of its word */
	bool placed;			/* id and killed are valid */
	bool fresh;			/* its namespaces may be new */
};

/* What is known of a number. */
struct fact {
	struct tasks_node node;
	uint64_t value;
	uint64_t from;
};

struct mender {
	struct task_events *te;
	struct mend_task *tasks;		/* once complete, by birth */
	size_t nr, room;
	struct tasks_hash by_address;	/* of `tasks` */
	struct tasks_hash oldest;	/* facts: tgid -> its oldest thread with a word */
	struct tasks_hash noted;	/* facts: namespaces of tasks that have not changed them */
	struct tasks_hash spaces;	/* facts: each single namespace of these */
	struct tasks_hash proxies;	/* facts: nsproxy -> the clone whose tasks have it, or 0 */
	struct tasks_hash made;		/* facts: namespaces -> the clone made here for them or,
					   if it was refused, where their tasks are */
};

static int add_fact(struct tasks_hash *hash, uint64_t key, uint64_t value, uint64_t from)
{
	struct fact *fact = malloc(sizeof(*fact));

	if (!fact)
		return -ENOMEM;
	*fact = (struct fact){ .node.key = key, .value = value, .from = from };
	tasks_hash_add(hash, &fact->node);
	return 0;
}

static struct fact *find_fact(const struct tasks_hash *hash, uint64_t key)
{
	return (struct fact *)tasks_hash_find(hash, key);
}

static int note_fact(struct tasks_hash *hash, uint64_t key)
{
	return find_fact(hash, key) ? 0 : add_fact(hash, key, 0, 0);
}

static void free_fact(struct tasks_node *node, void *arg)
{
	tasks_hash_del(arg, node);
	free(node);
}

static int keep_stray(void *arg, const void *record)
{
	struct mender *m = arg;
	int err = te_grow(&m->tasks, m->nr, &m->room, sizeof(*m->tasks));

	if (!err)
		m->tasks[m->nr++] = (struct mend_task){ .s = *(const struct te_stray *)record };
	return err;
}

static int by_birth(const void *a, const void *b)
{
	const struct mend_task *x = a, *y = b;

	if (x->s.start_time != y->s.start_time)
		return x->s.start_time < y->s.start_time ? -1 : 1;
	return x->s.tid < y->s.tid ? -1 : x->s.tid > y->s.tid;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static bool namespaces_known(const struct task_events *te, uint64_t namespaces)
{
	return te->nr_known && bsearch(&namespaces, te->known, te->nr_known, sizeof(namespaces),
				       by_value);
}

/* Remember the namespaces of all tasks: from now on they are not new. */
static int namespaces_remember(struct mender *m)
{
	struct task_events *te = m->te;
	uint64_t *all = calloc(m->nr + 1, sizeof(*all));
	size_t n = 0;

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < m->nr; i++)
		if (!m->tasks[i].s.exiting)
			all[n++] = m->tasks[i].s.namespaces;
	qsort(all, n, sizeof(*all), by_value);
	free(te->known);
	te->known = all;
	te->nr_known = n;
	return 0;
}

/* May @task have new namespaces that no program has noted? */
static bool has_changed(const struct mender *m, const struct mend_task *task)
{
	const struct te_stray *s = &task->s;

	if (s->exiting || s->unsharing || !m->te->skel->bss->clone_enabled)
		return false;
	return s->word && s->noted ? s->noted != s->namespaces :
				     !namespaces_known(m->te, s->namespaces);
}

/* Find the tasks that may have new namespaces; collect the namespaces of the others. */
static int learn_namespaces(struct mender *m)
{
	const struct te_stray *s;
	struct mend_task *task;
	int err = 0;

	for (size_t i = 0; i < m->nr && !err; i++) {
		task = &m->tasks[i];
		s = &task->s;
		task->fresh = has_changed(m, task);
		if (s->exiting || task->fresh)
			continue;
		err = note_fact(&m->noted, s->namespaces);
		for (int ns = 0; ns < TE_NS_NR && !err; ns++)
			err = note_fact(&m->spaces, s->ns[ns]);
	}
	return err;
}

/* Note which clone was made with the nsproxy of @s, if all tasks that have it are in there. */
static int learn_proxy(struct mender *m, const struct te_stray *s)
{
	uint64_t id = te_word_id(s->word);
	struct fact *fact = find_fact(&m->proxies, s->nsproxy);
	struct te_group group;

	if (fact) {
		if (fact->value != id)
			fact->value = 0;
		return 0;
	}
	if (!id || task_events_group_get(m->te, id, &group) || group.nsproxy != s->nsproxy)
		id = 0;
	return add_fact(&m->proxies, s->nsproxy, id, 0);
}

static int learn_tasks(struct mender *m)
{
	int err = 0;

	for (size_t i = 0; i < m->nr && !err; i++) {
		struct mend_task *task = &m->tasks[i];
		const struct te_stray *s = &task->s;

		task->node.key = s->task;
		if (tasks_hash_find(&m->by_address, s->task))
			continue;	/* a walk may show a task twice */
		tasks_hash_add(&m->by_address, &task->node);
		task->placed = s->word != 0;
		task->id = te_word_id(s->word);
		task->killed = s->word & TE_WORD_KILLED;
		if (!task->placed || s->exiting)
			continue;
		err = learn_proxy(m, s);
		if (!err && !find_fact(&m->oldest, s->tgid))
			err = add_fact(&m->oldest, s->tgid, (uint64_t)i, 0);
	}
	return err;
}

/* Place @task where it was born, as a child or a thread of @maker. */
static void born_of(struct mend_task *task, const struct mend_task *maker)
{
	const struct te_stray *s = &maker->s;

	task->killed = maker->killed;
	task->id = maker->id;
	if (task->s.tgid == s->tgid || !s->word)
		return;
	/* Not in the clone that this has just made for @maker, unless @task has its namespaces. */
	if (s->namespaces != task->s.namespaces)
		task->id = te_word_id(s->word);
	if (s->since && task->s.start_time < s->since)
		task->id = s->before;
}

static void place_task(struct mender *m, struct mend_task *task)
{
	struct fact *oldest = find_fact(&m->oldest, task->s.tgid);
	struct fact *proxy = find_fact(&m->proxies, task->s.nsproxy);
	struct mend_task *parent;

	parent = (struct mend_task *)tasks_hash_find(&m->by_address, task->s.parent);
	task->placed = true;
	if (oldest)
		born_of(task, &m->tasks[oldest->value]);
	else if (parent && parent->placed)
		born_of(task, parent);
	if (!task->id && proxy)
		task->id = proxy->value;
}

/* Which namespaces of @s are no other task's: TE_CLONE_NEW*. */
static uint32_t own_namespaces(const struct mender *m, const struct te_stray *s)
{
	static const uint32_t flags[TE_NS_NR] = {
		[TE_NS_USER] = TE_CLONE_NEWUSER,	[TE_NS_UTS] = TE_CLONE_NEWUTS,
		[TE_NS_IPC] = TE_CLONE_NEWIPC,		[TE_NS_NS] = TE_CLONE_NEWNS,
		[TE_NS_PID] = TE_CLONE_NEWPID,		[TE_NS_NET] = TE_CLONE_NEWNET,
		[TE_NS_TIME] = TE_CLONE_NEWTIME,	[TE_NS_CGROUP] = TE_CLONE_NEWCGROUP,
	};
	uint32_t own = 0;

	for (int ns = 0; ns < TE_NS_NR; ns++)
		if (!find_fact(&m->spaces, s->ns[ns]))
			own |= flags[ns];
	return own;
}

/* Put @task into task->id or, with @flags, into a clone below it; task->id follows. */
static bool put_task(struct mender *m, struct mend_task *task, uint32_t flags, bool namespaces)
{
	const struct te_ref ref = { task->s.task, task->s.tid, task->s.tgid };
	struct te_call *call = &m->te->skel->bss->call;

	call->op = TE_OP_MEND;
	call->word = task->s.word;
	call->parent = task->id;
	call->clone_mask = flags;
	call->namespaces = namespaces ? task->s.namespaces : 0;
	call->creator = flags && !task->s.word ? task->s.parent : task->s.task;
	call->set = (uint32_t)task->killed;
	if (te_run_on_task(m->te, &ref))
		return false;
	task->id = call->id;
	m->te->mended += task->id != te_word_id(task->s.word);
	return true;
}

/* @task has new namespaces: its own, or those of a task that was mended before. */
static int mend_fresh(struct mender *m, struct mend_task *task)
{
	struct fact *made = find_fact(&m->made, task->s.namespaces);
	uint64_t home = task->id;
	uint32_t flags = 0;

	if (made && made->from == home)
		task->id = made->value;
	else if (!find_fact(&m->noted, task->s.namespaces))
		flags = own_namespaces(m, &task->s);
	if (!put_task(m, task, flags, true) || made)
		return 0;
	return add_fact(&m->made, task->s.namespaces, task->id, home);
}

static int mend_task(struct mender *m, struct mend_task *task)
{
	if (task->s.exiting)
		return 0;
	if (!task->placed)
		place_task(m, task);
	if (task->fresh)
		return mend_fresh(m, task);
	if (!task->s.word && (task->id || task->killed))
		put_task(m, task, 0, false);
	return 0;
}

static void free_facts(struct tasks_hash *hash)
{
	if (!hash->buckets)
		return;
	tasks_hash_each(hash, free_fact, hash);
	tasks_hash_exit(hash);
}

static void mender_free(struct mender *m)
{
	free_facts(&m->oldest);
	free_facts(&m->noted);
	free_facts(&m->spaces);
	free_facts(&m->proxies);
	free_facts(&m->made);
	free(m->by_address.buckets);
	free(m->tasks);
}

static int mender_read(struct mender *m)
{
	struct task_events *te = m->te;
	int err = te_iterate(te, te->skel->progs.te_mend_walk, sizeof(struct te_stray),
			     keep_stray, m);

	if (!err)
		qsort(m->tasks, m->nr, sizeof(*m->tasks), by_birth);
	return err;
}

int te_mend(struct task_events *te)
{
	struct mender m = { .te = te };
	int err = mender_read(&m);

	if (!err)
		err = tasks_hash_init(&m.by_address) || tasks_hash_init(&m.oldest) ||
		      tasks_hash_init(&m.noted) || tasks_hash_init(&m.spaces) ||
		      tasks_hash_init(&m.proxies) || tasks_hash_init(&m.made) ? -ENOMEM : 0;
	if (!err)
		err = learn_tasks(&m);
	if (!err)
		err = learn_namespaces(&m);
	for (size_t i = 0; i < m.nr && !err; i++)
		err = mend_task(&m, &m.tasks[i]);
	if (!err)
		err = namespaces_remember(&m);
	mender_free(&m);
	return err;
}

int te_mend_begin(struct task_events *te)
{
	struct mender m = { .te = te };
	int err = mender_read(&m);

	if (!err)
		err = namespaces_remember(&m);
	free(m.tasks);
	if (!err)
		err = te_iterate(te, te->skel->progs.te_note_walk, 1, NULL, NULL);
	return err;
}
