// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions to containerfsd over its control socket (control.h), which no file of a
 * hierarchy answers. Only root can reach the socket. There is none if the kernel
 * serves the hierarchies itself.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/endpoint.h"
#include "common/exchange.h"
#include "containerctl.h"

/* seconds until a daemon that does not answer is given up */
#define PATIENCE	10

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

/*
 * As daemon_ask(); *@received is the descriptor that came with a good answer, or -1.
 */
static int exchange_once(const struct control_request *req, int fd, char **text, int *received)
{
	struct control_reply *reply;
	int sock = endpoint_connect(exchange_where()), err;

	*received = -1;
	*text = NULL;
	if (sock < 0)
		return sock;
	reply = xcalloc(1, sizeof(*reply));
	err = exchange(sock, req, fd, PATIENCE, reply, received);
	close(sock);
	if (!err || err == -ETIMEDOUT)
		*text = xstrdup(reply->text);
	if (err == -ECONNRESET || err == -EPIPE)
		err = -ECONNREFUSED;
	if (!err)
		err = -reply->error;
	free(reply);
	if (err && *received >= 0) {
		close(*received);
		*received = -1;
	}
	return err;
}

int daemon_ask(unsigned int op, int fd, char **text)
{
	struct control_request req = { .version = CONTROL_VERSION, .op = op };
	int received, err = exchange_once(&req, fd, text, &received);

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
	err = exchange_once(&req, -1, text, &received);
	if (!err && received < 0)
		err = -EPROTO;
	return err ? err : received;
}
