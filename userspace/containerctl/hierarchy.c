// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which hierarchies live, and where each of them is mounted.
 *
 * container.where of any top container lists all hierarchies to anybody, but does
 * not say where they are mounted. containerfsd and the kernel's containerfs tell
 * root the device number of each, which the mount table has as well. Without it,
 * mounts of the kernel's containerfs are told apart by their options, and a mount of
 * containerfsd is known only if there is one hierarchy and one mount. Users other
 * than root do not see hierarchies that are not mounted.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "control.h"
#include "common/live.h"
#include "containerctl.h"

bool where_line(char **text, int *id, char **subsystems, char **path)
{
	char *line;

	while ((line = strsep(text, "\n"))) {
		char *number = strsep(&line, ":");

		*subsystems = line ? strsep(&line, ":") : NULL;
		*path = line;
		if (!line)
			continue;
		*id = atoi(number);
		return true;
	}
	return false;
}

const struct hierarchy *hierarchy_find(const struct hierarchies *list, int id)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->hierarchy[i].id == id)
			return &list->hierarchy[i];
	return NULL;
}

bool hierarchies_have(const struct hierarchies *list, dev_t dev)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->hierarchy[i].dev == dev)
			return true;
	return !list->told;
}

static struct hierarchy *add_hierarchy(struct hierarchies *list, int id)
{
	struct hierarchy *h = (struct hierarchy *)hierarchy_find(list, id);

	if (h)
		return h;
	list->hierarchy = xrealloc(list->hierarchy, list->count + 1, sizeof(*h));
	h = &list->hierarchy[list->count++];
	*h = (struct hierarchy){ .id = id, .containers = -1 };
	return h;
}

static void set_name(struct hierarchy *h, const char *word)
{
	free(h->name);
	h->name = xstrdup(word + strlen("name="));
}

static void add_subsystem(struct hierarchy *h, const char *name)
{
	char *old = h->subsystems;

	h->subsystems = xasprintf("%s%s%s", old, *old ? "," : "", name);
	free(old);
}

/*
 * Set the subsystems and the name of @h. @words is a list of these, from
 * container.where, or the @options of a mount, where every word that is not the name
 * of a known subsystem is a flag.
 */
static void set_subsystems(struct hierarchy *h, const char *words, bool options)
{
	char *copy = xstrdup(words), *rest = copy, *word;

	free(h->subsystems);
	free(h->name);
	h->subsystems = xstrdup("");
	h->name = NULL;
	while ((word = strsep(&rest, ","))) {
		if (!strncmp(word, "name=", strlen("name=")))
			set_name(h, word);
		else if (options ? subsystem_is_known(word) : *word)
			add_subsystem(h, word);
	}
	free(copy);
}

static void load_where(struct hierarchies *list, const struct place *top)
{
	char *text, *rest, *subsystems, *path;
	int id;

	if (read_file(top->fd, "container.where", &text))
		return;
	rest = text;
	while (where_line(&rest, &id, &subsystems, &path))
		set_subsystems(add_hierarchy(list, id), subsystems, false);
	free(text);
	if (read_file(top->fd, "container.hierarchies", &text))
		return;
	for (char *line, *save = text; (line = strsep(&save, "\n"));) {
		struct hierarchy *h;
		long containers;

		if (line[0] == '#' || sscanf(line, "%*s %d %ld", &id, &containers) != 2)
			continue;
		h = (struct hierarchy *)hierarchy_find(list, id);
		if (h)
			h->containers = containers;
	}
	free(text);
}

/*
 * The lines about live hierarchies (live.h), which only root is told: by the kernel's
 * containerfs, or else by the daemon. For free(); NULL: neither tells.
 */
static char *live_text(void)
{
	char *text = live_in_kernel();
	int err;

	if (text)
		return text;
	err = daemon_ask(CONTROL_STATS, -1, &text);
	if (err == -ETIMEDOUT)
		daemon_silent("hierarchies", text);
	if (!err)
		return text;
	free(text);
	return NULL;
}

static void load_live(struct hierarchies *list)
{
	char *text = live_text(), *rest = text;
	struct live live;

	list->told = text != NULL;
	while (live_next(&rest, &live)) {
		struct hierarchy *h = add_hierarchy(list, live.id);

		h->dev = live.dev;
		h->containers = live.containers;
		free(h->options);
		h->options = xstrdup(live.options);
		set_subsystems(h, h->options, true);
	}
	free(text);
}

static bool has_bytes(const char *list, const char *word, size_t len)
{
	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (strcspn(list, ",") == len && !strncmp(list, word, len))
			return true;
	return false;
}

bool has_word(const char *list, const char *word)
{
	return has_bytes(list, word, strlen(word));
}

/* Do the mount options @options have each subsystem of @h, and its name? */
static bool options_match(const struct hierarchy *h, const char *options)
{
	char *name;
	bool match;

	for (const char *s = h->subsystems; *s; s += strcspn(s, ","), s += *s == ',')
		if (!has_bytes(options, s, strcspn(s, ",")))
			return false;
	if (!h->name)
		return h->subsystems[0] != '\0';
	name = xasprintf("name=%s", h->name);
	match = has_word(options, name);
	free(name);
	return match;
}

static void set_mount(struct hierarchies *list, const struct mounts *mounts,
		      const struct mount *m)
{
	bool by_options = !strcmp(m->type, "containerfs");

	for (size_t i = 0; i < list->count; i++) {
		struct hierarchy *h = &list->hierarchy[i];

		/* root is told every device: a mount of another device is of another daemon */
		if (h->target || !(h->dev || list->told ? h->dev == m->dev :
				   by_options ? options_match(h, m->options) :
				   list->count == 1 && mounts->count == 1))
			continue;
		h->target = xstrdup(m->target);
		h->type = xstrdup(m->type);
		h->source = xstrdup(m->source);
		if (!h->options && by_options)
			h->options = xstrdup(m->options);
		return;
	}
}

static int newest_first(const void *a, const void *b)
{
	const struct hierarchy *x = a, *y = b;

	return (x->id < y->id) - (x->id > y->id);
}

int hierarchies_load(struct hierarchies *list)
{
	struct mounts mounts;
	int err = mounts_load(&mounts, true);

	*list = (struct hierarchies){ 0 };
	if (err)
		return err;
	load_live(list);
	for (size_t i = 0; i < mounts.count; i++) {
		struct place top;

		if (!hierarchies_have(list, mounts.mount[i].dev) ||
		    place_open_mount(&mounts.mount[i], &top))
			continue;
		load_where(list, &top);
		place_close(&top);
		if (list->count)
			break;
	}
	for (size_t i = 0; i < mounts.count; i++)
		set_mount(list, &mounts, &mounts.mount[i]);
	mounts_free(&mounts);
	if (list->count)
		qsort(list->hierarchy, list->count, sizeof(*list->hierarchy), newest_first);
	return 0;
}

void hierarchies_free(struct hierarchies *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct hierarchy *h = &list->hierarchy[i];

		free(h->subsystems);
		free(h->name);
		free(h->options);
		free(h->target);
		free(h->type);
		free(h->source);
	}
	free(list->hierarchy);
}
