// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl hierarchies: each live hierarchy with its subsystems and a
 * place where it is mounted. One without a mount point lives on because it has
 * children, and can be mounted again by its name or subsystems.
 *
 * --remove ends one that is not mounted: remove.c.
 *
 * --stats prints the counters of containerfsd instead. -v prints at the end which
 * process containerfsd is, and what it inherited from the process that started it
 * and could not give up.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <libsmartcols.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "containerctl.h"

enum {
	COL_ID, COL_SUBSYSTEMS, COL_NAME, COL_CONTAINERS, COL_MOUNTPOINT, COL_TYPE, COL_SOURCE,
	COL_OPTIONS, NR_COLUMNS
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
	[NR_COLUMNS]	 = { NULL },
};

static char *dup_if(const char *s)
{
	return s && *s ? xstrdup(s) : NULL;
}

/* Ask the daemon; its answer, for free(), or NULL. Reports; @what completes "only it". */
static char *ask_or_complain(unsigned int op, const char *what)
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
	char *text = ask_or_complain(CONTROL_STATS, "counts");

	if (!text)
		return EXIT_FAILURE;
	fputs(text, stdout);
	free(text);
	return EXIT_SUCCESS;
}

/* "containerfsd: " before each line. */
static int show_daemon(void)
{
	char *text = ask_or_complain(CONTROL_DAEMON, "is a process"), *save = NULL;

	if (!text)
		return EXIT_FAILURE;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		printf("containerfsd: %s\n", line);
	free(text);
	return EXIT_SUCCESS;
}

struct words {
	bool	stats, verbose, kill;
	int	id;		/* of the hierarchy to remove, or 0 */
};

enum { OPT_STATS = OPTION_LONG, OPT_REMOVE, OPT_KILL };

const struct option_row hierarchies_options[] = {
	{ 'v', "verbose", NULL, "also print which process serves the hierarchies, and what it\n"
	  "inherited and could not give up" },
	{ OPT_STATS, "stats", NULL, "print counters instead" },
	{ OPT_REMOVE, "remove", "ID", "end the hierarchy ID, which is not mounted but lives on because\n"
	  "of its containers; refused while tasks are in these" },
	{ OPT_KILL, "kill", NULL, "with --remove: kill those tasks first" },
	{ 0 }
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

static bool take_word(int key, void *arg)
{
	struct words *w = arg;

	switch (key) {
	case 'v':
		w->verbose = true;
		break;
	case OPT_STATS:
		w->stats = true;
		break;
	case OPT_KILL:
		w->kill = true;
		break;
	case OPT_REMOVE:
		w->id = parse_id(optarg);
		if (w->id)
			break;
		complain("hierarchies: --remove needs the ID of a hierarchy, not '%s'", optarg);
		return false;
	}
	return true;
}

int cmd_hierarchies(int argc, char **argv)
{
	struct hierarchies list;
	struct table_opts opts;
	struct words words = { 0 };
	struct table *t;
	int status, end;

	if (!table_options(argc, argv, &opts, take_word, &words, &status))
		return status;
	if (words.kill && !words.id) {
		complain("hierarchies: --kill belongs to --remove");
		return usage_error("hierarchies");
	}
	if (argc > optind) {
		complain("hierarchies: '%s' is too much", argv[optind]);
		return usage_error("hierarchies");
	}
	if (words.id)
		return hierarchy_remove(words.id, words.kill);
	if (words.stats)
		return show_stats();
	t = table_new("hierarchies", hierarchy_columns, "ID,SUBSYSTEMS,NAME,CONTAINERS,MOUNTPOINT",
		      &opts);
	if (!t)
		return EXIT_USAGE;
	if (hierarchies_load(&list)) {
		complain_mounts("hierarchies");
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
	end = table_end(t);
	status = status ? status : end;
	return words.verbose && !status ? show_daemon() : status;
}
