// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why something cannot be done, in one sentence that says which of several reasons
 * it was, and what helps.
 *
 * The reason is looked up after the failure, so it may cost some time. It may have
 * changed meanwhile; then the sentence is a general one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "containerctl.h"

/* with the options */
#define MOUNT_HINT	"mount -t containerfs -o %s none DIRECTORY"

void complain_file(const char *command, const struct place *place, const char *file, int err)
{
	struct stat st;
	char *owner;
	char *why = err == -ENOSPC && !strcmp(file, "tasks") ? attach_error(place) : NULL;

	if (why) {
		complain("%s: %s", command, why);
		free(why);
	} else if (is_gone(err) && fstatat(place->fd, "tasks", &st, 0)) {
		complain("%s: %s: the container has been removed", command, place->directory);
	} else if (err == -ECANCELED) {
		complain("%s: %s: %s", command, place->directory, container_error(err));
	} else if (err == -EACCES && !fstatat(place->fd, file, &st, 0)) {
		owner = user_name(st.st_uid);
		complain("%s: %s/%s: Permission denied: it belongs to %s, mode %04o", command,
			 place->directory, file, owner, st.st_mode & 07777);
		free(owner);
	} else {
		complain("%s: %s/%s: %s", command, place->directory, file, strerror(-err));
	}
}

void complain_mounts(const char *command)
{
	complain("%s: cannot read /proc/self/mountinfo", command);
}

const char *container_error(int err)
{
	if (err == -ECANCELED)
		return "the container is dead: containerctl rm removes it";
	return is_gone(err) ? "the container has been removed" : strerror(-err);
}

const char *enter_error(int err)
{
	switch (err) {
	case EBUSY:
		return "the container has an init already";
	case EINVAL:
		return "this process is in no ancestor of its PID namespace, or the user or group "
		       "of its credentials (cred) has no id in its user namespace";
	default:
		return container_error(-err);
	}
}

/* --- no hierarchy is mounted, or its daemon is dead --- */

static bool is_dead(const struct mount *mount)
{
	struct place place;
	int err = place_open_mount(mount, &place);

	if (!err)
		place_close(&place);
	return err == -ENOTCONN;
}

bool explain_dead(const char *command)
{
	struct mounts mounts;
	bool dead = false;

	if (mounts_load(&mounts, true))
		return false;
	for (size_t i = 0; i < mounts.count && !dead; i++) {
		dead = is_dead(&mounts.mount[i]);
		if (dead)
			complain("%s: containerfsd has died: mount again, or umount %s", command,
				 mounts.mount[i].target);
	}
	mounts_free(&mounts);
	return dead;
}

void explain_no_hierarchy(const char *command)
{
	struct hierarchies list = { 0 };

	if (explain_dead(command) || daemon_was_silent())
		return;
	if (hierarchies_load(&list) || !list.count)
		complain("%s: no hierarchy is mounted: " MOUNT_HINT, command, "ns");
	for (size_t i = 0; i < list.count; i++) {
		const struct hierarchy *h = &list.hierarchy[i];
		char *name = h->name ? xasprintf(",name=%s", h->name) : xstrdup("");
		char *options = xasprintf("%s%s", *h->subsystems ? h->subsystems : "none", name);

		complain("%s: hierarchy %d (%s) is not mounted here: " MOUNT_HINT, command, h->id,
			 options, options);
		free(options);
		free(name);
	}
	hierarchies_free(&list);
}

/* --- a PATH that leads nowhere --- */

static bool is_below_one(const struct mounts *mounts, const char *path)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (path_below(path, mounts->mount[i].target))
			return true;
	return false;
}

/* Where several hierarchies have a container @arg: "/m1/a or /m2/a", for free(), or NULL. */
static char *find_path(const struct mounts *all, const struct mounts *hierarchies, const char *arg)
{
	char *found = NULL;

	for (size_t i = 0; i < hierarchies->count; i++) {
		char *path = path_join(hierarchies->mount[i].target, arg), *old = found;
		struct place place;

		if (!place_open_in(all, path, &place)) {
			place_close(&place);
			found = old ? xasprintf("%s or %s", old, path) : xstrdup(path);
			free(old);
		}
		free(path);
	}
	return found;
}

