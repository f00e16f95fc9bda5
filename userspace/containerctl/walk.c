// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read a container and all below it.
 *
 * Each directory is opened relative to its parent's descriptor, so that a
 * rename meanwhile leads nowhere else and paths can be as long as they like.
 * What has gone when it is its turn is left out; nothing is locked, so the
 * numbers of two containers may be those of two moments.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "containerctl.h"

/* different commands that are named before the rest is counted */
#define COMMANDS_SHOWN	6

struct command_count {
	char		*comm;
	unsigned long	 count;
};

void container_free(struct container *cont)
{
	if (!cont)
		return;
	for (size_t i = 0; i < cont->nr_child; i++)
		container_free(cont->child[i]);
	free(cont->child);
	free(cont->name);
	free(cont->path);
	free(cont->commands);
	free(cont);
}

static char *read_comm(const char *pid)
{
	char *path = xasprintf("/proc/%s/comm", pid);
	char *text, *end;

	if (read_file(AT_FDCWD, path, &text))
		text = NULL;
	free(path);
	end = text ? strrchr(text, '\n') : NULL;
	if (end)
		*end = '\0';
	return text;
}

/* "sh, sleep (3), 2 more": in the order of their first process. */
static char *list_commands(const struct command_count *list, size_t nr, bool all)
{
	size_t shown = all || nr <= COMMANDS_SHOWN ? nr : COMMANDS_SHOWN;
	char *text = xstrdup("");

	for (size_t i = 0; i < shown; i++) {
		char *old = text;

		text = list[i].count > 1
			? xasprintf("%s%s%s (%lu)", old, i ? ", " : "", list[i].comm, list[i].count)
			: xasprintf("%s%s%s", old, i ? ", " : "", list[i].comm);
		free(old);
	}
	if (shown < nr) {
		char *old = text;

		text = xasprintf("%s, %zu more", old, nr - shown);
		free(old);
	}
	return text;
}

static void count_command(struct command_count **list, size_t *nr, char *comm)
{
	for (size_t i = 0; i < *nr; i++)
		if (!strcmp((*list)[i].comm, comm)) {
			(*list)[i].count++;
			free(comm);
			return;
		}
	*list = xrealloc(*list, *nr + 1, sizeof(**list));
	(*list)[(*nr)++] = (struct command_count){ .comm = comm, .count = 1 };
}

static int read_procs(int fd, struct container *cont, unsigned int what)
{
	struct command_count *list = NULL;
	char *text, *save, *pid;
	size_t nr = 0;
	int err = read_file(fd, "cgroup.procs", &text);

	if (err)
		return err;
	for (pid = strtok_r(text, "\n", &save); pid; pid = strtok_r(NULL, "\n", &save)) {
		char *comm = what & WALK_COMMANDS ? read_comm(pid) : NULL;

		cont->procs++;
		if (comm)
			count_command(&list, &nr, comm);
	}
	if (what & WALK_COMMANDS)
		cont->commands = list_commands(list, nr, what & WALK_ALL);
	while (nr)
		free(list[--nr].comm);
	free(list);
	free(text);
	return 0;
}

static int read_numbers(int fd, struct container *cont)
{
	char *text, *save, *line;
	unsigned long n;
	struct stat st;
	int err;

	if (fstat(fd, &st))
		return -errno;
	cont->uid = st.st_uid;
	err = read_file(fd, "container.events", &text);
	if (err)
		return err;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "populated %lu", &n) == 1)
			cont->populated = n != 0;
		else if (sscanf(line, "tasks %lu", &n) == 1)
			cont->tasks = n;
	}
	free(text);
	return 0;
}

static int by_version(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the directories in @fd, node2 before node10. */
static int list_children(int fd, char ***namesp, size_t *nr)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	char **names = NULL;

	*nr = 0;
	if (!dir) {
		int err = -errno;

		if (copy >= 0)
			close(copy);
		return err;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, ".."))
			continue;
		names = xrealloc(names, *nr + 1, sizeof(*names));
		names[(*nr)++] = xstrdup(entry->d_name);
	}
	closedir(dir);
	if (*nr)
		qsort(names, *nr, sizeof(*names), by_version);
	*namesp = names;
	return 0;
}

static struct container *walk_fd(int fd, const char *path, unsigned int what, dev_t dev,
				 int *errp);

static void walk_child(struct container *cont, int fd, const char *name, unsigned int what,
		       dev_t dev)
{
	int sub = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct container *child;
	struct stat st;
	char *path;
	int err;

	if (sub < 0)
		return;
	/* something else may be mounted on a container */
	if (!fstat(sub, &st) && st.st_dev == dev) {
		path = xasprintf("%s/%s", strcmp(cont->path, "/") ? cont->path : "", name);
		child = walk_fd(sub, path, what, dev, &err);
		free(path);
		if (child) {
			cont->child = xrealloc(cont->child, cont->nr_child + 1,
					       sizeof(*cont->child));
			cont->child[cont->nr_child++] = child;
		} else if (!is_gone(err)) {
			complain("%s/%s: %s", cont->path, name, strerror(-err));
		}
	}
	close(sub);
}

static struct container *walk_fd(int fd, const char *path, unsigned int what, dev_t dev,
				 int *errp)
{
	struct container *cont = xcalloc(1, sizeof(*cont));
	const char *slash = strrchr(path, '/');
	char **names = NULL;
	size_t nr = 0;
	int err;

	cont->path = xstrdup(path);
	cont->name = xstrdup(slash && slash[1] ? slash + 1 : path);
	err = read_numbers(fd, cont);
	if (!err && (what & (WALK_PROCS | WALK_COMMANDS)))
		err = read_procs(fd, cont, what);
	if (!err)
		err = list_children(fd, &names, &nr);
	for (size_t i = 0; i < nr; i++) {
		walk_child(cont, fd, names[i], what, dev);
		free(names[i]);
	}
	free(names);
	*errp = err;
	if (!err)
		return cont;
	container_free(cont);
	return NULL;
}

struct container *walk(const struct place *place, unsigned int what, int *err)
{
	struct stat st;

	if (fstat(place->fd, &st)) {
		*err = -errno;
		return NULL;
	}
	return walk_fd(place->fd, place->path, what, st.st_dev, err);
}
