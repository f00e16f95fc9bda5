// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl enter: a command in a container and in all that it holds. What the command
 * leaves behind stays there; the container and its end do not depend on this process.
 */
#define _GNU_SOURCE
#include <containerfs.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"

static int enter(const char *arg, const struct place *place, char **argv)
{
	struct job job = { .command = "enter", .cfd = place->fd, .pidfd = -1, .init = -1 };
	struct containerfs_stat st;
	char *why;

	job_signals();
	job.pid = container_fork(place->fd, 0, &job.pidfd);
	if (!job.pid)
		job_exec("enter", argv, -1);
	if (job.pid < 0) {
		why = errno == ENOSPC ? attach_error(place) : NULL;
		complain("enter: %s: %s", arg, why ? why : enter_error(errno));
		free(why);
		return EXIT_OURS;
	}
	/* process 1 of a pid namespace, if it is the first one there */
	if (!object_stat(place->fd, &st) && st.init == job.pid)
		job.init = container_poll_fd(place->fd);
	job_wait(&job);
	return job_exit_status(&job);
}

int cmd_enter(int argc, char **argv)
{
	struct containerfs_stat st;
	struct place place;
	char **command;
	int status;

	if (option_next(argc, argv, &status) != OPTION_END)
		return status ? EXIT_OURS : EXIT_SUCCESS;
	command = job_command("enter", argc - optind, argv + optind);
	if (!command || !place_open("enter", argv[optind], &place))
		return EXIT_OURS;
	if (!object_stat(place.fd, &st) && object_enters(&st) && !be_sealed("enter", argv - 1))
		status = EXIT_OURS;
	else
		status = enter(argv[optind], &place, command);
	place_close(&place);
	return status;
}
