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
#include <sys/un.h>
#include <unistd.h>

#include "../../fs/fuse/control.h"
#include "containerctl.h"

static int connect_daemon(void)
{
	const char *path = secure_getenv("CONTAINERFS_SOCKET");
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int sock, err;

	if (!path || !*path)
		path = CONTROL_SOCKET;
	if (strlen(path) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	strcpy(addr.sun_path, path);
	sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return -errno;
	if (connect(sock, (struct sockaddr *)&addr, sizeof(addr))) {
		err = -errno;
		close(sock);
		return err;
	}
	return sock;
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

int daemon_ask(unsigned int op, int fd, char **text)
{
	struct control_reply *reply;
	int sock = connect_daemon();
	ssize_t len;
	int err;

	*text = NULL;
	if (sock < 0)
		return sock;
	reply = xcalloc(1, sizeof(*reply) + 1);
	err = send_request(sock, op, fd);
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
