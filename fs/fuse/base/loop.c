// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event loop: epoll, level triggered, one thread.
 *
 * Errors before input.  A connection whose last mount has gone reports EPOLLERR
 * before umount(2) returns, and the next request of the same user comes later.  The
 * kernel's ready list does not keep that order, but handling errors first within a
 * batch does.  For that, the whole ready list must fit into one batch: LOOP_BATCH is
 * far above the number of hierarchies, clients and timers at a time; beyond it only
 * that order is lost.
 *
 * A handler may add and remove any descriptor, its own too.  The watch is looked up by
 * its descriptor at the time of the call.  A removed watch is not called for events
 * that were reported before, even if its number is in use again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base.h"

#define LOOP_BATCH	256

struct watch {
	loop_fn		 fn;		/* NULL: not watched */
	void		*arg;
	uint32_t	 generation;	/* tells two users of one number apart */
};

static struct {
	int		 fd;
	bool		 stop;
	void		 (*idle)(void);
	bool		 (*turn)(void);
	struct watch	*watch;		/* by descriptor */
	int		 nr;
	uint32_t	 generation;
} loop = { .fd = -1 };

int loop_init(void)
{
	loop.fd = epoll_create1(EPOLL_CLOEXEC);
	return loop.fd < 0 ? -errno : 0;
}

void loop_exit(void)
{
	close(loop.fd);
	loop.fd = -1;
	free(loop.watch);
	loop.watch = NULL;
	loop.nr = 0;
}

void loop_set_idle(void (*fn)(void))
{
	loop.idle = fn;
}

void loop_set_turn(bool (*fn)(void))
{
	loop.turn = fn;
}

static int grow_watches(int fd)
{
	int nr = fd + 32;
	struct watch *watch;

	if (fd < loop.nr)
		return 0;
	watch = reallocarray(loop.watch, nr, sizeof(*watch));
	if (!watch)
		return -ENOMEM;
	memset(watch + loop.nr, 0, (nr - loop.nr) * sizeof(*watch));
	loop.watch = watch;
	loop.nr = nr;
	return 0;
}

int loop_add(int fd, uint32_t events, loop_fn fn, void *arg)
{
	struct epoll_event ev = { .events = events };
	int err = grow_watches(fd);

	if (err)
		return err;
	loop.generation++;
	ev.data.u64 = (uint64_t)loop.generation << 32 | (uint32_t)fd;
	if (epoll_ctl(loop.fd, EPOLL_CTL_ADD, fd, &ev))
		return -errno;
	loop.watch[fd] = (struct watch){ fn, arg, loop.generation };
	return 0;
}

void loop_del(int fd)
{
	if (fd < 0 || fd >= loop.nr || !loop.watch[fd].fn)
		return;
	epoll_ctl(loop.fd, EPOLL_CTL_DEL, fd, NULL);
	loop.watch[fd].fn = NULL;
}

void loop_stop(void)
{
	loop.stop = true;
}

static void dispatch(const struct epoll_event *ev, int nr, bool errors)
{
	for (int i = 0; i < nr; i++) {
		int fd = (int)(uint32_t)ev[i].data.u64;
		const struct watch *w = &loop.watch[fd];

		if (!!(ev[i].events & EPOLLERR) != errors)
			continue;
		if (w->fn && w->generation == ev[i].data.u64 >> 32)
			w->fn(fd, ev[i].events, w->arg);
	}
}

int loop_run(void)
{
	struct epoll_event ev[LOOP_BATCH];
	bool more = false;

	while (!loop.stop) {
		int nr = epoll_wait(loop.fd, ev, LOOP_BATCH, more ? 0 : -1);

		if (nr < 0 && errno == EINTR)
			continue;
		if (nr < 0)
			return -errno;
		dispatch(ev, nr, true);
		dispatch(ev, nr, false);
		more = loop.turn && loop.turn();
		if (loop.idle)
			loop.idle();
		priority_look();
	}
	return 0;
}
