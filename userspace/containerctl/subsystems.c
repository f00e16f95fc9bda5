// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl subsystems: what each subsystem can do on this host.
 *
 * The file container.subsystems of any hierarchy tells. If no hierarchy is mounted
 * here, containerfsd is asked over its control socket. Before the first mount no
 * daemon runs that could tell, so the command prints what the subsystems are for.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "containerctl.h"

enum { COL_NAME, COL_STATE, COL_DESCRIPTION, NR_COLUMNS };

const struct column subsystem_columns[] = {
	[COL_NAME]	  = { "NAME", "name, as in mount options", 0, SCOLS_JSON_STRING },
	[COL_STATE]	  = { "STATE", "enforced, accounted or unsupported", 0,
			      SCOLS_JSON_STRING },
	[COL_DESCRIPTION] = { "DESCRIPTION", "what it can do here", SCOLS_FL_WRAP,
			      SCOLS_JSON_STRING },
	[NR_COLUMNS]	  = { NULL },
};

static void add_line(struct table *t, const char *name, const char *state, const char *description)
{
	struct libscols_line *line = table_line(t, NULL);

	table_set(t, line, COL_NAME, xstrdup(name));
	table_set(t, line, COL_STATE, state ? xstrdup(state) : NULL);
	table_set(t, line, COL_DESCRIPTION, description ? xstrdup(description) : NULL);
}

/* Lines "NAME STATE: WHAT IT CAN DO HERE", any white space between. */
static void add_described(struct table *t, char *text)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		char *name = strsep(&line, " \t"), *state = strsep(&line, ": \t");

		if (*name)
			add_line(t, name, state, line ? line + strspn(line, ": \t") : NULL);
	}
}

/* From the first hierarchy that can be read; false if there is none. */
static bool add_from_mount(struct table *t)
{
	struct mounts mounts;
	struct place top;
	bool found = false;
	char *text;

	if (mounts_load(&mounts, true))
		return false;
	for (size_t i = 0; i < mounts.count && !found; i++) {
		if (place_open_mount(&mounts.mount[i], &top))
			continue;
		found = !read_file(top.fd, "container.subsystems", &text);
		place_close(&top);
		if (found) {
			add_described(t, text);
			free(text);
		}
	}
	mounts_free(&mounts);
	return found;
}

/* Neither a hierarchy nor the daemon could be asked. Exit status. */
static int without_answer(struct table *t, int err, const char *reason)
{
	bool none = err == -ENOENT || err == -ECONNREFUSED;

	if (none && explain_dead("subsystems"))
		return EXIT_FAILURE;
	if (!none && err != -EACCES && err != -EPERM) {
		complain("subsystems: cannot ask containerfsd: %s",
			 reason && *reason ? reason : strerror(-err));
		return EXIT_FAILURE;
	}
	for (const struct known_subsystem *k = known_subsystems; k->name; k++)
		add_line(t, k->name, NULL, k->purpose);
	complain("subsystems: %s, so what they can do here is not known",
		 none ? "nothing is mounted yet" : "nothing is mounted here, and only root may ask containerfsd");
	return table_end(t);
}

int cmd_subsystems(int argc, char **argv)
{
	struct table_opts opts;
	struct table *t;
	int status, err;
	char *text;

	if (!table_options(argc, argv, &opts, NULL, NULL, &status))
		return status;
	if (argc > optind) {
		complain("subsystems: '%s' is too much", argv[optind]);
		return usage_error("subsystems");
	}
	t = table_new("subsystems", subsystem_columns, "NAME,STATE,DESCRIPTION", &opts);
	if (!t)
		return EXIT_USAGE;
	if (add_from_mount(t))
		return table_end(t);
	err = daemon_ask(CONTROL_SUBSYSTEMS, -1, &text);
	if (!err)
		add_described(t, text);
	status = err ? without_answer(t, err, text) : table_end(t);
	free(text);
	return status;
}
