// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl freeze: stop all tasks of a container and of those below, and
 * wait until they have stopped.
 *
 * A container that this command is in itself is refused without --self, because the
 * command would stop, and with it the shell that could thaw the container.
 *
 * The container's hierarchy must have the freezer. FREEZING lasts as long as a task
 * sleeps where nothing interrupts it. A signal that ends the wait leaves the
 * container as it is; `containerctl thaw` thaws it.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "containerctl.h"

/* ms between two reads of freezer.state, at first and at most */
#define LOOK_FIRST	1
#define LOOK_MOST	100

/* Wait until the container is not FREEZING any more; 0 or -errno. */
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

static bool freeze_one(const char *arg, void *self_too)
{
	const bool *self = self_too;
	struct place place;
	int err;

	if (!place_open("freeze", arg, &place))
		return false;
	if (!*self && strcmp(place.path, "/") && place_has_self(&place)) {
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

enum { OPT_SELF = OPTION_LONG };

const struct option_row freeze_options[] = {
	{ OPT_SELF, "self", NULL, "freeze this command, too, if it is in PATH itself" },
	{ 0 }
};

int cmd_freeze(int argc, char **argv)
{
	bool self = false;
	int key, status;

	while ((key = option_next(argc, argv, &status)) != OPTION_END) {
		if (key == OPTION_STOP)
			return status;
		self |= key == OPT_SELF;
	}
	if (!words_given(argc, argv, "PATH", &status))
		return status;
	return each_word(argc, argv, freeze_one, &self);
}
