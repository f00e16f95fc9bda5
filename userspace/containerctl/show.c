// SPDX-License-Identifier: GPL-2.0-only
/*
 * Containers in a table: what tree and ls have in common.
 *
 * Without a PATH both show every hierarchy that is mounted. A hierarchy that is
 * unmounted meanwhile is an error only if the user named it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "containerctl.h"

enum {
	COL_NAME, COL_PATH, COL_DIRECTORY, COL_TASKS, COL_PROCS, COL_NCHILDREN, COL_POPULATED,
	COL_CLONE, COL_USER, COL_COMMANDS, COL_ID, COL_USE, COL_FL, COL_OWNER, COL_GROUP,
	COL_HOLDS, COL_INIT, COL_STATE, NR_COLUMNS
};

const struct column container_columns[] = {
	[COL_NAME]	= { "NAME", "name of the container", SCOLS_FL_TREE, SCOLS_JSON_STRING },
	[COL_PATH]	= { "PATH", "path within the hierarchy", 0, SCOLS_JSON_STRING },
	[COL_DIRECTORY]	= { "DIRECTORY", "path of the directory", 0, SCOLS_JSON_STRING },
	[COL_TASKS]	= { "TASKS", "tasks (threads) in the container", SCOLS_FL_RIGHT,
			    SCOLS_JSON_NUMBER },
	[COL_PROCS]	= { "PROCS", "processes in it that can be seen from here", SCOLS_FL_RIGHT,
			    SCOLS_JSON_NUMBER },
	[COL_NCHILDREN]	= { "NCHILDREN", "containers directly below", SCOLS_FL_RIGHT,
			    SCOLS_JSON_NUMBER },
	[COL_POPULATED]	= { "POPULATED", "whether a task is here or below", 0,
			    SCOLS_JSON_BOOLEAN },
	[COL_CLONE]	= { "CLONE", "whether it was made by a clone, not by mkdir", 0,
			    SCOLS_JSON_BOOLEAN },
	[COL_USER]	= { "USER", "owner of the directory", 0, SCOLS_JSON_STRING },
	[COL_COMMANDS]	= { "COMMANDS", "commands of the processes, with their number", 0,
			    SCOLS_JSON_STRING },
	/* the columns of /proc/containers, as it was proposed in 2019, and what it lacked */
	[COL_ID]	= { "ID", "number of the container, unique for ever", SCOLS_FL_RIGHT,
			    SCOLS_JSON_NUMBER },
	[COL_USE]	= { "USE", "tasks (threads) in the container", SCOLS_FL_RIGHT,
			    SCOLS_JSON_NUMBER },
	[COL_FL]	= { "FL", "flags, hexadecimal: 1 had an init, 2 dead, 4 leased", 0,
			    SCOLS_JSON_STRING },
	[COL_OWNER]	= { "OWNER", "user id of its owner", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER },
	[COL_GROUP]	= { "GROUP", "group id of its directory", SCOLS_FL_RIGHT,
			    SCOLS_JSON_NUMBER },
	[COL_HOLDS]	= { "HOLDS", "what it holds", 0, SCOLS_JSON_STRING },
	[COL_INIT]	= { "INIT", "process id of its init", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER },
	[COL_STATE]	= { "STATE", "dead, none (no init), running or exited", 0,
			    SCOLS_JSON_STRING },
	[NR_COLUMNS]	= { NULL },
};

/* The column FL of /proc/containers. */
static unsigned int flags_of_2019(const struct containerfs_stat *st)
{
	return (st->state != CONTAINERFS_INIT_NONE ? 1 : 0) |
	       (st->flags & CONTAINERFS_STAT_DEAD ? 2 : 0) | (st->leases ? 4 : 0);
}

/* Set by the visitor of a walk: what the directory itself says. */
struct object {
	struct containerfs_stat	st;
	bool			known;
	gid_t			gid;
};

static int look_at_object(int fd, const struct container *cont, void *arg, void **own)
{
	struct object *o = xcalloc(1, sizeof(*o));
	struct stat st;

	o->known = !object_stat(fd, &o->st);
	if (!fstat(fd, &st))
		o->gid = st.st_gid;
	*own = o;
	return 0;
}

static void show_object(struct table *t, struct libscols_line *line, const struct container *cont)
{
	const struct object *o = cont->own;

	if (!o)
		return;
	table_set(t, line, COL_GROUP, xasprintf("%u", (unsigned int)o->gid));
	if (!o->known)
		return;
	table_set(t, line, COL_ID, xasprintf("%llu", (unsigned long long)o->st.id));
	table_set(t, line, COL_FL, xasprintf("%02x", flags_of_2019(&o->st)));
	table_set(t, line, COL_HOLDS, held_text(o->st.held));
	table_set(t, line, COL_INIT, o->st.init ? xasprintf("%d", o->st.init) : NULL);
	if (object_state(&o->st))
		table_set(t, line, COL_STATE, xstrdup(object_state(&o->st)));
}

static bool is_dead(const struct container *cont)
{
	const struct object *o = cont->own;

	return o && o->known && o->st.flags & CONTAINERFS_STAT_DEAD;
}

