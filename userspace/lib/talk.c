// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A word between caller and child.
 */
#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib.h"

int talk_open(struct talk *talk)
{
	talk->pidfd[0] = -1;
	talk->end[0] = talk->end[1] = -1;
	talk->pidfd[1] = pidfd_open(getpid(), 0);
	if (talk->pidfd[1] < 0)
		return -1;
	if (!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, talk->end))
		return 0;
	close_fd(talk->pidfd[1]);
	return -1;
}

void talk_close(struct talk *talk)
{
	int i;

	for (i = 0; i < 2; i++) {
		close_fd(talk->end[i]);
		close_fd(talk->pidfd[i]);
		talk->end[i] = talk->pidfd[i] = -1;
	}
}

int talk_say(struct talk *talk, bool child, const struct word *word)
{
	ssize_t n;

	do {
		n = send(talk->end[child], word, sizeof(*word), MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n == sizeof(*word) ? 0 : -1;
}

int talk_hear(struct talk *talk, bool child, struct word *word)
{
	struct pollfd p[2] = {
		{ .fd = talk->end[child], .events = POLLIN },
		{ .fd = talk->pidfd[child], .events = POLLIN },
	};

	for (;;) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return -1;
		/* what was said before the death is heard */
		if (recv(talk->end[child], word, sizeof(*word), MSG_DONTWAIT) == sizeof(*word))
			return 0;
		if (p[1].revents || p[0].revents & (POLLHUP | POLLERR)) {
			errno = ECANCELED;
			return -1;
		}
	}
}
