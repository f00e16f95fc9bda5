// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A socket in the network namespace of a container. The calling thread goes there itself,
 * which costs a third of a child; only who has no right to, but has it over the container's
 * user namespace, sends a child.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "call.h"

struct socket_args {
	int	domain, type, protocol;
};

static int make_socket(void *arg)
{
	const struct socket_args *a = arg;

	return socket(a->domain, a->type | SOCK_CLOEXEC, a->protocol);
}

static int socket_there(const struct held *held, struct socket_args *args)
{
	int self = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), ret, err;

	if (self < 0)
		return -1;
	if (setns(held->ns[NS_net], CLONE_NEWNET)) {
		close_fd(self);
		if (errno == EPERM && held->types & CLONE_NEWUSER)
			return call_in(held, CLONE_NEWNET | CLONE_NEWUSER, make_socket, args);
		return -1;
	}
	ret = make_socket(args);
	err = errno;
	/* what this thread does next would be done in the container's network */
	if (setns(self, CLONE_NEWNET))
		abort();
	close_fd(self);
	errno = err;
	return ret;
}

API int container_socket(int cfd, int domain, int type, int protocol)
{
	struct socket_args args = { domain, type, protocol };
	struct containerfs_stat stat;
	struct held held;
	struct calm calm;
	int ret = -1;

	calm_begin(&calm);
	if (!cont_stat(cfd, &stat) &&
	    !held_open(cfd, &stat, CLONE_NEWNET | CLONE_NEWUSER, &held)) {
		errno = ENOENT;
		if (held.types & CLONE_NEWNET)
			ret = socket_there(&held, &args);
		held_close(&held);
	}
	calm_end(&calm);
	return ret;
}
