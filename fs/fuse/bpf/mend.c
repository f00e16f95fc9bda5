// SPDX-License-Identifier: GPL-2.0-only
/*
 * mend.c - put right what skipped programs have left undone
 *
 * All tasks are read (te_mend_walk, which ends those whose exit was not seen), and in
 * the order of their births, so that who made a task comes before it, it is asked
 * where each belongs:
 *
 *  no word	its birth was not seen, or it is of the top container. A process belongs
 *		where its parent was when it was born: there it is now, or (te_slot.since)
 *		it has been moved since and was in te_slot.before. A thread belongs where
 *		the oldest thread of its process is that has a word. Of whose parent has
 *		ended nothing says who that was, but for one who has the nsproxy that a
 *		clone was made with: all who have that descend from the first task in it, so
 *		he belongs where they are, if they are in that clone.
 *  namespaces	that are not those noted of the task, or of one without a word not those
 *		of anybody else, were made by an unshare or a clone that was not seen: it
 *		gets a clone of its own, below where it belongs, if at least one of them is
 *		nobody else's (with others', it has come by setns). Whoever has the same
 *		ones was made by it afterwards, and goes with it. Who is amid unshare(2) is
 *		left to his hook.
 *
 * What each has is compared with what it had when it is put there, so a hook that comes
 * late and this do not both act (mend.bpf.h).
 *
 * What cannot be known: to whom somebody belongs whose parent has ended, if no clone was
 * made for their namespaces; which of the threads of a process made another one, if they
 * are in several css_groups; when there were two moves, whether a child is older than the
 * first; and that namespaces which somebody holds without a task in them are not new.
 * They stay where they are: in the top container those without a word.
 *
 * The namespaces of those who have no word are remembered from when cloning was enabled,
 * or from the last time on, so that those made before are not taken for new ones.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "base/hash.h"

/* A task. */
struct one {
	struct tasks_node node;		/* by its address */
	struct te_stray s;
	uint64_t id;			/* where it is, or is to be */
	uint64_t killed;		/* TE_WORD_KILLED or 0, likewise */
	bool placed;			/* id and killed say so */
	bool fresh;			/* it may have made its namespaces itself */
};

/* Something known by a number. */
struct fact {
	struct tasks_node node;
	uint64_t value;
	uint64_t from;
};

struct mender {
	struct task_events *te;
	struct one *ones;		/* once complete, by birth */
	size_t nr, room;
	struct tasks_hash tasks;	/* of ones */
	struct tasks_hash oldest;	/* facts: tgid -> its oldest thread with a word */
	struct tasks_hash noted;	/* facts: namespaces of those who have not changed them */
	struct tasks_hash spaces;	/* facts: each single one of those */
	struct tasks_hash proxies;	/* facts: nsproxy -> the clone whose tasks have it, 0 */
	struct tasks_hash made;		/* facts: namespaces -> the clone made up for them, or
					   where they are if it was refused */
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
	int err = te_grow(&m->ones, m->nr, &m->room, sizeof(*m->ones));

	if (!err)
		m->ones[m->nr++] = (struct one){ .s = *(const struct te_stray *)record };
	return err;
}

static int by_birth(const void *a, const void *b)
{
	const struct one *x = a, *y = b;

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

/* From now on nobody's namespaces are new. */
static int namespaces_remember(struct mender *m)
{
	struct task_events *te = m->te;
	uint64_t *all = calloc(m->nr + 1, sizeof(*all));
	size_t n = 0;

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < m->nr; i++)
		if (!m->ones[i].s.exiting)
			all[n++] = m->ones[i].s.namespaces;
	qsort(all, n, sizeof(*all), by_value);
	free(te->known);
	te->known = all;
	te->nr_known = n;
	return 0;
}

/* Could @one have made its namespaces itself, unseen? */
static bool has_changed(const struct mender *m, const struct one *one)
{
	const struct te_stray *s = &one->s;

	if (s->exiting || s->unsharing || !m->te->skel->bss->clone_enabled)
		return false;
	return s->word && s->noted ? s->noted != s->namespaces :
				     !namespaces_known(m->te, s->namespaces);
}

/* What is nobody's but of those who may be new. */
static int learn_namespaces(struct mender *m)
{
	const struct te_stray *s;
	struct one *one;
	int err = 0;

	for (size_t i = 0; i < m->nr && !err; i++) {
		one = &m->ones[i];
		s = &one->s;
		one->fresh = has_changed(m, one);
		if (s->exiting || one->fresh)
			continue;
		err = note_fact(&m->noted, s->namespaces);
		for (int ns = 0; ns < TE_NS_NR && !err; ns++)
			err = note_fact(&m->spaces, s->ns[ns]);
	}
	return err;
}

