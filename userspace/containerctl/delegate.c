// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl delegate: a container for a user, who then makes containers below it, runs
 * tasks there, limits and kills them, without any privilege.
 *
 * The user gets the directory and the files that act on what is inside. Whatever decides
 * what the whole may use, the limits of this container, stays root's, and with it all that
 * is above. Below, everything is made by the user and belongs to the user.
 *
 * Who may lease the container may have it removed, and its limits with it: then its tasks are
 * dead, and nothing that is left would need them.
 *
 * Nothing leads out: to attach a task takes the `tasks` or `cgroup.procs` of the place to go
 * to, and those above belong to others.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "containerctl.h"

/*
 * The files that the user gets, where the hierarchy has them. Not release_agent's
 * notify_on_release, because root runs the agent; not pids.max, cpuset.*, devices.*,
 * ns.max_*, because they limit the user; not cpuacct.usage, because a write resets what
 * root accounts.
 */
static const struct given {
	const char	*file;
	const char	*what;		/* NULL: with the one before */
} given[] = {
	{ "tasks", "attach own tasks" },
	{ "cgroup.procs" },
	{ "container.kill", "kill what is in it" },
	{ "container.lease", "end and remove it by a lease" },
	{ "container.init", "name an init" },
	{ "freezer.state", "freeze and thaw it" },
	{ "ns.clone_name", "name and keep clones" },
	{ "ns.clone_flags" },
	{ "ns.keep_empty" },
};

static bool find_user(const char *name, uid_t *uid, gid_t *gid)
{
	struct passwd *pw = getpwnam(name);
	unsigned long number;
	char *end;

	if (!pw) {
		number = strtoul(name, &end, 10);
		if (end != name && !*end && number < (uid_t)-1) {
			pw = getpwuid((uid_t)number);
			*uid = (uid_t)number;
			*gid = pw ? pw->pw_gid : (gid_t)number;
			return true;
		}
		complain("delegate: there is no user '%s'", name);
		return false;
	}
	*uid = pw->pw_uid;
	*gid = pw->pw_gid;
	return true;
}

/* Give the files that are there; adds what that allows to *@what. Reports. */
static bool give_files(const struct place *place, uid_t uid, gid_t gid, char **what)
{
	char *old;

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		if (fchownat(place->fd, given[i].file, uid, gid, AT_SYMLINK_NOFOLLOW)) {
			if (errno == ENOENT)
				continue;
			complain_file("delegate", place, given[i].file, -errno);
			return false;
		}
		if (!given[i].what)
			continue;
		old = *what;
		*what = xasprintf("%s, %s", old, given[i].what);
		free(old);
	}
	return true;
}

static bool give(const struct place *place, const char *user, uid_t uid, gid_t gid)
{
	char *what = xstrdup("make containers below it");
	bool done;

	/* the directory last: until then the user cannot use what is there */
	done = give_files(place, uid, gid, &what);
	if (done && fchown(place->fd, uid, gid)) {
		complain("delegate: %s: %s", place->directory, strerror(errno));
		done = false;
	}
	if (done)
		printf("%s: %s may %s.\nIts limits, and all above, stay as they are.\n",
		       place->directory, user, what);
	free(what);
	return done;
}

/* Make the container @spot if it is not there, and give it. Reports. */
static bool make_and_give(const struct spot *spot, const char *user, uid_t uid, gid_t gid)
{
	char *path = path_join(spot->directory, spot->name);
	bool made = !mkdirat(spot->fd, spot->name, 0755), done = false;
	struct place place;

	if (!made && errno != EEXIST) {
		complain("delegate: %s: %s%s", path, strerror(errno),
			 errno == EACCES ? ": " DELEGATE_HINT : "");
	} else if (place_open("delegate", path, &place)) {
		done = give(&place, user, uid, gid);
		if (made && !done)
			object_remove(place.fd);
		place_close(&place);
	}
	free(path);
	return done;
}

int cmd_delegate(int argc, char **argv)
{
	struct spot spot;
	char *path;
	bool done;
	int status;
	uid_t uid;
	gid_t gid;

	if (option_next(argc, argv, &status) != OPTION_END ||
	    !words_given(argc, argv, "USER", &status))
		return status;
	if (argc - optind > 2) {
		complain("delegate: one PATH at most");
		return usage_error("delegate");
	}
	if (!find_user(argv[optind], &uid, &gid))
		return EXIT_FAILURE;
	path = optind + 1 < argc ? xstrdup(argv[optind + 1]) : xasprintf("/%s", argv[optind]);
	done = spot_find("delegate", path, NULL, &spot);
	free(path);
	if (!done)
		return EXIT_FAILURE;
	done = make_and_give(&spot, argv[optind], uid, gid);
	if (done)
		spot_keep(&spot);
	else
		spot_forget(&spot);
	spot_free(&spot);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
