// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the hierarchy is mounted that has the subsystem of a refused mount.  The engine
 * names that hierarchy, but only this program sees the mount namespace of its caller.
 */
#include <libmount/libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/live.h"
#include "mount.h"

#define PLACES_MAX	4	/* mount points that are named */

/* The device of hierarchy @id; 0: it is not mounted, or not known. */
static dev_t device_of(int id)
{
	static struct control_request request = {
		.version = CONTROL_VERSION, .op = CONTROL_STATS,
	};
	static struct control_reply reply;
	char *kernel = live_in_kernel(), *text = kernel;
	struct live live;
	dev_t dev = 0;

	if (!text) {
		if (client_ask(&request, -1, false, &reply, NULL) || reply.error)
			return 0;
		text = reply.text;
	}
	while (!dev && live_next(&text, &live))
		if (live.id == id)
			dev = live.dev;
	free(kernel);
	return dev;
}

/* The mount points of @dev in this mount namespace: "/a, /b and 3 more", or ""; for free(). */
static char *places_of(dev_t dev)
{
	struct libmnt_table *table = mnt_new_table_from_file("/proc/self/mountinfo");
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	char *places = NULL;
	struct libmnt_fs *fs;
	size_t size, nr = 0;
	FILE *f = open_memstream(&places, &size);

	while (f && table && iter && !mnt_table_next_fs(table, iter, &fs)) {
		if (mnt_fs_get_devno(fs) != dev)
			continue;
		if (nr++ < PLACES_MAX)
			fprintf(f, "%s%s", nr > 1 ? ", " : "", mnt_fs_get_target(fs));
	}
	if (f && nr > PLACES_MAX)
		fprintf(f, " and %zu more", nr - PLACES_MAX);
	if (f)
		fclose(f);
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return places;
}

char *busy_place(const char *text)
{
	const char *at = strstr(text, "hierarchy ");
	char *places, *more = NULL;
	dev_t dev;
	int id, ret;

	/*
	 * only these two sentences name another, mounted hierarchy; of one that is not
	 * mounted the engine says itself how it ends
	 */
	if (!at || (!strstr(text, " belongs to ") && !strstr(text, " is hierarchy ")) ||
	    sscanf(at, "hierarchy %d", &id) != 1)
		return NULL;
	dev = device_of(id);
	if (!dev)
		return NULL;
	places = places_of(dev);
	if (places && *places)
		ret = asprintf(&more, "; it is mounted on %s: it ends with the umount, or, if containers keep it then, by containerctl hierarchies --remove %d",
			       places, id);
	else
		ret = asprintf(&more, "; it is mounted in another mount namespace");
	free(places);
	return ret < 0 ? NULL : more;
}
