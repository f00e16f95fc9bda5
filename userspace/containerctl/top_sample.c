// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl top: read all containers, and compare with the sample before.
 *
 * CPU time is the growth of cpuacct.usage where the hierarchy has that file, which
 * includes processes that have exited and containers that are gone. Elsewhere it is
 * the sum of what the processes that are there now have used since the sample before,
 * by /proc.
 *
 * A container is recognised by its inode, because another container may have had its
 * name before; a new container has used all its time since the sample before. A
 * process is recognised by its id and start. Each usage is divided by the time
 * between its own two readings, because reading many containers takes a while.
 *
 * A file that a hierarchy does not have is asked for once a sample, not once a
 * container.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "top.h"

static const char *const file_names[NR_TOP_FILES] = {
	[FILE_USAGE]	    = "cpuacct.usage",
	[FILE_STATE]	    = "freezer.state",
	[FILE_PIDS_CURRENT] = "pids.current",
	[FILE_PIDS_MAX]	    = "pids.max",
};

const struct row *row_of(const struct container *cont)
{
	return cont->own;
}

/* --- reading --- */

/* The text of the file, or NULL. */
static char *read_top_file(struct tree *tree, enum top_file file, int fd)
{
	char *text;
	int err;

	if (tree->absent[file])
		return NULL;
	err = read_short(fd, file_names[file], &text);
	if (!err)
		return text;
	/* ENOENT is also what a removed container says */
	if (!is_gone(err) || (err == -ENOENT && !faccessat(fd, "tasks", F_OK, 0)))
		tree->absent[file] = true;
	return NULL;
}

static void read_state(struct tree *tree, int fd, struct row *row)
{
	char *text = read_top_file(tree, FILE_STATE, fd);

	if (text)
		row->state = !strcmp(text, "FROZEN\n") ? STATE_FROZEN :
			     !strcmp(text, "FREEZING\n") ? STATE_FREEZING : STATE_THAWED;
	free(text);
}

static long long read_limit(struct tree *tree, enum top_file file, int fd)
{
	char *text = read_top_file(tree, file, fd);
	long long n = PIDS_UNKNOWN;

	if (text)
		n = strncmp(text, "max", 3) ? atoll(text) : PIDS_UNLIMITED;
	free(text);
	return n;
}

static int read_row(int fd, const struct container *cont, void *arg, void **own)
{
	struct tree *tree = arg;
	struct pids pids = { 0 };
	struct row *row;
	char *text;
	int err = cont->tasks ? pids_read(fd, &pids) : 0;

	if (err)
		return err;
	row = xcalloc(1, sizeof(*row) + pids.nr * sizeof(pid_t));
	row->nr_pids = pids.nr;
	if (pids.nr)
		memcpy(row->pid, pids.pid, pids.nr * sizeof(pid_t));
	pids_free(&pids);
	text = read_top_file(tree, FILE_USAGE, fd);
	row->when = now_ns(CLOCK_MONOTONIC);
	row->has_usage = text != NULL;
	row->usage = text ? strtoull(text, NULL, 10) : 0;
	free(text);
	row->pids_current = row->pids_max = PIDS_UNKNOWN;
	/* the top container has none of these */
	if (strcmp(cont->path, "/")) {
		read_state(tree, fd, row);
		row->pids_current = read_limit(tree, FILE_PIDS_CURRENT, fd);
		row->pids_max = read_limit(tree, FILE_PIDS_MAX, fd);
	}
	*own = row;
	return 0;
}

static int read_tree(struct tree *tree)
{
	struct stat st;
	int err = 0;

	if (fstat(tree->place.fd, &st))
		return -errno;
	tree->dev = st.st_dev;
	tree->top = walk_visit(&tree->place, WALK_QUIET, read_row, tree, &err);
	place_shut(&tree->place);
	return err;
}

static void add_tree(struct sample *s, const struct place *place)
{
	s->tree = xrealloc(s->tree, s->nr + 1, sizeof(*s->tree));
	s->tree[s->nr++] = (struct tree){ .place = *place };
}

/* The hierarchies that are mounted now. */
static int open_all(struct sample *s)
{
	struct mounts mounts;
	int err = mounts_load(&mounts, true);

	for (size_t i = 0; !err && i < mounts.count; i++) {
		struct place place;

		/* else unmounted meanwhile, or covered by another mount */
		if (!place_open_mount(&mounts.mount[i], &place))
			add_tree(s, &place);
	}
	if (!err)
		mounts_free(&mounts);
	return err;
}

static void open_named(struct sample *s, char *const *directories, size_t nr)
{
	struct mounts mounts;

	if (mounts_load(&mounts, false))
		return;
	for (size_t i = 0; i < nr; i++) {
		struct place place;

		if (!place_open_in(&mounts, directories[i], &place))
			add_tree(s, &place);
	}
	mounts_free(&mounts);
}

/* --- comparing --- */

static int by_inode(const void *a, const void *b)
{
	const struct usage *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return (x->ino > y->ino) - (x->ino < y->ino);
}

static const struct usage *find_usage(const struct sample *s, dev_t dev, ino_t ino)
{
	const struct usage key = { .dev = dev, .ino = ino };

	if (!s || !s->nr_usage)
		return NULL;
	return bsearch(&key, s->usage, s->nr_usage, sizeof(key), by_inode);
}

