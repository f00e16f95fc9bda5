// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl rm: remove containers that have no task; with --kill those that have.
 *
 * --recursive goes from the bottom up, and begins only when no task is there or below, so
 * that a refusal leaves all as it was. --empty never fails because of tasks: it leaves
 * containers that have some, that hold something or that are leased.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "containerctl.h"

struct rm {
	bool		 recursive, empty, kill;
};

static void on_failed(const char *path, int err, void *arg)
{
	complain("rm: %s: %s", path, strerror(-err));
}

/* Walks hold a descriptor for each level. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_NOFILE, &limit)) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static int look_for_tasks(int fd, const struct container *cont, void *arg, void **own)
{
	char **where = arg;

	if (cont->tasks && !*where)
		*where = xstrdup(cont->path);
	return 0;
}

/*
 * Is no task there or below? Reports. A container that has gone has none: with @killed, the end
 * of its tasks may have ended a lease that removes it.
 */
static bool without_tasks(const char *arg, const struct place *place, bool killed)
{
	char *where = NULL, *text;
	int err = read_short(place->fd, "container.events", &text);
	bool without = !err && strstr(text, "populated 0");

	if (err && killed && is_gone(err))
		return true;
	if (err) {
		complain_file("rm", place, "container.events", err);
		return false;
	}
	free(text);
	if (without)
		return true;
	container_free(walk_visit(place, WALK_QUIET, look_for_tasks, &where, &err));
	if (where)
		complain("rm: %s: tasks are in %s: --kill kills them first", arg, where);
	free(where);
	return !where;
}

/* Kill what is in @place and below, and wait for the end of it. Reports. */
static bool kill_tasks(const char *arg, const struct place *place)
{
	struct kill_wait wait = kill_wait_begin("rm", 0);
	int events = openat(place->fd, "container.events", O_RDONLY | O_CLOEXEC);
	int err = events < 0 ? -errno : write_file(place->fd, "container.kill", "1");
	bool done = false;

	if (err)
		complain_file("rm", place, events < 0 ? "container.events" : "container.kill", err);
	else
		done = kill_wait_gone(place, arg, events, &wait);
	if (events >= 0)
		close(events);
	return done;
}

/* Why one rmdir(2) was refused. */
static void explain_busy(const char *arg, const struct place *place)
{
	struct container *cont;
	int err;

	cont = walk(place, WALK_QUIET, &err);
	if (cont && cont->nr_child)
		complain("rm: %s: there %s %zu container%s below: --recursive removes them, too",
			 arg, cont->nr_child == 1 ? "is" : "are", cont->nr_child,
			 cont->nr_child == 1 ? "" : "s");
	else if (cont && cont->tasks)
		complain("rm: %s: %lu task%s in it: --kill kills them first", arg, cont->tasks,
			 cont->tasks == 1 ? " is" : "s are");
	else
		complain("rm: %s: %s", arg, strerror(EBUSY));
	container_free(cont);
}

static bool remove_place(const struct rm *rm, const char *arg, const struct place *place)
{
	bool top = !strcmp(place->path, "/");
	struct rmtree tree = { .only_empty = rm->empty, .on_failed = on_failed };

	if (rm->kill && !top && !kill_tasks(arg, place))
		return false;
	if (rm->recursive || rm->empty) {
		if (!rm->empty && !without_tasks(arg, place, rm->kill))
			return false;
		rmtree_below(&tree, place->fd, place->directory);
		if (!top && !tree.failed)
			rmtree_self(&tree, place->fd, place->directory);
		return !tree.failed;
	}
	if (!rmdir(place->directory) || is_gone(-errno))
		return true;
	if (errno == EBUSY)
		explain_busy(arg, place);
	else
		complain("rm: %s: %s", arg, strerror(errno));
	return false;
}

static bool remove_arg(const char *arg, void *data)
{
	const struct rm *rm = data;
	struct place place;
	bool done = false;

	if (!place_open("rm", arg, &place))
		return false;
	if (!rm->empty && !strcmp(place.path, "/"))
		complain("rm: %s is the top container, which goes with its hierarchy: umount it", arg);
	else
		done = remove_place(rm, arg, &place);
	place_close(&place);
	return done;
}

enum { OPT_EMPTY = OPTION_LONG };

const struct option_row rm_options[] = {
	{ 'r', "recursive", NULL, "all below, too" },
	{ OPT_EMPTY, "empty", NULL, "only containers without tasks, in PATH and below" },
	{ 'k', "kill", NULL, "kill the tasks first" },
	{ 0 }
};

int cmd_rm(int argc, char **argv)
{
	struct rm rm = { 0 };
	int key, status;

	while ((key = option_next(argc, argv, &status)) != OPTION_END) {
		if (key == OPTION_STOP)
			return status;
		rm.recursive |= key == 'r';
		rm.empty |= key == OPT_EMPTY;
		rm.kill |= key == 'k';
	}
	if (rm.empty && rm.kill) {
		complain("rm: --empty and --kill exclude each other");
		return usage_error("rm");
	}
	if (!words_given(argc, argv, "PATH", &status))
		return status;
	raise_file_limit();
	return each_word(argc, argv, remove_arg, &rm);
}
