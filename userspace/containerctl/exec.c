// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl exec: run a command in a container.
 *
 * This program moves itself, by writing 0 to `tasks`, and then becomes the command,
 * so that the command runs no instruction outside the container. The exit status is
 * the command's; 127 if it was not found and 126 if it could not be run, as with
 * env(1).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "containerctl.h"

int cmd_exec(int argc, char **argv)
{
	struct place place;
	char **command;
	int err;

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		print_help("exec");
		return EXIT_SUCCESS;
	}
	if (argc > 1 && !strcmp(argv[1], "--")) {
		argv++;
		argc--;
	}
	command = argc > 2 ? argv + 2 : NULL;
	if (command && !strcmp(*command, "--"))
		command++;
	if (!command || !*command) {
		complain("exec: a PATH and a COMMAND are needed");
		return usage_error("exec");
	}
	if (!place_open("exec", argv[1], &place))
		return EXIT_FAILURE;
	err = write_file(place.fd, "tasks", "0");
	if (err) {
		complain_file("exec", &place, "tasks", err);
		place_close(&place);
		return EXIT_FAILURE;
	}
	place_close(&place);
	execvp(command[0], command);
	err = errno;
	complain("exec: %s: %s", command[0], strerror(err));
	return err == ENOENT ? 127 : 126;
}
