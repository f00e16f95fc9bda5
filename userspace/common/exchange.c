// SPDX-License-Identifier: GPL-2.0-only
/*
 * One question to containerfsd and its answer: exchange.h.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "endpoint.h"
#include "exchange.h"

union ancillary {
	struct cmsghdr	align;
	char		buf[CMSG_SPACE(sizeof(int))];
};

const char *exchange_where(void)
{
	const char *where = secure_getenv("CONTAINERFS_SOCKET");

	return where && *where ? where : CONTROL_SOCKET;
}

static int send_request(int sock, const struct control_request *request, int fd)
{
	struct iovec iov = { .iov_base = (void *)request, .iov_len = sizeof(*request) };
	union ancillary anc = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		anc.align = (struct cmsghdr){
			.cmsg_len = CMSG_LEN(sizeof(int)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		};
		memcpy(CMSG_DATA(&anc.align), &fd, sizeof(int));
		msg.msg_control = &anc;
		msg.msg_controllen = sizeof(anc);
	}
	return sendmsg(sock, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int receive_reply(int sock, struct control_reply *reply, int *received)
{
	struct iovec iov = { .iov_base = reply, .iov_len = sizeof(*reply) };
	union ancillary anc = { 0 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &anc, .msg_controllen = sizeof(anc),
	};
	ssize_t len = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	struct cmsghdr *cmsg = len > 0 ? CMSG_FIRSTHDR(&msg) : NULL;

	if (len < 0)
		return -errno;
	if (!len)
		return -ECONNRESET;
	if (cmsg && cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SCM_RIGHTS)
		memcpy(received, CMSG_DATA(cmsg), sizeof(int));
	if (len > (ssize_t)offsetof(struct control_reply, text) &&
	    reply->version == CONTROL_VERSION && !((char *)reply)[len - 1])
		return 0;
	if (*received >= 0)
		close(*received);
	*received = -1;
	return -EPROTO;
}

int exchange(int sock, const struct control_request *request, int fd, int seconds,
	     struct control_reply *reply, int *received)
{
	int err;

	*received = -1;
	err = send_request(sock, request, fd);
	if (!err)
		err = endpoint_wait(sock, seconds);
	if (!err)
		err = receive_reply(sock, reply, received);
	/* EAGAIN: the daemon's queue of requests is full */
	if (err == -ETIMEDOUT || err == -EAGAIN) {
		endpoint_explain(sock, reply->text, sizeof(reply->text));
		err = -ETIMEDOUT;
	}
	return err;
}
