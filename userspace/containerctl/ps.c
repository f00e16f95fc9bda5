// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl ps: the processes in containers and below them, with their numbers here and
 * in their own pid namespace.
 *
 * A process with threads in several containers has a line for each. A process that has
 * gone when /proc is asked has none.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "containerctl.h"

enum { COL_PID, COL_NSPID, COL_TYPE, COL_COMMAND, COL_ARGS, COL_PPID, COL_USER, COL_STATE,
       COL_PATH, NR_COLUMNS };

const struct column ps_columns[] = {
	[COL_PID]	= { "PID", "id of the process", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER },
	[COL_NSPID]	= { "NSPID", "its id in its own pid namespace", SCOLS_FL_RIGHT,
			    SCOLS_JSON_NUMBER },
	[COL_TYPE]	= { "TYPE", "init: its exit is the container's death", 0, SCOLS_JSON_STRING },
	[COL_COMMAND]	= { "COMMAND", "its command", 0, SCOLS_JSON_STRING },
	[COL_ARGS]	= { "ARGS", "its command line", 0, SCOLS_JSON_STRING },
	[COL_PPID]	= { "PPID", "id of its parent", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER },
	[COL_USER]	= { "USER", "its effective user", 0, SCOLS_JSON_STRING },
	[COL_STATE]	= { "STATE", "its state, a letter as of ps(1)", 0, SCOLS_JSON_STRING },
	[COL_PATH]	= { "PATH", "path of its container within the hierarchy", 0,
			    SCOLS_JSON_STRING },
	[NR_COLUMNS]	= { NULL },
};

/* The value of line @name of /proc/PID/status, for free(), or NULL. */
static char *status_value(const char *status, const char *name)
{
	const char *line = strstr(status, name);

	if (!line)
		return NULL;
	line += strlen(name);
	line += strspn(line, " \t");
	return strndup(line, strcspn(line, "\n"));
}

/* The last of the numbers in @list. */
static char *last_word(const char *list)
{
	const char *tab = strrchr(list, '\t');

	return xstrdup(tab ? tab + 1 : list);
}

/* The command line with its words separated by spaces; NULL: it has none. */
static char *read_args(const char *pid)
{
	char *path = xasprintf("/proc/%s/cmdline", pid), *args = xcalloc(1, 4096);
	FILE *f = fopen(path, "re");
	size_t len = f ? fread(args, 1, 4095, f) : 0;

	if (f)
		fclose(f);
	free(path);
	while (len && !args[len - 1])
		len--;
	for (size_t i = 0; i < len; i++)
		if (!args[i])
			args[i] = ' ';
	if (len)
		return args;
	free(args);
	return NULL;
}

static void show_process(struct table *t, const char *pid, bool init, const char *path)
{
	char *file = xasprintf("/proc/%s/status", pid), *status, *value;
	int err = read_short(AT_FDCWD, file, &status);
	struct libscols_line *line;

	free(file);
	if (err)
		return;
	line = table_line(t, NULL);
	table_set(t, line, COL_PID, xstrdup(pid));
	value = status_value(status, "\nNSpid:");
	table_set(t, line, COL_NSPID, value ? last_word(value) : NULL);
	free(value);
	table_set(t, line, COL_TYPE, init ? xstrdup("init") : NULL);
	table_set(t, line, COL_COMMAND, proc_command(pid, NULL, NULL));
	if (table_wants(t, COL_ARGS))
		table_set(t, line, COL_ARGS, read_args(pid));
	table_set(t, line, COL_PPID, status_value(status, "\nPPid:"));
	value = status_value(status, "\nUid:");
	if (value && table_wants(t, COL_USER)) {
		strtok(value, "\t");	/* the real one */
		table_set(t, line, COL_USER, user_name((uid_t)strtoul(strtok(NULL, "\t"), NULL, 10)));
	}
	free(value);
	value = status_value(status, "\nState:");
	table_set(t, line, COL_STATE, value ? strndup(value, 1) : NULL);
	free(value);
	table_set(t, line, COL_PATH, xstrdup(path));
	free(status);
}

static int show_container(int fd, const struct container *cont, void *arg, void **own)
{
	struct containerfs_stat st;
	struct pids pids;
	char number[16];
	int err = cont->tasks ? pids_read(fd, &pids) : 0;

	if (err || !cont->tasks)
		return err;
	if (object_stat(fd, &st))
		st.init = 0;
	for (size_t i = 0; i < pids.nr; i++) {
		snprintf(number, sizeof(number), "%d", (int)pids.pid[i]);
		show_process(arg, number, st.init && st.init == pids.pid[i], cont->path);
	}
	pids_free(&pids);
	return 0;
}

static bool show_place(const char *arg, void *table)
{
	struct container *cont;
	struct place place;
	bool done;
	int err;

	if (!place_open("ps", arg, &place))
		return false;
	cont = walk_visit(&place, 0, show_container, table, &err);
	done = cont;
	if (!done)
		complain("ps: %s: %s", arg, container_error(err));
	container_free(cont);
	place_close(&place);
	return done;
}

int cmd_ps(int argc, char **argv)
{
	struct table_opts opts;
	struct table *t;
	int status, end;

	if (!table_options(argc, argv, &opts, NULL, NULL, &status) ||
	    !words_given(argc, argv, "PATH", &status))
		return status;
	t = table_new("processes", ps_columns, "PID,NSPID,TYPE,COMMAND", &opts);
	if (!t)
		return EXIT_USAGE;
	status = each_word(argc, argv, show_place, t);
	end = table_end(t);
	return status ? status : end;
}