void explain_place(const char *command, const char *arg, const struct mounts *all,
		   const struct mounts *hierarchies, int err)
{
	char *found;

	if (err == -ETIMEDOUT)	/* told already */
		return;
	if (!hierarchies->count) {
		explain_no_hierarchy(command);
		return;
	}
	if (explain_dead(command))
		return;
	if (err != -EXDEV && err != -ENOTDIR && !is_gone(err)) {
		complain("%s: %s: %s", command, arg, strerror(-err));
		return;
	}
	if (is_below_one(hierarchies, arg)) {
		complain("%s: %s: %s", command, arg, err == -ENOTDIR ?
			 "it is a control file, not a container" : "there is no such container");
		return;
	}
	if (hierarchies->count == 1) {
		complain("%s: %s is not a container, nor is there one of that path below %s",
			 command, arg, hierarchies->mount[0].target);
		return;
	}
	found = find_path(all, hierarchies, arg);
	if (found)
		complain("%s: %s: several hierarchies are mounted: give the whole path, %s",
			 command, arg, found);
	else
		complain("%s: %s is not a container, nor is there one of that path in any of the "
			 "%zu hierarchies that are mounted", command, arg, hierarchies->count);
	free(found);
}

/* --- cpuset --- */

static void append(char **list, const char *separator, char *text)
{
	char *old = *list;

	*list = old ? xasprintf("%s%s%s", old, separator, text) : xstrdup(text);
	free(old);
	free(text);
}

/*
 * The list in file @name of @directory, for free(). If it is empty, the list of the
 * next container above that has one, as the top has, is returned; then *@commands, from the top down,
 * are the commands that write it into the files that were empty.
 */
static char *cpuset_list(const char *directory, const char *name, char **commands)
{
	char *file = path_join(directory, name), *above, *list = NULL;

	if (read_file(-1, file, &list))
		list = NULL;
	if (list)
		list[strcspn(list, "\n")] = '\0';
	if (list && !*list) {
		free(list);
		above = xstrdup(directory);
		*strrchr(above, '/') = '\0';
		list = cpuset_list(above, name, commands);
		free(above);
		if (list)
			append(commands, "; ", xasprintf("echo %s > %s", list, file));
	}
	free(file);
	return list;
}

char *attach_error(const struct place *place)
{
	static const char *const names[] = { "cpuset.cpus", "cpuset.mems", "cpus", "mems" };
	char *missing = NULL, *commands = NULL, *text = NULL, *before;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		before = commands ? xstrdup(commands) : NULL;
		free(cpuset_list(place->directory, names[i], &commands));
		if (commands && (!before || strcmp(before, commands)))
			append(&missing, " and no ", xstrdup(names[i]));
		free(before);
	}
	if (commands)
		text = xasprintf("%s has no %s: %s, or mount with clone_children", place->path,
				 missing, commands);
	free(missing);
	free(commands);
	return text;
}

/* --- the freezer --- */

/* The mount point of the hierarchy that has the freezer, or NULL. */
static char *find_freezer(void)
{
	struct hierarchies list;
	char *target = NULL;

	if (hierarchies_load(&list))
		return NULL;
	for (size_t i = 0; i < list.count && !target; i++)
		if (list.hierarchy[i].target && has_word(list.hierarchy[i].subsystems, "freezer"))
			target = xstrdup(list.hierarchy[i].target);
	hierarchies_free(&list);
	return target;
}

/* What container.subsystems says of @subsystem, for free(), or NULL. */
static char *subsystem_says(const struct place *place, const char *subsystem)
{
	size_t len = strlen(subsystem);
	char *file = path_join(place->target, "container.subsystems");
	char *text = NULL, *says = NULL, *rest, *line;

	if (read_file(-1, file, &text))
		text = NULL;
	rest = text;
	while (!says && (line = strsep(&rest, "\n")))
		if (!strncmp(line, subsystem, len) && line[len] == '\t')
			says = xstrdup(line + len + 1);
	free(text);
	free(file);
	return says;
}

/* Why freezer.state of @place could not be used; NULL: @err says it all. For free(). */
static char *freezer_error(const struct place *place, int err)
{
	char *text, *found;

	switch (err) {
	case -ENOENT:
		if (!strcmp(place->path, "/"))
			return xstrdup("it is the top container, which holds every task of the "
				       "system: name one below it");
		found = find_freezer();
		text = found ? xasprintf("its hierarchy has no freezer; the one at %s has", found) :
			xasprintf("its hierarchy has no freezer, nor has another: " MOUNT_HINT,
				  "freezer");
		free(found);
		return text;
	case -EOPNOTSUPP:
		found = subsystem_says(place, "freezer");
		text = found ? xasprintf("this host cannot freeze: %s", found) :
			xstrdup("this host cannot freeze");
		free(found);
		return text;
	default:
		return NULL;
	}
}

void complain_freezer(const char *command, const char *arg, const struct place *place, int err)
{
	char *why = freezer_error(place, err);

	if (why)
		complain("%s: %s: %s", command, arg, why);
	else
		complain_file(command, place, "freezer.state", err);
	free(why);
}
