// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unmount everything, which a daemon that is told to end tries first.
 *
 * This runs in a child of the daemon, because the kernel may ask the daemon about
 * every path on the way.  The child sees only the host's mount namespace; of other
 * mounts it can only say that they exist.  It does not unmount lazily, so a mount that
 * is in use stays and works on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "common/mountinfo.h"
#include "daemon.h"
#include "view/view.h"

struct point {
	char		*path;
	struct super	*super;
};

struct points {
	struct point	*p;
	size_t		 nr;
};

/* Our mount points, in the order of the mount table, because later ones may cover earlier ones. */
static bool collect_point(const struct mount_line *m, void *arg)
{
	struct super *s = super_first();
	struct points *points = arg;
	struct point *p;

	while (s && s->dev != m->dev)
		s = s->next;
	p = s ? reallocarray(points->p, points->nr + 1, sizeof(*p)) : NULL;
	if (p) {
		points->p = p;
		p[points->nr] = (struct point){ strdup(m->point), s };
		points->nr += p[points->nr].path != NULL;
	}
	return true;
}

static bool is_listed(const struct points *points, const struct super *s)
{
	for (size_t i = 0; i < points->nr; i++)
		if (points->p[i].super == s)
			return true;
	return false;
}

bool unmount_all(void)
{
	int mountinfo = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	struct points points = { 0 };
	bool all = true;

	if (mountinfo >= 0) {
		mountinfo_each(mountinfo, collect_point, &points);
		close(mountinfo);
	}
	for (size_t i = points.nr; i-- > 0; ) {
		if (!umount2(points.p[i].path, UMOUNT_NOFOLLOW))
			continue;
		log_err("%s: still mounted: %s", points.p[i].path, strerror(errno));
		all = false;
	}
	for (struct super *s = super_first(); s; s = s->next) {
		if (is_listed(&points, s))
			continue;
		log_err("hierarchy %d: still mounted in another mount namespace",
			hierarchy_id(s->root));
		all = false;
	}
	for (size_t i = 0; i < points.nr; i++)
		free(points.p[i].path);
	free(points.p);
	return all;
}
