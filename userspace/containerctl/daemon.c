// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions to containerfsd over its control socket (fs/fuse/control.h), for
 * what no file of a hierarchy tells. Only root can reach the socket; where the
 * kernel serves the hierarchies itself there is none.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../fs/fuse/control.h"
#include "../../fs/fuse/endpoint.h"
#include "containerctl.h"

/* seconds until a daemon that does not answer is given up */
#define PATIENCE	10

static const char *socket_name(void)
{
	const char *name = secure_getenv("CONTAINERFS_SOCKET");

	return name && *name ? name : CONTROL_SOCKET;
}

static int send_request(int sock, unsigned int op, int fd)
{
	struct control_request req = { .version = CONTROL_VERSION, .op = op };
	struct iovec iov = { .iov_base = &req, .iov_len = sizeof(req) };
	union {
		struct cmsghdr	align;
		char		buf[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		struct cmsghdr *cmsg;

		msg.msg_control = control.buf;
		msg.msg_controllen = sizeof(control.buf);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
	}
	return sendmsg(sock, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static bool told;

bool daemon_was_silent(void)
{
	return told;
}

bool daemon_silent(const char *what, const char *why)
{
	char *text = NULL;

	if (!told && !why && daemon_ask(CONTROL_DAEMON, -1, &text) == -ETIMEDOUT)
		why = text;
	if (!told && why) {
		complain("%s: %s", what, why);
		told = true;
	}
	free(text);
	return told;
}

int daemon_ask(unsigned int op, int fd, char **text)
{
	struct control_reply *reply;
	int sock = endpoint_connect(socket_name());
	ssize_t len;
	int err;

	*text = NULL;
	if (sock < 0)
		return sock;
	reply = xcalloc(1, sizeof(*reply) + 1);
	err = send_request(sock, op, fd);
	if (!err)
		err = endpoint_wait(sock, PATIENCE);
	if (err == -ETIMEDOUT || err == -EAGAIN) {
		endpoint_explain(sock, reply->text, sizeof(reply->text));
		*text = xstrdup(reply->text);
		err = -ETIMEDOUT;
	}
	len = err ? 0 : recv(sock, reply, sizeof(*reply), 0);
	if (len < 0)
		err = -errno;
	else if (!err && len <= (ssize_t)offsetof(struct control_reply, text))
		err = -ECONNREFUSED;	/* it was just ending */
	else if (!err && reply->version != CONTROL_VERSION)
		err = -EPROTO;
	else if (!err) {
		err = -reply->error;
		*text = xstrdup(reply->text);
	}
	free(reply);
	close(sock);
	return err;
}
