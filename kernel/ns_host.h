/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Namespaces between engine and host: see ns.c, and engine_host.h for what "atomic"
 * means.
 */
#ifndef _CONTAINERFS_NS_HOST_H
#define _CONTAINERFS_NS_HOST_H

#include "engine.h"

/* A namespace or root that a container holds: hold.c. */
struct container_hold {
	unsigned int		type;		/* CLONE_NEW* or CONTAINERFS_HOLD_ROOT */
	unsigned long long	handle;		/* the host's word for it */
	unsigned long long	inode;		/* of a namespace, as /proc shows it; 0 of a root */
};

/* Each host defines one. */
struct ns_host_ops {
	/* By which hooks this host sees clone(2) and unshare(2), in one phrase: "enforced: ...". */
	const char *(*describe)(void);
	/*
	 * Atomic.  The count of clones that @user has caused went up, or down, by one.  @word is
	 * the clone's host_word of struct container_clone_info.  NULL on a host that keeps no
	 * count of its own.
	 */
	void (*charge_user)(unsigned int user, unsigned long long word);
	void (*uncharge_user)(unsigned int user);
	/*
	 * Atomic.  The next clone of thread @info, which has a record, will be none (@on), so no
	 * limit may refuse it; or it is as any other.  NULL: the host's hooks ask the engine.
	 */
	void (*stays)(const struct container_task_info *info, _Bool on);

	/*
	 * What ns.hold is written for.  All of these may sleep but hold_link(); @writer is in
	 * the write(2), and may use what it names.  A host that cannot hold anything has NULL.
	 *
	 * Take hold of @writer's own namespace of type @type, for pid and time that of its
	 * children; or, CONTAINERFS_HOLD_ROOT, of its root.  Fills *@hold.  -EPERM (nobody may
	 * look at the writer), -EOPNOTSUPP (a pid namespace without a process, where that cannot be
	 * held), -EMFILE, -ENOMEM.
	 */
	int (*hold)(const struct container_actor *writer, unsigned int type,
		    struct container_hold *hold);
	/* The same for what @writer has open as @fd: -EBADF, -EINVAL (neither namespace nor directory). */
	int (*hold_fd)(const struct container_actor *writer, int fd, struct container_hold *hold);
	/* Let go; the last use of *@hold. */
	void (*hold_put)(const struct container_hold *hold);
	/*
	 * Atomic.  Write the text of the symbolic link to *@hold; its length, or -ENAMETOOLONG.
	 * NULL: the host has no links.
	 */
	int (*hold_link)(const struct container_hold *hold, char *buf, unsigned long size);
	/*
	 * The credentials of @writer in the initial user namespace: *@uid, *@gid, and up to @max
	 * supplementary groups.  How many groups there are, or an error.
	 */
	long (*cred)(const struct container_actor *writer, unsigned int *uid, unsigned int *gid,
		     unsigned int *groups, unsigned int max);
	/* A new keyring; its serial number, or -EOPNOTSUPP, -EDQUOT, -ENOMEM.  put revokes it. */
	int (*keyring_new)(const char *description);
	void (*keyring_put)(int serial);
};

extern const struct ns_host_ops ns_host;

#endif /* _CONTAINERFS_NS_HOST_H */
