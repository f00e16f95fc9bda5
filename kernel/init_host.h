/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The init of a container between engine and host: see init.c, and engine_host.h for what
 * "atomic" means.
 */
#ifndef _CONTAINERFS_INIT_HOST_H
#define _CONTAINERFS_INIT_HOST_H

#include "engine.h"

/* How a process has ended: as wait4(2) would tell its parent. */
struct container_end {
	int			status;		/* as of wait(2) */
	unsigned long long	user_usec, system_usec;
	unsigned long long	maxrss_kb;
	unsigned long long	minflt, majflt;
	unsigned long long	nvcsw, nivcsw;
};

/* Each host defines one. */
struct init_host_ops {
	/*
	 * Process @tgid (initial pid namespace) is about to be an init, or is none any more.
	 * The host calls container_init_exited() when a process that it watches ends.  May
	 * sleep.  watch() is followed by host_sync() and a look at the process, and by unwatch()
	 * if that has failed.  unwatch() also comes after container_init_exited(), and may come
	 * twice.  The engine calls one of them at a time, and unwatch() only when no container has
	 * that init.  0, -ENOMEM.  NULL: the host asks container_is_init().
	 */
	int (*watch)(int tgid);
	void (*unwatch)(int tgid);
};

extern const struct init_host_ops init_host;

/* Is process @tgid an init?  Needs no lock; one read as long as there is no init at all. */
_Bool container_is_init(int tgid);
/*
 * Process @tgid has ended: its last thread is in its exit, and is reported to the engine
 * (container_task_exit()) after this.  Atomic.
 */
void container_init_exited(int tgid, const struct container_end *end);

#endif /* _CONTAINERFS_INIT_HOST_H */
