// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A function is run in namespaces of a container, by a child that shares the descriptors.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call.h"

struct call {
	const struct held	*held;
	unsigned int		types;
	bool			hide;
	int			(*fn)(void *arg);
	void			*arg;
	struct call_end {
		int		ret;
		int		error;
	}			*end;
};

static int call_child(void *arg)
{
	const struct call *call = arg;
	int err = call->hide ? enter_hidden() : 0;

	if (!err)
		err = enter_namespaces(call->held, call->types);
	if (!err) {
		errno = 0;
		call->end->ret = call->fn(call->arg);
		err = errno;
	}
	call->end->error = err;
	return 0;
}

/*
 * The memory is shared, but with a user namespace: its root may look into whoever enters it,
 * and only a child with memory of its own can be hidden without its caller.
 */
int call_in(const struct held *held, unsigned int types, int (*fn)(void *), void *arg)
{
	struct call call = {
		.held = held, .types = types, .fn = fn, .arg = arg,
		.hide = types & held->types & CLONE_NEWUSER,
	};
	int ret = -1, err;
	pid_t pid;

	call.end = shared_alloc(sizeof(*call.end));
	if (!call.end)
		return -1;
	*call.end = (struct call_end){ -1, EIO };
	pid = child_start(call_child, &call, CLONE_VFORK | CLONE_FILES | (call.hide ? 0 : CLONE_VM), NULL);
	err = errno;
	if (pid > 0) {
		while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
			;
		ret = call.end->ret;
		err = call.end->error;
	}
	shared_free(call.end, sizeof(*call.end));
	errno = err;
	return ret;
}

#define CALL_TYPES	(CONTAINER_NS_ALL & ~(CLONE_NEWPID | CLONE_NEWTIME))

API int container_call(int cfd, unsigned int types, int (*fn)(void *), void *arg)
{
	struct containerfs_stat stat;
	struct held held;
	struct calm calm;
	int ret = -1;

	calm_begin(&calm);
	if (cont_stat(cfd, &stat))
		goto out;
	if (types & ~CALL_TYPES) {
		errno = EINVAL;
		goto out;
	}
	if (held_open(cfd, &stat, types, &held))
		goto out;
	if (held.types != types)
		errno = ENOENT;
	else
		ret = call_in(&held, types, fn, arg);
	held_close(&held);
out:
	calm_end(&calm);
	return ret;
}
