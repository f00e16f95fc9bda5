// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read a container and all below it.
 *
 * Each directory is opened relative to its parent's descriptor, so that a rename
 * meanwhile does not lead elsewhere and paths may be of any length. A container that
 * has gone when its turn comes is left out. Nothing is locked, so the numbers of two
 * containers may be those of two moments.
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
	free(cont->own);
	free(cont);
}

char *container_directory(const struct place *place, const struct container *cont)
{
	/* @place->path is a prefix of cont->path; "/" counts as the empty one */
	const char *rest = cont->path + (strcmp(place->path, "/") ? strlen(place->path) : 0);

	return xasprintf("%s%s", place->directory, strcmp(rest, "/") ? rest : "");
}

/* "sh, sleep (3), 2 more, kernel threads (52)": in the order of their first process. */
static char *list_commands(const struct command_count *list, size_t nr, bool all,
			   unsigned long kernel)
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
	if (kernel) {
		char *old = text;

		text = xasprintf("%s%skernel threads (%lu)", old, *old ? ", " : "", kernel);
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
	unsigned long kernel_threads = 0;
	char *text, *save, *pid;
	size_t nr = 0;
	int err = read_file(fd, "cgroup.procs", &text);

	if (err)
		return err;
	for (pid = strtok_r(text, "\n", &save); pid; pid = strtok_r(NULL, "\n", &save)) {
		bool kernel = false;
		char *comm = what & WALK_COMMANDS ? proc_command(pid, &kernel, NULL) : NULL;

		cont->procs++;
		kernel_threads += kernel;
		if (kernel)
			free(comm);
		else if (comm)
			count_command(&list, &nr, comm);
	}
	if (what & WALK_COMMANDS)
		cont->commands = list_commands(list, nr, what & WALK_ALL, kernel_threads);
	while (nr)
		free(list[--nr].comm);
	free(list);
	free(text);
	return 0;
}

/* Only hierarchies with the subsystem ns have clones, and the file that tells. */
static int read_clone(int fd, struct container *cont)
{
	char *text;
	int err = read_short(fd, "ns.is_clone", &text);

	if (err)
		return err == -ENOENT ? 0 : err;
	cont->clone = !strcmp(text, "1\n");
	free(text);
	return 0;
}

/* *@children: how many children it has; the directory is not listed if there are none. */
static int read_numbers(int fd, struct container *cont, unsigned long *children)
{
	char *text, *save, *line;
	unsigned long n;
	struct stat st;
	int err;

	if (fstat(fd, &st))
		return -errno;
	cont->uid = st.st_uid;
	cont->ino = st.st_ino;
	err = read_short(fd, "container.events", &text);
	if (err)
		return err;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "populated %lu", &n) == 1)
			cont->populated = n != 0;
		else if (sscanf(line, "tasks %lu", &n) == 1)
			cont->tasks = n;
		else if (sscanf(line, "children %lu", &n) == 1)
			*children = n;
	}
	free(text);
	return 0;
}

static int by_version(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

int list_children(int fd, char ***namesp, size_t *nr)
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

struct walk {
	unsigned int	 what;	/* WALK_* */
	dev_t		 dev;
	visit_fn	 visit;
	void		*arg;
};

static struct container *walk_fd(const struct walk *walk, int fd, const char *path, int *errp);

static void walk_child(const struct walk *walk, struct container *cont, int fd, const char *name)
{
	int sub = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct container *child = NULL;
	int err = sub < 0 ? -errno : 0;
	struct stat st;
	char *path;

	/* something else may be mounted on a container */
	if (!err && !fstat(sub, &st) && st.st_dev == walk->dev) {
		path = xasprintf("%s/%s", strcmp(cont->path, "/") ? cont->path : "", name);
		child = walk_fd(walk, sub, path, &err);
		free(path);
	}
	if (child) {
		cont->child = xrealloc(cont->child, cont->nr_child + 1, sizeof(*cont->child));
		cont->child[cont->nr_child++] = child;
	} else if (err && !is_gone(err)) {
		cont->unreadable++;
		if (sub >= 0 && !(walk->what & WALK_QUIET))
			complain("%s/%s: %s", cont->path, name, strerror(-err));
	}
	if (sub >= 0)
		close(sub);
}

static struct container *walk_fd(const struct walk *walk, int fd, const char *path, int *errp)
{
	struct container *cont = xcalloc(1, sizeof(*cont));
	const char *slash = strrchr(path, '/');
	unsigned long children = 0;
	char **names = NULL;
	size_t nr = 0;
	int err;

	cont->path = xstrdup(path);
	cont->name = xstrdup(slash && slash[1] ? slash + 1 : path);
	err = read_numbers(fd, cont, &children);
	if (!err && (walk->what & (WALK_PROCS | WALK_COMMANDS)))
		err = read_procs(fd, cont, walk->what);
	if (!err && (walk->what & WALK_CLONE))
		err = read_clone(fd, cont);
	if (!err && walk->visit)
		err = walk->visit(fd, cont, walk->arg, &cont->own);
	if (!err && children)
		err = list_children(fd, &names, &nr);
	for (size_t i = 0; i < nr; i++) {
		walk_child(walk, cont, fd, names[i]);
		free(names[i]);
	}
	free(names);
	*errp = err;
	if (!err)
		return cont;
	container_free(cont);
	return NULL;
}

struct container *walk_visit(const struct place *place, unsigned int what, visit_fn visit,
			     void *arg, int *err)
{
	struct walk walk = { .what = what, .visit = visit, .arg = arg };
	struct stat st;

	if (fstat(place->fd, &st)) {
		*err = -errno;
		return NULL;
	}
	walk.dev = st.st_dev;
	return walk_fd(&walk, place->fd, place->path, err);
}

struct container *walk(const struct place *place, unsigned int what, int *err)
{
	return walk_visit(place, what, NULL, NULL, err);
}
