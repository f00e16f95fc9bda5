// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl stat: the files of the subsystems.
 *
 * The files that this program knows come first, with their units. All other readable
 * files of a container follow as they are, so that a subsystem that this program
 * does not know is shown as well. A file that does not exist is not shown; a file
 * that cannot be read is shown with the reason. The links to what a container holds
 * are no values; `containerctl ns` shows these.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stat.h"

enum kind { K_TEXT, K_NUMBER, K_LIMIT, K_FLAG, K_TIME, K_LINES };

/*
 * @key: the value is the word after this one, in a file of several lines, and @key is the
 * value's name. @name: the value's name, because the group has a value @key already.
 */
static const struct field {
	const char	*file, *key;
	enum kind	 kind;
	const char	*name;
} fields[] = {
	{ "ns.events", "clones", K_NUMBER },
	{ "ns.events", "refused", K_NUMBER },
	{ "ns.events", "removed", K_NUMBER },
	{ "ns.max_clones", NULL, K_LIMIT },
	{ "ns.max_depth", NULL, K_LIMIT },
	{ "ns.keep_empty", NULL, K_LIMIT },
	{ "ns.clone_flags", NULL, K_TEXT },
	{ "ns.clone_name", NULL, K_TEXT },
	{ "cpuacct.usage", NULL, K_TIME },
	{ "cpuacct.usage_user", NULL, K_TIME },
	{ "cpuacct.usage_sys", NULL, K_TIME },
	{ "freezer.state", NULL, K_TEXT },
	{ "freezer.self_freezing", NULL, K_FLAG },
	{ "freezer.parent_freezing", NULL, K_FLAG },
	{ "pids.current", NULL, K_NUMBER },
	{ "pids.max", NULL, K_LIMIT },
	{ "pids.peak", NULL, K_NUMBER },
	{ "pids.events", "max", K_NUMBER, "refused" },
	{ "cpuset.cpus", NULL, K_TEXT },
	{ "cpuset.effective_cpus", NULL, K_TEXT },
	{ "cpuset.mems", NULL, K_TEXT },
	{ "cpuset.effective_mems", NULL, K_TEXT },
	{ "cpuset.cpu_exclusive", NULL, K_FLAG },
	{ "cpuset.mem_exclusive", NULL, K_FLAG },
	{ "devices.list", NULL, K_LINES },
};

#define NR_FIELDS (sizeof(fields) / sizeof(fields[0]))

/* Not shown: lists by CPU, values from above in coarser units, and what the group core says. */
static const char *const hidden[] = {
	"cpuacct.stat", "cpuacct.usage_all", "cpuacct.usage_percpu", "cpuacct.usage_percpu_sys",
	"cpuacct.usage_percpu_user", "ns.is_clone",
};

static bool is_number(const char *text)
{
	return *text && text[strspn(text, "0123456789")] == '\0' &&
	       (text[0] != '0' || !text[1]);
}

/* "cpuset" for "cpuset.cpus"; NULL for a file that every container has. For free(). */
static char *group_of(const char *file)
{
	const char *dot = strchr(file, '.');

	if (!dot || !strncmp(file, "container.", 10) || !strncmp(file, "cgroup.", 7))
		return NULL;
	return strndup(file, (size_t)(dot - file));
}

/* The word after @key at the start of a line; NULL if there is none. */
static char *word_after(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (; text && *text; text = strchr(text, '\n'), text += text != NULL)
		if (!strncmp(text, key, len) && text[len] == ' ')
			return strndup(text + len + 1, strcspn(text + len + 1, " \n"));
	return NULL;
}

