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

/* Each host defines one. */
struct pids_host_ops {
	/* What this host does, in one phrase: "enforced: ..." or "accounted: ...". */
	const char *(*describe)(void);
	/*
	 * Atomic.  Does the host count and refuse forks by itself, without the engine?  NULL:
	 * no, the engine counts, by the hooks that the host has (host_hooks).  The rest is used
	 * only by a host that counts, and is atomic but for start().
	 */
	_Bool (*counts)(void);
	/* Get ready to refuse forks: 0, -EOPNOTSUPP.  May sleep. */
	int (*start)(void);
	/* A hierarchy has pids from now on, or (@on false) none has any more. */
	void (*set)(_Bool on);
	/*
	 * Containers are given by their ids; 0 and the id of the top do not count.  add() and
	 * remove() tell of a container, add() with its host_word of struct
	 * container_clone_info.  limit() sets its limit (CONTAINER_PIDS_MAX + 1: none), and
	 * returns 0 or an error.  read() fills @now; false if the host has no numbers for the
	 * container.
	 */
	void (*add)(unsigned long long id, unsigned long long parent, unsigned long long word);
	void (*remove)(unsigned long long id);
	int (*limit)(unsigned long long id, unsigned long long max);
	_Bool (*read)(unsigned long long id, struct container_pids *now);
};

extern const struct pids_host_ops pids_host;

/* A host that counts calls this after it has refused forks, so that pollers are woken. */
void container_pids_sync(void);

#endif /* _CONTAINERFS_PIDS_HOST_H */
