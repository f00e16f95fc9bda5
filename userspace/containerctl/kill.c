// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl kill: send SIGKILL to all tasks of a container and of those below,
 * and wait until they are gone, so that an rmdir that follows succeeds. The signal
 * is sent through container.kill, so that no task escapes by a fork meanwhile.
 *
 * The signal has been sent when the write returns, but a task in a call that nothing
 * interrupts (state D) dies only when that call is over. poll(2) on container.events
 * ends each wait. At a terminal, the processes that are left are shown meanwhile.
 *
 * The top container is refused: it holds every task of the system.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "containerctl.h"

#define NAMES_MAX	8		/* processes that are named */

struct kill_wait kill_wait_begin(const char *command, unsigned long long limit)
{
	struct kill_wait wait = { .command = command, .progress = progress_begin() };

	wait.end = limit ? wait.progress.begun + limit : 0;
	return wait;
}

/* --- the processes that are left --- */

static int collect_pids(int fd, const struct container *cont, void *arg, void **own)
{
	struct pids pids;
	int err = cont->tasks ? pids_read(fd, &pids) : 0;

	if (err || !cont->tasks)
		return err;
	pids_add(arg, &pids);
	pids_free(&pids);
	return 0;
}

static void left_read(const struct place *place, struct pids *left)
{
	int err;

	*left = (struct pids){ 0 };
	container_free(walk_visit(place, WALK_QUIET, collect_pids, left, &err));
	pids_sort(left);
}

/* "123 (dd) in state D, 45 (kworker/0:1) a thread of the kernel and 3 more"; for free(). */
static char *left_names(const struct pids *left, bool *kernel_only)
{
	char *names = xstrdup(""), *more, *command, number[16];
	size_t named = 0;

	*kernel_only = left->nr > 0;
	for (size_t i = 0; i < left->nr; i++) {
		char state;
		bool kernel;

		snprintf(number, sizeof(number), "%d", (int)left->pid[i]);
		command = proc_command(number, &kernel, &state);
		if (!command)
			continue;
		if (left->pid[i] != 1 && !kernel)
			*kernel_only = false;
		if (named++ < NAMES_MAX) {
			more = kernel ? xasprintf("%s%s%s (%s) a thread of the kernel", names,
						  *names ? ", " : "", number, command) :
					xasprintf("%s%s%s (%s) in state %c", names,
						  *names ? ", " : "", number, command, state);
			free(names);
			names = more;
		}
		free(command);
	}
	if (!named)
		*kernel_only = false;
	if (named > NAMES_MAX) {
		more = xasprintf("%s and %zu more", names, named - NAMES_MAX);
		free(names);
		names = more;
	}
	return names;
}

/* --- the wait --- */

/* @names NULL: nothing is shown this time. */
static void show_left(struct kill_wait *wait, const char *arg, const struct pids *left,
		      const char *names)
{
	unsigned long long s = (now_ns(CLOCK_MONOTONIC) - wait->progress.begun) / NS_PER_SEC;
	char *line = !names ? NULL :
		     xasprintf("%s: waiting for %zu process%s, %llu s: %s", arg, left->nr,
			       left->nr == 1 ? "" : "es", s, names);

	progress_show(&wait->progress, line);
	free(line);
}

/* 1: a task is there or below, 0: none; reading also makes the next poll wait for a change. */
static int populated(int events)
{
	char text[256];
	ssize_t n = pread(events, text, sizeof(text) - 1, 0);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	return strstr(text, "populated 1") != NULL;
}

/* Wait until something changes, it is time to show something, or the wait is over. */
static void wait_change(const struct kill_wait *wait, int events)
{
	struct pollfd p = { .fd = events, .events = POLLPRI };
	unsigned long long t = now_ns(CLOCK_MONOTONIC), until = ULLONG_MAX;

	/* without a terminal one look is enough: are only threads of the kernel left? */
	if (wait->progress.terminal || !wait->progress.shown)
		until = progress_next(&wait->progress);
	if (wait->end && wait->end < until)
		until = wait->end;
	if (until == ULLONG_MAX) {
		poll(&p, 1, -1);
	} else if (until > t) {
		t = (until - t) / 1000000 + 1;
		poll(&p, 1, t < INT_MAX ? (int)t : INT_MAX);
	}
}