static void add_value(struct values *v, const char *group, const char *name, enum kind kind,
		      char *text)
{
	bool number = is_number(text);
	unsigned long long n = number ? strtoull(text, NULL, 10) : 0;
	char *human = NULL;

	switch (kind) {
	case K_LINES:
		values_add(v, group, name, VALUE_LINES, text, NULL);
		return;
	case K_FLAG:
		if (!strcmp(text, "0") || !strcmp(text, "1")) {
			values_add(v, group, name, VALUE_FLAG, text, NULL);
			return;
		}
		break;
	case K_TIME:
		human = number ? human_time(n) : NULL;
		break;
	case K_TEXT:
		number = false;
		break;
	case K_NUMBER:
	case K_LIMIT:
		break;
	}
	values_add(v, group, name, number ? VALUE_NUMBER : VALUE_STRING, text, human);
}

static void chomp(char *text)
{
	size_t len = strlen(text);

	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
}

static void add_known(struct values *v, int fd, const struct field *f)
{
	char *group = group_of(f->file), *text;
	const char *name = f->name ? f->name : f->key ? f->key : f->file + strlen(group) + 1;
	int err = read_file(fd, f->file, &text);

	if (err == -ENOENT) {
		;
	} else if (err) {
		values_add_error(v, group, name, err);
	} else if (f->key) {
		char *word = word_after(text, f->key);

		if (word)
			add_value(v, group, name, f->kind, word);
		free(text);
	} else {
		chomp(text);
		add_value(v, group, name, f->kind, text);
	}
	free(group);
}

static bool is_known(const char *file)
{
	for (size_t i = 0; i < NR_FIELDS; i++)
		if (!strcmp(fields[i].file, file))
			return true;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (!strcmp(hidden[i], file))
			return true;
	return false;
}

static void add_other(struct values *v, int fd, const char *file)
{
	char *group = group_of(file), *text;
	struct stat st;
	int err;

	if (!group)
		return;
	if (is_known(file) || fstatat(fd, file, &st, AT_SYMLINK_NOFOLLOW) ||
	    !S_ISREG(st.st_mode) || !(st.st_mode & 0444)) {
		free(group);
		return;
	}
	err = read_file(fd, file, &text);
	if (!err) {
		chomp(text);
		add_value(v, group, file + strlen(group) + 1,
			  strchr(text, '\n') ? K_LINES : K_NUMBER, text);
	} else if (err != -ENOENT) {
		values_add_error(v, group, file + strlen(group) + 1, err);
	}
	free(group);
}

/* Add to the text of @part which percentage of @whole it is: "12 (5% of max)". */
static void relate(struct values *v, const char *group, const char *part, double whole,
		   const char *of)
{
	struct value *p = (struct value *)values_find(v, group, part);
	char *old;

	if (!p || p->type != VALUE_NUMBER || whole <= 0)
		return;
	old = p->human;
	p->human = xasprintf("%s (%.0f%%%s)", old ? old : p->plain,
			     100 * strtod(p->plain, NULL) / whole, of);
	free(old);
}

static double number_of(const struct values *v, const char *group, const char *name)
{
	const struct value *value = values_find(v, group, name);

	return value && value->type == VALUE_NUMBER ? strtod(value->plain, NULL) : 0;
}

static int list_others(struct values *v, int fd)
{
	struct dirent **entry;
	int nr = scandirat(fd, ".", &entry, NULL, alphasort);

	if (nr < 0)
		return -errno;
	for (int i = 0; i < nr; i++) {
		add_other(v, fd, entry[i]->d_name);
		free(entry[i]);
	}
	free(entry);
	return 0;
}

int stat_files(const struct place *place, struct values *v)
{
	double split;
	int err;

	for (size_t i = 0; i < NR_FIELDS; i++)
		add_known(v, place->fd, &fields[i]);
	err = list_others(v, place->fd);
	split = number_of(v, "cpuacct", "usage_user") + number_of(v, "cpuacct", "usage_sys");
	relate(v, "cpuacct", "usage_user", split, "");
	relate(v, "cpuacct", "usage_sys", split, "");
	relate(v, "pids", "current", number_of(v, "pids", "max"), " of max");
	relate(v, "pids", "peak", number_of(v, "pids", "max"), " of max");
	/* a removed container has no files at all */
	if (!err && faccessat(place->fd, "tasks", F_OK, 0))
		err = -errno;
	return err;
}
