/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The freezer between engine and host: see freezer.c, and engine_host.h for what
 * "atomic" means.
 */
#ifndef _CONTAINERFS_FREEZER_HOST_H
#define _CONTAINERFS_FREEZER_HOST_H

#include "engine.h"

/* Each host defines one.  An account is the id of a container; 0 is none. */
struct freezer_host_ops {
	/* What this host can do, in one phrase: "enforced: ..." or "unsupported: ...". */
	const char *(*describe)(void);
	/* Get ready to stop tasks: 0, -EOPNOTSUPP, -ENOMEM.  NULL: the host is always ready. */
	int (*start)(void);
	/*
	 * Stop the thread on @account: neither the thread nor a child of it runs an
	 * instruction of user space until the next call with another account.  @account 0:
	 * let the thread go on.  The host then lets go on the children that it stopped
	 * without being told, unless the engine has them on the old account.  Calls for
	 * one thread are ordered.  @atomic: a host that must sleep returns -EAGAIN, and the
	 * engine calls it again without @atomic and without the lock.  -ESRCH: the thread
	 * exits.
	 */
	int (*freeze)(const struct container_task_info *info, unsigned long long account,
		      _Bool atomic);
	/*
	 * Atomic.  No task is to be stopped on @account any more.  The host lets go on the
	 * tasks that it stopped without being told (children of stopped tasks); the engine
	 * calls freeze() for each task that it knows.  NULL: the host stops no task untold.
	 */
	void (*ended)(unsigned long long account);
	/* Atomic.  Have all tasks really stopped that are to be stopped on @account? */
	_Bool (*frozen)(unsigned long long account);
	/*
	 * Atomic, and after frozen() of the same account.  Does the thread, which was
	 * stopped on @account, run because somebody else than this host let it go?
	 * freeze() stops the thread again.  NULL: nobody else can let a thread go.
	 */
	_Bool (*strayed)(const struct container_task_info *info, unsigned long long account);
};

extern const struct freezer_host_ops freezer_host;

/*
 * Stop again the tasks that somebody else than the host let go.  A host with strayed()
 * calls this from time to time while any task is stopped.  May sleep.
 */
void container_freezer_look(void);
/* The account on which the host was told to stop @task, 0 if on none.  Does not lock. */
unsigned long long container_task_account(const struct container_task *task);

#endif /* _CONTAINERFS_FREEZER_HOST_H */
