// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl hierarchies --remove: end a hierarchy that is not mounted, but lives on
 * because of its containers.
 *
 * Containers that a user made keep a hierarchy alive, with all that is below them.
 * Containers that a clone made do not: they end with the last mount, and their tasks
 * go on, so this command leaves them alone. It mounts the hierarchy without putting
 * the mount anywhere, so that nobody else sees it. The hierarchy ends when the
 * descriptor of that mount is closed.
 *
 * --kill sends the signal to the tasks of all containers first, and waits then.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/kernel_mount.h"
#include "common/live.h"
#include "containerctl.h"
#include "control.h"

struct removal {
	char			*name;		/* "hierarchy 3 (pids)" */
	unsigned long		containers;	/* that keep the hierarchy */
	unsigned long		tasks;		/* in these */
	char			*occupied;	/* path of a container with tasks */
	char			*made;		/* path of the first made container reached last */
	bool			failed;		/* a failure was reported */
	struct kill_wait	wait;
	unsigned long		removed;
	struct progress		progress;
};

/* --- the containers that keep it --- */

/*
 * Did a user make @cont? It is then the first such container on its path, if the walk
 * does not go below these.
 */
static bool is_first_made(const struct container *cont)
{
	return strcmp(cont->path, "/") && !cont->clone;
}

/* Counts the first made containers and all below them, so this walk does go there. */
static int count_made(int fd, const struct container *cont, void *arg, void **own)
{
	struct removal *r = arg;
	bool below = r->made && path_below(cont->path, r->made);

	if (!below && !is_first_made(cont))
		return 0;
	if (!below) {
		free(r->made);
		r->made = xstrdup(cont->path);
	}
	r->containers++;
	r->tasks += cont->tasks;
	if (cont->tasks && !r->occupied)
		r->occupied = xstrdup(cont->path);
	return 0;
}

/*
 * --- kill, wait, remove ---
 *
 * Each of these visitors treats a first made container with all that is below it, and
 * returns -ENOENT, so that the walk does not go there.
 */

static struct place place_of(int fd, const struct container *cont)
{
	return (struct place){
		.fd = fd, .path = cont->path, .directory = cont->path, .target = (char *)"",
	};
}

static int kill_tasks(int fd, const struct container *cont, void *arg, void **own)
{
	struct removal *r = arg;
	struct place place = place_of(fd, cont);
	int err;

	if (!is_first_made(cont))
		return 0;
	err = write_file(fd, "container.kill", "1");
	if (err && !is_gone(err)) {
		complain_file("hierarchies", &place, "container.kill", err);
		r->failed = true;
	}
	return -ENOENT;
}

static int wait_tasks(int fd, const struct container *cont, void *arg, void **own)
{
	struct removal *r = arg;
	struct place place = place_of(fd, cont);
	int events;

	if (!is_first_made(cont))
		return 0;
	events = openat(fd, "container.events", O_RDONLY | O_CLOEXEC);
	if (events >= 0 && !kill_wait_gone(&place, cont->path, events, &r->wait))
		r->failed = true;
	if (events >= 0)
		close(events);
	return -ENOENT;
}

static void show_progress(struct removal *r)
{
	char *line;

	if (!progress_due(&r->progress))
		return;
	line = xasprintf("%s: %lu of %lu containers removed", r->name, r->removed, r->containers);
	progress_show(&r->progress, line);
	free(line);
}

static void count_removed(void *arg)
{
	struct removal *r = arg;

	r->removed++;
	show_progress(r);
}

static void report_failed(const char *path, int err, void *arg)
{
	struct removal *r = arg;

	progress_clear(&r->progress);
	complain("hierarchies: %s: %s cannot be removed: %s", r->name, path, strerror(-err));
	r->failed = true;
}

static int remove_made(int fd, const struct container *cont, void *arg, void **own)
{
	struct removal *r = arg;
	struct rmtree tree = {
		.on_removed = count_removed, .on_failed = report_failed, .arg = r,
		.failed = r->failed,	/* one report is enough */
	};

	if (!is_first_made(cont))
		return 0;
	rmtree_below(&tree, fd, cont->path);
	rmtree_self(&tree, fd, cont->path);
	return -ENOENT;
}

/* --- the whole --- */

