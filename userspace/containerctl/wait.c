// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl wait: until the init of a container has ended. The exit status is that of a
 * shell for it. Anybody may wait who may read container.init, and nothing is reaped.
 */
#define _GNU_SOURCE
#include <containerfs.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "job.h"

static unsigned long long us_of(const struct timeval *t)
{
	return (unsigned long long)t->tv_sec * 1000000 + (unsigned long long)t->tv_usec;
}

static void print_json(int status, const struct rusage *usage)
{
	struct json json = { .out = stdout, .lines = true };

	json_open(&json, NULL, '{');
	if (WIFSIGNALED(status))
		json_number(&json, "signal", (unsigned long long)WTERMSIG(status));
	else
		json_number(&json, "exit", (unsigned long long)WEXITSTATUS(status));
	json_plain(&json, "core", WIFSIGNALED(status) && WCOREDUMP(status) ? "true" : "false");
	json_number(&json, "user_usec", us_of(&usage->ru_utime));
	json_number(&json, "system_usec", us_of(&usage->ru_stime));
	json_number(&json, "maxrss_kb", (unsigned long long)usage->ru_maxrss);
	json_number(&json, "minflt", (unsigned long long)usage->ru_minflt);
	json_number(&json, "majflt", (unsigned long long)usage->ru_majflt);
	json_number(&json, "nvcsw", (unsigned long long)usage->ru_nvcsw);
	json_number(&json, "nivcsw", (unsigned long long)usage->ru_nivcsw);
	json_close(&json, '}');
}

const struct option_row wait_options[] = {
	{ 'J', "json", NULL, "print how it ended and what it used" },
	{ 0 }
};

int cmd_wait(int argc, char **argv)
{
	struct job job = { 0 };
	struct place place;
	bool json = false;
	int key, status, err;

	while ((key = option_next(argc, argv, &status)) != OPTION_END) {
		if (key == OPTION_STOP)
			return status ? EXIT_OURS : EXIT_SUCCESS;
		json |= key == 'J';
	}
	if (argc - optind != 1) {
		complain("wait: one PATH is needed");
		usage_error("wait");
		return EXIT_OURS;
	}
	if (!place_open("wait", argv[optind], &place))
		return EXIT_OURS;
	do {
		err = container_wait(place.fd, &job.status, 0, &job.usage) ? errno : 0;
	} while (err == EINTR);
	if (err == ECHILD)
		complain("wait: %s: it has no init: `containerctl run --init` gives it one", argv[optind]);
	else if (err)
		complain("wait: %s: %s", argv[optind], container_error(-err));
	place_close(&place);
	if (err)
		return EXIT_OURS;
	if (json)
		print_json(job.status, &job.usage);
	return job_exit_status(&job);
}
