/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The number of tasks between engine and host: see pids.c, and engine_host.h for what
 * "atomic" means.
 */
#ifndef _CONTAINERFS_PIDS_HOST_H
#define _CONTAINERFS_PIDS_HOST_H

#include "engine.h"

/* What pids.current, pids.peak and pids.events of a container say. */
struct container_pids {
	unsigned long long	count, peak, refused;
};

/* What each host defines, once. */
struct pids_host_ops {
	/* One phrase, "enforced: ..." or "accounted: ...": what this host does. */
	const char *(*describe)(void);
	/* Get ready to refuse forks: 0, -EOPNOTSUPP.  May sleep. */
	int (*start)(void);
	/* Atomic.  There is a hierarchy with pids now, or (@on false) none any more. */
	void (*set)(_Bool on);
	/*
	 * A mount is about to be seen: what set() has put off, because it must not sleep, is
	 * done when this returns.  May sleep.  NULL on a host that puts nothing off.
	 */
	void (*settle)(void);
	/* Atomic.  Will container_task_reaped() be called for tasks that exit from now on?  NULL: no. */
	_Bool (*sees_reaping)(void);
	/*
	 * Atomic.  Does the host count and refuse by itself, without the engine?  NULL: no.
	 * Only if so the rest is used, all of it atomic: containers by their ids, of which 0
	 * and the top's do not count; a limit (CONTAINER_PIDS_MAX + 1: none), 0 or an
	 * error; the numbers, false if there are none for the container.
	 */
	_Bool (*counts)(void);
	void (*add)(unsigned long long id, unsigned long long parent);
	void (*remove)(unsigned long long id);
	int (*limit)(unsigned long long id, unsigned long long max);
	_Bool (*read)(unsigned long long id, struct container_pids *now);
};

extern const struct pids_host_ops pids_host;

/* For a host that counts itself: forks were refused, and pollers want to know. */
void container_pids_sync(void);

#endif /* _CONTAINERFS_PIDS_HOST_H */