struct show {
	struct table	*table;
	unsigned int	 what;		/* WALK_* */
	bool		 tree;
	bool		 objects;	/* a column of these is wanted */
	bool		 dead;		/* dead containers are marked, for people */
};

static void show_one(const struct show *show, const struct place *place,
		     const struct container *cont, struct libscols_line *parent)
{
	struct table *t = show->table;
	struct libscols_line *line = table_line(t, show->tree ? parent : NULL);

	/* the top of a tree says which one it is */
	table_set(t, line, COL_NAME,
		  show->tree && !parent ? container_directory(place, cont) : xstrdup(cont->name));
	table_set(t, line, COL_PATH, xstrdup(cont->path));
	table_set(t, line, COL_DIRECTORY, container_directory(place, cont));
	table_set(t, line, COL_TASKS, xasprintf("%lu", cont->tasks));
	table_set(t, line, COL_PROCS, xasprintf("%lu", cont->procs));
	table_set(t, line, COL_NCHILDREN, xasprintf("%zu", cont->nr_child));
	table_set(t, line, COL_POPULATED, xstrdup(cont->populated ? "yes" : "no"));
	table_set(t, line, COL_CLONE, xstrdup(cont->clone ? "yes" : "no"));
	if (table_wants(t, COL_USER))
		table_set(t, line, COL_USER, user_name(cont->uid));
	table_set(t, line, COL_USE, xasprintf("%lu", cont->tasks));
	table_set(t, line, COL_OWNER, xasprintf("%u", (unsigned int)cont->uid));
	show_object(t, line, cont);
	if (show->dead && is_dead(cont))
		table_set(t, line, COL_COMMANDS,
			  xasprintf("(dead)%s%s", cont->tasks ? " " : "",
				    cont->tasks && cont->commands ? cont->commands : ""));
	else
		table_set(t, line, COL_COMMANDS, cont->commands ? xstrdup(cont->commands) : NULL);
	for (size_t i = 0; i < cont->nr_child; i++)
		show_one(show, place, cont->child[i], line);
}

static int show_place(void *arg, const struct place *place)
{
	const struct show *show = arg;
	struct container *cont;
	int err;

	cont = walk_visit(place, show->what, show->objects ? look_at_object : NULL, NULL, &err);
	if (!cont)
		return err;
	show_one(show, place, cont, NULL);
	container_free(cont);
	return 0;
}

int show_all(const char *command, int (*fn)(void *arg, const struct place *place), void *arg)
{
	struct mounts mounts;
	int status = EXIT_SUCCESS;

	if (mounts_load(&mounts, true)) {
		complain_mounts(command);
		return EXIT_FAILURE;
	}
	if (!mounts.count) {
		explain_no_hierarchy(command);
		status = EXIT_FAILURE;
	}
	for (size_t i = 0; i < mounts.count; i++) {
		struct place place;
		int err = place_open_mount(&mounts.mount[i], &place);

		if (!err) {
			err = fn(arg, &place);
			place_close(&place);
		}
		/* unmounted meanwhile, or covered by another mount */
		if (err && !is_gone(err) && err != -EXDEV) {
			if (err != -ETIMEDOUT && (err != -ENOTCONN || !explain_dead(command)))
				complain("%s: %s: %s", command, mounts.mount[i].target,
					 strerror(-err));
			status = EXIT_FAILURE;
		}
	}
	mounts_free(&mounts);
	return status;
}

int show_containers(int argc, char **argv, const char *defaults, bool tree)
{
	struct table_opts opts;
	struct show show = { .tree = tree };
	char *several = NULL;
	int status, err;

	if (!table_options(argc, argv, &opts, NULL, NULL, &status))
		return status;
	if (argc - optind > 1) {
		complain("%s: one PATH at most", argv[0]);
		return usage_error(argv[0]);
	}
	/* a path does not say in which of several hierarchies it is */
	if (argc == optind && several_mounted() && !strncmp(defaults, "PATH,", 5))
		defaults = several = xasprintf("DIRECTORY,%s", defaults + 5);
	show.table = table_new("containers", container_columns, defaults, &opts);
	free(several);
	if (!show.table)
		return EXIT_USAGE;
	if (table_wants(show.table, COL_PROCS))
		show.what |= WALK_PROCS;
	if (table_wants(show.table, COL_CLONE))
		show.what |= WALK_CLONE;
	if (table_wants(show.table, COL_COMMANDS))
		show.what |= WALK_COMMANDS | (opts.json ? WALK_ALL : 0);

	show.dead = tree && !opts.json && !opts.raw && table_wants(show.table, COL_COMMANDS);
	show.objects = show.dead;
	for (size_t i = COL_ID; i < NR_COLUMNS; i++)
		show.objects |= table_wants(show.table, i);

	if (argc == optind) {
		status = show_all(argv[0], show_place, &show);
	} else {
		struct place place;

		if (!place_open(argv[0], argv[optind], &place))
			return EXIT_FAILURE;
		err = show_place(&show, &place);
		if (err)
			complain("%s: %s: %s", argv[0], argv[optind], container_error(err));
		status = err ? EXIT_FAILURE : EXIT_SUCCESS;
		place_close(&place);
	}
	err = table_end(show.table);
	return status ? status : err;
}
