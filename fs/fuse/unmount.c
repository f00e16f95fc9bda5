// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unmount everything: what a daemon that is told to end tries first.
 *
 * Runs in a child of the daemon, since the kernel may ask the daemon about
 * every path on the way.  It sees the host's mount namespace only;
 * mounts elsewhere it can name just as that.  Never lazily: a mount that is in
 * use stays, and works on.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "daemon.h"

struct point {
	char		*path;
	struct super	*super;
};

struct points {
	struct point	*p;
	size_t		 nr;
};

/* mountinfo writes space, tab, newline and backslash as \ooo. */
static void unescape(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] && s[2] && s[3]) {
			*to++ = (s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0');
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

static struct super *super_of_dev(unsigned int major, unsigned int minor)
{
	struct super *s = super_first();

	while (s && s->dev != makedev(major, minor))
		s = s->next;
	return s;
}

/* Our mount points, in the order of the mount table: later ones may lie on earlier ones. */
static void collect(struct points *points)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char *line = NULL, *path;
	size_t size = 0;

	while (f && getline(&line, &size, f) > 0) {
		unsigned int major, minor;
		struct super *s;
		struct point *p;

		if (sscanf(line, "%*d %*d %u:%u %*s %ms", &major, &minor, &path) != 3)
			continue;
		s = super_of_dev(major, minor);
		p = s ? reallocarray(points->p, points->nr + 1, sizeof(*p)) : NULL;
		if (!p) {
			free(path);
			continue;
		}
		unescape(path);
		points->p = p;
		p[points->nr++] = (struct point){ path, s };
	}
	free(line);
	if (f)
		fclose(f);
}

static bool listed(const struct points *points, const struct super *s)
{
	for (size_t i = 0; i < points->nr; i++)
		if (points->p[i].super == s)
			return true;
	return false;
}

bool unmount_all(void)
{
	struct points points = { 0 };
	bool all = true;

	collect(&points);
	for (size_t i = points.nr; i-- > 0; ) {
		if (!umount2(points.p[i].path, UMOUNT_NOFOLLOW))
			continue;
		log_err("%s: still mounted: %s", points.p[i].path, strerror(errno));
		all = false;
	}
	for (struct super *s = super_first(); s; s = s->next) {
		if (listed(&points, s))
			continue;
		log_err("hierarchy %d: still mounted in another mount namespace",
			containerfs_root_id(s->root));
		all = false;
	}
	for (size_t i = 0; i < points.nr; i++)
		free(points.p[i].path);
	free(points.p);
	return all;
}
