// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysc commands that watch files: poll(2), select(2), epoll(7) and inotify(7).
 *
 * poll and epoll_wait print the returned bits joined by "|", or "none" when the time ran
 * out. select looks for exceptional conditions, and prints PRI or "none". events prints all
 * queued events in the order of the queue, each as BITS:NAME, or "none"; the name is empty
 * for an event on the watched object itself. All take an upper bound in milliseconds, and
 * wait no longer than they must.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/select.h>
#include <unistd.h>

#include "sysc.h"

static const struct flag poll_bits[] = {
	{ "IN", POLLIN }, { "PRI", POLLPRI }, { "OUT", POLLOUT },
	{ "ERR", POLLERR }, { "HUP", POLLHUP }, { "NVAL", POLLNVAL },
	{ NULL, 0 },
};

static const struct flag inotify_bits[] = {
	{ "ACCESS", IN_ACCESS }, { "MODIFY", IN_MODIFY },
	{ "ATTRIB", IN_ATTRIB }, { "CLOSE_WRITE", IN_CLOSE_WRITE },
	{ "CLOSE_NOWRITE", IN_CLOSE_NOWRITE }, { "OPEN", IN_OPEN },
	{ "MOVED_FROM", IN_MOVED_FROM }, { "MOVED_TO", IN_MOVED_TO },
	{ "CREATE", IN_CREATE }, { "DELETE", IN_DELETE },
	{ "DELETE_SELF", IN_DELETE_SELF }, { "MOVE_SELF", IN_MOVE_SELF },
	{ "UNMOUNT", IN_UNMOUNT }, { "Q_OVERFLOW", IN_Q_OVERFLOW },
	{ "IGNORED", IN_IGNORED }, { "ISDIR", IN_ISDIR }, { NULL, 0 },
};

static void say_bits(unsigned long long bits, const struct flag *table)
{
	const char *separator = "";

	for (; table->name; table++) {
		if (!(bits & table->value))
			continue;
		say("%s%s", separator, table->name);
		separator = "|";
	}
}

static void cmd_poll(int argc, char **argv)
{
	struct pollfd p = {
		.fd = slot_fd(argv[1]),
		.events = argc > 3 ? (short)parse_flags(argv[3], poll_bits)
				   : POLLIN | POLLPRI,
	};
	int n = poll(&p, 1, atoi(argv[2]));

	if (n < 0)
		say_result(n);
	else if (n == 0)
		say("none");
	else
		say_bits(p.revents, poll_bits);
}

static void cmd_select(int argc, char **argv)
{
	long ms = atol(argv[2]);
	struct timeval left = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
	int fd = slot_fd(argv[1]), n;
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	n = select(fd + 1, NULL, NULL, &set, ms < 0 ? NULL : &left);
	if (n < 0)
		say_result(n);
	else
		say(n ? "PRI" : "none");
}

static void cmd_epoll(int argc, char **argv)
{
	struct epoll_event ev = { .events = EPOLLPRI };
	int slot = atoi(argv[1]);

	if (slot < 0 || slot >= MAX_SLOTS)
		die("no such slot: %s", argv[1]);
	if (argc > 3 && !strcmp(argv[3], "edge"))
		ev.events |= EPOLLET;
	slots[slot] = epoll_create1(EPOLL_CLOEXEC);
	say_result(epoll_ctl(slots[slot], EPOLL_CTL_ADD, slot_fd(argv[2]), &ev));
}

static void cmd_epoll_wait(int argc, char **argv)
{
	struct epoll_event ev;
	int n = epoll_wait(slot_fd(argv[1]), &ev, 1, atoi(argv[2]));

	if (n < 0)
		say_result(n);
	else if (n == 0)
		say("none");
	else
		say_bits(ev.events, poll_bits);
}

static void cmd_watch(int argc, char **argv)
{
	int slot = atoi(argv[1]), i, rc = 0;
	uint32_t mask = IN_ALL_EVENTS;

	if (slot < 0 || slot >= MAX_SLOTS)
		die("no such slot: %s", argv[1]);
	slots[slot] = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	for (i = 2; i < argc && rc >= 0; i++)
		rc = inotify_add_watch(slots[slot], argv[i], mask);
	say_result(rc);
}

static void cmd_events(int argc, char **argv)
{
	char queue[8192] __attribute__((aligned(__alignof__(struct inotify_event))));
	struct pollfd p = { .fd = slot_fd(argv[1]), .events = POLLIN };
	const struct inotify_event *e;
	const char *separator = "";
	ssize_t n, at;

	if (argc > 2)
		poll(&p, 1, atoi(argv[2]));
	while ((n = read(p.fd, queue, sizeof(queue))) > 0) {
		for (at = 0; at < n; at += sizeof(*e) + e->len) {
			e = (const struct inotify_event *)(queue + at);
			say("%s", separator);
			say_bits(e->mask, inotify_bits);
			say(":%s", e->len ? e->name : "");
			separator = " ";
		}
	}
	if (!*separator)
		say("none");
}

const struct command watch_commands[] = {
	{ "poll", 2, cmd_poll, "@SLOT MILLISECONDS [IN,PRI,...]" },
	{ "select", 2, cmd_select, "@SLOT MILLISECONDS|-1: for an exceptional condition" },
	{ "epoll", 2, cmd_epoll, "SLOT @SLOT [edge]: a descriptor that waits for PRI of the other" },
	{ "epoll_wait", 2, cmd_epoll_wait, "@SLOT MILLISECONDS" },
	{ "watch", 2, cmd_watch, "SLOT PATH...: inotify on all events" },
	{ "events", 1, cmd_events, "@SLOT [MILLISECONDS]: what inotify has queued" },
	{ NULL, 0, NULL, NULL },
};
