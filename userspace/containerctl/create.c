// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl create: a container that holds namespaces, without a process in it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#include "creation.h"

static int create_one(struct creation *c, const char *arg)
{
	int cfd, err, tries = 0;
	struct spot spot;
	bool again;
	char *path;

	do {
		if (!spot_find("create", arg, c->hierarchy, &spot))
			return EXIT_FAILURE;
		path = path_join(spot.directory, spot.name);
		cfd = creation_make(c, spot.fd, spot.name, 0, path, &again);
		err = errno;
		if (cfd >= 0)
			spot_keep(&spot);
		else
			spot_forget(&spot);
		/* what is above went meanwhile */
		if (again && !(is_gone(-err) && ++tries < SPOT_TRIES)) {
			complain("create: %s: %s", path, create_error(err));
			again = false;
		}
		free(path);
		spot_free(&spot);
	} while (again);
	if (cfd >= 0)
		close(cfd);
	return cfd < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int cmd_create(int argc, char **argv)
{
	struct creation c;
	int key, status;

	creation_init(&c, "create");
	while ((key = option_next(argc, argv, &status)) != OPTION_END) {
		if (key == OPTION_STOP)
			return status;
		if (creation_option(&c, key) == TOOK_BAD)
			return usage_error("create");
	}
	if (!words_given(argc, argv, "PATH", &status))
		return status;
	if (argc - optind > 1) {
		complain("create: one PATH at most");
		return usage_error("create");
	}
	status = create_one(&c, argv[optind]);
	creation_end(&c);
	return status;
}