/* False: reported. */
static bool each_made(struct removal *r, const struct place *top, visit_fn visit)
{
	int err = 0;

	container_free(walk_visit(top, WALK_CLONE | WALK_QUIET, visit, r, &err));
	if (err) {
		complain("hierarchies: %s: %s", r->name, strerror(-err));
		r->failed = true;
	}
	return !r->failed;
}

static bool empty_hierarchy(struct removal *r, const struct place *top, bool kill)
{
	if (!each_made(r, top, count_made))
		return false;
	if (r->tasks && !kill) {
		complain("hierarchies: %s: %lu task%s in its %lu container%s, some in %s: --kill kills them",
			 r->name, r->tasks, r->tasks == 1 ? " is" : "s are", r->containers,
			 r->containers == 1 ? "" : "s", r->occupied);
		return false;
	}
	r->wait = kill_wait_begin("hierarchies", 0);
	if (kill && !(each_made(r, top, kill_tasks) && each_made(r, top, wait_tasks)))
		return false;
	r->progress = progress_begin();
	each_made(r, top, remove_made);
	progress_clear(&r->progress);
	return !r->failed;
}

/* A detached mount of @h, or -1, which is reported. */
static int mount_detached(const struct removal *r, const struct hierarchy *h)
{
	char *options = h->name ? xasprintf("name=%s", h->name) : xstrdup(h->subsystems);
	char *kernel = live_in_kernel(), *text;
	int mnt;

	if (kernel) {
		text = xcalloc(1, CONTROL_TEXT_MAX);
		mnt = kernel_mount("none", options, 0, text, CONTROL_TEXT_MAX);
	} else {
		mnt = daemon_mount(options, &text);
	}
	if (mnt < 0)
		complain("hierarchies: %s cannot be mounted: %s", r->name,
			 text && *text ? text : strerror(-mnt));
	free(kernel);
	free(text);
	free(options);
	return mnt;
}

/* Does hierarchy @id live, and if @dev is not 0, is that its device? */
static bool lives(int id, dev_t dev)
{
	const struct hierarchy *h = NULL;
	struct hierarchies list;
	bool yes;

	if (!hierarchies_load(&list))
		h = hierarchy_find(&list, id);
	yes = h && (!dev || h->dev == dev);
	hierarchies_free(&list);
	return yes;
}

static bool end_hierarchy(struct removal *r, const struct hierarchy *h, bool kill)
{
	struct place top = { .fd = -1, .path = (char *)"/", .directory = (char *)"/",
			     .target = (char *)"" };
	int mnt = mount_detached(r, h);
	struct stat st;
	bool done;

	if (mnt < 0)
		return false;
	top.fd = openat(mnt, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	done = top.fd >= 0 && !fstat(top.fd, &st);
	if (!done)
		complain("hierarchies: %s: %s", r->name, strerror(errno));
	else if (!lives(h->id, st.st_dev))	/* this mount made a new one, which ends with it */
		complain("hierarchies: %s has ended meanwhile", r->name);
	else
		done = empty_hierarchy(r, &top, kill);
	if (top.fd >= 0)
		close(top.fd);
	close(mnt);
	if (done && lives(h->id, 0)) {
		complain("hierarchies: %s lives on: somebody has mounted it, or made a container, meanwhile",
			 r->name);
		done = false;
	}
	return done;
}

int hierarchy_remove(int id, bool kill)
{
	const struct hierarchy *h;
	struct hierarchies list;
	struct removal r = { 0 };
	bool done = false;

	if (geteuid()) {
		complain("hierarchies: only root can remove one");
		return EXIT_FAILURE;
	}
	if (hierarchies_load(&list)) {
		complain_mounts("hierarchies");
		return EXIT_FAILURE;
	}
	h = hierarchy_find(&list, id);
	if (h)
		r.name = xasprintf("hierarchy %d (%s%s%s%s)", id, h->subsystems,
				   *h->subsystems && h->name ? "," : "", h->name ? "name=" : "",
				   h->name ? h->name : "");
	if (!h && !daemon_was_silent())
		complain("hierarchies: there is no hierarchy %d: `containerctl hierarchies` lists them", id);
	else if (h && h->target)
		complain("hierarchies: %s is mounted: umount %s", r.name, h->target);
	else if (h && h->dev)
		complain("hierarchies: %s is mounted in another mount namespace: umount it there", r.name);
	else if (h)
		done = end_hierarchy(&r, h, kill);
	free(r.name);
	free(r.made);
	free(r.occupied);
	hierarchies_free(&list);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
