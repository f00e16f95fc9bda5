// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl freeze: stop all tasks of a container and of those below, and
 * wait until they have stopped.
 *
 * Who is in the container himself would stop before he has said so, and with him the
 * shell that could thaw it: that is refused, unless --self asks for it.
 *
 * Needs the freezer in the container's hierarchy. FREEZING may last as long as a
 * task sleeps where nothing interrupts it; an interrupted wait leaves the
 * container as it is, to be thawed by `containerctl thaw`.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "containerctl.h"

/* ms between two looks, at first and at most */
#define LOOK_FIRST	1
#define LOOK_MOST	100

void complain_freezer(const char *command, const char *arg, const struct place *place, int err)
{
	char *why = freezer_error(place, err);

	if (why)
		complain("%s: %s: %s", command, arg, why);
	else
		complain_file(command, place, "freezer.state", err);
	free(why);
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

static bool freeze_one(const char *arg, bool self)
{
	struct place place;
	int err;

	if (!place_open("freeze", arg, &place))
		return false;
	if (!self && strcmp(place.path, "/") && place_has_self(&place)) {
		complain("freeze: %s: this very command is in it and would stop, too, with what "
			 "runs it: --self is needed for that", arg);
		place_close(&place);
		return false;
	}
	err = write_file(place.fd, "freezer.state", "FROZEN");
	if (!err)
		err = wait_frozen(place.fd);
	if (err)
		complain_freezer("freeze", arg, &place, err);
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
	static const struct option longopts[] = {
		{ "self", no_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int status = EXIT_SUCCESS, c;
	bool self = false;

	while ((c = getopt_long(argc, argv, ":h", longopts, NULL)) != -1) {
		switch (c) {
		case 's':
			self = true;
			break;
		case 'h':
			print_help("freeze");
			return EXIT_SUCCESS;
		default:
			complain("freeze: there is no option '%s'", unknown_option(argv));
			return usage_error("freeze");
		}
	}
	if (optind == argc) {
		complain("freeze: at least one PATH is needed");
		return usage_error("freeze");
	}
	for (int i = optind; i < argc; i++)
		if (!freeze_one(argv[i], self))
			status = EXIT_FAILURE;
	return status;
}