/* Of each clone by whose namespaces its tasks can be told: see the head. */
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
		struct one *one = &m->ones[i];
		const struct te_stray *s = &one->s;

		one->node.key = s->task;
		if (tasks_hash_find(&m->tasks, s->task))
			continue;	/* a walk may come by twice */
		tasks_hash_add(&m->tasks, &one->node);
		one->placed = s->word != 0;
		one->id = te_word_id(s->word);
		one->killed = s->word & TE_WORD_KILLED;
		if (!one->placed || s->exiting)
			continue;
		err = learn_proxy(m, s);
		if (!err && !find_fact(&m->oldest, s->tgid))
			err = add_fact(&m->oldest, s->tgid, (uint64_t)i, 0);
	}
	return err;
}

/* Where @maker's child, or thread, @one was born. */
static void born_of(struct one *one, const struct one *maker)
{
	const struct te_stray *s = &maker->s;

	one->killed = maker->killed;
	one->id = maker->id;
	if (one->s.tgid == s->tgid || !s->word)
		return;
	/* Not in a clone that was made up since, unless it has its namespaces. */
	if (s->namespaces != one->s.namespaces)
		one->id = te_word_id(s->word);
	if (s->since && one->s.start_time < s->since)
		one->id = s->before;
}

static void place_task(struct mender *m, struct one *one)
{
	struct fact *oldest = find_fact(&m->oldest, one->s.tgid);
	struct one *parent = (struct one *)tasks_hash_find(&m->tasks, one->s.parent);
	struct fact *proxy = find_fact(&m->proxies, one->s.nsproxy);

	one->placed = true;
	if (oldest)
		born_of(one, &m->ones[oldest->value]);
	else if (parent && parent->placed)
		born_of(one, parent);
	if (!one->id && proxy)
		one->id = proxy->value;
}

/* Which of @s's namespaces are nobody else's: TE_CLONE_NEW*. */
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

/* Have @one put below or into one->id, which becomes where it is: whether that was done. */
static bool put_task(struct mender *m, struct one *one, uint32_t flags, bool namespaces)
{
	const struct te_ref ref = { one->s.task, one->s.tid, one->s.tgid };
	struct te_call *call = &m->te->skel->bss->call;

	call->op = TE_OP_MEND;
	call->word = one->s.word;
	call->parent = one->id;
	call->clone_mask = flags;
	call->namespaces = namespaces ? one->s.namespaces : 0;
	call->creator = flags && !one->s.word ? one->s.parent : one->s.task;
	call->set = (uint32_t)one->killed;
	if (te_run_on_task(m->te, &ref))
		return false;
	one->id = call->id;
	m->te->mended += one->id != te_word_id(one->s.word);
	return true;
}

/* @one has namespaces that nobody noted: its own, or of one that was met before. */
static int mend_fresh(struct mender *m, struct one *one)
{
	struct fact *made = find_fact(&m->made, one->s.namespaces);
	uint64_t home = one->id;
	uint32_t flags = 0;

	if (made && made->from == home)
		one->id = made->value;
	else if (!find_fact(&m->noted, one->s.namespaces))
		flags = own_namespaces(m, &one->s);
	if (!put_task(m, one, flags, true) || made)
		return 0;
	return add_fact(&m->made, one->s.namespaces, one->id, home);
}

static int mend_one(struct mender *m, struct one *one)
{
	if (one->s.exiting)
		return 0;
	if (!one->placed)
		place_task(m, one);
	if (one->fresh)
		return mend_fresh(m, one);
	if (!one->s.word && (one->id || one->killed))
		put_task(m, one, 0, false);
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
	free(m->tasks.buckets);
	free(m->ones);
}

static int mender_read(struct mender *m)
{
	struct task_events *te = m->te;
	int err = te_iterate(te, te->skel->progs.te_mend_walk, sizeof(struct te_stray),
			     keep_stray, m);

	if (!err)
		qsort(m->ones, m->nr, sizeof(*m->ones), by_birth);
	return err;
}

int te_mend(struct task_events *te)
{
	struct mender m = { .te = te };
	int err = mender_read(&m);

	if (!err)
		err = tasks_hash_init(&m.tasks) || tasks_hash_init(&m.oldest) ||
		      tasks_hash_init(&m.noted) || tasks_hash_init(&m.spaces) ||
		      tasks_hash_init(&m.proxies) || tasks_hash_init(&m.made) ? -ENOMEM : 0;
	if (!err)
		err = learn_tasks(&m);
	if (!err)
		err = learn_namespaces(&m);
	for (size_t i = 0; i < m.nr && !err; i++)
		err = mend_one(&m, &m.ones[i]);
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
	free(m.ones);
	if (!err)
		err = te_iterate(te, te->skel->progs.te_note_walk, 1, NULL, NULL);
	return err;
}
