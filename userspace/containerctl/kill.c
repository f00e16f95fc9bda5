// SPDX-License-Identifier: GPL-2.0-only
/*
 * containerctl kill: SIGKILL to all tasks of a container and of those below,
 * through container.kill, so that none escapes by forking meanwhile; and wait
 * until they are gone, so that an rmdir that follows finds nobody.
 *
 * The signal is sent when the write returns, but a task that is in a call which
 * nothing interrupts (state D) dies when that is over. Who waits is woken by
 * poll(2) on container.events, and shown at a terminal who is waited for.
 *
 * The top container is refused: it holds every task of the system.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "containerctl.h"

#define NS		1000000000ULL
#define SHOW_AFTER	(2 * NS)	/* at a terminal */
#define SHOW_EVERY	NS
#define NAMES_MAX	8		/* processes that are named */

static unsigned long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned long long)t.tv_sec * NS + (unsigned long long)t.tv_nsec;
}

struct kill_wait kill_wait_begin(const char *command)
{
	return (struct kill_wait){ .command = command, .begun = now() };
}

/* --- who is left --- */

static int collect(int fd, const struct container *cont, void *arg, void **own)
{
	struct pids pids;
	int err = cont->tasks ? pids_read(fd, &pids) : 0;

	(void)own;
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
	container_free(walk_visit(place, WALK_QUIET, collect, left, &err));
	pids_sort(left);
}

/* The letter of its state; 0: it has gone. */
static char state_of(pid_t pid)
{
	char path[32], *text, *end, state = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (read_short(AT_FDCWD, path, &text))
		return 0;
	end = strrchr(text, ')');
	if (end && end[1] == ' ')
		state = end[2];
	free(text);
	return state;
}

/* "123 (dd) in state D, 45 (kworker/0:1) a thread of the kernel and 3 more"; for free(). */
static char *left_names(const struct pids *left, bool *kernel_only)
{
	char *names = xstrdup(""), *more, *command, number[16];
	size_t named = 0;

	*kernel_only = left->nr > 0;
	for (size_t i = 0; i < left->nr; i++) {
		char state = state_of(left->pid[i]);
		bool kernel = false;

		snprintf(number, sizeof(number), "%d", (int)left->pid[i]);
		command = state ? proc_command(number, &kernel) : NULL;
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

/* --- what is shown meanwhile --- */

static void unshow(struct kill_wait *wait)
{
	if (wait->columns)
		fprintf(stderr, "\r%*s\r", wait->columns, "");
	wait->columns = 0;
}

static void show(struct kill_wait *wait, const char *arg, const struct pids *left, const char *names)
{
	unsigned long long s = (now() - wait->begun) / NS;
	char *line, *text;

	line = xasprintf("%s: waiting for %zu process%s, %llu s: %s", arg, left->nr,
			 left->nr == 1 ? "" : "es", s, names);
	text = text_fit(line, 78);
	fprintf(stderr, "\r%s", text);
	wait->columns = 78;
	wait->shown = now();
	free(text);
	free(line);
}

/* --- the wait --- */

/* 1: somebody is there or below, 0: nobody; reading also makes the next poll wait for a change. */
static int populated(int events)
{
	char text[256];
	ssize_t n = pread(events, text, sizeof(text) - 1, 0);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	return strstr(text, "populated 1") != NULL;
}

/* Until something changes, or there is something to show or to end. */
static int wait_change(const struct kill_wait *wait, int events, bool terminal)
{
	struct pollfd p = { .fd = events, .events = POLLPRI };
	unsigned long long t = now(), until = ULLONG_MAX;

	if (terminal)
		until = wait->shown ? wait->shown + SHOW_EVERY : wait->begun + SHOW_AFTER;
	else if (!wait->shown)
		until = wait->begun + SHOW_AFTER;
	if (wait->end && wait->end < until)
		until = wait->end;
	if (until == ULLONG_MAX)
		return poll(&p, 1, -1);
	if (until <= t)
		return 0;
	t = (until - t) / 1000000 + 1;
	return poll(&p, 1, t < INT_MAX ? (int)t : INT_MAX);
}

bool kill_wait_gone(const struct place *place, const char *arg, int events, struct kill_wait *wait)
{
	bool terminal = isatty(STDERR_FILENO), kernel, over;
	struct pids left;
	char *names;
	int ret;

	while ((ret = populated(events)) > 0) {
		wait_change(wait, events, terminal);
		over = wait->end && now() >= wait->end;
		if (!over && now() < (wait->shown ? wait->shown + SHOW_EVERY :
						    wait->begun + SHOW_AFTER))
			continue;
		left_read(place, &left);
		names = left_names(&left, &kernel);
		if (terminal && !kernel && !over)
			show(wait, arg, &left, names);
		wait->shown = now();
		if (kernel || over) {
			unshow(wait);
			complain("%s: %s: SIGKILL was sent, and after %.3g s there %s left: %s%s",
				 wait->command, arg, (double)(now() - wait->begun) / (double)NS,
				 left.nr == 1 ? "is" : "are", *names ? names : "none that is seen here",
				 kernel ? ": who cannot be killed" : "");
		}
		free(names);
		pids_free(&left);
		if (kernel || over)
			return false;
	}
	unshow(wait);
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

/* All are killed first, so that they die at the same time. */
static int kill_all(char **paths, int nr, bool wait, unsigned long long limit)
{
	struct victim *victim = xcalloc((size_t)nr, sizeof(*victim));
	int status = EXIT_SUCCESS;
	struct kill_wait w;

	for (int i = 0; i < nr; i++)
		if (!kill_one(paths[i], &victim[i], wait))
			status = EXIT_FAILURE;
	w = kill_wait_begin("kill");
	if (limit)
		w.end = w.begun + limit;
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

/* Seconds, with a fraction or not, as ns: more than 0 and less than a century. */
static bool parse_seconds(const char *text, unsigned long long *ns)
{
	char *end;
	double s = strtod(text, &end);

	if (end == text || *end || !isfinite(s) || s <= 0 || s > 3e9)
		return false;
	*ns = (unsigned long long)(s * (double)NS);
	return *ns > 0;
}

int cmd_kill(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "no-wait", no_argument,	NULL, 'n' },
		{ "timeout", required_argument,	NULL, 't' },
		{ "help",    no_argument,	NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	unsigned long long limit = 0;
	bool wait = true;
	int c;

	while ((c = getopt_long(argc, argv, ":nt:h", longopts, NULL)) != -1) {
		switch (c) {
		case 'n':
			wait = false;
			break;
		case 't':
			if (parse_seconds(optarg, &limit))
				break;
			complain("kill: '%s' is not a number of seconds above 0", optarg);
			return usage_error("kill");
		case 'h':
			print_help("kill");
			return EXIT_SUCCESS;
		case ':':
			complain("kill: '%s' needs a number of seconds", argv[optind - 1]);
			return usage_error("kill");
		default:
			complain("kill: there is no option '%s': it sends SIGKILL, and no other signal",
				 unknown_option(argv));
			return usage_error("kill");
		}
	}
	if (optind == argc) {
		complain("kill: at least one PATH is needed");
		return usage_error("kill");
	}
	return kill_all(argv + optind, argc - optind, wait, limit);
}
