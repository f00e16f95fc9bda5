/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device rules between engine and host: see devices.c, and engine_host.h for what
 * "atomic" and "no lock" mean.
 *
 * A host whose hooks can call the engine asks container_device_permission(); another
 * is told of the sets of rules, and of the one that each group is under.
 */
#ifndef _CONTAINERFS_DEVICES_HOST_H
#define _CONTAINERFS_DEVICES_HOST_H

#include "engine.h"

/* Some devices and what is done with them; numbers are those of the kernel's own controllers. */
struct container_device_rule {
	unsigned int	major, minor;		/* CONTAINER_DEVICE_ANY: any */
	unsigned short	type;			/* CONTAINER_DEVICE_BLOCK or CHAR */
	unsigned short	access;			/* CONTAINER_DEVICE_MKNOD, READ, WRITE */
};
#define CONTAINER_DEVICE_ANY	(~0u)
#define CONTAINER_DEVICE_BLOCK	0x1
#define CONTAINER_DEVICE_CHAR	0x2
#define CONTAINER_DEVICE_MKNOD	0x1
#define CONTAINER_DEVICE_READ	0x2
#define CONTAINER_DEVICE_WRITE	0x4

/* What each host defines, once. */
struct devices_host_ops {
	/* One phrase, "enforced: ..." or "unsupported: ...": what this host can do. */
	const char *(*describe)(void);
	/*
	 * From now on accesses are checked; 0, -EOPNOTSUPP, -ENOMEM.  stop(): they are not
	 * any more, there are no sets of rules.  May sleep; the engine calls them by turns.
	 */
	int (*start)(void);
	void (*stop)(void);
	/*
	 * Atomic.  From now on, until it is freed, @id is a set of rules that denies
	 * what it does not list or (@deny false) what it lists.  An error means that the
	 * host cannot enforce it: -ENOSPC (too many sets), -ENOMEM.  NULL, as the next, on a
	 * host that asks the engine.
	 */
	int (*add_rules)(unsigned long long id, _Bool deny,
			 const struct container_device_rule *rule, unsigned int nr);
	/* Atomic.  No group is under @id any more, nor a new group that is not known yet. */
	void (*free_rules)(unsigned long long id);
};

extern const struct devices_host_ops devices_host;

/*
 * May task @key do @want, with one device: 0 or -EPERM.  Atomic; takes no
 * lock, and for a task outside of every container only looks it up.
 */
int container_device_permission(unsigned long key, const struct container_device_rule *want);

#endif /* _CONTAINERFS_DEVICES_HOST_H */
