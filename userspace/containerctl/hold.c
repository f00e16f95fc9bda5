// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl hold: a container holds what this very process has, so that it needs no
 * process: `unshare --net containerctl hold /a net`. The words are those of ns.hold.
 *
 * A number is a descriptor of this process, so of the shell that started it:
 * `containerctl hold /a 9 9< /proc/1234/ns/net`.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "containerctl.h"

/* What @err means for ns.hold; NULL: complain_file() knows. */
static const char *hold_error(int err)
{
	switch (err) {
	case -EINVAL:
		return "a word is none of those of ns.hold, or a descriptor is neither a namespace nor a directory";
	case -EBADF:
		return "there is no such descriptor";
	case -EBUSY:
		return "pid: its init is running";
	case -EOPNOTSUPP:
		return "this host cannot hold that: pid without a process, or keyring";
	case -EMFILE:
		return "containerfsd has no descriptors left";
	case -EPERM:
		return "CAP_SYS_ADMIN is needed";
	case -ENOENT:
		return "its hierarchy does not have the subsystem ns";
	default:
		return NULL;
	}
}

int cmd_hold(int argc, char **argv)
{
	char *text = NULL, *old;
	struct place place;
	const char *why;
	int err, status;

	/* words may begin with a dash: no getopt */
	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		print_help("hold");
		return EXIT_SUCCESS;
	}
	if (argc > 1 && !strcmp(argv[1], "--")) {
		argv++;
		argc--;
	}
	if (argc < 3) {
		complain("hold: a PATH and a WORD are needed");
		return usage_error("hold");
	}
	if (!place_open("hold", argv[1], &place))
		return EXIT_FAILURE;
	for (int i = 2; i < argc; i++) {
		old = text;
		text = xasprintf("%s%s%s", old ? old : "", old ? " " : "", argv[i]);
		free(old);
	}
	if (!strcmp(place.path, "/")) {
		complain("hold: %s is the top container, which holds nothing: name one below it", argv[1]);
		status = EXIT_FAILURE;
	} else {
		err = write_file(place.fd, "ns.hold", text);
		why = err ? hold_error(err) : NULL;
		if (why)
			complain("hold: %s: %s: %s", argv[1], text, why);
		else if (err)
			complain_file("hold", &place, "ns.hold", err);
		status = err ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	free(text);
	place_close(&place);
	return status;
}
