// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What fork and spawn share: the container is looked at, what it holds is opened, and the
 * first one in is let in alone.
 *
 * The first process of a PID namespace must exist before another is born there: from Linux
 * 7.2 the second gets EINVAL, and earlier kernels may start it without a process 1. So
 * whoever may be first locks container.init meanwhile, and looks again.
 */
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib.h"

static bool init_due(const struct gate *gate)
{
	return gate->flags & CONTAINER_INIT ||
	       (gate->stat.held & CLONE_NEWPID && gate->stat.state == CONTAINERFS_INIT_NONE);
}

static int gate_look(struct gate *gate)
{
	if (cont_stat(gate->cfd, &gate->stat))
		return -1;
	if (!(gate->stat.flags & CONTAINERFS_STAT_DEAD))
		return 0;
	errno = ECANCELED;
	return -1;
}

static int gate_lock(struct gate *gate)
{
	/* A caller who may not name an init can still be the first, where that is no init. */
	gate->init = cont_file(gate->cfd, "container.init", O_RDWR);
	if (gate->init < 0 && errno == EACCES && !(gate->flags & CONTAINER_INIT))
		gate->init = cont_file(gate->cfd, "container.init", O_RDONLY);
	if (gate->init < 0)
		return -1;
	while (flock(gate->init, LOCK_EX))
		if (errno != EINTR)
			return -1;
	if (gate_look(gate))
		return -1;
	if (gate->flags & CONTAINER_INIT && gate->stat.state != CONTAINERFS_INIT_NONE) {
		errno = EBUSY;
		return -1;
	}
	if (!init_due(gate)) {
		flock(gate->init, LOCK_UN);
		close_fd(gate->init);
		gate->init = -1;
	}
	return 0;
}

int gate_open(struct gate *gate, int cfd, unsigned int flags)
{
	*gate = (struct gate){ .cfd = cfd, .flags = flags, .procs = -1, .init = -1,
			       .below = -1, .below_procs = -1, .below_init = -1 };
	held_none(&gate->held);
	if (gate_look(gate))
		return -1;
	if (flags & ~CONTAINER_INIT) {
		errno = EINVAL;
		return -1;
	}
	if (init_due(gate) && gate_lock(gate))
		goto fail;
	gate->procs = cont_file(cfd, "cgroup.procs", O_WRONLY);
	if (gate->procs < 0)
		goto fail;
	if (!held_open(cfd, &gate->stat, ~0u, &gate->held))
		return 0;
fail:
	gate_close(gate);
	return -1;
}

int gate_open_below(struct gate *gate, int cfd, int below, unsigned int flags)
{
	struct containerfs_stat stat;

	if (gate_open(gate, cfd, flags & ~CONTAINER_INIT))
		return -1;
	if (cont_stat(below, &stat))
		goto fail;
	errno = ECANCELED;
	if (stat.flags & CONTAINERFS_STAT_DEAD)
		goto fail;
	errno = EBUSY;
	if (flags & CONTAINER_INIT && stat.state != CONTAINERFS_INIT_NONE)
		goto fail;
	gate->below = below;
	gate->below_procs = cont_file(below, "cgroup.procs", O_WRONLY);
	if (gate->below_procs < 0)
		goto fail;
	if (flags & CONTAINER_INIT)
		gate->below_init = cont_file(below, "container.init", O_WRONLY);
	if (!(flags & CONTAINER_INIT) || gate->below_init >= 0)
		return 0;
fail:
	gate_close(gate);
	return -1;
}

/* A process 1 that has failed took its PID namespace with it, so another one is made. */
static void make_another(const struct gate *gate)
{
	const struct fresh fresh = { .types = CLONE_NEWPID, .user = gate->held.ns[NS_user] };
	int err = errno;

	fresh_hold(gate->cfd, &fresh);
	errno = err;
}

void gate_close(struct gate *gate)
{
	if (gate->taken)
		make_another(gate);
	if (gate->init >= 0) {
		int err = errno;

		/* a process that was forked meanwhile may have a copy of it */
		flock(gate->init, LOCK_UN);
		errno = err;
	}
	gate_close_in_child(gate);
}

void gate_close_in_child(struct gate *gate)
{
	close_fd(gate->init);
	close_fd(gate->procs);
	close_fd(gate->below_procs);
	close_fd(gate->below_init);
	held_close(&gate->held);
	gate->init = gate->procs = gate->below_procs = gate->below_init = -1;
}

bool gate_is_init(const struct gate *gate, int nspid)
{
	return gate->init >= 0 &&
	       (gate->flags & CONTAINER_INIT || (gate->held.types & CLONE_NEWPID && nspid == 1));
}

/* There is no other way to ask a PID namespace whether its process 1 has ended. */
int gate_fork_error(const struct gate *gate, int error)
{
	return error == ENOMEM && gate->held.types & CLONE_NEWPID ? ECANCELED : error;
}
