// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes: which ids a container lists, and what /proc tells of them.
 *
 * A process with threads in several containers is listed by each. The ids are
 * those of the pid namespace that containerctl runs in, so /proc must be too.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "containerctl.h"

int pids_read(int fd, struct pids *pids)
{
	size_t room = 0;
	char *text, *end;
	int err = read_file(fd, "cgroup.procs", &text);

	*pids = (struct pids){ 0 };
	if (err)
		return err;
	for (char *s = text; *s; s = end) {
		long pid = strtol(s, &end, 10);

		if (end == s)
			break;
		if (pids->nr == room) {
			room = room ? room * 2 : 16;
			pids->pid = xrealloc(pids->pid, room, sizeof(*pids->pid));
		}
		pids->pid[pids->nr++] = (pid_t)pid;
		end += *end == '\n';
	}
	free(text);
	return 0;
}

static int by_pid(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

void pids_sort(struct pids *pids)
{
	size_t to = 0;

	if (!pids->nr)
		return;
	qsort(pids->pid, pids->nr, sizeof(*pids->pid), by_pid);
	for (size_t i = 0; i < pids->nr; i++)
		if (!to || pids->pid[to - 1] != pids->pid[i])
			pids->pid[to++] = pids->pid[i];
	pids->nr = to;
}

void pids_add(struct pids *pids, const struct pids *more)
{
	if (!more->nr)
		return;
	pids->pid = xrealloc(pids->pid, pids->nr + more->nr, sizeof(*pids->pid));
	memcpy(pids->pid + pids->nr, more->pid, more->nr * sizeof(*more->pid));
	pids->nr += more->nr;
}

bool pids_have(const struct pids *sorted, pid_t pid)
{
	return sorted->nr && bsearch(&pid, sorted->pid, sorted->nr, sizeof(pid), by_pid);
}

static int look_for_self(int fd, const struct container *cont, void *arg, void **own)
{
	struct pids pids;
	int err = cont->tasks ? pids_read(fd, &pids) : 0;

	if (err || !cont->tasks)
		return err;
	pids_sort(&pids);
	*(bool *)arg |= pids_have(&pids, getpid());
	pids_free(&pids);
	return 0;
}

bool place_has_self(const struct place *place)
{
	bool found = false;
	int err;

	container_free(walk_visit(place, WALK_QUIET, look_for_self, &found, &err));
	return found;
}

void pids_free(struct pids *pids)
{
	free(pids->pid);
	*pids = (struct pids){ 0 };
}

/* The command stands in parentheses, and may hold any byte, parentheses too. */
static bool parse_stat(char *text, unsigned long long page, struct proc *proc)
{
	unsigned long long user, system;
	char *open = strchr(text, '('), *close = strrchr(text, ')');
	long rss;

	if (!open || !close || close < open)
		return false;
	*close = '\0';
	snprintf(proc->comm, sizeof(proc->comm), "%s", open + 1);
	/* from field 3 on: utime, stime are 14 and 15, starttime 22, rss 24 */
	if (sscanf(close + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu"
		   " %*d %*d %*d %*d %*d %*d %llu %*u %ld",
		   &user, &system, &proc->start, &rss) != 4)
		return false;
	proc->ticks = user + system;
	proc->rss = rss > 0 ? (unsigned long long)rss * page : 0;
	return true;
}

/* of the flags, field 9; users rely on the bit, so the kernel keeps it */
#define PF_KTHREAD	0x00200000

char *proc_command(const char *pid, bool *kernel, char *state)
{
	char *path = xasprintf("/proc/%s/stat", pid), *text, *open, *close, *comm = NULL;
	unsigned int flags = 0;
	char letter = 0;
	int err = read_short(AT_FDCWD, path, &text);

	free(path);
	if (err)
		return NULL;
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (open && close && close > open) {
		sscanf(close + 1, " %c %*d %*d %*d %*d %*d %u", &letter, &flags);
		*close = '\0';
		comm = xstrdup(open + 1);
	}
	free(text);
	if (kernel)
		*kernel = flags & PF_KTHREAD;
	if (state)
		*state = letter;
	return comm;
}

void procs_read(const struct pids *sorted, struct procs *procs)
{
	unsigned long long page = (unsigned long long)getpagesize();
	int dir = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	procs->proc = xcalloc(sorted->nr + 1, sizeof(*procs->proc));
	procs->nr = 0;
	for (size_t i = 0; dir >= 0 && i < sorted->nr; i++) {
		struct proc *proc = &procs->proc[procs->nr];
		char name[32], *text;

		snprintf(name, sizeof(name), "%d/stat", (int)sorted->pid[i]);
		if (read_short(dir, name, &text))
			continue;
		proc->pid = sorted->pid[i];
		procs->nr += parse_stat(text, page, proc);
		free(text);
	}
	if (dir >= 0)
		close(dir);
}

/* by_pid() compares a struct proc as well, because the id is its first member. */
const struct proc *procs_find(const struct procs *procs, pid_t pid)
{
	if (!procs->nr)
		return NULL;
	return bsearch(&pid, procs->proc, procs->nr, sizeof(*procs->proc), by_pid);
}

void procs_free(struct procs *procs)
{
	free(procs->proc);
	*procs = (struct procs){ 0 };
}
