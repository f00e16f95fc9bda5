// SPDX-License-Identifier: GPL-2.0-only
/*
 * answer SOCKET TEXT: a containerfsd that answers each request with TEXT.
 *
 * When SOCKET exists, a client can connect. The program ends by a signal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../include/control.h"

static void die(const char *what)
{
	perror(what);
	exit(1);
}

int main(int argc, char **argv)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	static struct control_request request;
	static struct control_reply reply = { .version = CONTROL_VERSION };
	int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), sock;

	if (argc != 3 || strlen(argv[1]) + sizeof(".new") > sizeof(addr.sun_path) ||
	    strlen(argv[2]) >= sizeof(reply.text))
		return 2;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s.new", argv[1]);
	strcpy(reply.text, argv[2]);
	if (listener < 0 || bind(listener, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(listener, 8) || rename(addr.sun_path, argv[1]))
		die(argv[1]);
	for (;;) {
		sock = accept(listener, NULL, NULL);
		if (sock < 0)
			die("accept");
		while (recv(sock, &request, sizeof(request), 0) > 0)
			if (send(sock, &reply, sizeof(reply), MSG_NOSIGNAL) < 0)
				die("send");
		close(sock);
	}
}
