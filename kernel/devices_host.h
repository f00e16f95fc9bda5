/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device rules between engine and host: see devices.c, and engine_host.h for what "atomic"
 * means.
 *
 * A host whose hooks can call the engine asks container_device_permission().  Another host
 * is told of the sets of rules and of the set of each group.
 */
#ifndef _CONTAINERFS_DEVICES_HOST_H
#define _CONTAINERFS_DEVICES_HOST_H

#include "engine.h"

/* Devices and accesses to them; the values are those of the kernel's own controllers. */
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

/* Each host defines one. */
struct devices_host_ops {
	/* What this host can do, in one phrase: "enforced: ..." or "unsupported: ...". */
	const char *(*describe)(void);
	/*
	 * start(): check accesses from now on; 0, -EOPNOTSUPP, -ENOMEM.  stop(): check no
	 * accesses any more; there are no sets of rules then.  Both may sleep; the engine
	 * calls them in turn.
	 */
	int (*start)(void);
	void (*stop)(void);
	/*
	 * Atomic.  Until free_rules(), @id is a set of rules that denies all that it does not
	 * list or (@deny false) all that it lists.  -ENOSPC (too many sets), -ENOMEM: the host
	 * cannot enforce the set.  A host that asks the engine has NULL here and in
	 * free_rules.
	 */
	int (*add_rules)(unsigned long long id, _Bool deny,
			 const struct container_device_rule *rule, unsigned int nr);
	/* Atomic.  No group is under the set @id any more, not even a new and unknown one. */
	void (*free_rules)(unsigned long long id);
};

extern const struct devices_host_ops devices_host;

/*
 * 0 if task @key may do @want, which names one device, else -EPERM.  A task without a
 * record is under the rules of the top container.  Takes no lock and does not sleep.
 */
int container_device_permission(unsigned long key, const struct container_device_rule *want);

#endif /* _CONTAINERFS_DEVICES_HOST_H */
