// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl hierarchies: each live hierarchy with its subsystems and a
 * place where it is mounted. One without a mount point lives on because it has
 * children, and can be mounted again by its name or subsystems.
 *
 * --remove ends one that is not mounted: remove.c.
 *
 * --stats prints what containerfsd counts instead; -v says at the end which
 * process that is, and what it could not put away of who started it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <libsmartcols.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "containerctl.h"

enum {
	COL_ID, COL_SUBSYSTEMS, COL_NAME, COL_CONTAINERS, COL_MOUNTPOINT, COL_TYPE, COL_SOURCE,
	COL_OPTIONS,
};

const struct column hierarchy_columns[] = {
	[COL_ID]	 = { "ID", "number of the hierarchy", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER },
	[COL_SUBSYSTEMS] = { "SUBSYSTEMS", "subsystems bound to it", 0, SCOLS_JSON_STRING },
	[COL_NAME]	 = { "NAME", "its name, if it has one", 0, SCOLS_JSON_STRING },
	[COL_CONTAINERS] = { "CONTAINERS", "containers in it, with the top one", SCOLS_FL_RIGHT,
			     SCOLS_JSON_NUMBER },
	[COL_MOUNTPOINT] = { "MOUNTPOINT", "where it is mounted", 0, SCOLS_JSON_STRING },
	[COL_TYPE]	 = { "TYPE", "file system type: served by the kernel or by containerfsd",
			     0, SCOLS_JSON_STRING },
	[COL_SOURCE]	 = { "SOURCE", "source given at mount", 0, SCOLS_JSON_STRING },
	[COL_OPTIONS]	 = { "OPTIONS", "options that are not the default (root only)", 0,
			     SCOLS_JSON_STRING },
};
const size_t nr_hierarchy_columns = sizeof(hierarchy_columns) / sizeof(hierarchy_columns[0]);

static char *dup_if(const char *s)
{
	return s && *s ? xstrdup(s) : NULL;
}

/* Ask the daemon; its words, for the caller to free, or NULL, which is complained of. */
static char *ask(unsigned int op, const char *what)
{
	char *text;
	int err = daemon_ask(op, -1, &text);

	if (!err)
		return text;
	if (err == -ENOENT || err == -ECONNREFUSED)
		complain("hierarchies: containerfsd is not running, and only it %s", what);
	else if (err == -EACCES || err == -EPERM)
		complain("hierarchies: only root may ask containerfsd");
	else if (err == -ETIMEDOUT)
		daemon_silent("hierarchies", text);
	else
		complain("hierarchies: cannot ask containerfsd: %s", strerror(-err));
	free(text);
	return NULL;
}

static int show_stats(void)
{
	char *text = ask(CONTROL_STATS, "counts");

	if (!text)
		return EXIT_FAILURE;
	fputs(text, stdout);
	free(text);
	return EXIT_SUCCESS;
}

/* "containerfsd: " before each line. */
static int show_daemon(void)
{
	char *text = ask(CONTROL_DAEMON, "is a process"), *save = NULL;

	if (!text)
		return EXIT_FAILURE;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		printf("containerfsd: %s\n", line);
	free(text);
	return EXIT_SUCCESS;
}

struct words {
	bool	stats, verbose, kill, remove;
	int	id;		/* of what to remove */
};

/* A number from 1 on, or 0. */
static int parse_id(const char *word)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(word, &end, 10);
	return errno || *end || end == word || n < 1 || n > INT_MAX ? 0 : (int)n;
}

/* Take out of the arguments what is not an option of a table; reports. */
static bool take_words(int *argc, char **argv, struct words *w)
{
	int left = 1;

	*w = (struct words){ 0 };
	for (int i = 1; i < *argc; i++) {
		const char *word = argv[i];

		if (!strcmp(word, "--stats")) {
			w->stats = true;
		} else if (!strcmp(word, "-v") || !strcmp(word, "--verbose")) {
			w->verbose = true;
		} else if (!strcmp(word, "--kill")) {
			w->kill = true;
		} else if (!strcmp(word, "--remove") || !strncmp(word, "--remove=", 9)) {
			w->remove = true;
			word = word[8] ? word + 9 : i + 1 < *argc ? argv[++i] : "";
			w->id = parse_id(word);
			if (w->id)
				continue;
			complain("hierarchies: --remove needs the ID of a hierarchy, not '%s'", word);
			return false;
		} else {
			argv[left++] = argv[i];
		}
	}
	if (w->kill && !w->remove) {
		complain("hierarchies: --kill belongs to --remove");
		return false;
	}
	*argc = left;
	argv[left] = NULL;
	return true;
}

int cmd_hierarchies(int argc, char **argv)
{
	struct hierarchies list;
	struct table_opts opts;
	struct words words;
	struct table *t;
	int first, status;

	if (!take_words(&argc, argv, &words))
		return usage_error("hierarchies");
	if (!table_options(argc, argv, &opts, &first, &status))
		return status;
	if (argc > first) {
		complain("hierarchies: '%s' is too much", argv[first]);
		return usage_error("hierarchies");
	}
	if (words.remove)
		return hierarchy_remove(words.id, words.kill);
	if (words.stats)
		return show_stats();
	t = table_new("hierarchies", hierarchy_columns, nr_hierarchy_columns,
		      "ID,SUBSYSTEMS,NAME,CONTAINERS,MOUNTPOINT", &opts);
	if (!t)
		return EXIT_USAGE;
	if (hierarchies_load(&list)) {
		complain("hierarchies: cannot read /proc/self/mountinfo");
		return EXIT_FAILURE;
	}
	if (!list.count && !daemon_was_silent())
		explain_no_hierarchy("hierarchies");
	status = list.count ? EXIT_SUCCESS : EXIT_FAILURE;
	for (size_t i = 0; i < list.count; i++) {
		const struct hierarchy *h = &list.hierarchy[i];
		struct libscols_line *line = table_line(t, NULL);

		table_set(t, line, COL_ID, xasprintf("%d", h->id));
		table_set(t, line, COL_SUBSYSTEMS, dup_if(h->subsystems));
		table_set(t, line, COL_NAME, dup_if(h->name));
		if (h->containers >= 0)
			table_set(t, line, COL_CONTAINERS, xasprintf("%ld", h->containers));
		table_set(t, line, COL_MOUNTPOINT, dup_if(h->target));
		table_set(t, line, COL_TYPE, dup_if(h->type));
		table_set(t, line, COL_SOURCE, dup_if(h->source));
		table_set(t, line, COL_OPTIONS, dup_if(h->options));
	}
	hierarchies_free(&list);
	first = table_end(t);
	status = status ? status : first;
	return words.verbose && !status ? show_daemon() : status;
}
