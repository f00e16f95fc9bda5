// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hierarchy that a PATH is in which names none.
 *
 * That is the one with the subsystem ns, of which a machine has one at most, or the only
 * one that is mounted. If none is mounted here, it is mounted at HOME with all subsystems
 * that are free, so that the first use needs no set-up but root. Sandboxes elsewhere on the
 * machine get no containers by that mount (clone_flags=none).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "containerctl.h"

#define HOME		"/run/containerfs"
#define HOME_FLAGS	"clone_flags=none,clone_children"
#define HELPER		"mount.containerfs"

/* --- one that is mounted --- */

bool home_choose(const struct mounts *list, struct place *top)
{
	struct containerfs_stat st;

	for (size_t i = 0; i < list->count; i++) {
		if ((list->count > 1 && strcmp(list->mount[i].root, "/")) ||
		    place_open_mount(&list->mount[i], top))
			continue;
		if (list->count == 1 ||
		    (!object_stat(top->fd, &st) && st.flags & CONTAINERFS_STAT_NS))
			return true;
		place_close(top);
	}
	return false;
}

/* --- to mount one --- */

static void add_word(char **list, const char *word)
{
	char *old = *list;

	*list = xasprintf("%s%s%s", old, *old ? "," : "", word);
	free(old);
}

/*
 * The options to mount with: those of a live hierarchy that has ns but is not mounted here,
 * or else all subsystems that no live hierarchy has. For free().
 */
static char *home_options(void)
{
	char *options = xstrdup(""), *taken = xstrdup("debug"), *ns = NULL;
	struct hierarchies list = { 0 };

	hierarchies_load(&list);
	for (size_t i = 0; i < list.count; i++) {
		const struct hierarchy *h = &list.hierarchy[i];

		if (*h->subsystems)
			add_word(&taken, h->subsystems);
		if (has_word(h->subsystems, "ns"))
			ns = h->name ? xasprintf("%s,name=%s", h->subsystems, h->name) :
				       xstrdup(h->subsystems);
	}
	hierarchies_free(&list);
	for (const struct known_subsystem *k = known_subsystems; k->name && !ns; k++)
		if (!has_word(taken, k->name))
			add_word(&options, k->name);
	if (!ns)
		add_word(&options, HOME_FLAGS);
	free(taken);
	if (!ns)
		return options;
	free(options);
	return ns;
}

/* mount.containerfs, beside this program where both were built, or where mount(8) has it. */
static void exec_helper(const char *options)
{
	const char *self = program_directory();
	char *path;

	if (self) {
		path = xasprintf("%s/" HELPER, self);
		execl(path, HELPER, "none", HOME, "-o", options, NULL);
	}
	execl(HELPER_DIR "/" HELPER, HELPER, "none", HOME, "-o", options, NULL);
	execlp("mount", "mount", "-t", "containerfs", "-o", options, "none", HOME, NULL);
	complain("cannot run " HELPER_DIR "/" HELPER ": %s", strerror(errno));
	_exit(EXIT_FAILURE);
}

/* The helper says why it fails. */
static bool mount_home(void)
{
	char *options = home_options();
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		exec_helper(options);
	free(options);
	if (pid < 0) {
		complain("cannot fork: %s", strerror(errno));
		return false;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0;
}

/* Mount it, if nobody else has done that meanwhile, and open its top container. Reports. */
static bool make_home(const char *command, struct place *top)
{
	struct mounts list;
	bool done;
	int lock;

	if (geteuid()) {
		explain_no_hierarchy(command);
		return false;
	}
	if (mkdir(HOME, 0755) && errno != EEXIST) {
		complain("%s: no hierarchy is mounted, and " HOME " cannot be made: %s", command,
			 strerror(errno));
		return false;
	}
	/* a descriptor of the directory itself, which the mount covers */
	lock = open(HOME, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0 || flock(lock, LOCK_EX)) {
		complain("%s: " HOME ": %s", command, strerror(errno));
		if (lock >= 0)
			close(lock);
		return false;
	}
	done = !mounts_load(&list, true);
	if (done && !home_choose(&list, top)) {
		mounts_free(&list);
		done = mount_home() && !mounts_load(&list, true) && home_choose(&list, top);
	}
	mounts_free(&list);
	close(lock);
	return done;
}

bool home_open(const char *command, const char *hierarchy, struct place *top)
{
	struct mounts list;
	bool done;

	if (hierarchy)
		return place_open(command, hierarchy, top);
	if (mounts_load(&list, true)) {
		complain_mounts(command);
		return false;
	}
	done = home_choose(&list, top);
	if (!done && !list.count)
		done = make_home(command, top);
	else if (!done && !explain_dead(command) && !daemon_was_silent())
		complain("%s: several hierarchies are mounted, and none of them has the subsystem "
			 "ns: --hierarchy chooses one", command);
	mounts_free(&list);
	return done;
}
