// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl kill: SIGKILL to all tasks of a container and of those below,
 * through container.kill, so that none escapes by forking meanwhile.
 *
 * The top container is refused: it holds every task of the system.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "containerctl.h"

static bool kill_one(const char *arg)
{
	struct place place;
	int err;

	if (!place_open("kill", arg, &place))
		return false;
	if (!strcmp(place.path, "/")) {
		complain("kill: %s is the top container, which holds every task of the system: "
			 "name one below it", arg);
		place_close(&place);
		return false;
	}
	err = write_file(place.fd, "container.kill", "1");
	if (err)
		complain_file("kill", &place, "container.kill", err);
	place_close(&place);
	return !err;
}

int cmd_kill(int argc, char **argv)
{
	return each_container(argc, argv, kill_one);
}
