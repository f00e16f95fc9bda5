/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Namespaces between engine and host: see ns.c, and engine_host.h for what "atomic"
 * means.
 */
#ifndef _CONTAINERFS_NS_HOST_H
#define _CONTAINERFS_NS_HOST_H

#include "engine.h"

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
};

extern const struct ns_host_ops ns_host;

#endif /* _CONTAINERFS_NS_HOST_H */
