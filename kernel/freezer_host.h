/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The freezer between engine and host: see freezer.c, and engine_host.h for what
 * "atomic" means.
 */
#ifndef _CONTAINERFS_FREEZER_HOST_H
#define _CONTAINERFS_FREEZER_HOST_H

#include "engine.h"

/* What each host defines, once.  An account is the id of a container; 0 is none. */
struct freezer_host_ops {
	/* One phrase, "enforced: ..." or "unsupported: ...": what this host can do. */
	const char *(*describe)(void);
	/* Get ready to stop tasks: 0, -EOPNOTSUPP, -ENOMEM.  NULL: the host always is. */
	int (*start)(void);
	/*
	 * Stop the thread on @account, so that no instruction of user space is run by it
	 * or by what it creates, until this is called with another account; 0: let the
	 * thread go on.  Children of it go on then, too, which the host stopped without
	 * being told, if the engine has them not on the old account.  Calls for one thread
	 * are ordered.  @atomic: a host that must sleep for it says -EAGAIN, and is called
	 * again without @atomic and without the lock.  -ESRCH: the thread exits.
	 */
	int (*freeze)(const struct container_task_info *info, unsigned long long account,
		      _Bool atomic);
	/*
	 * Atomic.  No task is to be stopped on @account any more: those that the host
	 * stopped without being told (children of stopped tasks) go on; freeze() is called
	 * besides for those that the engine knows.  NULL: the host stops none untold.
	 */
	void (*ended)(unsigned long long account);
	/* Atomic.  Has every task really stopped that is to be on @account? */
	_Bool (*frozen)(unsigned long long account);
	/*
	 * Atomic, and after frozen() of the same account.  Does the thread, which was
	 * stopped on @account, run because somebody else than this host let it go?
	 * freeze() stops it again.  NULL: nobody else can.
	 */
	_Bool (*strayed)(const struct container_task_info *info, unsigned long long account);
};

extern const struct freezer_host_ops freezer_host;

/*
 * Have those tasks stopped again which others than the host let go: for a host with
 * strayed(), from time to time while any task is stopped.  May sleep.
 */
void container_freezer_look(void);
/* No lock.  The account on which the host was told to stop @task. */
unsigned long long container_task_account(const struct container_task *task);

#endif /* _CONTAINERFS_FREEZER_HOST_H */