static void collect_usage(struct sample *s, const struct tree *tree, const struct container *cont,
			  size_t *room, struct pids *pids)
{
	const struct row *row = row_of(cont);
	const struct pids here = { .pid = (pid_t *)row->pid, .nr = row->nr_pids };

	if (s->nr_usage == *room) {
		*room = *room ? *room * 2 : 64;
		s->usage = xrealloc(s->usage, *room, sizeof(*s->usage));
	}
	s->usage[s->nr_usage++] = (struct usage){
		.dev = tree->dev, .ino = cont->ino, .has_usage = row->has_usage,
		.usage = row->usage, .when = row->when,
	};
	pids_add(pids, &here);
	s->unreadable += cont->unreadable;
	for (size_t i = 0; i < cont->nr_child; i++)
		collect_usage(s, tree, cont->child[i], room, pids);
}

/*
 * @before and @root: @row's container, and the top of its tree, in the sample before. A
 * container that has no @before is new, if there is a @root.
 */
static long long cpu_by_usage(const struct row *row, const struct usage *before,
			      const struct usage *root)
{
	unsigned long long used = row->usage, since;

	if (!root || !root->has_usage || (before && !before->has_usage))
		return CPU_UNKNOWN;
	/* usage goes back when 0 is written to the file */
	if (before && used >= before->usage)
		used -= before->usage;
	since = row->when - (before ? before : root)->when;
	return since ? (long long)((double)used * 1000 / (double)since + 0.5) : CPU_UNKNOWN;
}

static unsigned long long ticks_since(const struct proc *proc, const struct sample *prev)
{
	const struct proc *before = procs_find(&prev->procs, proc->pid);

	if (before && before->start == proc->start)
		return proc->ticks > before->ticks ? proc->ticks - before->ticks : 0;
	/* a process that came from elsewhere has used an unknown part of its time since */
	return proc->start >= prev->boot_ticks ? proc->ticks : 0;
}

static void sum_procs(const struct sample *s, const struct sample *prev, const struct pids *pids,
		      struct row *row, unsigned long long *ticks)
{
	const struct proc *newest = NULL;

	for (size_t i = 0; i < pids->nr; i++) {
		const struct proc *proc = procs_find(&s->procs, pids->pid[i]);

		if (!proc)
			continue;
		row->memory += proc->rss;
		if (prev)
			*ticks += ticks_since(proc, prev);
		if (!newest || proc->start >= newest->start)
			newest = proc;
	}
	if (newest)
		snprintf(row->command, sizeof(row->command), "%s", newest->comm);
	row->has_self = pids_have(pids, s->self);
}

/* Children first; @all gains the processes of @cont and all below. */
static void compare_usage(const struct sample *s, const struct sample *prev,
			  const struct tree *tree, const struct container *cont,
			  struct pids *all)
{
	const struct usage *root = find_usage(prev, tree->dev, tree->top->ino);
	struct row *row = cont->own;
	struct pids pids = { 0 };
	unsigned long long ticks = 0;

	pids_add(&pids, &(struct pids){ .pid = row->pid, .nr = row->nr_pids });
	row->tasks = cont->tasks;
	row->containers = 1;
	for (size_t i = 0; i < cont->nr_child; i++) {
		compare_usage(s, prev, tree, cont->child[i], &pids);
		row->tasks += row_of(cont->child[i])->tasks;
		row->containers += row_of(cont->child[i])->containers;
	}
	pids_sort(&pids);
	sum_procs(s, prev, &pids, row, &ticks);
	if (row->has_usage)
		row->cpu = cpu_by_usage(row, find_usage(prev, tree->dev, cont->ino), root);
	else if (!root)
		row->cpu = CPU_UNKNOWN;
	else
		row->cpu = (long long)((double)ticks * 1000 /
				       ((double)sysconf(_SC_CLK_TCK) * s->interval) + 0.5);
	pids_add(all, &pids);
	pids_free(&pids);
}

int sample_take(struct sample *s, char *const *directories, size_t nr, const struct sample *prev)
{
	struct pids pids = { 0 };
	size_t room = 0;
	int err = 0;

	*s = (struct sample){ .self = getpid() };
	if (nr)
		open_named(s, directories, nr);
	else
		err = open_all(s);
	if (err)
		return err;
	for (size_t i = 0; i < s->nr; i++) {
		int ret = read_tree(&s->tree[i]);

		if (!ret)
			collect_usage(s, &s->tree[i], s->tree[i].top, &room, &pids);
		else if (!is_gone(ret))
			err = ret;
		s->live += !ret;
	}
	if (!s->live)
		return err ? err : -ESRCH;
	if (s->nr_usage)
		qsort(s->usage, s->nr_usage, sizeof(*s->usage), by_inode);
	s->when = now_ns(CLOCK_MONOTONIC);
	s->boot_ticks = now_ns(CLOCK_BOOTTIME) / 1000000 * (unsigned long long)sysconf(_SC_CLK_TCK) /
			1000;
	s->interval = prev ? (double)(s->when - prev->when) / 1e9 : 0;
	pids_sort(&pids);
	procs_read(&pids, &s->procs);
	pids_free(&pids);
	for (size_t i = 0; i < s->nr; i++) {
		if (s->tree[i].top)
			compare_usage(s, prev, &s->tree[i], s->tree[i].top, &pids);
		pids_free(&pids);
	}
	return 0;
}

void sample_free(struct sample *s)
{
	for (size_t i = 0; i < s->nr; i++) {
		container_free(s->tree[i].top);
		place_close(&s->tree[i].place);
	}
	free(s->tree);
	free(s->usage);
	procs_free(&s->procs);
	*s = (struct sample){ 0 };
}
