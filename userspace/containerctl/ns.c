// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl ns: what containers hold, a line a thing; with how many processes are in
 * each namespace, which may be none. lsns(8) finds namespaces by their processes only.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "containerctl.h"

enum { COL_NS, COL_TYPE, COL_NPROCS, COL_PATH, COL_OWNER, COL_DIRECTORY, NR_COLUMNS };

const struct column ns_columns[] = {
	[COL_NS]	= { "NS", "inode number of a namespace, uid:gid of credentials, "
			    "serial number of a keyring", SCOLS_FL_RIGHT, SCOLS_JSON_STRING },
	[COL_TYPE]	= { "TYPE", "mnt, net..., root, cred or keyring", 0, SCOLS_JSON_STRING },
	[COL_NPROCS]	= { "NPROCS", "processes in the namespace that can be seen from here",
			    SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER },
	[COL_PATH]	= { "PATH", "path of the container within the hierarchy", 0,
			    SCOLS_JSON_STRING },
	[COL_OWNER]	= { "OWNER", "owner of the container", 0, SCOLS_JSON_STRING },
	[COL_DIRECTORY]	= { "DIRECTORY", "path of its directory", 0, SCOLS_JSON_STRING },
	[NR_COLUMNS]	= { NULL },
};

/* --- how many processes are in a namespace --- */

struct members {
	ino_t	*ino;		/* one for each namespace of each process, ascending */
	size_t	 nr, room;
	bool	 read;
};

static int by_ino(const void *a, const void *b)
{
	ino_t x = *(const ino_t *)a, y = *(const ino_t *)b;

	return (x > y) - (x < y);
}

static void add_member(struct members *m, int proc, const char *pid, const char *type)
{
	char path[320], text[64], *open;
	ssize_t len;

	snprintf(path, sizeof(path), "%s/ns/%s", pid, type);
	len = readlinkat(proc, path, text, sizeof(text) - 1);
	text[len > 0 ? len : 0] = '\0';
	open = strchr(text, '[');
	if (!open)
		return;
	if (m->nr == m->room) {
		m->room = m->room ? m->room * 2 : 1024;
		m->ino = xrealloc(m->ino, m->room, sizeof(*m->ino));
	}
	m->ino[m->nr++] = (ino_t)strtoull(open + 1, NULL, 10);
}

static void read_members(struct members *m)
{
	DIR *proc = opendir("/proc");
	struct dirent *e;

	m->read = true;
	while (proc && (e = readdir(proc)))
		for (const struct held_name *h = held_names; *e->d_name >= '1' &&
		     *e->d_name <= '9' && h->bit & CONTAINER_NS_ALL; h++)
			add_member(m, dirfd(proc), e->d_name, h->name);
	if (proc)
		closedir(proc);
	if (m->nr)
		qsort(m->ino, m->nr, sizeof(*m->ino), by_ino);
}

static size_t count_members(struct members *m, ino_t ino)
{
	const ino_t *found;
	size_t from, to;

	if (!m->read)
		read_members(m);
	found = m->nr ? bsearch(&ino, m->ino, m->nr, sizeof(ino), by_ino) : NULL;
	if (!found)
		return 0;
	for (from = (size_t)(found - m->ino); from && m->ino[from - 1] == ino; from--)
		;
	for (to = from; to < m->nr && m->ino[to] == ino; to++)
		;
	return to - from;
}

/* --- the table --- */

struct show {
	struct table		*table;
	const struct place	*place;
	struct members		 members;
};

static bool is_namespace(const char *name)
{
	for (const struct held_name *h = held_names; h->name; h++)
		if (!strcmp(h->name, name))
			return h->bit & CONTAINER_NS_ALL;
	return false;
}

/* A line of ns.hold: "net 4026532000", "root", "cred 1000 1000", "keyring 12345". */
static void show_line(struct show *show, const struct container *cont, char *text)
{
	struct table *t = show->table;
	struct libscols_line *line = table_line(t, NULL);
	char *type = strsep(&text, " "), *first = strsep(&text, " ");

	table_set(t, line, COL_TYPE, xstrdup(type));
	if (first)
		table_set(t, line, COL_NS, text ? xasprintf("%s:%s", first, text) : xstrdup(first));
	if (first && is_namespace(type) && table_wants(t, COL_NPROCS))
		table_set(t, line, COL_NPROCS, xasprintf("%zu", count_members(&show->members,
							 (ino_t)strtoull(first, NULL, 10))));
	table_set(t, line, COL_PATH, xstrdup(cont->path));
	if (table_wants(t, COL_OWNER))
		table_set(t, line, COL_OWNER, user_name(cont->uid));
	table_set(t, line, COL_DIRECTORY, container_directory(show->place, cont));
}

static int show_container(int fd, const struct container *cont, void *arg, void **own)
{
	char *text, *rest, *line;
	int err = read_file(fd, "ns.hold", &text);

	/* the top container holds nothing, nor does any in a hierarchy without ns */
	if (err == -ENOENT && !faccessat(fd, "tasks", F_OK, 0))
		return 0;
	if (err)
		return err;
	rest = text;
	while ((line = strsep(&rest, "\n")))
		if (*line)
			show_line(arg, cont, line);
	free(text);
	return 0;
}

static int show_place(void *arg, const struct place *place)
{
	struct container *cont;
	struct show *show = arg;
	int err;

	show->place = place;
	cont = walk_visit(place, 0, show_container, show, &err);
	container_free(cont);
	return err;
}

static bool show_arg(const char *arg, void *show)
{
	struct place place;
	int err;

	if (!place_open("ns", arg, &place))
		return false;
	err = show_place(show, &place);
	if (err)
		complain("ns: %s: %s", arg, container_error(err));
	place_close(&place);
	return !err;
}

int cmd_ns(int argc, char **argv)
{
	struct show show = { 0 };
	struct table_opts opts;
	int status, end;

	if (!table_options(argc, argv, &opts, NULL, NULL, &status))
		return status;
	show.table = table_new("namespaces", ns_columns, several_mounted() ?
			       "NS,TYPE,NPROCS,DIRECTORY,OWNER" : "NS,TYPE,NPROCS,PATH,OWNER", &opts);
	if (!show.table)
		return EXIT_USAGE;
	status = optind < argc ? each_word(argc, argv, show_arg, &show) :
				 show_all("ns", show_place, &show);
	free(show.members.ino);
	end = table_end(show.table);
	return status ? status : end;
}