bool kill_wait_gone(const struct place *place, const char *arg, int events, struct kill_wait *wait)
{
	struct progress *progress = &wait->progress;
	bool kernel, over;
	struct pids left;
	char *names;
	int ret;

	while ((ret = populated(events)) > 0) {
		wait_change(wait, events);
		over = wait->end && now_ns(CLOCK_MONOTONIC) >= wait->end;
		if (!over && !progress_due(progress))
			continue;
		left_read(place, &left);
		names = left_names(&left, &kernel);
		show_left(wait, arg, &left, kernel || over ? NULL : names);
		if (kernel || over) {
			progress_clear(progress);
			complain("%s: %s: SIGKILL was sent, and after %.3g s there %s left: %s%s",
				 wait->command, arg,
				 (double)(now_ns(CLOCK_MONOTONIC) - progress->begun) / (double)NS_PER_SEC,
				 left.nr == 1 ? "is" : "are", *names ? names : "none that is seen here",
				 kernel ? ": threads of the kernel cannot be killed" : "");
		}
		free(names);
		pids_free(&left);
		if (kernel || over)
			return false;
	}
	progress_clear(progress);
	if (ret < 0 && !is_gone(ret)) {
		complain_file(wait->command, place, "container.events", ret);
		return false;
	}
	return true;
}

/* --- the command --- */

struct victim {
	struct place	place;
	const char	*arg;
	int		events;		/* -1: nothing to wait for */
};

static bool kill_one(const char *arg, struct victim *victim, bool wait)
{
	struct place *place = &victim->place;
	int err;

	victim->arg = arg;
	victim->events = -1;
	if (!place_open("kill", arg, place))
		return false;
	if (!strcmp(place->path, "/")) {
		complain("kill: %s is the top container, which holds every task of the system: "
			 "name one below it", arg);
		goto close;
	}
	if (wait) {
		victim->events = openat(place->fd, "container.events", O_RDONLY | O_CLOEXEC);
		if (victim->events < 0) {
			complain_file("kill", place, "container.events", -errno);
			goto close;
		}
	}
	err = write_file(place->fd, "container.kill", "1");
	if (!err && wait)
		return true;
	if (err)
		complain_file("kill", place, "container.kill", err);
	if (wait)
		close(victim->events);
	victim->events = -1;
	place_close(place);
	return !err;

close:
	place_close(place);
	return false;
}

/* Kill all before waiting for any, so that they die at the same time. */
static int kill_all(char **paths, int nr, bool wait, unsigned long long limit)
{
	struct victim *victim = xcalloc((size_t)nr, sizeof(*victim));
	int status = EXIT_SUCCESS;
	struct kill_wait w;

	for (int i = 0; i < nr; i++)
		if (!kill_one(paths[i], &victim[i], wait))
			status = EXIT_FAILURE;
	w = kill_wait_begin("kill", limit);
	for (int i = 0; i < nr; i++) {
		if (victim[i].events < 0)
			continue;
		if (!kill_wait_gone(&victim[i].place, victim[i].arg, victim[i].events, &w))
			status = EXIT_FAILURE;
		close(victim[i].events);
		place_close(&victim[i].place);
	}
	free(victim);
	return status;
}

const struct option_row kill_options[] = {
	{ 'n', "no-wait", NULL, "do not wait" },
	{ 't', "timeout", "SECONDS", "wait no longer: fail, and say which processes are left" },
	{ 0 }
};

int cmd_kill(int argc, char **argv)
{
	unsigned long long limit = 0;
	bool wait = true;
	int key, status;

	while ((key = option_next(argc, argv, &status)) != OPTION_END) {
		if (key == OPTION_STOP)
			return status;
		wait &= key != 'n';
		if (key == 't' && !parse_seconds(optarg, &limit)) {
			complain("kill: '%s' is not a number of seconds above 0", optarg);
			return usage_error("kill");
		}
	}
	if (!words_given(argc, argv, "PATH", &status))
		return status;
	return kill_all(argv + optind, argc - optind, wait, limit);
}
