// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl thaw: let the tasks of a container and of those below go on.
 *
 * A container below a frozen one stays frozen; then the command says why and fails.
 */
#include <stdlib.h>
#include <string.h>

#include "containerctl.h"

static bool thaw_one(const char *arg, void *unused)
{
	struct place place;
	char *text = NULL;
	int err;

	if (!place_open("thaw", arg, &place))
		return false;
	err = write_file(place.fd, "freezer.state", "THAWED");
	if (!err)
		err = read_file(place.fd, "freezer.parent_freezing", &text);
	if (err)
		complain_freezer("thaw", arg, &place, err);
	else if (!strcmp(text, "1\n"))
		complain("thaw: %s: a container above it is frozen: thaw that one", arg);
	place_close(&place);
	err = err || strcmp(text, "1\n") == 0;
	free(text);
	return !err;
}

int cmd_thaw(int argc, char **argv)
{
	int status;

	/* no option of its own: whatever is not the end has been dealt with */
	if (option_next(argc, argv, &status) != OPTION_END ||
	    !words_given(argc, argv, "PATH", &status))
		return status;
	return each_word(argc, argv, thaw_one, NULL);
}
