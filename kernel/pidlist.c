// SPDX-License-Identifier: GPL-2.0-only
/*
 * The texts of `tasks` and `cgroup.procs`: ids in ascending order, each once.
 *
 * For a reader in the initial pid namespace the ids are in the engine's own records.  The
 * text of an unchanged container is made once, because a handful of texts is cached by
 * container and generation of its tasks.  For the top container, which has all tasks
 * without a record, and for readers in other pid namespaces, the host walks the tasks of
 * the system.  Equal lists are one in any case: shared_list.c.
 *
 * Memory is allocated before container_lock is taken, by a count of tasks.  If the count
 * has grown when the lock is held, more memory is allocated.
 */
#include <linux/sort.h>

#include "cftype.h"

/* --- a few texts, kept --- */

#define TEXT_CACHE	8

static struct text_slot {
	u64			cont_id;
	u64			generation;
	bool			procs;
	struct container_list	*list;
} text_cache[TEXT_CACHE];		/* under container_lock */
static unsigned int text_cache_next;

static struct container_list *text_cache_get(struct container *cont, bool procs)
{
	struct text_slot *slot;

	lockdep_assert_held(&container_lock);
	for (slot = text_cache; slot < text_cache + TEXT_CACHE; slot++) {
		if (slot->list && slot->list->text && slot->cont_id == cont->id &&
		    slot->procs == procs && slot->generation == cont->tasks_generation) {
			refcount_inc(&slot->list->refs);
			return slot->list;
		}
	}
	return NULL;
}

/* Returns the list that lost its place, which the caller puts without the lock. */
static struct container_list *text_cache_add(struct container *cont, bool procs, u64 generation,
					     struct container_list *list)
{
	struct text_slot *slot;
	struct container_list *old;

	lockdep_assert_held(&container_lock);
	for (slot = text_cache; slot < text_cache + TEXT_CACHE; slot++)
		if (slot->list && slot->cont_id == cont->id && slot->procs == procs)
			goto found;
	slot = &text_cache[text_cache_next++ % TEXT_CACHE];
found:
	old = slot->list;
	refcount_inc(&list->refs);
	*slot = (struct text_slot){ cont->id, generation, procs, list };
	return old;
}

void container_text_cache_drop(void)
{
	struct container_list *list;
	unsigned int i;

	for (i = 0; i < TEXT_CACHE; i++) {
		spin_lock(&container_lock);
		list = text_cache[i].list;
		text_cache[i].list = NULL;
		spin_unlock(&container_lock);
		container_list_put(list);
	}
}

/* --- ids --- */

struct pid_array {
	struct container	*cont;
	bool			procs;
	size_t			nr, size;
	size_t			wanted;		/* how many there were */
	int			*pid;
};

static int pid_cmp(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* Ascending, each id once.  Mostly they are in order already, because forks are; so look first. */
static void pid_array_sort(struct pid_array *a)
{
	size_t i, n;

	for (i = 1; i < a->nr; i++)
		if (a->pid[i - 1] >= a->pid[i])
			break;
	if (i >= a->nr)
		return;
	sort(a->pid, a->nr, sizeof(*a->pid), pid_cmp, NULL);
	for (i = n = 1; i < a->nr; i++)
		if (a->pid[i] != a->pid[n - 1])
			a->pid[n++] = a->pid[i];
	a->nr = n;
}

static void pid_array_add(struct pid_array *a, int pid)
{
	if (a->nr < a->size)
		a->pid[a->nr++] = pid;
	a->wanted++;
}

static bool pid_array_room(struct pid_array *a, size_t size)
{
	kvfree(a->pid);
	a->size = size;
	a->nr = a->wanted = 0;
	a->pid = kvmalloc_array(size, sizeof(*a->pid), GFP_KERNEL);
	return a->pid;
}

/* Take ids from the engine's records; returns the generation of the tasks. */
static bool pid_array_from_records(struct pid_array *a, u64 *generation)
{
	struct container *cont = a->cont;
	struct container_task *task;
	struct css_link *link;
	size_t room;

	do {
		room = READ_ONCE(cont->nr_tasks) + 16;
		if (!pid_array_room(a, room))
			return false;
		spin_lock(&container_lock);
		*generation = cont->tasks_generation;
		container_for_each_task(task, link, cont)
			pid_array_add(a, a->procs ? task->tgid : task->tid);
		spin_unlock(&container_lock);
	} while (a->wanted > a->size);
	return true;
}

static int pid_array_visit(const struct container_task_info *info, int vtid, int vtgid, void *arg)
{
	struct pid_array *a = arg;
	struct container *cont;

	if (!vtid)
		return 0;
	spin_lock(&container_lock);
	cont = css_group_container(container_task_group_of(info->key), a->cont->root);
	spin_unlock(&container_lock);
	if (cont == a->cont)
		pid_array_add(a, a->procs ? vtgid : vtid);
	return 0;
}

/* Take ids from a walk over the tasks of the system. */
static bool pid_array_from_walk(struct pid_array *a, const struct container_actor *reader)
{
	size_t room = 512;

	do {
		if (!pid_array_room(a, room))
			return false;
		host_for_each_task(0, reader, pid_array_visit, a);
		room = a->wanted + a->wanted / 8 + 16;
	} while (a->wanted > a->size);
	return true;
}

unsigned long container_count_tasks(struct container *cont)
{
	struct container_actor anyone = { 0 };
	struct pid_array a = { .cont = cont };

	if (!container_is_top(cont))
		return READ_ONCE(cont->nr_tasks);
	host_for_each_task(0, &anyone, pid_array_visit, &a);
	return a.wanted;
}

/* --- text --- */

static size_t pid_digits(int pid)
{
	size_t n = 1;

	for (; pid >= 10; pid /= 10)
		n++;
	return n;
}

static struct container_text *pid_array_text(const struct pid_array *a)
{
	struct container_text *text;
	size_t i, len = 0, n;
	char *p, *q;
	int pid;

	for (i = 0; i < a->nr; i++)
		len += pid_digits(a->pid[i]) + 1;
	text = container_text_alloc(len);
	if (!text)
		return NULL;
	p = text->data;
	for (i = 0; i < a->nr; i++) {
		pid = a->pid[i];
		n = pid_digits(pid);
		for (q = p + n; q > p; pid /= 10)
			*--q = '0' + pid % 10;
		p += n;
		*p++ = '\n';
	}
	return text;
}

struct container_list *container_tasks_list(struct container *cont, bool procs,
					    const struct container_actor *reader)
{
	bool own = !container_is_top(cont) && !reader->pid_ns;
	struct pid_array a = { .cont = cont, .procs = procs };
	struct container_list *list = NULL, *old = NULL;
	struct container_text *text = NULL;
	u64 generation = 0;

	if (own) {
		spin_lock(&container_lock);
		list = text_cache_get(cont, procs);
		spin_unlock(&container_lock);
		if (list)
			return list;
	}
	if (own ? pid_array_from_records(&a, &generation) : pid_array_from_walk(&a, reader)) {
		pid_array_sort(&a);
		text = pid_array_text(&a);
	}
	kvfree(a.pid);
	if (text)
		list = container_list_make(text);
	if (own && list) {
		spin_lock(&container_lock);
		old = text_cache_add(cont, procs, generation, list);
		spin_unlock(&container_lock);
		container_list_put(old);
	}
	return list;
}
