// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions to containerfsd over its control socket (include/control.h), for
 * what no file of a hierarchy tells. Only root can reach the socket; where the
 * kernel serves the hierarchies itself there is none.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control.h"
#include "common/endpoint.h"
#include "containerctl.h"

/* seconds until a daemon that does not answer is given up */
#define PATIENCE	10

static const char *socket_name(void)
{
	const char *name = secure_getenv("CONTAINERFS_SOCKET");

	return name && *name ? name : CONTROL_SOCKET;
}

union ancillary {
	struct cmsghdr	align;
	char		buf[CMSG_SPACE(sizeof(int))];
};

static int send_request(int sock, const struct control_request *req, int fd)
{
	struct iovec iov = { .iov_base = (void *)req, .iov_len = sizeof(*req) };
	union ancillary control = { 0 };
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

/* Its length; *@fd is what came along, or -1. */
static ssize_t receive_reply(int sock, struct control_reply *reply, int *fd)
{
	struct iovec iov = { .iov_base = reply, .iov_len = sizeof(*reply) };
	union ancillary control = { 0 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	ssize_t len = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	struct cmsghdr *cmsg = len > 0 ? CMSG_FIRSTHDR(&msg) : NULL;

	*fd = -1;
	if (cmsg && cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(cmsg), sizeof(int));
	return len;
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

/* daemon_ask() of @req; *@received is the descriptor that came with a good answer, or -1. */
static int ask(const struct control_request *req, int fd, char **text, int *received)
{
	struct control_reply *reply;
	int sock = endpoint_connect(socket_name());
	ssize_t len;
	int err;

	*received = -1;
	*text = NULL;
	if (sock < 0)
		return sock;
	reply = xcalloc(1, sizeof(*reply) + 1);
	err = send_request(sock, req, fd);
	if (!err)
		err = endpoint_wait(sock, PATIENCE);
	if (err == -ETIMEDOUT || err == -EAGAIN) {
		endpoint_explain(sock, reply->text, sizeof(reply->text));
		*text = xstrdup(reply->text);
		err = -ETIMEDOUT;
	}
	len = err ? 0 : receive_reply(sock, reply, received);
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
	if (err && *received >= 0) {
		close(*received);
		*received = -1;
	}
	return err;
}

int daemon_ask(unsigned int op, int fd, char **text)
{
	struct control_request req = { .version = CONTROL_VERSION, .op = op };
	int received, err = ask(&req, fd, text, &received);

	if (received >= 0)
		close(received);
	return err;
}

int daemon_mount(const char *options, char **text)
{
	struct control_request req = { .version = CONTROL_VERSION, .op = CONTROL_MOUNT };
	int received, err;

	*text = NULL;
	if (strlen(options) >= sizeof(req.options))
		return -E2BIG;
	strcpy(req.options, options);
	err = ask(&req, -1, text, &received);
	if (!err && received < 0)
		err = -EPROTO;
	return err ? err : received;
}
