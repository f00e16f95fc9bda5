// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl stat: the container itself. Its place, owner and hierarchy, and
 * how many tasks and processes are in it and below.
 *
 * A process with threads in several containers counts once.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "stat.h"

struct census {
	struct pids	here, all;
	bool		top;		/* the next container is the one asked for */
};

static int count_procs(int fd, const struct container *cont, void *arg, void **own)
{
	struct census *census = arg;
	struct pids pids = { 0 };
	int err = cont->tasks ? pids_read(fd, &pids) : 0;

	if (err)
		return err;
	pids_add(&census->all, &pids);
	if (census->top)
		pids_add(&census->here, &pids);
	census->top = false;
	pids_free(&pids);
	return 0;
}

static void add_up(const struct container *cont, unsigned long *tasks, unsigned long *conts,
		   unsigned long *unreadable)
{
	*tasks += cont->tasks;
	*conts += cont->nr_child;
	*unreadable += cont->unreadable;
	for (size_t i = 0; i < cont->nr_child; i++)
		add_up(cont->child[i], tasks, conts, unreadable);
}

static void add_number(struct values *v, const char *name, unsigned long number)
{
	values_add(v, "core", name, VALUE_NUMBER, xasprintf("%lu", number), NULL);
}

static void add_string(struct values *v, const char *name, const char *text)
{
	values_add(v, "core", name, VALUE_STRING, xstrdup(text), NULL);
}

static int add_census(const struct place *place, struct values *v)
{
	unsigned long tasks = 0, conts = 0, unreadable = 0;
	struct census census = { .top = true };
	int err;
	struct container *cont = walk_visit(place, WALK_QUIET, count_procs, &census, &err);

	if (cont) {
		add_up(cont, &tasks, &conts, &unreadable);
		pids_sort(&census.here);
		pids_sort(&census.all);
		add_number(v, "tasks", cont->tasks);
		add_number(v, "tasks_here_and_below", tasks);
		add_number(v, "processes", census.here.nr);
		add_number(v, "processes_here_and_below", census.all.nr);
		values_add(v, "core", "populated", VALUE_FLAG,
			   xstrdup(cont->populated ? "1" : "0"), NULL);
		add_number(v, "children", cont->nr_child);
		add_number(v, "containers_below", conts);
		if (unreadable)
			add_number(v, "unreadable_below", unreadable);
	} else if (!is_gone(err)) {
		values_add_error(v, "core", "tasks", err);
		err = 0;
	}
	container_free(cont);
	pids_free(&census.here);
	pids_free(&census.all);
	return cont ? 0 : err;
}

/* Only root is told the devices of hierarchies; to others, the only one must be it. */
static void add_hierarchy(struct values *v, dev_t dev)
{
	const struct hierarchy *found = NULL;
	struct hierarchies list;

	if (hierarchies_load(&list))
		return;
	for (size_t i = 0; i < list.count; i++)
		if (list.hierarchy[i].dev == dev ||
		    (list.count == 1 && !list.hierarchy[i].dev))
			found = &list.hierarchy[i];
	if (found) {
		values_add(v, "core", "hierarchy", VALUE_NUMBER, xasprintf("%d", found->id), NULL);
		add_string(v, "subsystems", *found->subsystems ? found->subsystems : "none");
		if (found->name)
			add_string(v, "name", found->name);
	}
	hierarchies_free(&list);
}

static void add_owner(struct values *v, const struct stat *st)
{
	struct passwd *pw = getpwuid(st->st_uid);
	struct group *gr = getgrgid(st->st_gid);

	values_add(v, "core", "owner", VALUE_STRING,
		   pw ? xstrdup(pw->pw_name) : xasprintf("%u", st->st_uid), NULL);
	values_add(v, "core", "group", VALUE_STRING,
		   gr ? xstrdup(gr->gr_name) : xasprintf("%u", st->st_gid), NULL);
	values_add(v, "core", "mode", VALUE_STRING, xasprintf("%04o", st->st_mode & 07777), NULL);
}

/* Add the line that @file has; a container may be without the file. */
static void add_file(struct values *v, const struct place *place, const char *file,
		     const char *name, enum value_type type)
{
	char *text;
	int err = read_file(place->fd, file, &text);

	if (err) {
		if (err != -ENOENT)
			values_add_error(v, "core", name, err);
		return;
	}
	text[strcspn(text, "\n")] = '\0';
	values_add(v, "core", name, type, text, NULL);
}

static void add_made_by(struct values *v, const struct place *place)
{
	char *text;
	int err = read_file(place->fd, "ns.is_clone", &text);

	if (!err) {
		add_string(v, "made_by", strcmp(text, "1\n") ? "mkdir" : "clone");
		free(text);
	} else if (err != -ENOENT) {
		values_add_error(v, "core", "made_by", err);
	}
}

/* What the container is as an object; ps, ns and ls show the same. */
static void add_object(struct values *v, const struct place *place)
{
	struct containerfs_stat st;
	char *held;

	if (object_stat(place->fd, &st))
		return;
	if (object_state(&st))
		add_string(v, "state", object_state(&st));
	if (st.init)
		add_number(v, "init", (unsigned long)st.init);
	add_number(v, "leases", st.leases);
	held = held_text(st.held);
	if (*held)
		add_string(v, "holds", held);
	free(held);
}

int stat_core(const struct place *place, struct values *v)
{
	struct stat st;

	if (fstat(place->fd, &st))
		return -errno;
	add_string(v, "path", place->path);
	add_string(v, "directory", place->directory);
	add_hierarchy(v, st.st_dev);
	add_owner(v, &st);
	add_made_by(v, place);
	add_object(v, place);
	add_file(v, place, "notify_on_release", "notify_on_release", VALUE_FLAG);
	add_file(v, place, "cgroup.clone_children", "clone_children", VALUE_FLAG);
	add_file(v, place, "release_agent", "release_agent", VALUE_STRING);
	return add_census(place, v);
}
