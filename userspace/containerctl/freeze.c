// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl freeze: stop all tasks of a container and of those below, and
 * wait until they have stopped.
 *
 * Needs the freezer in the container's hierarchy. FREEZING may last as long as a
 * task sleeps where nothing interrupts it; an interrupted wait leaves the
 * container as it is, to be thawed by `containerctl thaw`.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "containerctl.h"

/* ms between two looks, at first and at most */
#define LOOK_FIRST	1
#define LOOK_MOST	100

const char *freezer_error(int err)
{
	switch (err) {
	case -ENOENT:
		return "no freezer here: it is the top container, or the hierarchy was mounted without -o freezer";
	case -EOPNOTSUPP:
		return "this host cannot freeze; `containerctl subsystems` says why";
	default:
		return is_gone(err) ? "the container has been removed" : strerror(-err);
	}
}

/* 0 once it is no longer FREEZING. */
static int wait_frozen(int fd)
{
	struct timespec pause = { 0 };
	long ms = LOOK_FIRST;
	bool freezing;
	char *text;
	int err;

	for (;;) {
		err = read_file(fd, "freezer.state", &text);
		if (err)
			return err;
		freezing = !strcmp(text, "FREEZING\n");
		free(text);
		if (!freezing)
			return 0;
		pause.tv_nsec = ms * 1000000;
		nanosleep(&pause, NULL);
		ms = ms * 2 < LOOK_MOST ? ms * 2 : LOOK_MOST;
	}
}

static bool freeze_one(const char *arg)
{
	struct place place;
	int err;

	if (!place_open("freeze", arg, &place))
		return false;
	err = write_file(place.fd, "freezer.state", "FROZEN");
	if (!err)
		err = wait_frozen(place.fd);
	if (err)
		complain("freeze: %s: %s", arg, freezer_error(err));
	place_close(&place);
	return !err;
}

int each_container(int argc, char **argv, bool (*fn)(const char *arg))
{
	int status = EXIT_SUCCESS;
	int first = 1;

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		print_help(argv[0]);
		return EXIT_SUCCESS;
	}
	if (argc > 1 && !strcmp(argv[1], "--"))
		first++;
	if (argc == first || argv[first][0] == '-') {
		complain("%s: at least one PATH is needed, and there are no options", argv[0]);
		return usage_error(argv[0]);
	}
	for (int i = first; i < argc; i++)
		if (!fn(argv[i]))
			status = EXIT_FAILURE;
	return status;
}

int cmd_freeze(int argc, char **argv)
{
	return each_container(argc, argv, freeze_one);
}
