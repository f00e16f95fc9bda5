// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl where: which containers a task is in, one line a hierarchy.
 *
 * container.where of a top container tells: the id is written, and the answer read,
 * through one descriptor. Task ids are those of the pid namespace that containerctl
 * runs in.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libsmartcols.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "containerctl.h"

enum { COL_PID, COL_COMMAND, COL_ID, COL_SUBSYSTEMS, COL_PATH, COL_DIRECTORY, NR_COLUMNS };

const struct column where_columns[] = {
	[COL_PID]	 = { "PID", "id of the task", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER },
	[COL_COMMAND]	 = { "COMMAND", "its command", 0, SCOLS_JSON_STRING },
	[COL_ID]	 = { "ID", "number of the hierarchy", SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER },
	[COL_SUBSYSTEMS] = { "SUBSYSTEMS", "subsystems and name of the hierarchy", 0,
			     SCOLS_JSON_STRING },
	[COL_PATH]	 = { "PATH", "path of the container within the hierarchy", 0,
			     SCOLS_JSON_STRING },
	[COL_DIRECTORY]	 = { "DIRECTORY", "its directory, where the hierarchy is mounted", 0,
			     SCOLS_JSON_STRING },
	[NR_COLUMNS]	 = { NULL },
};

/* Ask about @pid, at the first mount of @list that shows a top container; *@text for free(). */
static int ask_where(const struct mounts *mounts, const struct hierarchies *list, int pid,
		     char **text)
{
	int err = -ENOENT;
	bool silent = false;

	for (size_t i = 0; i < mounts->count && err == -ENOENT; i++) {
		char *path, number[16];
		int fd;

		if (!hierarchies_have(list, mounts->mount[i].dev))
			continue;
		if (!place_answers(mounts, mounts->mount[i].target)) {
			silent = true;
			continue;
		}
		path = xasprintf("%s/container.where", mounts->mount[i].target);
		fd = open(path, O_RDWR | O_CLOEXEC);
		err = fd < 0 ? -errno : 0;
		free(path);
		if (err)
			continue;
		snprintf(number, sizeof(number), "%d", pid);
		if (write(fd, number, strlen(number)) < 0)
			err = -errno;
		else
			err = read_fd(fd, text);
		close(fd);
	}
	return silent && err == -ENOENT ? -ETIMEDOUT : err;
}

static char *directory_in(const struct hierarchies *list, int id, const char *path)
{
	const struct hierarchy *h = hierarchy_find(list, id);

	if (!h || !h->target)
		return NULL;
	return xasprintf("%s%s", h->target, strcmp(path, "/") ? path : "");
}

static void no_task(int pid)
{
	char *path = xasprintf("/proc/%d", pid);

	if (!access(path, F_OK))
		complain("where: task %d exists, but this machine hides it from containerfs", pid);
	else
		complain("where: there is no task %d", pid);
	free(path);
}

static bool show_task(struct table *t, const struct mounts *mounts, const struct hierarchies *list,
		      int pid)
{
	char *text, *rest, *subsystems, *path, number[16];
	int id, err = ask_where(mounts, list, pid, &text);

	if (err) {
		if (err == -ESRCH)
			no_task(pid);
		else if (err != -ETIMEDOUT && (err != -ENOTCONN || !explain_dead("where")))
			complain("where: %d: %s", pid, strerror(-err));
		return false;
	}
	snprintf(number, sizeof(number), "%d", pid);
	rest = text;
	while (where_line(&rest, &id, &subsystems, &path)) {
		struct libscols_line *line = table_line(t, NULL);

		table_set(t, line, COL_PID, xstrdup(number));
		table_set(t, line, COL_COMMAND, proc_command(number, NULL, NULL));
		table_set(t, line, COL_ID, xasprintf("%d", id));
		table_set(t, line, COL_SUBSYSTEMS, xstrdup(subsystems));
		table_set(t, line, COL_PATH, xstrdup(path));
		if (table_wants(t, COL_DIRECTORY))
			table_set(t, line, COL_DIRECTORY, directory_in(list, id, path));
	}
	free(text);
	return true;
}

static bool parse_pid(const char *word, int *pid)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(word, &end, 10);
	if (errno || *end || end == word || n < 1 || n > INT_MAX) {
		complain("where: '%s' is not a PID: a number from 1 on is accepted", word);
		return false;
	}
	*pid = (int)n;
	return true;
}

/* While several hierarchies are mounted, a path does not say in which it is. */
static const char *default_columns(const struct hierarchies *list)
{
	if (!several_mounted())
		return "PID,COMMAND,SUBSYSTEMS,PATH";
	for (size_t i = 0; i < list->count; i++)
		if (!list->hierarchy[i].target)
			return "PID,COMMAND,SUBSYSTEMS,PATH,DIRECTORY";
	return "PID,COMMAND,SUBSYSTEMS,DIRECTORY";
}

int cmd_where(int argc, char **argv)
{
	struct hierarchies list;
	struct mounts mounts;
	struct table_opts opts;
	struct table *t;
	int status, pid, end;

	if (!table_options(argc, argv, &opts, NULL, NULL, &status))
		return status;
	if (!words_given(argc, argv, "PID", &status))
		return status;
	for (int i = optind; i < argc; i++)
		if (!parse_pid(argv[i], &pid))
			return usage_error("where");
	hierarchies_load(&list);
	t = table_new("tasks", where_columns, default_columns(&list), &opts);
	if (!t) {
		hierarchies_free(&list);
		return EXIT_USAGE;
	}
	if (mounts_load(&mounts, true) || !mounts.count) {
		hierarchies_free(&list);
		explain_no_hierarchy("where");
		return EXIT_FAILURE;
	}
	status = EXIT_SUCCESS;
	for (int i = optind; i < argc; i++)
		if (parse_pid(argv[i], &pid) && !show_task(t, &mounts, &list, pid))
			status = EXIT_FAILURE;
	hierarchies_free(&list);
	mounts_free(&mounts);
	end = table_end(t);
	return status ? status : end;
}
